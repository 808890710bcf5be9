"""办理经过: what a resident may read of a case's history, in plain words."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from grievance.actions import asking
from grievance.models import Case, Event, Remark

# A grievance that was merged or split has lived in two cases; these events say when it changed over
MOVES = {"case.absorb", "case.split_from"}
SPOKEN = {"case.submit", "case.join"}
"""With these stand the words of the one who spoke."""


@dataclass
class Entry:
    """一条经过: `text` of the office, `words` and `files` of the resident's own, `about` the question that is answered,
    `replied` the question of staff that the resident answered."""

    at: datetime
    text: str
    who: str
    kind: str = ""
    words: str = ""
    about: str = ""
    replied: str = ""
    remark: Remark | None = None
    files: list = field(default_factory=list)


def entries(grievance):
    """办理经过 of a grievance: its own events and those of the whole case, oldest first. Three queries."""
    spoken = grievance.remarks.filter(Q(author=None) | Q(kind__in=[Remark.Kind.ANSWER, Remark.Kind.STAFF_ASK]))
    remarks = {f"remark:{remark.pk}": remark for remark in spoken}
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
    remark = remarks.get(event.subject)
    own = remark if remark is None or remark.author_id is None else None
    asked = remarks.get(f"remark:{remark.answers_id}") if remark is not None else None
    return Entry(
        at=event.at, text=event.public, who=_who(event, grievance), kind=event.kind, remark=remark,
        words=own.text if own else grievance.description if event.kind in SPOKEN else "",
        about=asked.text if asked and not own else "", replied=asked.text if asked and own else "",
        files=files.get(event.subject, []) if event.kind in {"case.submit", "remark.add"} else [],
    )  # fmt: skip


def moved(entries):
    """为什么改期: what was said when the promised time was last set anew; empty while the first promise stands."""
    promises = [entry.text for entry in entries if entry.kind == "case.promise"]
    return promises[-1] if len(promises) > 1 else ""


def asked(grievance, entries):
    """工作人员的提问: what the matter is held for until this person answers, else empty."""
    if grievance.withdrawn_at or grievance.case.status != Case.Status.HELD:
        return ""
    return next((entry.text for entry in reversed(entries) if entry.kind == "case.hold"), "")


def waiting_question(entries):
    """待答复的提问: the resident's own, not yet answered; None where there is none."""
    answered = {entry.remark.answers_id for entry in entries if entry.remark}
    questions = [entry.remark for entry in entries if entry.remark and entry.remark.kind == Remark.Kind.QUESTION]
    return next((row for row in questions if row.pk not in answered), None)


def staff_question(grievance, entries):
    """待回答的提问: what staff asked this person in this round and still wait for, while the work is under way; else None."""
    if not asking.answerable(grievance):
        return None
    remarks = [entry.remark for entry in entries if entry.remark]
    answered = {row.answers_id for row in remarks}
    asked = [row for row in remarks if (row.kind, row.round) == (Remark.Kind.STAFF_ASK, grievance.case.round)]
    return next((row for row in asked if row.pk not in answered), None)


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
