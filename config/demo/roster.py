"""演示的值班: a month of shifts, the last one relieved, the present one sitting, and something in each part of its page."""

from datetime import datetime, time, timedelta

from config.demo.stage import BEIJING
from dispatch.actions import ringing, shifts, urgent_reports
from dispatch.models import Ring, Shift, WorkOrder
from grievance.models import Case

KINDS = [("夜班", time(0), time(8)), ("早班", time(8), time(16)), ("中班", time(16), time(0))]
OFFICERS = ("paidan4", "paidan1", "paidan2", "paidan3")
LEADERS = ("fenguan", "zhuren", "zhibanzhang")
DAYS = 33
PROMISED = timedelta(hours=2)


def put(stage, now):
    """值班表 from yesterday on; who sits there now took over when it began."""
    street, leader = stage.units["qms"], stage.who("zhibanzhang")
    first = now.astimezone(BEIJING).date() - timedelta(days=1)
    people = [[stage.who(name) for name in names] for names in (LEADERS, OFFICERS)]
    rows = shifts.rota(KINDS, *people, first=first, days=DAYS, phone=street.phone)
    shifts.plan(street, rows=rows, by=leader, at=datetime.combine(first, time(), BEIJING))
    before, present = Shift.objects.filter(starts_at__lte=now).order_by("-starts_at")[:2][::-1]
    shifts.take(before, by=before.officer, at=before.starts_at)
    _left_behind(stage, street, before, now)
    shifts.sign_off(before, by=before.officer, at=present.starts_at)
    _ring(shifts.take(present, by=present.officer, at=present.starts_at), now)


def _left_behind(stage, street, shift, now):
    """What the shift before hands on."""
    at = max(shift.starts_at, shift.ends_at - timedelta(hours=1))
    note = "儿童村社区供热站夜里有人值守，再有暖气不热的先打站里电话，再派单。"
    shifts.write_note(street, text=note, by=shift.officer, at=at)
    shifts.write_note(
        street, kind="call", text="路西社区一位老人问水费减免，答应查清后回电。", due_at=now + PROMISED, by=shift.officer, at=at
    )
    auto = WorkOrder.objects.filter(case__street=street, authority__isnull=False, dispatched_at__lt=shift.starts_at)
    shifts.read_auto(street, orders=auto.values_list("pk", flat=True), by=shift.officer, at=at)
    for case in Case.objects.filter(street=street, status=Case.Status.SUBMITTED, submitted_at__lt=at):
        ringing.looked(case, at=at)


def _ring(shift, now):
    """One urgent matter rings; the others have been confirmed, and the first of them is reported to the district."""
    begun = max(shift.taken_at, now - timedelta(minutes=8))
    ringing.open_rings(at=begun)
    ringing.ring_due(at=begun)
    confirmed = list(Ring.objects.select_related("case").order_by("-case__submitted_at"))[1:]
    for ring in confirmed:
        ringing.confirm(ring, done="已电话通知承办单位和社区，到场处置。", by=shift.officer, at=begun + timedelta(minutes=3))
    for ring in confirmed[:1]:
        urgent_reports.open_report(ring.case, by=shift.officer, at=begun + timedelta(minutes=4))
