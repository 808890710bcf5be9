"""交接班: the roster, swaps, taking over and leaving, and what is handed on from shift to shift.

A shift is no part of a case, so it takes its own lock: the rows of its street in the order of their keys. Nothing here is done by
the clock: whoever takes over or leaves signs with a name and a time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dispatch.duty import (
    ASK_SWAP,
    DUTY_NOTE,
    LEADERS,
    OFFICERS,
    PLAN,
    READ_AUTO,
    SET_RULE,
    SHIFT,
    SWAP,
    WRITE_NOTE,
)
from dispatch.models import AutoRead, DutyNote, DutyRule, Shift, ShiftSwap, WorkOrder
from dispatch.shift_page import facts
from dispatch.teamwork import Seat, must_say
from grievance.casework import Refused, beijing, notice_for, notify, permit
from grievance.models import Case
from street.models import Posting, Role

EARLY = timedelta(hours=1)
"""提案: nobody takes a shift over longer before it begins."""
LONGEST = timedelta(hours=24)
MOST_DAYS = 62


def candidates(street, part, on):
    """可排的人 for a part of a shift on a local date: those who hold such a post at the street, by name; one query."""
    roles = LEADERS if part == ShiftSwap.Part.LEADER else OFFICERS
    held = Posting.objects.current(on).filter(organisation=street, role__in=roles, user__is_active=True)
    return list({row.user_id: row.user for row in held.select_related("user").order_by("user__name", "pk")}.values())


def at_street(street):
    """席位 of a move that is made for a street as a whole."""
    return Seat(None, street.pk)


@transaction.atomic
def plan(street, *, rows, by, at):
    """排班: shifts as (name, starts_at, ends_at, leader, officer, phone); all or none. Those that stand there already at the same
    start and are not taken over yet are made to say the same. How many were new or changed. Refused `shift_times`, `shift_taken`,
    `shift_past`."""
    permit(PLAN, at_street(street), by=by, at=at)
    rows = list(rows)
    known = {row.starts_at: row for row in Shift.objects.select_for_update(no_key=True).filter(
        street=street, starts_at__in=[starts for _, starts, *_ in rows])}  # fmt: skip
    return sum(_put(street, row, known.get(row[1]), by, at) for row in rows)


def _put(street, row, known, by, at):
    name, starts, ends, leader, officer, phone = row
    if not starts < ends <= starts + LONGEST:
        raise Refused("shift_times", f"{name} {beijing(starts)} 的结束时间不对：要晚于开始，一班最长 24 小时。", status=400)
    if ends <= at:
        raise Refused("shift_past", f"{beijing(starts)} 的{name}已经过去，不能再排。请从今天起排。", status=400)
    wanted = {"name": name[:12], "ends_at": ends, "leader": leader, "officer": officer, "phone": phone[:30]}
    if known is None:
        Shift.objects.create(street=street, starts_at=starts, made_by=by, **wanted)
        return 1
    differing = [field for field, value in wanted.items() if getattr(known, field) != value]
    if differing and known.status != Shift.Status.PLANNED:
        raise Refused("shift_taken", f"{beijing(starts)} 的{known.name}已经接班，不能改。", status=409)
    for field in differing:
        setattr(known, field, wanted[field])
    if differing:
        known.save(update_fields=differing)
    return int(bool(differing))


def rota(kinds, leaders, officers, *, first, days, phone=""):
    """轮班: the rows of `days` days from the local date `first` on. `kinds`: (name, start, end) times of a day, the end at or
    before the start meaning the next day. Officers follow one another shift by shift, leaders day by day."""
    made, zone = [], timezone.get_current_timezone()
    for day in range(days):
        date = first + timedelta(days=day)
        for name, start, end in kinds:
            starts = datetime.combine(date, start, zone)
            ends = datetime.combine(date + timedelta(days=end <= start), end, zone)
            made.append((name, starts, ends, leaders[day % len(leaders)], officers[len(made) % len(officers)], phone))
    return made


def gaps(shifts, first, last):
    """空班、重班 between two instants, before they happen: [(from, to, sentence)]. Pure: `shifts` in order of their starts."""
    found, until, before = [], first, None
    for row in shifts:
        if row.ends_at <= first or row.starts_at >= last:
            continue
        if row.starts_at > until:
            found.append((until, row.starts_at, "没有人值班"))
        if before is not None and row.starts_at < before.ends_at:
            found.append((row.starts_at, min(row.ends_at, before.ends_at), f"{before.name}和{row.name}重叠"))
        if before is not None and row.officer_id == before.officer_id and row.starts_at <= before.ends_at:
            found.append((row.starts_at, row.ends_at, f"{row.officer}连值两班（{before.name}、{row.name}）"))
        until, before = max(until, row.ends_at), row
    if until < last:
        found.append((until, last, "没有人值班"))
    return found


@transaction.atomic
def ask_swap(shift, *, part, to, reason="", by, at):
    """换班: asked of the other, who is told. Refused `swap_self`, `swap_nobody`, `swap_waiting`, `shift_over`."""
    shift = _locked(shift)
    permit(ASK_SWAP, shift, by=by, at=at)
    was = getattr(shift, part)
    if to == was:
        raise Refused("swap_self", f"这一班的{ShiftSwap.Part(part).label}本来就是{to}，不用换。", status=400)
    if to not in candidates(shift.street, part, timezone.localdate(shift.starts_at)):
        raise Refused("swap_nobody", f"{to}在那一天没有可以任{ShiftSwap.Part(part).label}的任职，请另选。", status=400)
    _must_lie_ahead(shift, at)
    if waiting := shift.swaps.filter(part=part, status=ShiftSwap.Status.ASKED).first():
        raise Refused("swap_waiting", f"这一班已有一次换班在等{waiting.to}同意，不能再提。")
    row = ShiftSwap.objects.create(shift=shift, part=part, was=was, to=to, reason=reason[:100], asked_by=by, asked_at=at)
    text = f"{by}提出换班：{beijing(shift.starts_at)}的{shift.name}，{row.get_part_display()}由{was}换成您。请到值班表答复。"
    notify(notice_for(f"swap:{row.pk}", "shift", None, text, at=at, user=to))
    return row


def _must_lie_ahead(shift, at):
    if shift.status == Shift.Status.ENDED or shift.ends_at <= at:
        raise Refused("shift_over", f"{beijing(shift.starts_at)}的{shift.name}已经过去，不能换班。")


@transaction.atomic
def decide_swap(swap, *, agreed, by, at):
    """答复换班: by the one who would come, or by a shift leader who has asked that one; who agreed stays on record.

    Refused `not_asked`, `shift_over`."""
    shift = _locked(swap.shift)
    swap = ShiftSwap.objects.select_related("to", "was").get(pk=swap.pk)
    swap.shift = shift
    SWAP.check("agree" if agreed else "refuse", swap, by=by, at=at)
    if by != swap.to and by.scope.posting_for({Role.SHIFT_LEADER}, shift.street_id) is None:
        raise Refused("not_asked", f"这次换班问的是{swap.to}，请由本人答复；本人不便的，由值班长问过后代为确认。", status=403)
    swap.status = ShiftSwap.Status.AGREED if agreed else ShiftSwap.Status.REFUSED
    swap.decided_by, swap.decided_at = by, at
    swap.save(update_fields=["status", "decided_by", "decided_at"])
    if agreed:
        _must_lie_ahead(shift, at)
        setattr(shift, swap.part, swap.to)
        shift.save(update_fields=[swap.part])
    text = f"换班{swap.get_status_display()}：{beijing(shift.starts_at)}的{shift.name}，{swap.was}→{swap.to}。"
    notify(*(notice_for(f"swap:{swap.pk}:{one.pk}", "shift", None, text, at=at, user=one) for one in {swap.was, swap.to} - {by}))
    return swap


def _locked(shift):
    return _held().get(pk=shift.pk)


def _held():
    rows = Shift.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("street__parent", "street__calendar__base", "leader", "officer", "taken_by")


@transaction.atomic
def take(shift, *, by, at):
    """接班: the one who comes signs; the shift before it is relieved, and its page frozen as it now stands.

    Refused `not_yours`, `too_early`, `shift_over`; `move_not_open` where somebody was first."""
    rows = _street_rows(shift)
    shift = rows[shift.pk]
    _check("take", shift, by=by, at=at)
    if by.pk not in (shift.officer_id, shift.leader_id):
        sentence = f"这一班排的是{shift.officer}（带班{shift.leader}）。您来顶班的，请先在值班表换班，再接班。"
        raise Refused("not_yours", sentence, status=403)
    if at < shift.starts_at - EARLY:
        raise Refused("too_early", f"{shift.name}{beijing(shift.starts_at)}开始，提前一小时内才能接班。")
    _must_lie_ahead(shift, at)
    for row in rows.values():
        if row.status == Shift.Status.RUNNING:
            _relieve(row, by=by, at=at)
    shift.status, shift.taken_by, shift.taken_at = Shift.Status.RUNNING, by, at
    shift.save(update_fields=["status", "taken_by", "taken_at"])
    return shift


def _street_rows(shift):
    """This shift and the one that runs, in the order of their keys."""
    rows = _held().filter(Q(pk=shift.pk) | Q(street=shift.street_id, status=Shift.Status.RUNNING))
    return {row.pk: row for row in rows.order_by("pk")}


def _check(name, shift, *, by, at):
    """As `Workflow.check`, whose sentence names who moved a case's row before; a shift says it itself."""
    if shift.status not in SHIFT.moves[name].sources:
        who = f"，{shift.taken_by}于{beijing(shift.taken_at)}接的班" if shift.taken_at else ""
        sentence = f"{shift.name}现在是“{shift.get_status_display()}”{who}，不能{SHIFT.moves[name].label}。请刷新页面。"
        raise Refused("move_not_open", sentence)
    return permit(SHIFT.moves[name], shift, by=by, at=at)


