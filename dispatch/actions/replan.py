"""重排时限: a changed calendar or policy moves nothing by itself; a person moves open orders on purpose, after a preview.

What had run out stays a breach; nothing is moved to where it would be overdue at once; the case's own clock, the first promise,
is left alone; the resident is told the new date and why."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction

from dispatch import deadlines, reckoning
from dispatch.models import Anchor, Deadline, Policy, TimeLimit, WorkOrder
from grievance.actions.triage import tell_residents
from grievance.casework import Refused, beijing, lock, notice_for, notify, promise, record
from street.models import Role
from street.scope import stand

ROLES = frozenset({Role.SHIFT_LEADER, Role.STREET_LEADER})
"""谁可以重排: they answer for the street's orders; a system administrator sees no matter of a resident."""


@dataclass(frozen=True)
class Shift:
    """一处变动: a running clock, the row and the due time it would have; `held` says why it is nevertheless left alone."""

    deadline: Deadline
    limit: TimeLimit | None
    due_at: datetime | None
    held: str = ""

    @property
    def order(self):
        """The order whose clock it is."""
        return self.deadline.order


def preview(street, *, at):
    """预览: the running clocks of open orders that the present calendar and policy would put elsewhere; writes nothing."""
    policy = Policy.objects.in_force(street, at)
    if policy is None:
        return []
    reckon = _Reckoner(policy, deadlines.calendar_of(street), at)
    return [shift for deadline in _running(street, at) if (shift := reckon.of(deadline))]


def fingerprint(shifts):
    """预览的指纹: the same as long as exactly the same clocks would move to the same instants."""
    lines = [f"{shift.deadline.pk} {shift.due_at} {shift.held}" for shift in shifts]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def apply(street, *, reason, by, at, expected=None):
    """重排: every order in a transaction of its own, an Event on each; the orders that moved.

    Refused `reason_missing`, `role_missing`, `preview_stale` (`expected`, a fingerprint, no longer holds)."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明重排时限的缘由（例如哪个放假通知、哪一版政策），再提交。", status=400)
    stand(by, at)
    posting = by.scope.posting_for(ROLES, street.pk)
    if posting is None:
        raise Refused("role_missing", "“重排时限”须由值班长或分管领导办理。", status=403)
    shifts = preview(street, at=at)
    if expected is not None and expected != fingerprint(shifts):
        raise Refused("preview_stale", "预览之后又有变动，请重新查看后再提交。")
    moving = [shift for shift in shifts if not shift.held]
    by_order = groupby(moving, key=lambda shift: shift.order)
    return [order for row, _ in by_order if (order := _move(row, reason, posting, by=by, at=at))]


@transaction.atomic
def _move(order, reason, posting, *, by, at):
    order = lock(order)
    policy = Policy.objects.in_force(order.case.street, at)
    calendar = deadlines.calendar_of(order.case.street)
    reckon = _Reckoner(policy, calendar, at)
    # Read again under the lock: a clock may have been met, extended or paused since the preview
    shifts = [shift for row in _running(order.case.street, at, order=order) if (shift := reckon.of(row)) and not shift.held]
    if order.status not in WorkOrder.OPEN or not shifts:
        return None
    WorkOrder.objects.filter(pk=order.pk).update(policy=policy)
    order.policy = policy
    moves = []
    for shift in shifts:
        clock, was = shift.deadline, shift.deadline.due_at
        clock.order = order
        deadlines.move(clock, shift.due_at, calendar, at=at, limit=shift.limit)
        moves.append(f"{clock.get_anchor_display()}由{beijing(was)}改为{beijing(shift.due_at)}")
    deadlines.print_on(order)
    sentence = f"重排工单 {order.number} 的时限：{'；'.join(moves)}。缘由：{reason}"
    record(order.case, "workorder.replan", at=at, by=by, posting=posting, subject=order, sentence=sentence)
    _tell(order, shifts, reason, sentence, at=at)
    return order


def _tell(order, shifts, reason, sentence, *, at):
    key = f"replan:{order.pk}:{at:%s}"
    notify(notice_for(key, "replan", order.case, sentence, at=at, organisation=order.handler))
    if order.lead and any(shift.deadline.anchor == Anchor.COMPLETION for shift in shifts):
        why = f"因{reason}，办结时间改为{beijing(order.due_at)}（北京时间）。"
        promise(order.case, unit=order.handler, due=order.due_at, at=at, why=why)
        tell_residents(order.case, "replanned", f"您反映的事项办结时间改为{beijing(order.due_at)}，原因请看查询页。", at=at)


def _running(street, at, order=None):
    """Clocks that run and have not run out, order by order."""
    rows = Deadline.objects.filter(
        case__street=street, order__status__in=WorkOrder.OPEN, met_at__isnull=True, dropped_at__isnull=True, due_at__gt=at
    )
    rows = rows if order is None else rows.filter(order=order)
    whole = rows.select_related("limit", "case__category", "order__handler", "order__policy", "order__case")
    return whole.prefetch_related("order__extensions").order_by("order_id", "due_at", "pk")


class _Reckoner:
    """What each clock would be under one policy and calendar; the rows of a class are read once."""

    def __init__(self, policy, calendar, at):
        self.policy, self.calendar, self.at = policy, calendar, at
        self._limits = {}

    def of(self, deadline):
        """The Shift of a clock, None where nothing would change."""
        limit = self._limit(deadline)
        if limit is None:
            return Shift(deadline, None, None, "现行政策没有这一等级的时限，仍按原版本")
        due = replayed(deadline, limit, self.calendar)
        if due == deadline.due_at:
            return None
        held = "按现行日历和政策已经过期，不移，以免当场超期" if due <= self.at else ""
        return Shift(deadline, limit, due, held)

    def _limit(self, deadline):
        case, limit_class = deadline.case, deadline.order.limit_class
        key = (limit_class, case.category_id, case.urgency)
        if key not in self._limits:
            self._limits[key] = deadlines.limits_of(self.policy, limit_class, case)
        return self._limits[key].get(deadline.anchor)


def replayed(deadline, limit, calendar):
    """The due time from the start on: the limit, then every pause and extension in the order in which they were agreed."""
    due = deadlines.due_after(deadline.starts_at, limit, calendar)
    for _, change in sorted(_changes(deadline), key=lambda one: one[0]):
        due = change(due, limit, calendar)
    return due


def _changes(deadline):
    for first, last in deadline.stood_still:
        yield first, _pause(first, last)
    if deadline.anchor == Anchor.COMPLETION:
        for row in deadline.order.extensions.all():
            if row.agreed and row.decided_at >= deadline.starts_at:
                yield row.decided_at, _extension(row)


def _pause(first, last):
    return lambda due, limit, calendar: reckoning.after_pause(due, first, last, limit.unit, calendar, limit.roll_over)


def _extension(row):
    return lambda due, limit, calendar: calendar.extend(due, row.days, row.unit, limit.roll_over)
