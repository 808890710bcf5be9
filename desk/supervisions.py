"""督办台账: whose eye is on what, since when, what was demanded, whether it was answered, until when."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import lights
from desk.case import title_for
from desk.doors import MATTERS, for_roles, page
from desk.pager import Register
from desk.register import kept
from dispatch.models import Letter, Supervision
from street.models import Organisation

OPEN, OVER, LATE = "open", "over", "1"
ASKING = (Letter.Kind.CAUTION, Letter.Kind.SUPERVISE, Letter.Kind.SECRETARY_SUPERVISE, Letter.Kind.LISTING)
"""要求反馈的文种."""


@dataclass
class Line:
    """一行: a supervision with its light, and whether what was sent out for it has been answered."""

    row: Supervision
    light: lights.Light
    title: str
    answered: str


@for_roles(MATTERS)
@require_safe
def register(request):
    """督办台账."""
    at, asked = timezone.now(), request.GET
    rows = filtered(Supervision.objects.visible_to(request.user), asked, at).select_related(
        "holder", "case__street", "case__promised_by", "case__place__community", "case__category"
    )
    sent = Letter.objects.filter(status=Letter.Status.ISSUED, kind__in=ASKING).order_by("pk")
    rows = rows.prefetch_related(Prefetch("letters", sent, "sent"))
    shown = Register(rows, "raised_at").asked(asked)
    context = {
        "title": "督办台账", "page": shown, "asked": asked, "kept": kept(asked), "at": at,
        "lines": [_line(row, request.user, at) for row in shown.object_list],
        "levels": Supervision.Level.choices, "statuses": [(OPEN, "在督"), (OVER, "已结束"), *Supervision.Status.choices],
        "units": units(request.user),
    }  # fmt: skip
    return page(request, "desk/supervisions.html", context)


def filtered(rows, asked, at):
    """筛选 by level, status (those under way where none is asked), unit in charge, lateness; what is unknown is passed over."""
    status = asked.get("status", OPEN)
    if status == OPEN:
        rows = rows.open()
    elif status == OVER:
        rows = rows.exclude(status__in=Supervision.OPEN)
    elif status in Supervision.Status.values:
        rows = rows.filter(status=status)
    if asked.get("level") in Supervision.Level.values:
        rows = rows.filter(level=asked["level"])
    if asked.get("unit"):
        rows = rows.filter(case__promised_by__code=asked["unit"])
    return rows.open().filter(due_at__lt=at) if asked.get("late") == LATE else rows


def units(user):
    """承办单位 of the supervised matters that this person may see."""
    cases = Supervision.objects.visible_to(user).filter(case__promised_by__isnull=False).values("case__promised_by")
    return Organisation.objects.filter(pk__in=cases).order_by("path")


def _line(row, user, at):
    return Line(row, light_of(row, at), title_for(row.case, user), answered(row))


def light_of(row, at):
    """灯 of a supervision that runs towards its time; by the clock, as its time was set by a person."""
    if row.due_at is None or row.status not in Supervision.OPEN:
        return lights.NONE
    since = row.taken_at or row.raised_at
    whole = (row.due_at - since).total_seconds()
    return lights.light_at((at - since).total_seconds() / whole if whole > 0 else 1, row.due_at, at)


def answered(row):
    """反馈: of the latest paper that went out for it; 未发文 where none did."""
    if not row.sent:
        return "未发文"
    return "已反馈" if row.sent[-1].answered_at else "未反馈"