def _relieve(row, *, by, at):
    _check("relieve", row, by=by, at=at)
    row.status, row.ended_at, row.page = Shift.Status.ENDED, at, facts(row, at)
    row.save(update_fields=["status", "ended_at", "page"])


@transaction.atomic
def sign_off(shift, *, by, at):
    """交班: the one who leaves signs, before or after the next one has; who sits there goes on sitting there until relieved.

    Refused `not_yours`, `left_before`."""
    shift = _locked(shift)
    _check("sign_off", shift, by=by, at=at)
    if shift.left_at:
        raise Refused("left_before", f"{shift.left_by}已于{beijing(shift.left_at)}签过交班。")
    if by.pk not in (shift.officer_id, shift.leader_id, shift.taken_by_id):
        raise Refused("not_yours", f"这一班是{shift.taken_by}在值，请由本人或带班{shift.leader}签交班。", status=403)
    shift.left_by, shift.left_at = by, at
    shift.save(update_fields=["left_by", "left_at"])
    return shift


@transaction.atomic
def write_note(street, *, text, kind=DutyNote.Kind.NOTE, number="", due_at=None, by, at):
    """留言、答应回电: carried on until somebody strikes it. Refused `text_missing`, `due_missing`, `case_unknown`."""
    must_say(text, "请写内容，再保存。")
    permit(WRITE_NOTE, at_street(street), by=by, at=at)
    if kind == DutyNote.Kind.CALL and due_at is None:
        raise Refused("due_missing", "答应回电的，请写什么时候之前打。", status=400)
    case = Case.objects.visible_to(by).filter(street=street, number=number.strip().upper()).first() if number.strip() else None
    if number.strip() and case is None:
        raise Refused("case_unknown", f"没有找到事项 {number}，请核对编号，或不填。", status=400)
    return DutyNote.objects.create(street=street, kind=kind, case=case, text=text.strip(), due_at=due_at, by=by, at=at)


