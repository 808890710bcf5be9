"""要求重办: after the end a resident says that it is not settled; a new round begins, as after an unhappy answer."""

from django.db import transaction

from dispatch import deadlines
from dispatch.actions import handling
from dispatch.models import Trigger, WorkOrder
from feedback.actions.callback import times_unhappy
from grievance.actions import talk
from grievance.actions.closing import reopenable
from grievance.casework import RESIDENT, Refused, beijing, lock
from grievance.models import Case
from grievance.workflow import CASE

NEXT = "问题还在的，请重新扫码说事，会作为新的一件办理；也可以打街道电话，报诉求编号。"


@transaction.atomic
def reopen(grievance, *, text="", at):
    """要求重办 of a closed matter: the same unit, a round with limits of its own, and the ladder hears of it.

    What is written may report on officials: that goes to the discipline office alone, and is what is returned; the matter is done
    again all the same. Refused `not_closed`, `too_late`, `nothing_to_rework`."""
    grievance = lock(grievance)
    case = grievance.case
    _check(grievance, at)
    words, report = talk.screened(grievance, text, at=at)
    CASE.apply(
        "reopen", case, by=RESIDENT, at=at, ended_at=None, reopen_until=None, grievance=grievance,
        sentence=f"诉求 {grievance} 的诉求人表示没有解决，要求重新办理。", public="您说没有解决，要求重新办理。",
    )  # fmt: skip
    talk.note(grievance, words, at=at)
    order = handling.rework(case, reason="结案后诉求人表示没有解决", at=at)
    case.refresh_from_db()
    deadlines.plan_fact(case, Trigger.DISSATISFIED, times_unhappy(case), at=at, policy=order.policy, order=order)
    return report or case


def over(grievance):
    """Why it is not open now, and what to do instead."""
    case = grievance.case
    if case.status != Case.Status.CLOSED or grievance.withdrawn_at is not None:
        return Refused("not_closed", "这件事现在不是结案状态，不用要求重办。请看办理进展页上可以做什么。")
    until = f"（{beijing(case.reopen_until)}止）" if case.reopen_until else ""
    return Refused("too_late", f"可以要求重新办理的时间已经过了{until}。{NEXT}")


def _check(grievance, at):
    case = grievance.case
    if not reopenable(grievance, at=at):
        raise over(grievance)
    if not case.orders.filter(lead=True, status=WorkOrder.Status.DONE).exists():
        raise Refused("nothing_to_rework", f"这件事没有派过单，不能直接重新办理。{NEXT}")
