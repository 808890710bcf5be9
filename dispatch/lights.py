"""亮灯: how an order stands against its printed limits, in a colour and in words (never by colour alone)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.models import WorkOrder

S = WorkOrder.Status
LAST_PART = 4
"""黄灯: the last quarter of the time, whatever its length (提案)."""


@dataclass(frozen=True)
class Light:
    """灯: `red` overdue, `amber` nearly due, `green` in time, `grey` nothing owed; `step` names what is due at `due_at`."""

    colour: str
    step: str
    due_at: datetime | None
    words: str

    @property
    def overdue(self):
        """超期."""
        return self.colour == "red"


def light(order, at):
    """亮灯 of `order` at the instant `at`: by the step that is due first among those still owed."""
    steps = _owed(order)
    if not steps:
        return _ended(order)
    due, step = min(steps)
    left = due - at
    if left < timedelta(0):
        return Light("red", step, due, f"{step}已超期{span(-left)}")
    colour = "amber" if left * LAST_PART <= due - order.dispatched_at else "green"
    return Light(colour, step, due, f"距{step}时限{span(left)}")


def _owed(order):
    steps = [(order.accept_due_at, "签收")] if order.status == S.DISPATCHED else []
    if order.status in (S.DISPATCHED, S.ACCEPTED, S.RETURNING):
        steps += [(order.due_at, "办结")] + ([] if order.contacted_at else [(order.contact_due_at, "首次联系")])
    return [(due, step) for due, step in steps if due is not None]


def _ended(order):
    late = order.completed_at is not None and order.due_at is not None and order.completed_at > order.due_at
    if late:
        return Light("red", "办结", order.due_at, f"超期{span(order.completed_at - order.due_at)}办结")
    return Light("grey", "办结", order.due_at, order.get_status_display())


def span(left):
    """时长: a length of time as people say it, to the larger units: 2天3小时, 3小时, 25分钟."""
    minutes = int(left.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    return f"{hours}小时" if hours else f"{max(minutes, 1)}分钟"
