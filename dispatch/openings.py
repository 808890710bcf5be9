"""可办动作: what is open to a person on a work order, once the facts of the order have narrowed the table of moves.

The table says who may do what in which state; here stands what would be refused all the same, so that nobody is offered it.
What is asked of a row's children is read with .all(), so that a page that prefetched them pays nothing."""

from dispatch import allowances
from dispatch.actions.mediation import never_mediated, units_open_to
from dispatch.deadlines import PETITION_CLASS
from dispatch.models import Allowance, Mediation
from dispatch.workflow import MEDIATION, MEDIATORS, WORK_ORDER
from grievance.casework import Move

OPEN_MEDIATION = Move("open_mediation", "开始调解", set(), None, MEDIATORS)


def open_moves(order, user, at):
    """可办动作 of `user` on `order` at the instant `at`: the order's own, then mediation at its unit; Move objects."""
    own = WORK_ORDER.open_to(order, user)
    return [move for move in own if FACTS.get(move.name, _always)(order, user, at)] + mediation_moves(order, user)


def _always(order, user, at):
    return True


def returnable(order, user, at):
    """可退单: not designated, and not asked before."""
    return not order.designated and not order.returns.all()


def extendable(order, user, at):
    """可申请延期: before the due time, nothing waiting, and the policy allows one more."""
    return _allowed(order, order.extensions.all(), Allowance.Kind.EXTENSION, at)


def suspendable(order, user, at):
    """可申请挂账: before the due time, nothing waiting, and the policy allows one more."""
    return _allowed(order, order.suspensions.all(), Allowance.Kind.SUSPENSION, at)


def _allowed(order, asked, kind, at):
    if at > order.due_at or any(row.agreed is None for row in asked):
        return False
    return allowances.allowance_for(order, kind, sum(1 for row in asked if row.agreed) + 1) is not None


def return_asked(order, user, at):
    """退单待审, asked by somebody else."""
    return _asked_by_another(order.returns.all(), user)


def extension_asked(order, user, at):
    """延期待批, asked by somebody else, and decided at one's level."""
    return _mine_to_decide(order, order.extensions.all(), user)


def suspension_asked(order, user, at):
    """挂账待批, asked by somebody else, and decided at one's level."""
    return _mine_to_decide(order, order.suspensions.all(), user)


def _mine_to_decide(order, asked, user):
    return any(row.agreed is None and allowances.may_decide(row, order, user) for row in asked)


def completed_by_another(order, user, at):
    """他人办结: nobody reviews their own work."""
    return order.completed_by_id != user.pk


def _asked_by_another(rows, user):
    return any(row.agreed is None and row.asked_by_id != user.pk for row in rows)


def to_admit(order, user, at):
    """信访件未受理."""
    return _petition(order) is not None and _petition(order).admitted_at is None


def to_notify(order, user, at):
    """信访件未书面告知."""
    return _petition(order) is not None and _petition(order).notified_at is None


def _petition(order):
    return getattr(order.case, "petition", None) if order.limit_class == PETITION_CLASS else None


FACTS = {
    "admit_petition": to_admit,
    "notify_petitioner": to_notify,
    "ask_return": returnable,
    "request_extension": extendable,
    "decide_extension": extension_asked,
    "ask_suspension": suspendable,
    "agree_suspension": suspension_asked,
    "refuse_suspension": suspension_asked,
    "agree_return": return_asked,
    "refuse_return": return_asked,
    "review_pass": completed_by_another,
    "review_reject": completed_by_another,
}


ENDS = ("consent", "agree", "fail")
"""调解动作 that are made on the order; sessions and the follow-up are written on the page of the case."""


def open_mediation_of(case):
    """在调: the mediation under way in a case, else None."""
    return next((row for row in case.mediations.all() if row.status == Mediation.Status.OPEN), None)


def mediation_moves(order, user):
    """调解动作: begin, or end the one under way at this unit; a matter of personal safety is never mediated."""
    running = open_mediation_of(order.case)
    if running:
        at_this_unit = running.unit_id == order.handler_id
        return [move for move in MEDIATION.open_to(running, user) if move.name in ENDS] if at_this_unit else []
    mine = order.handler in units_open_to(order.case, user)
    return [OPEN_MEDIATION] if mine and not never_mediated(order.case) else []
