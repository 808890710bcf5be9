"""The least that a test of the ladder needs: a street whose ladder says nothing, rows of one's own, and what has fired."""

from datetime import timedelta

from dispatch import sweeps
from dispatch.actions import handling, returns
from dispatch.models import Checkpoint, EscalationRung
from grievance.actions import triage
from tests.dispatch.scene import TUESDAY, a_case, a_street, later

SOON = later(hours=6)


def a_quiet_street():
    """The small street with an empty ladder: only what a test writes itself shall fire."""
    street = a_street()
    EscalationRung.objects.all().delete()
    return street


def a_rung(scene, trigger, amount=1, *, code=None, measure="chase", to="street_leader", **more):
    """One row of the ladder."""
    return EscalationRung.objects.create(
        policy=scene.policy, code=code or f"{trigger}-{amount}", trigger=trigger, anchor=more.pop("anchor", "matter"),
        amount=amount, measure=measure, to=to, sentence=more.pop("sentence", f"{trigger}。"), **more,
    )  # fmt: skip


def an_order(scene, *, to=None, **case):
    """Dispatched to 路西 on Tuesday, unless to another unit."""
    case = triage.admit(a_case(scene, **case), by=scene.who("dispatcher"), at=TUESDAY)
    return handling.dispatch(case, to=to or scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY)


def fired(at=SOON):
    """The codes that have fired by `at`, one for each time."""
    sweeps.reconcile(at=at)
    while sweeps.fire_batch(at=at):
        pass
    return list(Checkpoint.objects.filter(fired_at__isnull=False).order_by("pk").values_list("rung__code", flat=True))


def hand_on(order, *units, scene, at=TUESDAY):
    """Transferred from one unit to the next, a minute apart; the last order."""
    for minute, unit in enumerate(units, 1):
        order = handling.transfer(
            order, to=unit, reason="职责不符", by=scene.who("dispatcher"), at=at + timedelta(minutes=minute)
        )
    return order


def returned(order, scene, who, at):
    """退单 asked and agreed."""
    asked = returns.ask_return(order, reason="duty", basis="清单第3条", by=scene.who(who), at=at)
    returns.decide_return(asked, agreed=True, opinion="属实", by=scene.who("leader"), at=at + timedelta(minutes=1))


def done_and_sent_back(order, scene, at=None):
    """Completed by 路西, passed, and not accepted by the resident; the order of the next round."""
    at = at or later(minutes=30)
    handling.accept(order, by=scene.who("luxi"), at=at)
    # The head of the unit reports what was done again
    handling.complete(order, public_answer="已修好", by=scene.who("luxi" if order.round == 1 else "luxi_secretary"), at=at)
    handling.review(order, passed=True, by=scene.who("leader"), at=at)
    return handling.rework(order.case, reason="没有修好", at=at + timedelta(minutes=1), by=None)
