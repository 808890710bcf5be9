"""公开栏与微心愿: what anybody may read of a community's matters and wishes; there only where the office has switched it on."""

import re
from datetime import date, datetime, timedelta

from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, When
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import condition, require_safe

from feedback.public.figures import SHOWN_FROM, figures
from grievance.models import BoardEntry, BoardPhoto, Wish
from grievance.serving import POLICY
from grievance.views.page import of_street
from street.models import Organisation

ON_A_PAGE = 20
MONTHS = 24
"""Months offered to choose from; older entries stand on the pages that follow."""
PERIOD = timedelta(days=365)
MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")


@require_safe
def board(request, community):
    """公开栏: the entries, narrowed by `category` and `month`, and the figures of the month or of the last year."""
    unit = community_with(community, board=True)
    entries = BoardEntry.objects.live().filter(community=unit)
    month, asked = month_of(request.GET.get("month", "")), request.GET.get("category", "")
    shown = narrowed(entries, asked, month).select_related("case__category").prefetch_related("photos")
    pages = Paginator(shown.order_by("-month", "-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    since, until = span_of(month, timezone.now())
    page = {
        **of_street(unit.parent), "community": unit, "page": pages, "month": month, "asked": asked,
        "figures": figures(unit, since, until), "since": since, "few": SHOWN_FROM, **choices(entries),
        "kept": urlencode({name: value for name, value in (("category", asked), ("month", _typed(month))) if value}),
    }  # fmt: skip
    return render(request, "feedback/board.html", page)


def community_with(code, **switched_on):
    """The community of that code whose page is switched on; 404 for any other."""
    on = {f"public_page__{name}": value for name, value in switched_on.items()}
    read = Organisation.objects.select_related("parent")
    return get_object_or_404(read, code=code, kind=Organisation.Kind.COMMUNITY, active=True, **on)


def month_of(text):
    """The first day of `2023-03`; None for anything else."""
    match = MONTH.fullmatch(text)
    return date(int(match[1]), int(match[2]), 1) if match else None


def _typed(month):
    return f"{month:%Y-%m}" if month else ""


def narrowed(entries, category, month):
    """筛选: by the code of a category, and by the month in which the matter was closed."""
    if category:
        entries = entries.filter(case__category__code=category)
    return entries.filter(month=month) if month else entries


def span_of(month, at):
    """The instants between which matters are counted: the month, else the year before `at`."""
    if month is None:
        return at - PERIOD, at
    following = (month + timedelta(days=32)).replace(day=1)
    zone = timezone.get_current_timezone()
    return tuple(datetime(day.year, day.month, 1, tzinfo=zone) for day in (month, following))


def choices(entries):
    """类别和月份 of which there is something to read: two queries."""
    rows = entries.order_by("case__category__code").values_list(
        "case__category__code", "case__category__public_name", "case__category__name"
    )
    months = entries.order_by("-month").values_list("month", flat=True).distinct()[:MONTHS]
    return {
        "categories": [(code, public or name) for code, public, name in rows.distinct()],
        "months": [(_typed(month), month) for month in months],
    }


def _mark(request, name):
    shown = BoardEntry.objects.live()
    found = BoardPhoto.objects.filter(name=name, entry__in=shown).exists()
    return f'"{name}"' if found else None


@condition(etag_func=_mark)
@require_safe
def photo(request, name):
    """公开照片 by its name, as long as its entry is shown; asked for anew each time, so that it is gone when the entry is."""
    row = get_object_or_404(BoardPhoto.objects.filter(entry__in=BoardEntry.objects.live()), name=name)
    try:
        file = default_storage.open(row.path)
    except FileNotFoundError as gone:
        raise Http404 from gone
    headers = {"Cache-Control": "private, no-cache", "Content-Security-Policy": POLICY}
    return FileResponse(file, content_type="image/jpeg", headers=headers)


@require_safe
def wishes(request, community):
    """微心愿: those that wait to be claimed first, then those at work, then those come true; nobody's name, no number."""
    unit = community_with(community, wishes=True)
    shown = Wish.objects.shown().filter(community=unit).select_related("claimed_by", "case")
    counts = shown.order_by().aggregate(
        waiting=Count("pk", filter=Q(case__status="admitted")), true=Count("pk", filter=Q(case__status="closed"))
    )
    first = When(case__status="admitted", then=0), When(case__status="closed", then=2)
    pages = Paginator(shown.order_by(Case(*first, default=1), "-opened_at", "-pk"), ON_A_PAGE)
    page = {
        **of_street(unit.parent), "community": unit, "page": pages.get_page(request.GET.get("page")), "counts": counts,
    }  # fmt: skip
    return render(request, "feedback/wishes.html", page)
