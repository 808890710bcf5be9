"""值班: who is on duty, who is rung and until when, and that no clock ever takes over, confirms or signs in a person's name."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from desk import lights
from dispatch import duty, shift_page, sweeps
from dispatch.actions import by_phone, handling, ringing, shifts, urgent_reports
from dispatch.models import DutyNote, DutyRule, FirstLook, PhoneAcceptance, Ring, Shift, UrgentReport
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Case, Event, Notice
from street.models import Role
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_street, later

pytestmark = pytest.mark.django_db

EVENING = instant("2023-03-14 16:00")
NIGHT = instant("2023-03-15 00:00")


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def roster(scene):
    """Today 08–16 the dispatcher, 16–24 the supervisor, the night the caller; the street's leader leads all three."""
    who = scene.who
    rows = shifts.rota(
        [("早班", time(8), time(16)), ("中班", time(16), time(0)), ("夜班", time(0), time(8))],
        [who("street_leader")], [who("dispatcher"), who("supervisor"), who("caller")],
        first=date(2023, 3, 14), days=2, phone="0991-5550000",
    )  # fmt: skip
    shifts.plan(scene.street, rows=rows[:2] + rows[5:], by=who("leader"), at=instant("2023-03-13 12:00"))
    return list(Shift.objects.order_by("starts_at"))


def urgent(scene, at=TUESDAY):
    case = a_case(scene, at=at)
    Case.objects.filter(pk=case.pk).update(urgency="urgent")
    return Case.objects.get(pk=case.pk)


def run(first, minutes):
    """The sweep of every minute, twice each, as two machines would."""
    for minute in range(minutes + 1):
        sweeps.watch_duty(at=later(first, minutes=minute))
        sweeps.watch_duty(at=later(first, minutes=minute))


def rung(case, kind="ring"):
    return [(row.user and row.user.username or row.role, row.created_at) for row in Notice.objects.filter(case=case, kind=kind)]


def test_urgent_matter_rings_at_intervals_and_climbs_until_a_person_on_duty_confirms(scene, roster):
    shifts.take(roster[0], by=scene.who("dispatcher"), at=instant("2023-03-14 08:00"))
    case = urgent(scene)
    run(TUESDAY, 16)
    at = [later(minutes=minute) for minute in (0, 5, 10, 15)]
    officer, leader = ("dispatcher", "street_leader")
    assert rung(case) == [
        (officer, at[0]), (officer, at[1]), (leader, at[1]), (officer, at[2]), (leader, at[2]), (officer, at[3]), (leader, at[3]),
        (Role.STREET_SECRETARY, at[3]),
    ]  # fmt: skip
    ring = Ring.objects.get()
    with pytest.raises(Refused) as refused:
        ringing.confirm(ring, done="到了", by=scene.who("caller"), at=later(minutes=17))
    assert refused.value.code == "not_on_duty"
    with pytest.raises(Refused) as silent:
        ringing.confirm(ring, done=" ", by=scene.who("dispatcher"), at=later(minutes=17))
    assert silent.value.code == "text_missing"
    ringing.confirm(ring, done="119 已到场", by=scene.who("dispatcher"), at=later(minutes=17))
    run(later(minutes=17), 30)
    assert len(rung(case)) == 8 and Ring.objects.get().status == "confirmed"
    assert not Notice.objects.filter(kind="ring", sent_at=None, lapsed_at=None).exists()
    assert "119" not in Event.objects.get(kind="ring.confirm").sentence


def test_nobody_on_the_roster_means_the_roles_ring_and_never_nobody(scene):
    case = urgent(scene)
    run(TUESDAY, 0)
    assert {who for who, _ in rung(case)} == {Role.DISPATCHER, Role.SHIFT_LEADER}
    ringing.confirm(Ring.objects.get(), done="已处置", by=scene.who("dispatcher"), at=later(minutes=1))


def test_no_clock_confirms_a_ring_and_a_machine_that_was_down_rings_once(scene, roster):
    case = urgent(scene)
    sweeps.watch_duty(at=TUESDAY)
    sweeps.watch_duty(at=later(hours=3))
    assert len(rung(case)) == 3 and Ring.objects.get().times == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Ring.objects.update(status="confirmed")


def test_ring_ends_with_its_matter_and_rings_anew_when_that_is_reopened(scene, roster):
    case = urgent(scene)
    sweeps.watch_duty(at=TUESDAY)
    Case.objects.filter(pk=case.pk).update(status="resolved")
    run(later(minutes=5), 10)
    assert Ring.objects.get().status == "lapsed" and len(rung(case)) == 1
    Case.objects.filter(pk=case.pk).update(status="in_handling")
    run(later(hours=1), 0)
    assert Ring.objects.filter(status="ringing").count() == 1 and len(rung(case)) == 2


