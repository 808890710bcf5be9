"""宽限: what the policy allows an order, and who decides it. The terms are frozen in the request when it is made."""

from grievance.casework import Refused, notice_for
from street.models import STREET_ROLES, Role
from street.scope import stand


def allowance_for(order, kind, step):
    """宽限规则 for the `step`-th extension or suspension of an order; None where the policy allows none.

    A limit class with rows of its own follows only those."""
    # Read with .all(), so that a page that prefetched them pays nothing
    every = order.policy.allowances.all()
    rows = [row for row in every if row.kind == kind and row.limit_class in ("", order.limit_class)]
    own = [row for row in rows if row.limit_class] or rows
    return next((row for row in own if row.step == step), None)


def may_decide(request, order, user):
    """可审批: a request is decided by another, at the level that the policy names for it."""
    return request.asked_by_id != user.pk and any(user.scope.posting_for({role}, order.seat(role)) for role in request.deciders)


def check_level(request, *, by, at):
    """Refused `wrong_level` (403) unless `by` holds one of the roles that decide this request."""
    stand(by, at)
    if not may_decide(request, request.order, by):
        names = "、".join(Role(role).label for role in request.deciders)
        raise Refused("wrong_level", f"按办理政策，这项申请由{names}审批，您当前的任职不能审批。", status=403)


def notice(key, kind, request, text, *, at):
    """提请审批: told to the first of the roles that decide; a unit's own head is told at the unit."""
    order, first = request.order, (request.deciders or ["shift_leader"])[0]
    to = {"role": first} if first in STREET_ROLES else {"organisation": order.handler}
    return notice_for(key, kind, order.case, text, at=at, **to)
