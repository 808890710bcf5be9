"""考评、异议、疑点单、口径: pages on figures, of units alone; each shows its working, and nothing that was counted is changed."""

from datetime import date, datetime, time

import pytest
from django.utils import timezone

from feedback.actions import doubts, reports
from feedback.figures import keeping
from feedback.figures.sums import before, period_of
from feedback.models import Appeal, FigureRule, Report, Snapshot
from grievance.casework import Refused
from grievance.models import Case
from street.models import Organisation, Role
from tests.clock import instant, travel
from tests.desk.phone import SIGNED_IN, a_phone, text_of
from tests.dispatch.scene import person
from tests.feedback.scene import CONTENT, RESOLVED_AT, a_resolved_case, answers, asked

APRIL = instant("2023-04-06 10:00")
WEIGHTS = {"on_time": 60, "returned": 40}
MANY = {"finish_ok": 18, "finish_due": 20, "sent": 20, "returned": 1}
FEW = {"finish_ok": 3, "finish_due": 5, "sent": 12, "returned": 0}


def frozen(scene, *, weights=None, month=date(2023, 3, 1)):
    """March as it was frozen: much work of one unit, little of another."""
    units = {str(scene.luxi.pk): MANY, str(scene.xisheng.pk): FEW}
    return Snapshot.objects.create(
        street=scene.street, month=month, version=1, frozen_at=APRIL,
        rule={"mostly": "1", "shown_from": 10, "frozen_after": 5, "weights": WEIGHTS if weights is None else weights},
        numbers={"street": {"0": MANY}, "unit": units, "community": {}, "category": {}},
    )  # fmt: skip


def opened(user, address):
    with travel(APRIL):
        return a_phone(user).get(address)


def test_the_working_is_shown_and_what_is_less_than_ten_is_left_out_with_its_weight(scene):
    frozen(scene)
    page = opened(scene.who("leader"), "/desk/assessment/")
    rows = {row.name: row for row in page.context["rows"]}
    assert [str(part.brings) for part in rows["luxi"].parts] == ["54.0", "38.0"], "90% of 60, and 100 - 5% of 40"
    assert (str(rows["luxi"].total), rows["luxi"].of) == ("92.0", 100)
    assert [part.brings is None for part in rows["xisheng"].parts] == [True, False]
    assert (str(rows["xisheng"].total), rows["xisheng"].of) == ("40.0", 40)
    shown = text_of(page)
    assert list(rows) == ["luxi", "xisheng"], "in the order of the tree, not of merit"
    assert f"/desk/cases/?behind=on_time.bottom.{scene.street.pk}.unit.{scene.luxi.pk}." in shown
    assert "名次" in shown and "第1" not in shown


def test_a_month_is_weighed_as_it_was_frozen_whatever_the_rule_says_today(scene):
    frozen(scene)
    FigureRule.objects.create(starts=date(2020, 1, 1), weights={"on_time": 1})
    page = opened(scene.who("leader"), "/desk/assessment/?month=2023-03")
    assert [weight for _, weight in page.context["weights"]] == [60, 40]
    Snapshot.objects.all().delete()
    frozen(scene, weights={})
    assert "没有定权重" in text_of(opened(scene.who("leader"), "/desk/assessment/?month=2023-03"))


def test_a_unit_reads_its_own_working_alone_and_no_month_that_runs(scene):
    frozen(scene)
    assert [row.name for row in opened(scene.who("luxi"), "/desk/assessment/").context["rows"]] == ["luxi"]
    assert opened(scene.who("leader"), "/desk/assessment/?month=2023-04").status_code == 404
    assert opened(scene.who("leader"), "/desk/assessment/?month=x").status_code == 404


def test_assessment_costs_the_same_however_many_units(scene, django_assert_num_queries):
    row = frozen(scene)
    browser = a_phone(scene.who("leader"))
    with travel(APRIL):
        browser.get("/desk/assessment/")
        with django_assert_num_queries(SIGNED_IN + 7):
            browser.get("/desk/assessment/")
        row.numbers["unit"] |= {str(pk): MANY for pk in Organisation.objects.values_list("pk", flat=True)}
        row.save()
        with django_assert_num_queries(SIGNED_IN + 7):
            browser.get("/desk/assessment/")


def test_a_unit_objects_on_its_page_and_another_person_decides(scene):
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    keeping.keep_up()
    Snapshot.objects.create(
        street=scene.street, month=date(2023, 3, 1), version=1, frozen_at=APRIL,
        rule={"mostly": "1", "shown_from": 10, "frozen_after": 5, "weights": {}},
        numbers={"street": {"0": {"came": 9}}, "unit": {}, "community": {}, "category": {}},
    )  # fmt: skip
    said = {"do": "ask", "unit": scene.luxi.pk, "month": "2023-03-01", "reason": "上报数多了"}
    with travel(APRIL):
        head = a_phone(person("head", Role.UNIT_HEAD, scene.luxi))
        assert "2023年3月" in text_of(head.get("/desk/appeals/"))
        missing = head.post("/desk/appeals/", {**said, "month": "2023-01-01"})
        assert missing.status_code == 400 and "上报数多了" in text_of(missing)
        assert head.post("/desk/appeals/", said).status_code == 302
        row = Appeal.objects.get()
        assert head.post("/desk/appeals/", {**said, "unit": scene.xisheng.pk}).status_code == 404
        assert 'value="agree"' not in text_of(head.get("/desk/appeals/"))
        assert head.post("/desk/appeals/", {"do": "agree", "appeal": row.pk, "opinion": "是"}).status_code == 403
        boss = a_phone(scene.who("supervisor"))
        assert 'value="agree"' in text_of(boss.get("/desk/appeals/"))
        silent = boss.post("/desk/appeals/", {"do": "agree", "appeal": row.pk, "opinion": " "})
        assert silent.status_code == 400
        assert boss.post("/desk/appeals/", {"do": "agree", "appeal": row.pk, "opinion": "核对属实"}).status_code == 302
        assert sorted(Snapshot.objects.values_list("version", flat=True)) == [1, 2], "the first version stays"
        other = a_phone(scene.who("xisheng"))
        assert "上报数多了" not in text_of(other.get("/desk/appeals/"))


