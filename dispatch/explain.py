"""时限算法: how a due time came about: the spans counted, the days skipped and why, what moved it, the policy version and row.

Pure over a deadline read with its limit, its policy and its order's extensions; no query, no clock."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.utils import timezone

from dispatch import reckoning
from dispatch.models import Anchor, Deadline
from street.calendar import Unit


@dataclass(frozen=True)
class Stretch:
    """一段: consecutive days that count alike, or are skipped for the same reason."""

    first: date
    last: date
    counted: str
    counts: bool
    reason: str
    hours: str

    @property
    def days(self):
        """这一段有几天."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Explained:
    """一个时限的算法, for the page and for programs."""

    deadline: Deadline
    policy: str
    row: str
    basis: str
    stretches: list
    changes: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def explain(deadline, calendar):
    """算法说明 of one clock under `calendar`; where the calendar has changed since, a note says what it would give now."""
    limit = deadline.limit
    counted = calendar.explain(deadline.starts_at, limit.amount, limit.unit, limit.roll_over)
    return Explained(
        deadline=deadline, policy=str(limit.policy), row=str(limit), basis=limit.basis,
        stretches=list(_stretches(counted, limit.unit, calendar)),
        changes=[*_pauses(deadline, calendar), *_extensions(deadline)], notes=_notes(deadline, calendar),
    )  # fmt: skip


def _stretches(steps, unit, calendar):
    marked = [(step, _hours_of(step, unit, calendar)) for step in steps]
    for (reason, counts, hours), run in groupby(marked, key=lambda one: (one[0].reason, bool(one[0].counted), one[1])):
        days = [step for step, _ in run]
        amount = sum((step.counted for step in days[1:]), days[0].counted)
        yield Stretch(days[0].date, days[-1].date, _said(amount) if counts else "不计", counts, reason, hours)


def _hours_of(step, unit, calendar):
    """The working periods of a day that counts, as people write them; nothing for clocks that do not heed them."""
    if unit not in reckoning.WORKING or not step.counted:
        return ""
    return "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in calendar.spans(step.date))


def _said(amount):
    if not isinstance(amount, timedelta):
        return f"{amount}日"
    minutes = round(amount.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时{rest}分" if hours and rest else f"{hours}小时" if hours else f"{rest}分钟"


def _pauses(deadline, calendar):
    unit = deadline.limit.unit
    for first, last in deadline.stood_still:
        worth = reckoning.length(first, last, unit, calendar)
        said = f"{worth.days}日" if unit == Unit.CALENDAR_DAY else _said(worth)
        of = "工作时间" if unit in reckoning.WORKING else ""
        yield f"挂账：{_at(first)}至{_at(last)}停止计时，顺延{of}{said}"


def _extensions(deadline):
    if deadline.missed_at:
        yield f"批准延期时已超过原时限{_at(deadline.missed_at)}，超期照记"
    if deadline.order is None or deadline.anchor != "completion":
        return
    for row in deadline.order.extensions.all():
        if row.agreed:
            span = f"{row.days}{row.get_unit_display()}"
            yield f"延期：{span}，{row.decided_by}于{_at(row.decided_at)}批准，延至{_at(row.new_due_at)}。理由：{row.reason}"


def _notes(deadline, calendar):
    limit = deadline.limit
    now = calendar.add(deadline.starts_at, limit.amount, limit.unit, roll_over=limit.roll_over)
    notes = list(calendar.provisional_between(deadline.starts_at, deadline.due_at).values())
    # The case's own clock follows its orders' extensions and is never re-planned: nothing to point out
    moved = deadline.order is None or deadline.pauses or deadline.missed_at or any(_extensions(deadline))
    if not moved and now != deadline.due_at:
        notes.append(f"按现行日历计算为{_at(now)}；工单上的时限不自动改动，须由值班长“重排时限”。")
    if deadline.anchor == Anchor.ARRIVAL and deadline.due_at > now:
        notes.append(f"按规则为{_at(now)}；吹哨单约定的到场时间更晚，以约定时间为准。")
    return notes


def _at(instant):
    return f"{timezone.localtime(instant):%Y年%-m月%-d日 %H:%M}"
