"""接访: a leader sits at a known time and place; a resident books a slot for an open matter; what was said is recorded.

A day is locked before a case, everywhere here, so that booking and calling off cannot wait for each other. The record is the
street's own; one public sentence tells the resident that it was heard and what comes next."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from dispatch.eye import LEADERS, RECEPTION
from dispatch.models import Reception, ReceptionSlot
from grievance.casework import RESIDENT, Move, Refused, beijing, lock, notice_for, notify, permit, posting_for, record
from street.models import Organisation, Role

ARRANGE = Move("arrange", "安排接访", set(), None, {Role.LIAISON, Role.SHIFT_LEADER, *LEADERS})
CALL_OFF = Move("call_off", "取消接访日", set(), None, {Role.LIAISON, Role.SHIFT_LEADER, *LEADERS})
S = ReceptionSlot.Status
DAYS_SHOWN = 6
"""预约页 shows so many days: an elder chooses among few."""


class Chair:
    """The seat of those who arrange: the street's own people at the street, a community's secretary at the community."""

    def __init__(self, organisation):
        self.organisation = organisation

    def seat(self, role):
        """Where the role must be held."""
        if role == Role.COMMUNITY_SECRETARY or self.organisation.kind == Organisation.Kind.STREET:
            return self.organisation.pk
        return self.organisation.parent_id


@transaction.atomic
def arrange(organisation, *, leader, where, starts_at, ends_at, minutes, by, at):
    """安排接访日: who sits where, from when to when, and how long one visitor has.

    Refused `where_missing`, `times_wrong`, `not_a_leader`, `leader_elsewhere`."""
    permit(ARRANGE, Chair(organisation), by=by, at=at)
    if not where.strip():
        raise Refused("where_missing", "请写明接访地点，再安排。", status=400)
    if not at < starts_at < ends_at or not 5 <= minutes <= 120 or starts_at + timedelta(minutes=minutes) > ends_at:
        raise Refused("times_wrong", "接访时间须在今后、先起后止，每人 5 至 120 分钟，且至少容得下一人。请改正。", status=400)
    if not _leads(leader, organisation, timezone.localdate(starts_at)):
        raise Refused("not_a_leader", f"{leader}那一天不在{organisation}领导岗位上，请另选接访领导。", status=400)
    row = Reception(
        organisation=organisation, leader=leader, where=where.strip(), starts_at=starts_at, ends_at=ends_at, minutes=minutes,
        arranged_by=by,
    )  # fmt: skip
    same = Reception.objects.filter(leader=leader, cancelled_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if other := same.select_related("organisation").first():
        raise Refused("leader_elsewhere", f"{leader}在{beijing(other.starts_at)}已有一场接访，请错开时间。")
    row.save(force_insert=True)
    return row


def _leads(leader, organisation, on):
    return leader.postings.current(on).filter(role__in=LEADERS, organisation=organisation).exists()


def may_arrange(user, organisation):
    """可否安排: whether `user`, as now posted, may arrange receptions of an organisation."""
    return posting_for(ARRANGE, Chair(organisation), user) is not None


@transaction.atomic
def call_off(reception, *, reason, by, at):
    """取消接访日: those who have booked are told at once, with the reason, and may book another time."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明取消原因，已预约的人会看到。", status=400)
    held = Reception.objects.select_for_update(no_key=True, of=("self",))
    row = held.select_related("organisation").get(pk=reception.pk)
    permit(CALL_OFF, Chair(row.organisation), by=by, at=at)
    if row.cancelled_at:
        raise Refused("already_cancelled", "这一场接访已经取消。请刷新页面。")
    row.cancelled_at = at
    row.save(update_fields=["cancelled_at"])
    for slot in row.slots.filter(status=S.BOOKED).select_related("case", "grievance").order_by("case_id"):
        slot = lock(slot)
        if slot.status == S.BOOKED:
            told = f"{beijing(slot.starts_at)}的接访取消：{reason.strip()}。请另约时间。"
            _apply("cancel", slot, by=None, at=at, sentence="接访日取消，预约随之取消。", public=told)
            _tell(slot, "cancelled", f"您预约的接访取消：{reason.strip()[:100]}，请另约时间。", at=at)
    return row


def days_for(street, at):
    """可预约的接访日 of a street and its communities, the next first, with their slots: two queries."""
    days = Reception.objects.bookable(street, at).select_related("organisation", "leader")
    return days.prefetch_related("slots").order_by("starts_at")[:DAYS_SHOWN]


def free_times(reception, at):
    """空余时段 of a day, still ahead: [instant]; reads the slots already given."""
    taken = {slot.starts_at for slot in reception.slots.all() if slot.status != S.CANCELLED}
    return [start for start in times_of(reception) if start > at and start not in taken]


def times_of(reception):
    """时段 of a day, free or not: [instant]."""
    step, found, start = timedelta(minutes=reception.minutes), [], reception.starts_at
    while start + step <= reception.ends_at:
        found.append(start)
        start += step
    return found


