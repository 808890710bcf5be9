"""调解: by consent of each side, with a file and its number, an agreement that is followed up, or an end with its ways."""

from datetime import date, timedelta

import pytest
from django.db import connection

from dispatch import sweeps
from dispatch.actions import mediation, performance, safety
from dispatch.models import Anchor, Deadline, EscalationRung, Mediation, MediationParty, Petition, SafetyCall, TimeLimit
from dispatch.papers import sheets
from grievance.casework import Refused
from grievance.models import Case, Complainant, Event, Notice
from tests.clock import travel
from tests.desk.phone import a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_street, later, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = a_street()
    TimeLimit.objects.create(
        policy=scene.policy, limit_class="M", anchor=Anchor.PERFORMANCE, amount=1, unit="working_day"
    )  # fmt: skip
    TimeLimit.objects.create(
        policy=scene.policy, limit_class="M", anchor=Anchor.CONFIRMATION, amount=30, unit="calendar_day", roll_over=False
    )  # fmt: skip
    return scene


@pytest.fixture
def order(scene):
    return an_order(scene)


@pytest.fixture
def luxi(scene):
    return scene.who("luxi")


def begun(order, by, *, parties="刘先生；安佳物业", willing="all", at=TUESDAY, **more):
    return mediation.open_mediation(order.case, unit=order.handler, parties=parties, willing=willing, by=by, at=at, **more)


def settled(order, by, *, perform_by=date(2023, 3, 17), at=None, **more):
    row = begun(order, by)
    return mediation.agree(row, agreement="赔偿500元", perform_by=perform_by, by=by, at=at or later(hours=1), **more)


def clock(row, anchor):
    return Deadline.objects.get(subject=f"mediation:{row.pk}", anchor=anchor)


def running(row):
    return set(
        Deadline.objects.filter(subject=f"mediation:{row.pk}", met_at=None, dropped_at=None).values_list("anchor", flat=True)
    )  # fmt: skip


# --- sides and consent ------------------------------------------------------------------------


def test_sides_are_rows_and_their_names_are_sealed(order, luxi):
    row = begun(order, luxi, willing="applicant")
    assert [(one.side, one.name, one.consent) for one in row.sides.all()] == [
        ("applicant", "刘先生", "agreed"), ("other", "安佳物业", "asked"),
    ]  # fmt: skip
    assert (row.parties, row.who) == ("", "刘先生；安佳物业")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM dispatch_mediationparty")
        assert not any("刘先生".encode() in bytes(name) for (name,) in cursor.fetchall())


def test_no_event_names_a_side(order, luxi):
    row = begun(order, luxi, willing="applicant")
    mediation.consent(row, party=row.sides.last(), agreed=False, by=luxi, at=later(hours=1))
    said = "".join(event.sentence + event.public for event in Event.objects.filter(case=order.case))
    assert "刘先生" not in said and "安佳" not in said


def test_file_has_its_number_by_unit_and_year_without_gaps(scene, luxi):
    first, second, third = an_order(scene), an_order(scene), an_order(scene)
    with pytest.raises(Refused):
        begun(first, luxi, parties=" ")
    numbers = [begun(each, luxi).number for each in (first, second)]
    assert numbers == ["（2023）人调字第1号", "（2023）人调字第2号"]
    assert begun(third, luxi, at=later(days=365)).number == "（2024）人调字第1号"


@pytest.mark.parametrize("willing", ["none", "applicant"])
def test_nothing_is_agreed_or_heard_until_each_side_has_consented(order, luxi, willing):
    row = begun(order, luxi, willing=willing)
    with pytest.raises(Refused, match="没有表示同意"):
        mediation.agree(row, agreement="赔偿500元", by=luxi, at=later(hours=1))
    with pytest.raises(Refused, match="没有表示同意"):
        a_session(row, luxi)
    for one in row.sides.all():
        mediation.consent(row, party=one, agreed=True, by=luxi, at=later(hours=1))
    assert mediation.agree(row, agreement="赔偿500元", by=luxi, at=later(hours=2)).status == Mediation.Status.AGREED