def test_alarm_of_the_machine_goes_to_those_on_duty_before_any_role(scene, roster):
    case = a_case(scene)
    everybody = dict(duty.in_place_of(case, [Role.SHIFT_LEADER, Role.DISCIPLINE], TUESDAY))
    assert [to["user"].username for to in everybody.values() if "user" in to] == ["dispatcher", "street_leader"]
    assert everybody[Role.DISCIPLINE] == {"role": Role.DISCIPLINE}
    assert dict(duty.in_place_of(case, [Role.SHIFT_LEADER], later(days=9))) == {Role.SHIFT_LEADER: {"role": Role.SHIFT_LEADER}}
    assert triage.by_role(case, ["x"], TUESDAY) == [("x", {"role": "x"})]


def test_shift_is_taken_over_by_a_person_and_its_page_is_frozen(scene, roster):
    first, second = roster[0], roster[1]
    shifts.take(first, by=scene.who("dispatcher"), at=instant("2023-03-14 07:50"))
    note = shifts.write_note(scene.street, text="3号楼老人等药", by=scene.who("dispatcher"), at=TUESDAY)
    case = a_case(scene, at=TUESDAY)
    # Nobody relieves: both are on duty, the leader hears of it once, and no clock takes over
    run(EVENING, 20)
    assert [one.username for one in duty.on_duty(scene.street, later(EVENING, minutes=20)).officers] == [
        "supervisor",
        "dispatcher",
    ]
    told = Notice.objects.filter(kind="shift")
    assert [(row.user.username, row.created_at) for row in told] == [("street_leader", later(EVENING, minutes=15))]
    assert Shift.objects.get(pk=second.pk).status == "planned"
    with pytest.raises(Refused) as stranger:
        shifts.take(second, by=scene.who("caller"), at=later(EVENING, minutes=21))
    assert stranger.value.code == "not_yours"
    shifts.take(second, by=scene.who("supervisor"), at=later(EVENING, minutes=21))
    shifts.sign_off(first, by=scene.who("dispatcher"), at=later(EVENING, minutes=22))
    ended = Shift.objects.get(pk=first.pk)
    assert (ended.status, ended.left_by.username, ended.taken_by.username) == ("ended", "dispatcher", "dispatcher")
    assert ended.page["came"] == {"count": 1, "cases": [case.pk]} and ended.page["notes"] == [note.pk]
    assert case.title not in str(ended.page) and "老人" not in str(ended.page)
    a_case(scene, at=later(EVENING, minutes=30))
    assert Shift.objects.get(pk=first.pk).page == ended.page
    with pytest.raises(Refused) as again:
        shifts.take(second, by=scene.who("supervisor"), at=later(EVENING, minutes=40))
    assert again.value.code == "move_not_open" and "supervisor" in again.value.message
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.filter(status="planned").update(status="ended")


def test_swap_counts_when_the_other_agrees_and_keeps_both_names(scene, roster):
    swap = shifts.ask_swap(roster[1], part="officer", to=scene.who("caller"), by=scene.who("supervisor"), at=TUESDAY)
    assert Shift.objects.get(pk=roster[1].pk).officer.username == "supervisor"
    with pytest.raises(Refused) as hasty:
        shifts.decide_swap(swap, agreed=True, by=scene.who("supervisor"), at=TUESDAY)
    assert hasty.value.code == "not_asked"
    made = shifts.decide_swap(swap, agreed=True, by=scene.who("caller"), at=TUESDAY)
    assert Shift.objects.get(pk=roster[1].pk).officer.username == "caller"
    assert (made.was.username, made.to.username, made.decided_by.username) == ("supervisor", "caller", "caller")


def test_gaps_overlaps_and_double_duty_are_seen_before_they_happen(scene, roster):
    found = [(a, said) for a, _, said in shifts.gaps(roster, TUESDAY, instant("2023-03-16 08:00"))]
    assert found == [(instant("2023-03-15 08:00"), "没有人值班")]
    shifts.plan(
        scene.street, rows=[("加班", later(EVENING, hours=7), NIGHT, scene.who("leader"), scene.who("supervisor"), "")],
        by=scene.who("leader"), at=TUESDAY,
    )  # fmt: skip
    rows = list(Shift.objects.order_by("starts_at"))
    said = [sentence for _, _, sentence in shifts.gaps(rows, TUESDAY, NIGHT)]
    assert said == ["中班和加班重叠", "supervisor连值两班（中班、加班）"]


def test_matter_nobody_has_opened_goes_to_the_leader_once_a_step(scene, roster):
    case, calm = urgent(scene), a_case(scene, description="路灯不亮")
    run(TUESDAY, 20)
    assert rung(case, "unseen") == [("street_leader", later(minutes=5)), ("street_leader", later(minutes=15))]
    assert rung(calm, "unseen") == []
    ringing.looked(calm, at=later(minutes=30))
    run(later(hours=8), 1)
    assert rung(calm, "unseen") == [] and FirstLook.objects.get(case=calm).looked_at == later(minutes=30)
    # 60 working minutes from 18:45: 45 of them today, the rest after 10 tomorrow
    late = a_case(scene, at=instant("2023-03-14 18:45"))
    run(instant("2023-03-14 18:45"), 0)
    assert FirstLook.objects.get(case=late).next_at == instant("2023-03-15 10:15")


