"""挂账与恢复: the clocks stand still for a reason, later by exactly that; nothing that ran out is made good."""

from datetime import timedelta

import pytest

from dispatch import sweeps
from dispatch.actions import handling, suspension
from dispatch.models import Allowance, Anchor, Checkpoint, Deadline, Suspension, TimeLimit, WorkOrder
from grievance.casework import Refused
from grievance.models import Notice
from tests.clock import instant
from tests.desk.phone import an_order
from tests.dispatch.scene import a_street, later

pytestmark = pytest.mark.django_db

# Dispatched Tuesday 14 March 10:20, due Tuesday 21 March 19:30 (winter hours: 10:00–14:00, 15:30–19:30)
WEDNESDAY_NOON, DUE = instant("2023-03-15 12:00"), instant("2023-03-21 19:30")


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    row = handling.accept(an_order(scene), by=scene.who("luxi"), at=later(minutes=20))
    return handling.respond(row, note="", by=scene.who("luxi"), at=later(minutes=30))


MONDAY = instant("2023-03-20 10:00")


def asked(order, scene, at=WEDNESDAY_NOON, review=MONDAY):
    return suspension.ask(
        order, reason="appraisal", words="等车损鉴定", review_at=review, by=scene.who("luxi"), at=at
    )  # fmt: skip


def agreed(order, scene, at=WEDNESDAY_NOON):
    row = asked(order, scene, at=at - timedelta(minutes=1), review=max(MONDAY, at))
    return suspension.decide(row, agreed=True, opinion="同意", by=scene.who("street_leader"), at=at)


def test_resumed_order_is_due_later_by_exactly_the_working_time_it_stood_still(order, scene):
    agreed(order, scene)
    # Wednesday noon to Monday noon: 2+4 hours, Thursday and Friday 8 each, none at the weekend, 2 on Monday
    done = suspension.resume(order, note="鉴定已出", by=scene.who("luxi"), at=instant("2023-03-20 12:00"))
    assert done.status == WorkOrder.Status.ACCEPTED
    assert done.due_at == instant("2023-03-24 19:30")
    assert Deadline.objects.get(case=order.case, anchor=Anchor.MATTER).due_at == done.due_at


def test_pause_over_a_weekend_alone_gives_nothing(order, scene):
    agreed(order, scene, at=instant("2023-03-17 19:30"))
    done = suspension.resume(order, by=scene.who("luxi"), at=instant("2023-03-20 10:00"))
    assert done.due_at == DUE


def test_nothing_is_chased_while_the_clock_stands_still(order, scene):
    agreed(order, scene)
    while sweeps.fire_batch(at=DUE + timedelta(days=3)):
        pass
    assert not Checkpoint.objects.filter(deadline__order=order, fired_at__gt=WEDNESDAY_NOON).exists()
    assert Checkpoint.objects.filter(case=order.case, fired_at__isnull=True).exists()


def test_ladder_waits_by_the_new_date_and_says_nothing_twice(order, scene):
    sweeps.fire_batch(at=instant("2023-03-20 19:30"))
    before = list(Checkpoint.objects.filter(order=order, fired_at__isnull=False).values_list("rung__code", flat=True))
    agreed(order, scene, at=instant("2023-03-21 10:00"))
    suspension.resume(order, by=scene.who("luxi"), at=instant("2023-03-23 10:00"))
    waiting = dict(Checkpoint.objects.filter(deadline__order=order, deadline__anchor="completion", fired_at=None).values_list(
        "rung__code", "due_at"
    ))  # fmt: skip
    assert waiting["late"] == instant("2023-03-23 19:30")
    assert "community" in before and "community" not in waiting


def test_resident_is_told_the_reason_and_the_new_date(order, scene):
    agreed(order, scene)
    said = order.case.events.get(kind="case.promise", at=WEDNESDAY_NOON).public
    order.refresh_from_db()
    assert "等车损鉴定" in said and "2023年3月20日 10:00复核" in said
    assert Notice.objects.filter(kind="suspended", grievance__case=order.case).count() == 1
    suspension.resume(order, by=scene.who("luxi"), at=instant("2023-03-16 12:00"))
    order.case.refresh_from_db()
    assert order.case.promised_at == instant("2023-03-22 19:30")
    assert Notice.objects.filter(kind="resumed", grievance__case=order.case).count() == 1


def test_clock_runs_until_somebody_else_has_agreed(order, scene):
    row = asked(order, scene)
    order.refresh_from_db()
    assert (order.status, order.due_at) == (WorkOrder.Status.ACCEPTED, DUE)
    with pytest.raises(Refused) as refusal:
        suspension.decide(row, agreed=True, opinion="同意", by=scene.who("luxi"), at=WEDNESDAY_NOON)
    assert refusal.value.code == "own_request"


def test_only_the_level_that_the_policy_names_agrees(order, scene):
    Allowance.objects.filter(kind="suspension").update(deciders=["street_leader"])
    row = asked(order, scene)
    with pytest.raises(Refused) as refusal:
        suspension.decide(row, agreed=True, opinion="同意", by=scene.who("leader"), at=WEDNESDAY_NOON)
    assert (refusal.value.code, refusal.value.status) == ("wrong_level", 403)


def test_breach_already_made_stays_and_is_pressed_on(order, scene):
    Deadline.objects.filter(order=order, anchor="completion").update(due_at=WEDNESDAY_NOON - timedelta(hours=1))
    agreed(order, scene)
    clock = Deadline.objects.get(order=order, anchor="completion")
    assert (clock.pauses, clock.overdue(WEDNESDAY_NOON)) == ([], True)


