"""Figures follow the history, and nothing that is done afterwards makes them better than the work was."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from dispatch.actions import handling
from dispatch.models import WorkOrder
from feedback.actions import appeals, exclusion
from feedback.figures import freezing, keeping, metrics, periods
from feedback.models import Appeal, Exclusion, Fact, FigureRule, Snapshot, Tally
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Case, Event
from street.models import Role
from tests.clock import instant, travel
from tests.desk.phone import act, moves_on
from tests.dispatch.scene import TUESDAY, a_case, later, person
from tests.feedback.scene import CONTENT, RESOLVED_AT, UNHAPPY, a_resolved_case, answers, asked, finish

TABLE = Path(__file__).resolve().parents[2] / "docs" / "figures.md"
MARCH = periods.month(date(2023, 3, 14))
APRIL_5TH = instant("2023-04-05 00:30")


def counted(scene, face=Tally.Face.STREET, of=0):
    keeping.keep_up()
    assert not keeping.differences()
    return periods.numbers(scene.street, face, MARCH).get(of, {})


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as no:
        call(*args, **kwargs)
    return no.value.code


def test_a_content_person_counts_for_the_unit_that_led(scene):
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    unit = counted(scene, Tally.Face.UNIT, scene.luxi.pk)
    assert {name: unit.get(name) for name in ("came", "sent", "accept_ok", "heard", "solved_yes", "content_yes", "closed")} == {
        "came": 1, "sent": 1, "accept_ok": 1, "heard": 1, "solved_yes": 1, "content_yes": 1, "closed": 1,
    }  # fmt: skip
    assert unit["hours_0001"] == 1, "one working hour from dispatch to completion"
    assert counted(scene)["hour_2_10"] == 1, "a Tuesday, ten in the morning"


def test_counting_again_adds_nothing_and_a_gap_is_found(scene):
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    first = counted(scene)
    assert keeping.recount() == 0
    assert counted(scene) == first
    Fact.objects.filter(measure="heard").update(number=2)
    Tally.objects.filter(measure="closed", span="day").update(number=7)
    assert {what[0] for what in keeping.differences()} >= {Case.objects.get().pk}
    assert any(isinstance(what, tuple) and "closed" in what for what, *_ in keeping.differences())


def test_a_dissatisfied_round_stays_when_the_next_one_is_content(scene):
    case = a_resolved_case(scene)
    answers(asked(case)[0], UNHAPPY)
    case.refresh_from_db()
    again = case.orders.get(status=WorkOrder.Status.DISPATCHED)
    case = finish(scene, again, at=later(RESOLVED_AT, hours=1))
    answers(asked(case, at=later(RESOLVED_AT, hours=4))[0], CONTENT, at=later(RESOLVED_AT, hours=5))
    numbers = counted(scene)
    assert (numbers["heard"], numbers["content_yes"], numbers["content_no"]) == (2, 1, 1)
    assert (numbers["closed"], numbers["reworked"]) == (1, 1)


def test_work_that_is_late_stays_late_when_it_is_merged_away_or_extended(scene):
    late = a_resolved_case(scene)
    order = late.orders.get()
    due = order.due_at
    WorkOrder.objects.filter(pk=order.pk).update(
        status=WorkOrder.Status.MERGED, completed_at=None, ended_at=due + timedelta(hours=1)
    )
    extended = a_resolved_case(scene).orders.get()
    WorkOrder.objects.filter(pk=extended.pk).update(missed_at=due, due_at=due + timedelta(days=9))
    numbers = counted(scene)
    assert (numbers["finish_due"], numbers.get("finish_ok", 0)) == (2, 0)
    WorkOrder.objects.filter(pk=order.pk).update(ended_at=due - timedelta(hours=1))
    keeping.recount()
    assert counted(scene)["finish_due"] == 1, "what was taken away in time is owed by nobody"


def test_what_review_sent_back_is_not_finished(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    order = handling.dispatch(case, to=scene.luxi, limit_class="U4", basis="调解", by=scene.who("dispatcher"), at=TUESDAY)
    order = handling.accept(order, by=scene.who("luxi"), at=TUESDAY)
    order = handling.complete(order, public_answer="冰柱已清除。", by=scene.who("luxi"), at=later(hours=1))
    assert counted(scene)["finish_ok"] == 1
    handling.review(order, passed=False, opinion="没有照片", by=scene.who("leader"), at=later(hours=2))
    assert counted(scene).get("finish_ok", 0) == 0


def test_a_rate_of_nine_is_not_shown_and_k_is_data():
    nine, ten = ({"heard": n, "content_yes": 4, "content_mostly": n - 4} for n in (9, 10))
    of = {name: metrics.BY_NAME[name] for name in ("satisfied",)}["satisfied"]
    shown = [metrics.values(numbers, FigureRule(), Tally.Face.STREET) for numbers in (nine, ten)]
    assert [next(value.percent for value in each if value.metric is of) for each in shown] == [None, Decimal("100.0")]
    half = metrics.values(ten, FigureRule(mostly=Decimal("0.5")), Tally.Face.STREET)
    assert next(value.percent for value in half if value.metric is of) == Decimal("70.0")


def test_median_and_p90_of_hours():
    numbers = {f"hours_{length:04d}": 1 for length in range(1, 11)}
    assert metrics.hours(numbers, FigureRule()) == (5, 9, 10)
    assert metrics.hours({"hours_0001": 9}, FigureRule()) == (None, None, 9)


def test_days_and_months_add_up_alike(scene):
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    whole = counted(scene)
    parts = [periods.Period(date(2023, 3, 1), date(2023, 3, 14)), periods.Period(date(2023, 3, 15), date(2023, 3, 31))]
    summed: dict = {}
    for part in parts:
        for name, number in periods.numbers(scene.street, Tally.Face.STREET, part).get(0, {}).items():
            summed[name] = summed.get(name, 0) + number
    quarter = periods.Period(date(2023, 2, 10), date(2023, 4, 20))
    later_ones = {name: number for name, number in periods.numbers(scene.street, "street", quarter)[0].items() if name in whole}
    assert summed == whole == later_ones


def test_a_frozen_month_does_not_move_and_a_correction_is_a_new_version(scene):
    case = a_resolved_case(scene)
    answers(asked(case)[0], CONTENT)
    keeping.keep_up()
    assert not freezing.freeze_due(instant("2023-04-04 23:30")), "the month waits for its last callbacks"
    (first,) = freezing.freeze_due(APRIL_5TH)
    assert not freezing.freeze_due(APRIL_5TH), "once"
    before = first.numbers
    WorkOrder.objects.filter(case=case).update(completed_at=instant("2023-03-30 12:00"))
    keeping.recount()
    first.refresh_from_db()
    assert first.numbers == before
    assert ("street", 0, "finish_ok", 1, 0) in freezing.drift(first)
    head, above = person("luxi_head", Role.UNIT_HEAD, scene.luxi), scene.who("supervisor")
    assert refused(appeals.ask, first, unit=scene.xisheng, reason="不对", by=head, at=APRIL_5TH) == "role_missing"
    appeal = appeals.ask(first, unit=scene.luxi, reason="办结时间登记有误", by=head, at=APRIL_5TH)
    assert refused(appeals.agree, appeal, opinion="属实", by=head, at=APRIL_5TH) == "own_request"
    appeal, second = appeals.agree(appeal, opinion="属实", by=above, at=APRIL_5TH)
    assert (second.version, second.appeal, second.numbers["street"]["0"].get("finish_ok", 0)) == (2, appeal, 0)
    assert list(Snapshot.objects.last_versions()) == [second]
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.create(street=scene.street, month=first.month, version=3, rule={}, numbers={}, frozen_at=APRIL_5TH)
    again = appeals.ask(first, unit=scene.luxi, reason="还是不对", by=head, at=APRIL_5TH)
    assert refused(appeals.agree, again, opinion="同意", by=above, at=APRIL_5TH) == "nothing_differs"
    assert Appeal.objects.get(pk=again.pk).status == Appeal.Status.ASKED, "nothing is half done"


def test_a_verdict_is_counted_apart_only_by_two_levels_and_the_person_is_told(scene):
    case = a_resolved_case(scene)
    unit, above = scene.who("luxi"), person("duchashi", Role.DISTRICT_SUPERVISION, scene.street.parent)
    apart = {"kind": "verdict", "ground": "unreasonable", "reason": "外机噪声经测量在限值以内，已书面答复。"}
    assert refused(exclusion.ask, case, **apart, by=unit, at=RESOLVED_AT) == "nothing_to_exclude"
    answers(asked(case)[0], UNHAPPY)
    row = exclusion.ask(case, **apart, by=unit, at=RESOLVED_AT)
    assert refused(exclusion.agree_at_district, row, opinion="同意", by=above, at=RESOLVED_AT) == "move_not_open"
    row = exclusion.agree_at_street(row, opinion="属实", by=scene.who("supervisor"), at=RESOLVED_AT)
    assert counted(scene)["content_no"] == 1, "one level is not enough"
    row = exclusion.agree_at_district(row, opinion="属实", by=above, at=RESOLVED_AT)
    numbers = counted(scene)
    assert (numbers.get("content_no", 0), numbers.get("heard", 0), numbers["heard_out"]) == (0, 0, 1)
    told = Event.objects.get(kind="exclusion.stand")
    assert "依法起诉" in told.public and case.notices.filter(kind="exclusion", grievance__isnull=False).count() == 1
    exclusion.lift(row, reason="当事人补充了新证据", by=above, at=RESOLVED_AT)
    assert counted(scene)["content_no"] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.filter(pk=row.pk).update(status="standing", district_by=row.street_by)


def test_a_frozen_month_keeps_the_rule_it_was_counted_by(scene):
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    keeping.keep_up()
    (frozen,) = freezing.freeze_due(APRIL_5TH)
    FigureRule.objects.create(starts=date(2023, 1, 1), mostly=Decimal("0.5"), shown_from=20)
    frozen.refresh_from_db()
    assert (frozen.rule["mostly"], frozen.rule["shown_from"]) == ("1", 10)
    FigureRule.objects.create(starts=date(2023, 3, 20), mostly=Decimal("0.3"))
    in_force = [
        FigureRule.objects.in_force(scene.street, day).mostly for day in (date(2022, 12, 31), date(2023, 3, 19), MARCH.last)
    ]
    assert in_force == [1, Decimal("0.5"), Decimal("0.3")]


def test_each_way_to_polish_a_figure_names_a_test_that_exists():
    named = set(re.findall(r"`(test_[a-z_]+)`", TABLE.read_text()))
    written = {
        name for path in TABLE.parents[1].glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert len(named) > 10 and named <= written


def test_a_new_rule_counts_everything_anew(scene):
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    assert counted(scene)["taken"] == 1
    FigureRule.objects.create(starts=date(2023, 1, 1), take_within=0, take_within_urgent=0)
    Case.objects.update(submitted_at=later(TUESDAY, hours=-1))
    assert counted(scene).get("taken", 0) == 0


def test_exclusion_is_asked_and_decided_on_the_page_of_the_case(scene, client):
    case = a_resolved_case(scene)
    answers(asked(case)[0], UNHAPPY)
    above, page = person("duchashi", Role.DISTRICT_SUPERVISION, scene.street.parent), f"/desk/cases/{case.number}/"
    said = {"kind": "verdict", "ground": "unreasonable", "reason": "噪声在限值以内", "opinion": "属实"}
    with travel(RESOLVED_AT):
        for who, name in ((scene.who("luxi"), "exclude"), (scene.who("supervisor"), "agree"), (above, "stand")):
            client.force_login(who)
            assert name in moves_on(client.get(page))
            row = Exclusion.objects.first() or case
            assert client.post(page, {"act": act(row, name), **said}).status_code == 302
            assert name == "exclude" or name not in moves_on(client.get(page))
    assert Exclusion.objects.get().status == Exclusion.Status.STANDING
