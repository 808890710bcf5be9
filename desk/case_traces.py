"""事项页上的痕迹, for the street's desk: who saw whose number, and what was sent to whom."""

from dataclasses import dataclass

from grievance.models import Notice
from street.models import Role

SAW = ("phone.revealed", "safety.revealed", "recheck.reveal")
"""Events of a name, a number or a safe way of contact read in clear."""


@dataclass
class Sent:
    """一条发出的通知."""

    notice: Notice
    to: str
    state: str


def seen_by(case):
    """谁看过个人信息: the events of it, the latest first; `case.events` is read already."""
    return [event for event in case.events.all() if event.kind in SAW]


def sent(case):
    """发出的通知 of a case, the latest first; whoever spoke is named by the number of the grievance. One query."""
    rows = Notice.objects.filter(case=case).select_related("grievance", "organisation", "user").order_by("-created_at", "-pk")
    return [Sent(row, _to(row), _state(row)) for row in rows]


def _to(notice):
    if notice.grievance_id:
        return f"诉求人 {notice.grievance}"
    role = Role(notice.role).label if notice.role else ""
    return "、".join(str(one) for one in (notice.organisation, notice.user, role) if one)


def _state(notice):
    if notice.sent_at:
        return "已发出"
    if notice.lapsed_at:
        return "已作废"
    return f"试了 {notice.attempts} 次没有发出" if notice.attempts else "待发"
