"""顺延与用时: what a pause, a share of the time and an extension do to a due time. Pure: calendar in, instants out.

A pause is worth its length in the unit the clock itself counts in: working time for 工作日 and 工作时, the wall's time for 小时,
whole days between the two dates for 自然日. So a weekend inside a pause gives nothing to a clock that would not have run."""

from datetime import timedelta

from street.calendar import Unit

WORKING = frozenset({Unit.WORKING_HOUR, Unit.WORKING_DAY})
ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)


def length(first, last, unit, calendar):
    """时长 from `first` to `last` as a clock of `unit` counts it: a timedelta, nothing where `last` is not later."""
    if last <= first:
        return NOTHING
    if unit in WORKING:
        return calendar.working_hours_between(first, last)
    if unit == Unit.CALENDAR_DAY:
        return timedelta(days=(_date(last, calendar) - _date(first, calendar)).days)
    return last - first


def later(at, duration, unit, calendar):
    """顺延: the instant `duration` after `at`, in working time where the clock counts in it."""
    if unit in WORKING:
        return calendar.add_working_time(at, duration)
    return at.astimezone(calendar.zone) + duration


def after_pause(due, first, last, unit, calendar, roll_over=False):
    """挂账顺延: the due time of a clock that stood still from `first` to `last`; a clock already run out is not moved."""
    if due <= first:
        return due
    moved = later(due, length(first, last, unit, calendar), unit, calendar)
    return rolled(moved, calendar) if roll_over and unit == Unit.CALENDAR_DAY else moved


def rolled(due, calendar):
    """末日顺延: to the end of the next working day where the last day is a day off (民法典 art. 203)."""
    while not calendar.is_working_day(calendar.last_day(due)):
        due += ONE_DAY
    return due


def used(deadline, at, calendar):
    """已用时间 of a clock at `at`, in the time it counts in, without what it stood still."""
    unit = deadline.limit.unit
    still = sum((length(first, min(last, at), unit, calendar) for first, last in deadline.stood_still), NOTHING)
    return max(_run(deadline.starts_at, at, unit, calendar) - still, NOTHING)


def whole(deadline, calendar):
    """全部时间 of a clock: from its start to its due time, without what it stands still."""
    unit = deadline.limit.unit
    still = sum((length(first, last, unit, calendar) for first, last in deadline.stood_still), NOTHING)
    return max(_run(deadline.starts_at, deadline.due_at, unit, calendar) - still, NOTHING)


def share_used(deadline, at, calendar):
    """用时比例 at `at`: 1 when the time is used up, more when overdue."""
    everything = whole(deadline, calendar)
    return used(deadline, at, calendar) / everything if everything else 1.0


def share_instant(deadline, share, calendar):
    """用时比例的时刻: the instant by which that share has been used; it lies in no pause."""
    unit = deadline.limit.unit
    at = later(deadline.starts_at, whole(deadline, calendar) * share, unit, calendar)
    for first, last in deadline.stood_still:
        if at > first:
            at = later(at, length(first, last, unit, calendar), unit, calendar)
    return at


HALF, NEARLY, TWICE = 0.5, 0.9, 2
"""Domain §5: green below half of the time, yellow to nine tenths, red beyond and overdue; black once it has run out twice."""
TURNS = {"half_at": HALF, "nearly_at": NEARLY, "twice_at": TWICE}


def turned(deadline, calendar):
    """变灯时刻 of an order's clock: when half, nine tenths and twice its time are used, put down on it."""
    for field, share in TURNS.items() if deadline.order else ():
        setattr(deadline, field, share_instant(deadline, share, calendar))
    return deadline


def _run(first, last, unit, calendar):
    if last <= first:
        return NOTHING
    return calendar.working_hours_between(first, last) if unit in WORKING else last - first


def _date(at, calendar):
    return at.astimezone(calendar.zone).date()
