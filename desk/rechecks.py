"""复核回访页: whom to ask once more, the two answers side by side by unit, and what differs. Units only; counts, never rates."""

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from desk import doors
from feedback.actions import callback as callbacks
from feedback.actions import recheck as actions
from feedback.figures import periods
from feedback.forms import RecheckForm
from feedback.models import Doubt, Recheck
from grievance.casework import Refused
from grievance.wake import wake
from street.models import Organisation, Role
from street.scope import covered, within

READERS = frozenset({Role.SUPERVISOR, Role.DISTRICT_SUPERVISION, Role.DISCIPLINE})
ASKERS = READERS - {Role.DISCIPLINE}
"""The discipline office reads the table and nothing else: it asks nobody and sees nobody's answer."""
MONTHS = 13
MOST_DOUBTS = 200


@doors.for_roles(READERS)
@require_safe
def page(request):
    """复核页: to the discipline office the table alone."""
    user, today = request.user, timezone.localdate()
    month = month_of(request.GET.get("month", ""), today)
    asks = bool(user.scope.roles & ASKERS)
    waiting = Recheck.objects.to_ask(user).open().filter(Q(owner=None) | Q(owner=user)) if asks else Recheck.objects.none()
    context = {
        "title": "复核回访", "month": month, "months": periods.last_months(today, MONTHS), "asks": asks,
        "waiting": waiting.select_related("case__category", "case__place", "callback__grievance__complainant", "owner"),
        "lines": compared(user, month), "differ": _differing(user, month) if asks else [],
        "doubts": _doubts(user, month) if asks else [], "opens": user.scope.streets,
    }  # fmt: skip
    return doors.page(request, "desk/rechecks.html", context)


def compared(user, month):
    """[(unit, {what: how many})] of those drawn in the month, in the order of the organisation tree."""
    streets = Organisation.objects.streets().filter(within(covered(user, READERS), ""))
    rows = _of_month(month).filter(case__street__in=streets).select_related("callback", "unit")
    lines: dict = {}
    for row in rows.order_by("unit__path"):
        _, counts = lines.setdefault(row.unit_id, (row.unit, Counter()))
        counts.update(["all", str(row.status), str(row.verdict or "none")])
        counts["unasked"] += row.status in Recheck.OPEN
        counts["contradicts"] += row.contradicts
    return list(lines.values())


def _differing(user, month):
    found = _of_month(month).visible_to(user).filter(status=Recheck.Status.ANSWERED)
    rows = found.select_related("case__category", "callback", "unit").order_by("-ended_at")
    return [row for row in rows if row.verdict == Recheck.Verdict.WORSE]


def _doubts(user, month):
    """[[Doubt]]: those of one device or network together, the others each alone; the latest first, matters and no names."""
    found = Doubt.objects.visible_to(user).filter(seen_at__range=span_of(month)).select_related("case", "callback")
    groups: dict = {}
    for row in found[:MOST_DOUBTS]:
        groups.setdefault((row.kind, row.together or -row.pk), []).append(row)
    return list(groups.values())


def _of_month(month):
    return Recheck.objects.filter(drawn_at__range=span_of(month))


def span_of(month):
    """(first instant, last instant) of a month."""
    first, after = (timezone.make_aware(datetime.combine(day, time())) for day in (month.first, month.last + periods.DAY))
    return first, after - timedelta(microseconds=1)


def month_of(text, today):
    """The month in an address, this one where none is asked for; 404 for what is none."""
    if not text:
        return periods.month(today)
    try:
        return periods.month(date.fromisoformat(f"{text}-01"))
    except ValueError as wrong:
        raise Http404 from wrong


@doors.for_roles(ASKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request, pk):
    """复核单: what was said and answered publicly, the questions, the number by day; the first answer comes last."""
    rows = Recheck.objects.to_ask(request.user).select_related(
        "case__category", "case__place", "case__street", "callback__case", "callback__grievance__complainant", "owner", "unit"
    )
    row = get_object_or_404(rows, pk=pk)
    return _done(request, row) if request.method == "POST" else _page(request, row, RecheckForm(put=callbacks.put(row.callback)))


def _done(request, row):
    """One of the acts of the page; a refusal leaves what was typed."""
    act, at = request.POST.get("act", ""), timezone.now()
    form = RecheckForm(request.POST if act == "record" else None, put=callbacks.put(row.callback))
    if act == "record" and not form.is_valid():
        return _page(request, row, form, status=400)
    try:
        made = _act(act, row, form, by=request.user, at=at)
    except Refused as no:
        return _page(request, row, form, refusal=no, status=no.status)
    if act == "reveal":
        return _page(request, get_object_or_404(Recheck, pk=row.pk), form, number=made)
    wake("grievance.tasks.deliver")
    done = "由您复核，别人不再打这个电话。" if act == "take" else "的复核回访已登记。"
    messages.success(request, f"诉求 {row.callback.grievance} {done}")
    return redirect("desk:recheck", row.pk) if act in {"take", "record"} else redirect("desk:rechecks")


SIMPLE = {
    "take": actions.take,
    "put_back": actions.put_back,
    "reveal": actions.reveal,
    "attempt": actions.attempt,
    "decline": actions.decline,
}


def _act(act, row, form, *, by, at):
    if act == "record":
        return actions.record(row, **form.answer, by=by, at=at)
    if act not in SIMPLE:
        raise Refused("unknown_move", "没有这个操作，请刷新页面后重试。", status=404)
    return SIMPLE[act](row, by=by, at=at)


def _page(request, row, form, *, number="", refusal=None, status=200):
    first = callbacks.verdict_of(vars(row.callback)) if row.status == Recheck.Status.ANSWERED else ""
    context = {
        "row": row, "callback": row.callback, "form": form, "number": number,
        "refusal": refusal, "mine": row.owner_id == request.user.pk, "first": first,
        "complainant": getattr(row.callback.grievance, "complainant", None),
    }  # fmt: skip
    return doors.page(request, "desk/recheck.html", context, status=status)