@transaction.atomic
def book(reception, grievance, *, starts_at, at):
    """预约: the holder of the receipt takes a free time, while the matter is open; who has one already moves it.

    Refused `not_open`, `no_such_time`, `slot_taken`."""
    reception = _offered(reception, grievance.case, starts_at, at)
    case = lock(grievance.case)
    grievance.refresh_from_db()
    if case.ended or grievance.withdrawn_at or grievance.case_id != case.pk:
        raise Refused("not_open", "这件事已经了结，不能再预约接访。有新的情况，请重新扫码说事。")
    held = ReceptionSlot.objects.filter(grievance=grievance, status=S.BOOKED).first()
    try:
        with transaction.atomic():
            return _moved(held, reception, starts_at, at) if held else _booked(case, grievance, reception, starts_at, at)
    except IntegrityError:
        raise Refused("slot_taken", "这个时间刚刚被别人约走了，请换一个。") from None


def _offered(reception, case, starts_at, at):
    """The day, held: it is of this street, not called off, and has such a time ahead."""
    open_days = Reception.objects.bookable(case.street_id, at).select_related("organisation")
    day = open_days.select_for_update(no_key=True, of=("self",)).filter(pk=reception.pk).first()
    if day is None or starts_at not in times_of(day) or starts_at <= at:
        raise Refused("no_such_time", "这个时间不能预约，请刷新页面后另选。", status=400)
    return day


def _booked(case, grievance, reception, starts_at, at):
    row = ReceptionSlot.objects.create(reception=reception, case=case, grievance=grievance, starts_at=starts_at, booked_at=at)
    record(
        case, "receptionslot.book", at=at, by=RESIDENT, subject=row, became=row.status, grievance=grievance,
        sentence=f"预约{reception}，{beijing(starts_at)}。", public=f"已预约接访：{beijing(starts_at)}，{reception.where}。",
    )  # fmt: skip
    text = f"事项 {case.number} 的诉求人预约了{beijing(starts_at)}的接访，来前请先看事项。"
    notify(notice_for(f"slot:{row.pk}:booked", "reception", case, text, at=at, user=reception.leader))
    return row


def _moved(slot, reception, starts_at, at):
    slot = lock(slot)
    public = f"接访改到：{beijing(starts_at)}，{reception.where}。"
    RECEPTION.apply(
        "change", slot, by=RESIDENT, at=at, reception=reception, starts_at=starts_at, grievance=slot.grievance,
        sentence=f"接访预约改到{beijing(starts_at)}。", public=public,
    )  # fmt: skip
    text = f"事项 {slot.case.number} 的接访预约改到{beijing(starts_at)}。"
    notify(notice_for(f"slot:{slot.pk}:{starts_at:%s}", "reception", slot.case, text, at=at, user=reception.leader))
    return slot


@transaction.atomic
def cancel(slot, *, by=RESIDENT, at):
    """取消预约: by the resident, or by the 联络员 at the resident's word."""
    slot = lock(slot)
    return _apply("cancel", slot, by=by, at=at, sentence="取消接访预约。", public="接访预约已取消。")


@transaction.atomic
def record_visit(slot, *, record_text, public, by, at):
    """记录接访: what was said (internal), and one sentence that the resident reads.

    Refused `text_missing`, `not_yet`."""
    if not record_text.strip() or not public.strip():
        raise Refused("text_missing", "请写接访记录（内部）和给诉求人的一句话，两样都要。", status=400)
    slot = _due(slot, at)
    return _apply(
        "record_visit", slot, by=by, at=at, record=record_text.strip(), recorded_by=by, recorded_at=at,
        sentence="已接访，记录在案。", public=f"已接访。{public.strip()}",
    )  # fmt: skip


@transaction.atomic
def miss(slot, *, by, at):
    """登记未到: nothing follows from it; another time may be booked."""
    slot = _due(slot, at)
    return _apply(
        "miss", slot, by=by, at=at, recorded_by=by, recorded_at=at, sentence="预约的诉求人未到。",
        public="这次接访您没有到，可以另约时间。",
    )  # fmt: skip


def _due(slot, at):
    slot = lock(slot)
    if at < slot.starts_at - timedelta(hours=1):
        raise Refused("not_yet", f"这次接访约在{beijing(slot.starts_at)}，还没有到时间，不能先记录。")
    return slot


def _apply(move, slot, *, sentence, public, by, at, **changes):
    RECEPTION.apply(move, slot, by=by, at=at, grievance=slot.grievance, sentence=sentence, public=public, **changes)
    return slot


def _tell(slot, what, text, *, at):
    if slot.grievance is not None:
        notify(notice_for(f"slot:{slot.pk}:{what}", "reception", slot.case, text, at=at, grievance=slot.grievance))


def lapse(case, *, at):
    """随事项了结: a time that is still booked for an ended matter is free again."""
    for slot in case.receptions.filter(status=S.BOOKED).select_related("grievance"):
        _apply("cancel", slot, by=None, at=at, sentence="接访预约随事项了结取消。", public="事项已了结，接访预约取消。")