def a_doubt(scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    answers(callback, CONTENT, at=RESOLVED_AT)
    doubts.timed(callback, resolved_at=RESOLVED_AT, at=RESOLVED_AT)
    return Case.objects.get(pk=case.pk)


def test_suspicious_closures_are_listed_by_unit_and_matter_and_name_nobody(scene):
    case = a_doubt(scene)
    page = opened(scene.who("supervisor"), "/desk/doubts/?month=2023-03")
    shown = text_of(page)
    assert [(str(unit), number) for unit, number, _ in page.context["lines"]] == [("luxi", 1)]
    assert case.number in shown and "13800001000" not in shown and case.title not in shown
    assert (
        page.context["rows"] and opened(scene.who("supervisor"), "/desk/doubts/?month=2023-03&kind=device").context["rows"] == []
    )
    assert opened(scene.who("supervisor"), "/desk/doubts/?month=2023-02").context["lines"] == []


def test_the_discipline_office_reads_the_counts_of_its_street_and_no_matter(scene):
    case = a_doubt(scene)
    page = opened(person("jiwei", Role.DISCIPLINE, scene.street), "/desk/doubts/?month=2023-03")
    assert [number for _, number, _ in page.context["lines"]] == [1]
    assert page.context["rows"] == [] and case.number not in text_of(page)
    elsewhere = Organisation.objects.create(code="far", name="远街道", kind="street", path="far/")
    far = opened(person("far", Role.DISCIPLINE, elsewhere), "/desk/doubts/?month=2023-03")
    assert far.context["lines"] == []
    assert opened(scene.who("luxi"), "/desk/doubts/").status_code == 403


def test_doubts_cost_the_same_however_many(scene, django_assert_num_queries):
    a_doubt(scene)
    browser = a_phone(scene.who("supervisor"))
    with travel(APRIL):
        browser.get("/desk/doubts/?month=2023-03")
        with django_assert_num_queries(SIGNED_IN + 1):
            browser.get("/desk/doubts/?month=2023-03")
        for callback in asked(a_resolved_case(scene, reporters=3)):
            answers(callback, CONTENT, at=RESOLVED_AT)
            doubts.timed(callback, resolved_at=RESOLVED_AT, at=RESOLVED_AT)
        with django_assert_num_queries(SIGNED_IN + 1):
            browser.get("/desk/doubts/?month=2023-03")


def test_a_rule_of_counting_begins_tomorrow_or_later_and_one_that_has_begun_is_never_changed(scene):
    keeper = person("keeper", Role.SYSTEM_ADMIN, scene.street)
    row = FigureRule.objects.create(street=scene.street, starts=date(2023, 1, 1))
    names = {
        "frozen_after": 5,
        "shown_from": 10,
        "mostly": "1",
        "take_within": 24,
        "take_within_urgent": 1,
        "recheck_share": "0.05",
    }
    more = {"recheck_days": 14, "hasty_seconds": 120, "one_device": 3, "one_network": 10, "weights": '{"on_time": 60}'}
    said = {"street": scene.street.pk, "starts": "2023-04-06", **names, **more}
    with travel(APRIL):
        desk = a_phone(keeper)
        assert "明天或以后" in text_of(desk.post("/admin/feedback/figurerule/add/", said))
        assert desk.post("/admin/feedback/figurerule/add/", {**said, "starts": "2023-05-01"}).status_code == 302
        wrong = desk.post("/admin/feedback/figurerule/add/", {**said, "starts": "2023-06-01", "weights": '{"speed": 1}'})
        assert "指标只能是" in text_of(wrong)
        assert desk.post(f"/admin/feedback/figurerule/{row.pk}/change/", {**said, "mostly": "0.1"}).status_code == 403
        assert a_phone(scene.who("leader")).get("/admin/feedback/figurerule/").status_code == 403
    row.refresh_from_db()
    assert row.mostly == 1 and FigureRule.objects.get(starts=date(2023, 5, 1)).weights == {"on_time": 60}


def test_a_quarter_has_a_report_of_its_own(scene):
    quarter = period_of("quarter", date(2023, 2, 14))
    assert (quarter.first, quarter.last) == (date(2023, 1, 1), date(2023, 3, 31))
    assert before("quarter", quarter).first == date(2022, 10, 1)
    assert period_of("quarter", date(2023, 12, 31)).first == date(2023, 10, 1)
    boss = scene.who("supervisor")
    early = timezone.make_aware(datetime.combine(date(2023, 3, 30), time(9)))
    with pytest.raises(Refused) as no:
        reports.draft(scene.street, kind="quarter", day=date(2023, 3, 14), by=boss, at=early)
    assert no.value.code == "not_over"
    row = reports.draft(scene.street, kind="quarter", day=date(2023, 3, 14), by=boss, at=APRIL)
    assert str(Report.objects.get(pk=row.pk)) == "季报（2023年第一季度）"
