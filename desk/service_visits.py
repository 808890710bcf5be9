"""上门和评价码: a unit registers that it came and shows the code; what those who were visited said, by unit and item."""

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from desk.doors import for_roles, page
from desk.rechecks import month_of, span_of
from desk.typed import day, number
from feedback.actions import service_visits as actions
from feedback.figures import periods
from feedback.models import FigureRule, ListedItem, Rating, ServiceVisit
from feedback.models.service_visit import READ_BY
from grievance import qr
from grievance.casework import Refused
from grievance.models import Case
from street.models import Place, Role

VISITORS = actions.COME.roles
READERS = frozenset({*(Role(role) for role in READ_BY), Role.DISTRICT_SUPERVISION})
MONTHS, MOST = 13, 200


@for_roles(VISITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def visits(request):
    """登记上门: first the place, with who was there lately; then what for and with what result. A POST registers."""
    at = timezone.now()
    said = request.POST if request.method == "POST" else request.GET
    asked = said.get("place", "").strip()
    found = list(Place.objects.named(asked)) if asked else []
    place = Place.objects.filter(code=asked).select_related("parent", "street").first()
    refusal = None
    if request.method == "POST":
        try:
            visit = _register(request, place, at)
            messages.success(request, "已登记。请把下面的评价码给对方看，由对方自己扫、自己评。")
            return redirect("desk:service_visit", visit.pk)
        except Refused as no:
            refusal = no
    units = request.user.scope.where(VISITORS)
    today = timezone.localdate(at)
    context = {
        "title": "登记上门", "place": place, "found": [] if place else found, "asked": asked, "refusal": refusal,
        "typed": request.POST, "earlier": actions.earlier_at(place, today) if place else [], "today": today,
        "items": actions.items_of(units, today), "results": ServiceVisit.Result.choices,
        "mine": ServiceVisit.objects.filter(unit__in=units).select_related("item", "place__parent", "unit")[:30],
    }  # fmt: skip
    return page(request, "desk/service_visits.html", context, status=refusal.status if refusal else 200)


def _register(request, place, at):
    item = ListedItem.objects.filter(pk=number(request.POST.get("item"))).select_related("unit").first()
    if place is None:
        raise Refused("no_place", "请先找到上门的地点。", status=400)
    if item is None:
        raise Refused("not_listed", "请从清单里选一个事项；清单上没有的，不能上门检查。", status=400)
    facts = {
        "day": day(request.POST.get("day")),
        "result": request.POST.get("result", ""),
        "because": request.POST.get("because", ""),
    }
    return actions.register(item, place, **facts, by=request.user, at=at)[0]


@for_roles(VISITORS)
@require_safe
def visit(request, pk):
    """评价码 of one visit, to be shown to whom it is for; only to the unit that came."""
    own = ServiceVisit.objects.filter(unit__in=request.user.scope.where(VISITORS))
    row = get_object_or_404(own.select_related("unit", "item", "place__parent"), pk=pk)
    address = settings.SITE_URL + reverse("feedback:rate", args=[actions.secret_of(row)])
    over = row.expires_at <= timezone.now()
    context = {
        "title": "评价码",
        "row": row,
        "over": over,
        "address": address,
        "code": "" if over else mark_safe(qr.svg(address)),
    }
    return page(request, "desk/service_visit.html", context)


@for_roles(READERS | VISITORS)
@require_safe
def ratings(request):
    """上门评价: unit × item × month. Who oversees opens the ratings behind a number; a unit sees its own sums alone."""
    user, today = request.user, timezone.localdate()
    month = month_of(request.GET.get("month", ""), today)
    reads = bool(user.scope.roles & READERS)
    seen = _seen(user, reads, month)
    rule = FigureRule.objects.in_force(None, today)
    context = {
        "title": "上门评价", "month": month, "months": periods.last_months(today, MONTHS), "reads": reads,
        "lines": _lines(seen, rule.shown_from), "least": rule.shown_from, "chosen": _chosen(request, seen) if reads else None,
        "reasons": actions.REASONS,
    }  # fmt: skip
    return page(request, "desk/ratings.html", context)


def _seen(user, reads, month):
    rows = Rating.objects.filter(at__range=span_of(month), visit__in=ServiceVisit.objects.visible_to(user))
    own = user.scope.where(VISITORS)
    return rows if reads else rows.filter(visit__unit__in=own)


def _lines(rows, least):
    """[(item, counts, share of 好 or None)] in the order of units; of cards alone, with those of the door beside."""
    lines: dict = {}
    for rating in rows.select_related("visit__item__unit").order_by("visit__unit__path", "visit__item__name"):
        item = rating.visit.item
        _, counts = lines.setdefault((item.unit_id, item.name), (item, Counter()))
        card = rating.way == Rating.Way.CARD and not rating.staff
        counts.update([rating.grade, "n"] if card else ["aside"])
    return [(item, counts, _share(counts, least)) for item, counts in lines.values()]


def _share(counts, least):
    return round(100 * counts["good"] / counts["n"]) if counts["n"] >= least else None


def _chosen(request, rows):
    """The ratings behind a number: of a unit's item, of one grade, or those that stand aside; None where none is asked for."""
    item = ListedItem.objects.filter(pk=number(request.GET.get("item"))).first()
    if item is None:
        return None
    grade = request.GET.get("grade", "")
    aside = Q(way=Rating.Way.DOOR) | Q(staff=True)
    rows = rows.filter(visit__unit=item.unit_id, visit__item__name=item.name)
    rows = rows.filter(aside) if grade == "aside" else rows.exclude(aside)
    rows = rows.filter(grade=grade) if grade in Rating.Grade else rows
    found = list(rows.select_related("visit__unit", "visit__item", "visit__place__parent", "case")[:MOST])
    open_ = set(Case.objects.visible_to(request.user).filter(pk__in=[row.case_id for row in found]).values_list("pk", flat=True))
    return [(row, [actions.REASONS[reason] for reason in row.reasons], row.case_id in open_) for row in found]