def test_one_refusal_ends_it_with_the_ways_that_remain(order, luxi):
    row = begun(order, luxi, willing="applicant")
    row = mediation.consent(row, party=row.sides.last(), agreed=False, note="不愿谈", by=luxi, at=later(hours=1))
    assert (row.status, row.sides.last().consent) == (Mediation.Status.FAILED, MediationParty.Consent.REFUSED)
    assert "第十七条" in row.record and "人民法院" in row.ways_left and "第二十六条" in row.ways_left
    assert order.case.checkpoints.filter(rung__code="mediation").exists()


def test_refused_mediation_does_not_go_on(order, luxi):
    row = begun(order, luxi)
    mediation.consent(row, party=row.sides.last(), agreed=False, by=luxi, at=later(hours=1))
    for go_on in (
        lambda: mediation.agree(row, agreement="赔偿500元", by=luxi, at=later(hours=2)),
        lambda: mediation.consent(row, party=row.sides.last(), agreed=True, by=luxi, at=later(hours=2)),
        lambda: mediation.add_party(row, name="王某", by=luxi, at=later(hours=2)),
        lambda: a_session(row, luxi),
    ):
        with pytest.raises(Refused, match="调解未果"):
            go_on()
    row.refresh_from_db()
    assert (row.status, row.agreement) == (Mediation.Status.FAILED, "")


def test_side_that_is_added_has_to_consent_too(order, luxi):
    row = begun(order, luxi, parties="刘先生")
    with pytest.raises(Refused, match="两方"):
        mediation.agree(row, agreement="赔偿500元", by=luxi, at=later(hours=1))
    other = mediation.add_party(row, name="安佳物业", by=luxi, at=later(hours=1))
    with pytest.raises(Refused, match="没有表示同意"):
        mediation.agree(row, agreement="赔偿500元", by=luxi, at=later(hours=1))
    mediation.consent(row, party=other, agreed=True, by=luxi, at=later(hours=1))
    assert mediation.agree(row, agreement="赔偿500元", by=luxi, at=later(hours=2)).status == "agreed"


def test_side_of_another_mediation_cannot_be_spoken_for(scene, order, luxi):
    row, other = begun(order, luxi), begun(an_order(scene), luxi)
    with pytest.raises(Refused, match="不在本次调解中"):
        mediation.consent(row, party=other.sides.last(), agreed=False, by=luxi, at=later(hours=1))


def test_labour_dispute_is_shown_to_arbitration_first(order, luxi):
    order.case.category.code = "G2"
    order.case.category.save()
    row = mediation.fail(begun(order, luxi), record_text="没谈成", by=luxi, at=later(hours=1))
    assert "劳动争议仲裁" in row.ways_left


# --- sessions, papers ---------------------------------------------------------------------------


def a_session(row, by, **more):
    facts = {
        "held_at": later(minutes=30), "where": "社区调解室", "present": "刘先生、物业张经理、王律师", "minutes": "双方陈述",
        **more,
    }  # fmt: skip
    return mediation.hold_session(row, **facts, by=by, at=later(hours=1))


def test_session_is_kept_with_its_minutes_and_stands_in_the_record(order, luxi):
    row = begun(order, luxi)
    a_session(row, luxi)
    facts = sheets.record_facts(row)
    assert "社区调解室" in facts["record"] and "双方陈述" in facts["record"]


@pytest.mark.parametrize("wrong", [{"held_at": later(hours=5)}, {"held_at": None}, {"minutes": " "}, {"where": ""}])
def test_session_ahead_or_without_its_facts_is_not_written(order, luxi, wrong):
    row = begun(order, luxi)
    with pytest.raises(Refused):
        a_session(row, luxi, **wrong)
    assert not row.sessions.exists()


