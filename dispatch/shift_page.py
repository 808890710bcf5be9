"""交接页: what a shift hands to the next one, as keys, times and the office's own words.

What it returns is kept when the shift is relieved: so there stands no word of a resident in it and no personal data. Titles and
notes are read from their own rows when the page is shown; what the law takes out of those rows is out of the page as well."""

from collections import Counter
from datetime import timedelta

from django.db.models import Q

from dispatch import deadlines, reckoning
from dispatch.models import Deadline, DutyNote, PhoneAcceptance, Ring, Shift, UrgentReport, WorkOrder
from grievance.models import Case, Urgency

YELLOW, RED = 0.5, 0.9
"""As the desk's lights turn (domain §5); a test holds them equal."""
SHOWN = 60
AHEAD = timedelta(days=3)
"""提案: a clock due later than so long after the end of the next shift is not looked at: it presses nobody tonight."""
UNREAD_FOR = timedelta(days=7)
CAP = 1000
S = WorkOrder.Status
OWED = (S.DISPATCHED, S.ACCEPTED, S.RETURNING)
WAITING = (Case.Status.SUBMITTED, Case.Status.HELD, Case.Status.ADMITTED, Case.Status.IN_HANDLING)


def facts(shift, at):
    """交接内容 of a shift at the instant `at`, as JSON."""
    street, since = shift.street, shift.taken_at or shift.starts_at
    until = end_of_next(shift)
    overdue = _overdue(street, at)
    return {
        "at": at.isoformat(), "since": since.isoformat(), "until": until.isoformat(),
        "counts": {"waiting": _waiting(street), "overdue": overdue[:CAP].count(), "review": _review(street)},
        "rings": _rings(street), "urgent": _urgent(street), "overdue": _orders(overdue),
        "came": _came(street, since, at), "auto": _auto(street, since, at), "soon": soon(street, at, until),
        "notes": list(DutyNote.objects.filter(street=street, status=DutyNote.Status.OPEN).values_list("pk", flat=True)),
        "phone": _phone(street, since, at), "reports": _reports(street),
    }  # fmt: skip


def end_of_next(shift):
    """下一班结束: until when “before dawn” reaches; eight hours after this one where the roster ends here."""
    following = Shift.objects.filter(street=shift.street_id, starts_at__gte=shift.ends_at).order_by("starts_at").first()
    return following.ends_at if following else shift.ends_at + timedelta(hours=8)


def _waiting(street):
    return Case.objects.filter(street=street, status__in=[Case.Status.SUBMITTED, Case.Status.HELD])[:CAP].count()


def _review(street):
    return WorkOrder.objects.filter(case__street=street, status=S.COMPLETED)[:CAP].count()


def _urgent(street):
    open_rows = Case.objects.open().filter(street=street, urgency=Urgency.URGENT, status__in=WAITING).order_by("submitted_at")
    return [{"case": row.pk, "status": row.get_status_display(), "unit": str(row.promised_by or "")}
            for row in open_rows.select_related("promised_by")[:SHOWN]]  # fmt: skip


def _overdue(street, at):
    late = Q(due_at__lt=at) | Q(status=S.DISPATCHED, accept_due_at__lt=at)
    return WorkOrder.objects.filter(late, case__street=street, status__in=OWED)


def _orders(rows):
    return [
        {"case": row.case_id, "order": row.number, "unit": str(row.handler), "due": row.due_at.isoformat() if row.due_at else ""}
        for row in rows.select_related("handler").order_by("due_at")[:SHOWN]
    ]


def _came(street, since, at):
    rows = Case.objects.filter(street=street, submitted_at__gte=since, submitted_at__lte=at)
    return {"count": rows[:CAP].count(), "cases": list(rows.order_by("-submitted_at").values_list("pk", flat=True)[:SHOWN])}


FIXES = {S.DISPATCHED: "recall", S.ACCEPTED: "transfer", S.SUSPENDED: "transfer", S.RETURNING: "transfer"}
"""纠正的动作 of what was dispatched by itself, by where it stands now."""


def _auto(street, since, at):
    """自动派单: of this shift, and whatever of the last seven days nobody has read yet."""
    unread = Q(read__isnull=True, dispatched_at__gte=at - UNREAD_FOR)
    rows = WorkOrder.objects.filter(Q(dispatched_at__gte=since) | unread, case__street=street, authority__isnull=False)
    rows = rows.filter(dispatched_by__isnull=True, lead=True).select_related("handler", "read__by").order_by("dispatched_at")
    return [
        {"case": row.case_id, "pk": row.pk, "order": row.number, "unit": str(row.handler), "at": row.dispatched_at.isoformat(),
         "status": row.get_status_display(), "fix": FIXES.get(row.status, ""),
         "read": f"{row.read.by}" if hasattr(row, "read") else ""}
        for row in rows[:SHOWN]
    ]  # fmt: skip


def _rings(street):
    rows = Ring.objects.filter(status=Ring.Status.RINGING, case__street=street).order_by("started_at")
    return [{"case": row.case_id, "pk": row.pk, "times": row.times, "since": row.started_at.isoformat()} for row in rows[:SHOWN]]


def _phone(street, since, at):
    rows = PhoneAcceptance.objects.filter(order__case__street=street, at__gte=since, at__lte=at)
    return [
        {"case": row.order.case_id, "order": row.order.number, "unit": str(row.order.handler), "by": str(row.by),
         "at": row.at.isoformat(), "objected": row.objected_at is not None}
        for row in rows.select_related("order__handler", "by").order_by("at")[:SHOWN]
    ]  # fmt: skip


def _reports(street):
    rows = UrgentReport.objects.exclude(status=UrgentReport.Status.SENT).filter(case__street=street).order_by("due_at")
    return [
        {"case": row.case_id, "kind": row.get_kind_display(), "status": row.get_status_display(), "due": row.due_at.isoformat()}
        for row in rows[:SHOWN]
    ]


def soon(street, at, until):
    """天亮前变红: matters of which a clock turns its light before `until`, the worst and the earliest first; one line each, with
    the number of its further clocks."""
    running = Deadline.objects.filter(
        case__street=street, met_at__isnull=True, dropped_at__isnull=True, due_at__gt=at, due_at__lte=until + AHEAD
    )
    rows = list(running.select_related("limit", "order__handler", "unit").order_by("due_at")[: SHOWN * 4])
    calendar = deadlines.calendar_of(street) if rows else None
    turning = [(row, light(row, until, calendar)) for row in rows if not row.paused(until)]
    found = [(row, then) for row, then in turning if then and then != light(row, at, calendar)]
    found.sort(key=lambda pair: (ORDER.index(pair[1]), pair[0].due_at))
    several = Counter(row.case_id for row, _ in found)
    first = {row.case_id: (row, then) for row, then in reversed(found)}
    ordered = [first[pk] for pk in dict.fromkeys(row.case_id for row, _ in found)]
    return [{**_turn(row, then), "more": several[row.case_id] - 1} for row, then in ordered[:SHOWN]]


ORDER = ("overdue", "red", "yellow")


def light(deadline, at, calendar):
    """灯 of a running clock at an instant: overdue, red, yellow, or empty while there is time."""
    if at >= deadline.due_at:
        return "overdue"
    share = reckoning.share_used(deadline, at, calendar)
    return "red" if share >= RED else "yellow" if share >= YELLOW else ""


def _turn(row, then):
    order = row.order
    unit = order.handler if order else row.unit
    return {
        "case": row.case_id, "order": order.number if order else "", "unit": str(unit or ""),
        "anchor": row.get_anchor_display(), "due": row.due_at.isoformat(), "then": then,
    }  # fmt: skip