@transaction.atomic
def strike(note, *, outcome="", by, at):
    """划掉: done, or no longer needed; who and when stay. A promised call says what came of it. Refused `text_missing`."""
    note = DutyNote.objects.select_for_update(no_key=True, of=("self",)).get(pk=note.pk)
    if note.status != DutyNote.Status.OPEN:
        raise Refused("move_not_open", f"这一条已由{note.struck_by}于{beijing(note.struck_at)}划掉。")
    permit(DUTY_NOTE.moves["strike"], note, by=by, at=at)
    if note.kind == DutyNote.Kind.CALL:
        must_say(outcome, "请写打了没有、结果怎样，再划掉。")
    note.status, note.outcome, note.struck_by, note.struck_at = DutyNote.Status.STRUCK, outcome.strip(), by, at
    note.save(update_fields=["status", "outcome", "struck_by", "struck_at"])
    return note


@transaction.atomic
def read_auto(street, *, orders, by, at):
    """已阅自动派单: those ticked, each once; how many were new."""
    permit(READ_AUTO, at_street(street), by=by, at=at)
    there = WorkOrder.objects.filter(case__street=street, pk__in=orders, dispatched_by__isnull=True, read__isnull=True)
    rows = [AutoRead(order_id=pk, by=by, at=at) for pk in there.values_list("pk", flat=True)]
    AutoRead.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def set_rule(street, *, by, at, **values):
    """值班规则: set anew from now on; what it said before stays on record. Refused `rule_order`."""
    permit(SET_RULE, at_street(street), by=by, at=at)
    if values.get("secretary_rings", 1) < values.get("leader_rings", 1):
        raise Refused("rule_order", "先叫带班领导，后叫书记：叫书记的次数不能小于叫带班领导的次数。", status=400)
    return DutyRule.objects.create(street=street, effective_from=at, made_by=by, **values)