def test_papers_name_the_sides_the_number_and_the_facts(order, luxi):
    row = settled(order, luxi, facts="冰柱坠落砸碎车窗，物业负有管理责任。", form="oral")
    agreed, asked = sheets.agreement_facts(row), sheets.application_facts(row)
    assert "申请方：刘先生" in agreed["parties"] and "另一方：安佳物业" in agreed["parties"]
    assert "物业负有管理责任" in agreed["dispute"] and agreed["file_number"] == "（2023）人调字第1号"
    assert "请求组织调解" in asked["request"] and row.form == "oral"


def test_old_record_without_rows_still_prints_its_sides(order, luxi):
    row = Mediation.objects.create(
        case=order.case, unit=order.handler, mediator=luxi, parties="车主；物业", opened_at=TUESDAY, status="agreed",
        agreement="赔", ended_at=TUESDAY,
    )  # fmt: skip
    assert sheets.record_facts(row)["parties"] == "车主；物业"


# --- performance and confirmation ----------------------------------------------------------------


def test_performance_is_asked_about_on_the_working_day_after(order, luxi):
    row = settled(order, luxi, perform_by=date(2023, 3, 17))
    due = clock(row, Anchor.PERFORMANCE)
    assert f"{due.due_at.astimezone(TUESDAY.tzinfo):%m-%d %H:%M}" == "03-20 19:30" and due.unit == order.handler


def test_day_of_performance_that_is_past_is_refused(order, luxi):
    with pytest.raises(Refused, match="早于今天"):
        settled(order, luxi, perform_by=date(2023, 3, 13))


def test_performed_agreement_ends_both_clocks(order, luxi):
    row = settled(order, luxi)
    assert running(row) == {Anchor.PERFORMANCE, Anchor.CONFIRMATION}
    row = performance.record_performance(row, performed=True, text="已收到500元", by=luxi, at=later(days=3))
    assert row.performed_at == later(days=3) and running(row) == set()
    assert clock(row, Anchor.PERFORMANCE).met_at and clock(row, Anchor.CONFIRMATION).dropped_at
    with pytest.raises(Refused, match="履行完毕"):
        performance.record_performance(row, performed=False, text="反悔", by=luxi, at=later(days=4))


def test_agreement_not_performed_names_the_ways_and_tells_the_desk(order, luxi):
    row = settled(order, luxi)
    row = performance.record_performance(row, performed=False, text="电话核实，没有付款", by=luxi, at=later(days=6))
    assert row.performed_at is None and "起诉" in row.ways_left and Anchor.PERFORMANCE not in running(row)
    notice = Notice.objects.get(kind="performance")
    assert notice.role == "dispatcher" and order.case.number in notice.text and "刘" not in notice.text
    assert "没有按约定履行" in Event.objects.filter(kind="mediation.record_performance").get().public
    later_on = performance.record_performance(row, performed=True, text="已补付", by=luxi, at=later(days=8))
    assert (later_on.performed_at, later_on.ways_left) == (later(days=8), "")


def test_confirmation_has_thirty_days_and_is_recorded(order, luxi):
    row = settled(order, luxi)
    due = clock(row, Anchor.CONFIRMATION).due_at.astimezone(TUESDAY.tzinfo)
    # The end of the thirtieth day: 14 March and thirty days
    assert due.date() in {date(2023, 4, 13), date(2023, 4, 14)} and row.confirm_until == date(2023, 4, 13)
    row = performance.record_confirmation(row, confirmed_on=date(2023, 3, 30), by=luxi, at=later(days=17))
    assert row.confirmed_on == date(2023, 3, 30) and clock(row, Anchor.CONFIRMATION).met_at
    with pytest.raises(Refused, match="不用再记"):
        performance.record_confirmation(row, confirmed_on=date(2023, 3, 30), by=luxi, at=later(days=17))


def chased_when_due(scene):
    EscalationRung.objects.create(
        policy=scene.policy, code="performance-chase", trigger="after", anchor=Anchor.PERFORMANCE, unit="clock_hour",
        measure="chase", to="handler", sentence="请核实是否履行。",
    )  # fmt: skip


