"""改期: what moves the clocks that run: extension, pause and resumption, another start. What had run out stays on the record."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from dispatch import reckoning
from dispatch.deadlines import calendar_of, due_after, matter_clock, move, print_on
from dispatch.models import Anchor, Deadline, WorkOrder


def extend(order, due, *, at):
    """延期: the completion clock gets a new due time and its ladder is planned anew; what has fired stays fired."""
    deadline = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    move(deadline, due, calendar_of(order.case.street), at=at)
    order.due_at = due
    order.save(update_fields=["due_at"])


def extend_matter(order, days, unit, *, at):
    """事项时限 follows an approved extension of the lead order, unless it has already run out: a breach stays one."""
    clock = matter_clock(order.case)
    if clock is not None and order.lead and clock.due_at >= at:
        calendar = calendar_of(order.case.street)
        move(clock, calendar.extend(clock.due_at, days, unit), calendar, at=at)


def keep_breach(deadline):
    """留痕: the due time that had already run out stays on the clock and on the order, whatever is approved afterwards."""
    deadline.missed_at = deadline.missed_at or deadline.due_at
    deadline.save(update_fields=["missed_at"])
    WorkOrder.objects.filter(pk=deadline.order_id, missed_at__isnull=True).update(missed_at=deadline.missed_at)


def pause(order, until, *, at):
    """挂账: every clock of the order that has not run out stands still from `at` until `until` at the latest.

    With a lead order the case's own clock stands still too. A clock already run out goes on: a breach stays one."""
    calendar = calendar_of(order.case.street)
    for deadline in _running_with_matter(order):
        if deadline.due_at > at:
            entry = {"from": _written(at), "to": _written(until), "was": _written(deadline.due_at)}
            _stand_still(deadline, [*deadline.pauses, entry], calendar, at=at)
    print_on(order)


def unpause(order, end, *, at):
    """恢复: the clocks that stood still until `end` run on, later by exactly that; the due times are printed anew."""
    calendar = calendar_of(order.case.street)
    for deadline in _running_with_matter(order):
        if deadline.pauses and deadline.stood_still[-1][1] >= end:
            *before, last = deadline.pauses
            _stand_still(deadline, [*before, {**last, "to": _written(end)}], calendar, at=at)
    print_on(order)


def restart(order, anchor, *, at):
    """重新起算: a clock that by statute counts from another instant than the dispatch (信访: from 受理); printed anew."""
    calendar = calendar_of(order.case.street)
    for deadline in _running_with_matter(order):
        if deadline.anchor in (anchor, Anchor.MATTER):
            move(deadline, due_after(at, deadline.limit, calendar), calendar, at=at, starts_at=at)
    print_on(order)


def turn_missing(*, size=500):
    """补记变灯时刻 of clocks that were started before these were put down; how many."""
    rows = Deadline.objects.filter(met_at__isnull=True, dropped_at__isnull=True, half_at__isnull=True, order__isnull=False)
    clocks = list(rows.select_related("limit", "order", "case__street__calendar__base")[:size])
    for clock in clocks:
        reckoning.turned(clock, calendar_of(clock.case.street))
    Deadline.objects.bulk_update(clocks, list(reckoning.TURNS))
    return len(clocks)


def _stand_still(deadline, pauses, calendar, *, at):
    last = pauses[-1]
    was, first, until = (datetime.fromisoformat(last[key]) for key in ("was", "from", "to"))
    limit = deadline.limit
    due = reckoning.after_pause(was, first, until, limit.unit, calendar, limit.roll_over)
    move(deadline, due, calendar, at=at, pauses=pauses)


def _running_with_matter(order):
    own = Q(order=order)
    if order.lead:
        own |= Q(case=order.case, anchor=Anchor.MATTER)
    rows = Deadline.objects.filter(own, met_at__isnull=True, dropped_at__isnull=True)
    return list(rows.select_related("limit__policy", "case__category", "order__policy").order_by("pk"))


def _written(at):
    return timezone.localtime(at).isoformat()