def test_late_request_is_refused(order, scene):
    with pytest.raises(Refused) as refusal:
        asked(order, scene, at=DUE + timedelta(minutes=1), review=instant("2023-04-01 10:00"))
    assert refusal.value.code == "too_late"


@pytest.mark.parametrize("review", [WEDNESDAY_NOON, instant("2023-04-20 10:00")])
def test_review_lies_ahead_and_within_the_cap(order, scene, review):
    with pytest.raises(Refused) as refusal:
        asked(order, scene, review=review)
    assert refusal.value.code == "review_out_of_range"


def test_second_suspension_is_the_policys_to_allow(order, scene):
    agreed(order, scene)
    suspension.resume(order, by=scene.who("luxi"), at=instant("2023-03-15 16:00"))
    with pytest.raises(Refused) as refusal:
        asked(order, scene, at=instant("2023-03-15 17:00"))
    assert refusal.value.code == "suspended_before"
    Allowance.objects.create(
        policy=order.policy, kind="suspension", step=2, most=5, unit="calendar_day", deciders=["street_leader"]
    )
    second = agreed(order, scene, at=instant("2023-03-15 17:01"))
    assert second.cap_at == instant("2023-03-21 00:00")


def test_review_is_called_for_once_on_its_day(order, scene):
    agreed(order, scene)
    for _ in range(2):
        sweeps.reconcile(at=instant("2023-03-20 10:00"))
    assert Notice.objects.filter(kind="suspension", key__contains=":review").count() == 2
    assert order.case.events.filter(kind="workorder.review_suspension").count() == 1


def test_cap_resumes_by_itself_however_late_the_sweep_comes(order, scene):
    row = agreed(order, scene)
    for _ in range(2):
        sweeps.reconcile(at=row.cap_at + timedelta(hours=30))
    order.refresh_from_db()
    row.refresh_from_db()
    assert (order.status, row.resumed_at, row.resumed_by) == (WorkOrder.Status.ACCEPTED, row.cap_at, None)
    assert order.case.events.filter(kind="workorder.resume").count() == 1
    clock = Deadline.objects.get(order=order, anchor="completion")
    assert clock.stood_still == [(WEDNESDAY_NOON, row.cap_at)]


def test_suspended_order_can_go_to_another_unit(order, scene):
    agreed(order, scene)
    at = instant("2023-03-16 12:00")
    new = handling.transfer(order, to=scene.sifasuo, reason="请司法所接手", by=scene.who("dispatcher"), at=at)
    assert Suspension.objects.get().resumed_at == at
    assert new.due_at == instant("2023-03-23 19:30")
    # One working day stood still: the case's own clock is later by that, and not by the transfer
    assert Deadline.objects.get(case=order.case, anchor=Anchor.MATTER).due_at == instant("2023-03-22 19:30")


def test_suspended_order_is_not_completed(order, scene):
    agreed(order, scene)
    with pytest.raises(Refused) as refusal:
        handling.complete(order, public_answer="好了", by=scene.who("luxi"), at=instant("2023-03-16 12:00"))
    assert refusal.value.code == "move_not_open"


def test_refused_suspension_changes_no_clock(order, scene):
    row = asked(order, scene)
    suspension.decide(row, agreed=False, opinion="可以先办", by=scene.who("leader"), at=WEDNESDAY_NOON)
    order.refresh_from_db()
    assert (order.status, order.due_at) == (WorkOrder.Status.ACCEPTED, DUE)


def an_interim_limit(scene, amount=2):
    TimeLimit.objects.create(policy=scene.policy, limit_class="U4", anchor="interim", amount=amount, unit="working_day")


def test_interim_report_starts_the_next_one_until_the_order_is_due(scene):
    an_interim_limit(scene, amount=1)
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=later(minutes=20))
    first = Deadline.objects.get(order=order, anchor="interim")
    assert first.due_at == instant("2023-03-15 19:30")
    handling.add_progress(order, text="约了双方", by=scene.who("luxi"), at=instant("2023-03-17 11:00"))
    first.refresh_from_db()
    second = Deadline.objects.get(order=order, anchor="interim", met_at=None)
    assert first.breached
    assert second.due_at == instant("2023-03-20 19:30")


def test_last_stretch_owes_no_further_interim_report(scene):
    an_interim_limit(scene, amount=3)
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=later(minutes=20))
    handling.add_progress(order, text="约了双方", by=scene.who("luxi"), at=instant("2023-03-17 11:00"))
    assert not Deadline.objects.filter(order=order, anchor="interim", met_at=None).exists()


def test_one_suspension_that_cannot_be_resumed_does_not_stop_the_others(scene, order, monkeypatch):
    row, other = agreed(order, scene), handling.accept(an_order(scene), by=scene.who("luxi"), at=later(minutes=20))
    agreed(other, scene, at=WEDNESDAY_NOON + timedelta(minutes=5))
    resume = suspension.resume

    def failing(order, **more):
        if order.pk == row.order_id:
            raise RuntimeError("a bad row")
        return resume(order, **more)

    monkeypatch.setattr(suspension, "resume", failing)
    sweeps.reconcile(at=row.cap_at + timedelta(days=1))
    other.refresh_from_db()
    assert other.status == WorkOrder.Status.ACCEPTED
    assert Suspension.objects.running().get() == row