def test_promise_is_asked_about_when_the_matter_has_long_been_closed(scene, order, luxi):
    chased_when_due(scene)
    row = settled(order, luxi)
    Case.objects.filter(pk=order.case_id).update(status="closed", ended_at=later(days=1))
    sweeps.fire_batch(at=clock(row, Anchor.PERFORMANCE).due_at)
    assert [notice.organisation for notice in Notice.objects.filter(kind="chase")] == [row.unit]


def test_promise_of_a_withdrawn_matter_is_not_asked_about(scene, order, luxi):
    chased_when_due(scene)
    row = settled(order, luxi)
    Case.objects.filter(pk=order.case_id).update(status="withdrawn", ended_at=later(days=1))
    sweeps.fire_batch(at=clock(row, Anchor.PERFORMANCE).due_at)
    assert not Notice.objects.filter(kind="chase").exists()


def test_confirmation_that_nobody_asks_for_is_dropped_and_not_counted_as_met(order, luxi):
    row = settled(order, luxi)
    performance.record_confirmation(row, by=luxi, at=later(days=1))
    gone = clock(row, Anchor.CONFIRMATION)
    assert gone.dropped_at == later(days=1) and gone.met_at is None


@pytest.mark.parametrize("day", [date(2023, 3, 13), date(2023, 4, 1)])
def test_confirmation_before_the_agreement_or_ahead_is_refused(order, luxi, day):
    row = settled(order, luxi)
    with pytest.raises(Refused, match="核对裁定书"):
        performance.record_confirmation(row, confirmed_on=day, by=luxi, at=later(days=10))


def test_policy_without_these_limits_starts_no_clock(order, luxi):
    TimeLimit.objects.filter(limit_class="M").delete()
    assert running(settled(order, luxi)) == set()


def test_petition_is_mediated_as_访调对接(scene, order, luxi):
    assert begun(an_order(scene), luxi).joint is False
    Petition.objects.create(
        case=order.case, number="65010320230001", kind="claim", forwarded_by=scene.street, received_at=TUESDAY,
        registered_by=scene.who("leader"), registered_at=TUESDAY,
    )  # fmt: skip
    order.case.refresh_from_db()
    assert begun(order, luxi).joint is True


# --- what is never mediated ----------------------------------------------------------------------


@pytest.fixture
def danger(order):
    order.case.suggestion["alerts"] = ["domestic_violence"]
    order.case.save()
    return order


@pytest.mark.parametrize("alert", mediation.NEVER_MEDIATED)
def test_violence_is_never_mediated(order, luxi, alert):
    order.case.suggestion["alerts"] = [alert]
    order.case.save()
    with pytest.raises(Refused, match="不得调解"):
        begun(order, luxi)
    assert not Mediation.objects.exists() and not MediationParty.objects.exists()


def test_danger_that_comes_to_light_stops_what_had_begun(order, luxi):
    row = begun(order, luxi)
    order.case.suggestion["alerts"] = ["violence"]
    order.case.save()
    with pytest.raises(Refused, match="不得继续调解"):
        mediation.agree(row, agreement="和好", by=luxi, at=later(hours=1))
    assert mediation.fail(row, record_text="涉及人身安全", by=luxi, at=later(hours=1)).status == "failed"


def test_page_asks_for_the_call_and_offers_no_mediation(scene, danger):
    desk, page = a_phone(scene.who("leader")), f"/desk/cases/{danger.case.number}/"
    with travel(later(hours=1)):
        shown = desk.get(page)
        assert "不得调解" in text_of(shown) and "还没有电话报告的记录" in text_of(shown)
        assert "report_call" in moves_on(shown) and "open_mediation" not in moves_on(shown)
        desk.post(page, {"act": act(danger.case, "report_call"), "to": "sifasuo", "answered_by": "值班民警"})
        again = text_of(desk.get(page))
    assert "值班民警接听" in again and SafetyCall.objects.get().to == scene.sifasuo
    assert "值班民警" not in Event.objects.get(kind="safety.call").sentence