def test_unit_is_rung_and_its_order_counts_as_accepted_by_telephone_and_it_may_object(scene, roster):
    order = an_order(scene)
    by_phone.accept(
        order, answered_by="小王", dialled="0991-5551234", said="马上去", by=scene.who("dispatcher"), at=later(minutes=5)
    )
    order.refresh_from_db()
    row = PhoneAcceptance.objects.get()
    assert (order.status, order.accepted_by, row.by.username, row.dialled) == ("accepted", None, "dispatcher", "099****1234")
    event = Event.objects.get(kind="workorder.accept_by_phone")
    assert event.actor.username == "dispatcher" and "小王" not in event.sentence
    with pytest.raises(Refused):
        by_phone.object_to(order, words="没接到", by=scene.who("xisheng"), at=later(minutes=9))
    by_phone.object_to(order, words="没接到", by=scene.who("luxi"), at=later(minutes=9))
    row.refresh_from_db()
    assert row.objected_by.username == "luxi" and row.objection == "没接到"
    assert [who for who, _ in rung(order.case, "by_phone") if who == "dispatcher"] == ["dispatcher"]


def an_order(scene, at=TUESDAY):
    case = triage.admit(a_case(scene, at=at), by=scene.who("dispatcher"), at=at)
    return handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=at)


def test_urgent_report_has_its_clock_its_signer_and_its_follow_up(scene, roster):
    case = urgent(scene)
    report = urgent_reports.open_report(case, by=scene.who("dispatcher"), at=TUESDAY)
    run(later(minutes=59), 5)
    assert [(who, at) for who, at in rung(case, "late")] == [("street_leader", later(minutes=60))]
    urgent_reports.draft(report, body="三号楼燃气泄漏，已疏散。", by=scene.who("dispatcher"), at=later(minutes=61))
    with pytest.raises(Refused) as wrong:
        urgent_reports.sign(report, by=scene.who("leader"), at=later(minutes=62))
    assert wrong.value.code == "not_on_duty"
    urgent_reports.sign(report, by=scene.who("street_leader"), at=later(minutes=62))
    urgent_reports.send(report, to="区委值班室", by=scene.who("dispatcher"), at=later(minutes=63))
    first, follow = UrgentReport.objects.all()
    assert (first.status, first.signed_by.username) == ("sent", "street_leader") and first.number.endswith("急〔2023〕1号")
    assert (follow.kind, follow.status, follow.due_at) == ("follow", "owed", later(minutes=63 + 240))
    assert "晚3分钟" in Event.objects.get(kind="urgentreport.send").sentence
    urgent_reports.draft(follow, body="处置完毕。", final=True, by=scene.who("dispatcher"), at=later(hours=2))
    urgent_reports.sign(follow, by=scene.who("street_leader"), at=later(hours=2))
    urgent_reports.send(follow, to="区委值班室", by=scene.who("dispatcher"), at=later(hours=2))
    assert UrgentReport.objects.filter(kind="final", status="sent").count() == 1 and UrgentReport.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        UrgentReport.objects.update(signed_by=None)


def test_rules_are_rows_of_a_street_and_earlier_ones_stay(scene):
    rule = DutyRule.objects.in_force(scene.street, TUESDAY)
    assert (rule.pk, rule.ring_minutes, rule.unseen_urgent) == (None, 5, [5, 15])
    shifts.set_rule(scene.street, ring_minutes=3, by=scene.who("leader"), at=TUESDAY)
    assert DutyRule.objects.in_force(scene.street, TUESDAY).ring_minutes == 3
    assert DutyRule.objects.in_force(scene.street, TUESDAY - timedelta(minutes=1)).ring_minutes == 5


def test_what_turns_before_dawn_is_what_the_lights_will_show(scene, roster):
    order = an_order(scene)
    assert (shift_page.YELLOW, shift_page.RED) == (lights.HALF, lights.NEARLY)
    found = shift_page.soon(scene.street, TUESDAY, later(hours=12))
    accept = next(row for row in found if row["anchor"] == "签收")
    assert accept["then"] == "overdue" and accept["order"] == order.number
    assert not [row for row in found if row["anchor"] == "办结"]


def test_promised_call_is_struck_with_what_came_of_it(scene):
    with pytest.raises(Refused):
        shifts.write_note(scene.street, kind="call", text="刘先生", by=scene.who("dispatcher"), at=TUESDAY)
    call = shifts.write_note(
        scene.street, kind="call", text="刘先生", due_at=later(hours=2), by=scene.who("dispatcher"), at=TUESDAY
    )
    with pytest.raises(Refused):
        shifts.strike(call, by=scene.who("caller"), at=later(hours=1))
    shifts.strike(call, outcome="打通了", by=scene.who("caller"), at=later(hours=1))
    assert DutyNote.objects.get().struck_by.username == "caller"
