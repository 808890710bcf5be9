"""会办 (复杂事项集中会办): units are called to one table; what is decided there becomes an order, or is asked for on one."""

from django.db import transaction

from dispatch.actions import support
from dispatch.models import Decision, Meeting, MeetingUnit
from dispatch.teamwork import CONVENERS, MEETING, must_say, names, own_row
from dispatch.workflow import UNIT
from grievance.casework import Move, Refused, beijing, involve, lock, notice_for, notify, permit, record
from grievance.models import Case

CALL = Move("call_meeting", "召集会办", set(), None, CONVENERS)
REPLY = Move("reply", "回复", set(), None, UNIT)


@transaction.atomic
def call(case, *, topic, where, meets_at, units, by, at):
    """召集会办: topic, place, time and the units invited; each is told and may read the case.

    Refused `text_missing`, `case_over`, `units_missing`, `meet_past`, `role_missing`."""
    must_say(topic, "请写明会办议题，再提交。")
    must_say(where, "请写明会办地点，再提交。")
    case = lock(case)
    posting = permit(CALL, case, by=by, at=at)
    if case.ended:
        raise Refused("case_over", f"事项 {case.number} 现在是“{case.get_status_display()}”，不再召集会办。")
    if not units:
        raise Refused("units_missing", "请选择至少一个参会单位。", status=400)
    if meets_at is None or meets_at < at:
        raise Refused("meet_past", "会办时间须在现在之后，请重新填写。", status=400)
    row = Meeting.objects.create(case=case, topic=topic, where=where, meets_at=meets_at, called_by=by, called_at=at)
    MeetingUnit.objects.bulk_create(MeetingUnit(meeting=row, organisation=unit) for unit in dict.fromkeys(units))
    record(
        case, "meeting.call", at=at, by=by, posting=posting, subject=row, became=row.status,
        sentence=f"召集会办，{beijing(meets_at)}召开，邀请{len(set(units))}个单位。",
        public="街道正在召集有关单位会商此事。",
    )  # fmt: skip
    involve(case, *units)
    _tell(row, "called", f"会办通知：{beijing(meets_at)}在{where}研究“{topic}”（事项 {case.number}），请回复能否到会。", at=at)
    return row


def _tell(meeting, what, text, *, at):
    notices = []
    for row in meeting.units.select_related("organisation"):
        key = f"meeting:{meeting.pk}:{row.pk}:{what}"
        notices.append(notice_for(key, "meeting", meeting.case, text, at=at, organisation=row.organisation))
    notify(*notices)


@transaction.atomic
def reply(meeting, *, coming, words="", by, at):
    """回复: a unit says whether it will come; a no must say why, and may be taken back until the meeting is held."""
    if not coming:
        must_say(words, "不能到会须写明原因，请补充。")
    row = lock(meeting)
    if row.status != Meeting.Status.CALLED:
        raise Refused("move_not_open", f"会办现在是“{row.get_status_display()}”，不必再回复。")
    unit, posting = own_row(list(row.units.select_related("organisation")), REPLY, by=by, at=at)
    unit.coming, unit.reply, unit.replied_at = coming, words[:200], at
    unit.save(update_fields=["coming", "reply", "replied_at"])
    said = "届时到会" if coming else "不能到会"
    record(
        row.case, "meeting.reply", at=at, by=by, posting=posting, subject=unit, sentence=f"一个单位回复会办：{said}。"
    )  # fmt: skip
    text = f"会办“{row.topic}”：{unit.organisation}回复{said}。{words[:80]}"
    notify(notice_for(f"meeting:{row.pk}:{unit.pk}:reply:{at:%s}", "meeting", row.case, text, at=at, role="supervisor"))
    return unit


@transaction.atomic
def cancel(meeting, *, reason, by, at):
    """取消会办, with the reason; everybody invited is told."""
    must_say(reason, "取消会办须写明原因，请补充。")
    row = lock(meeting)
    MEETING.apply("cancel", row, by=by, at=at, cancelled_why=reason[:200], sentence="会办已取消。")
    _tell(row, "cancelled", f"会办取消（事项 {row.case.number}，原定{beijing(row.meets_at)}）：{reason[:150]}", at=at)
    return row


@transaction.atomic
def hold(meeting, *, minutes, attended, decisions=(), by, at):
    """记录会议: minutes, who came, and what was decided: `decisions` are (unit, text) pairs, each of which becomes work.

    A unit without an open order on the case gets a supporting one; one that has an order, the lead too, is asked for it there.
    While nobody leads the case a decision waits for the dispatch. Refused `nobody_came`, `not_invited`."""
    must_say(minutes, "请填写会议纪要，再提交。")
    row = lock(meeting)
    MEETING.check("hold", row, by=by, at=at)
    if at < row.meets_at:
        raise Refused("too_early", f"会办定于{beijing(row.meets_at)}，还没有开，不能先写纪要。")
    _note_attendance(row, attended)
    MEETING.apply(
        "hold", row, by=by, at=at, minutes=minutes, held_at=at,
        sentence=f"会办已召开，议定{len(decisions)}项。", public="有关单位已会商此事。",
    )  # fmt: skip
    for unit, text in decisions:
        _decide(row, unit, text, by=by, at=at)
    _tell(row, "held", f"会办纪要已形成（事项 {row.case.number}），议定{len(decisions)}项，请在事项页查看。", at=at)
    return row


def _note_attendance(meeting, attended):
    rows = list(meeting.units.select_related("organisation"))
    if strangers := [unit for unit in attended if unit.pk not in {row.organisation_id for row in rows}]:
        raise Refused("not_invited", f"{names(strangers)}不在参会单位之列。", status=400)
    if not attended:
        raise Refused("nobody_came", "没有单位到会。会没有开成的，请用“取消会办”并写明原因。", status=400)
    came = {unit.pk for unit in attended}
    for row in rows:
        row.attended = row.organisation_id in came
        row.save(update_fields=["attended"])


def _decide(meeting, unit, text, *, by, at):
    """One decision, and the order it became; None where the case is not in handling."""
    must_say(text, f"请写明{unit}的议定内容。")
    case, order = meeting.case, None
    if case.status == Case.Status.IN_HANDLING and support.lead_of(case):
        held = support.order_of(case, unit)
        if held is not None:
            order = support.demand_more(held, text=f"会办议定：{text}", by=by, at=at)
        else:
            order = support.support(case, to=unit, demand=text, basis=f"会办议定（{meeting.topic}）"[:200], by=by, at=at)
    Decision.objects.create(meeting=meeting, text=text, organisation=unit, order=order)


def lapse(case, *, at):
    """随事项了结: a meeting on a matter that was merged away or withdrawn is called off, and all are told. The case is locked."""
    why = f"事项 {case.number} {case.get_status_display()}"
    for row in case.meetings.filter(status=Meeting.Status.CALLED):
        row.case = case
        MEETING.apply("cancel", row, by=None, at=at, cancelled_why=why, sentence="会办随事项了结取消。")
        _tell(row, "cancelled", f"会办取消（原定{beijing(row.meets_at)}）：{why}。", at=at)