def test_ordinary_matter_offers_no_such_call(scene, order):
    with travel(later(hours=1)):
        shown = a_phone(scene.who("leader")).get(f"/desk/cases/{order.case.number}/")
    assert "report_call" not in moves_on(shown) and "不得调解" not in text_of(shown)


def test_call_without_a_name_at_the_other_end_is_no_report(scene, danger):
    with pytest.raises(Refused, match="谁接的电话"):
        safety.report_call(danger.case, to=scene.sifasuo, answered_by=" ", by=scene.who("leader"), at=TUESDAY)


def test_safe_way_of_contact_is_sealed_and_shown_once_to_the_desk_with_an_event(scene, danger):
    desk, page = a_phone(scene.who("dispatcher")), f"/desk/cases/{danger.case.number}/"
    number = danger.case.grievances.get().number
    with travel(later(hours=1)):
        desk.post(page, {"act": act(danger.case, "keep_safe_contact"), "grievance": number, "text": "中午找门卫老李转告"})
        assert "中午找门卫老李转告" not in text_of(desk.get(page))
        answer = text_of(desk.post(page, {"act": act(danger.case, "reveal_safe_contact"), "grievance": number}))
        assert "中午找门卫老李转告" in answer and "中午找门卫老李转告" not in text_of(desk.get(page))
    assert Event.objects.filter(kind="safety.revealed").count() == 1
    assert not any("老李" in event.sentence for event in Event.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT safe_contact FROM grievance_complainant")
        assert not any("老李".encode() in bytes(kept) for (kept,) in cursor.fetchall())


@pytest.mark.parametrize("name", ["luxi", "supervisor", "caller", "secretary"])
def test_nobody_else_reads_the_safe_way_of_contact(scene, danger, name):
    grievance = danger.case.grievances.get()
    Complainant.objects.filter(grievance=grievance).update(safe_contact="中午找门卫老李转告")
    with pytest.raises(Refused) as refused:
        safety.reveal_contact(grievance, by=scene.who(name), at=TUESDAY)
    assert refused.value.status == 403 and not Event.objects.filter(kind="safety.revealed").exists()


# --- who reads ------------------------------------------------------------------------------------


def test_firm_and_other_units_do_not_read_the_sides(scene, order, luxi):
    begun(order, luxi, parties="刘先生；安佳物业")
    firm = person("firm", "handler", scene.company)
    with travel(later(hours=1)):
        page = text_of(a_phone(firm).get(f"/desk/cases/{order.case.number}/"))
        own = text_of(a_phone(luxi).get(f"/desk/cases/{order.case.number}/"))
    assert "安佳物业" not in page and "安佳物业" in own


def test_whole_mediation_runs_on_the_page(scene, order, luxi):
    page = f"/desk/cases/{order.case.number}/"

    def does(row, name, at, **said):
        with travel(at):
            answer = a_phone(luxi).post(page, {"act": act(row, name), **said})
            assert (answer.status_code, answer["Location"]) == (302, page), name

    does(order.case, "open_mediation", later(hours=1), parties="刘先生\n安佳物业", willing="applicant")
    row = Mediation.objects.get()
    does(row, "consent", later(hours=2), party=row.sides.last().pk, agreed="1")
    sitting = {"where": "社区", "present": "双方", "minutes": "谈妥"}
    does(row, "hold_session", later(hours=4), held_at="2023-03-14T13:00", **sitting)
    does(row, "agree", later(hours=4), agreement="赔500元", facts="冰柱砸车", perform_by="2023-03-17")
    does(row, "record_performance", later(days=6), performed="1", text="电话核实")
    row.refresh_from_db()
    assert (row.status, row.form, row.facts) == ("agreed", "written", "冰柱砸车") and row.performed_at == later(days=6)
    assert row.ended_at - TUESDAY == timedelta(hours=4)
