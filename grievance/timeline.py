"""办理经过: what a resident may read of a case's history, in plain words."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from grievance.models import Case, Event

# A grievance that was merged or split has lived in two cases; these events say when it changed over
MOVES = {"case.absorb", "case.split_from"}


@dataclass
class Entry:
    """一条经过: `text` of the office, `words` and `files` of the resident's own."""

    at: datetime
    text: str
    who: str
    words: str = ""
    files: list = field(default_factory=list)


def entries(grievance):
    """办理经过 of a grievance: its own events and those of the whole case, oldest first. Three queries."""
    remarks = {f"remark:{remark.pk}": remark.text for remark in grievance.remarks.filter(author=None)}
    files: dict[str, list] = {}
    for attachment in grievance.attachments.filter(Q(remark=None) | Q(remark__author=None)):
        subject = f"remark:{attachment.remark_id}" if attachment.remark_id else f"grievance:{grievance.pk}"
        files.setdefault(subject, []).append(attachment)
    return [_entry(event, grievance, remarks, files) for event in _events(grievance)]


def _events(grievance):
    cases = {grievance.case_id, grievance.first_case_id}
    told = Event.objects.filter(Q(grievance=grievance) | Q(grievance=None, case__in=cases)).exclude(public="")
    events = list(told.order_by("at", "pk"))
    moved_at = next((event.at for event in events if event.kind in MOVES), None)
    return [event for event in events if _concerns(event, grievance, moved_at)]


def _concerns(event, grievance, moved_at):
    """What befell the first case after this grievance had left it is another's story."""
    own = event.grievance_id == grievance.pk or event.case_id == grievance.case_id
    return own or moved_at is None or event.at <= moved_at


def _entry(event, grievance, remarks, files):
    own_words = grievance.description if event.kind == "case.submit" else ""
    return Entry(
        at=event.at, text=event.public, who=_who(event, grievance), words=remarks.get(event.subject, own_words),
        files=files.get(event.subject, []) if event.kind in {"case.submit", "remark.add"} else [],
    )  # fmt: skip


def _who(event, grievance):
    if event.voice == Event.Voice.RESIDENT:
        return "您" if event.grievance_id == grievance.pk else ""
    if event.voice == Event.Voice.OUTSIDE:
        return ""  # the sentence names the unit
    return event.posting if event.voice == Event.Voice.STAFF else "系统"


# 状态 → how a resident reads it
STATES = {
    Case.Status.SUBMITTED: "已收到，正在研判",
    Case.Status.HELD: "等您补充情况",
    Case.Status.ADMITTED: "已受理，正在派单",
    Case.Status.IN_HANDLING: "正在办理",
    Case.Status.RESOLVED: "已办结，请您评价",
    Case.Status.CLOSED: "已结案",
    Case.Status.DECLINED: "不在受理范围",
    Case.Status.MERGED: "已合并办理",
    Case.Status.WITHDRAWN: "已撤回",
    Case.Status.TRANSFERRED: "已依法转有权机关办理",
}


def state(grievance):
    """现状: one short sentence."""
    return "您已撤回" if grievance.withdrawn_at else STATES[Case.Status(grievance.case.status)]
