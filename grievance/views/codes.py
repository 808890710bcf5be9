"""说事码管理: the register of places with their codes, and where these are made, taken out of use and replaced. For staff."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Max, Q, Sum
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from grievance.actions import codes
from grievance.models import Grievance, QRCode, ScanCount
from grievance.models.qr_code import of_places
from grievance.views.page import of_street
from street.models import Organisation, Place, Role

PRINTERS = codes.KEEPERS | {Role.COMMUNITY_SECRETARY, Role.GRID_WORKER, Role.UNIT_HEAD, Role.STREET_SECRETARY}
FILTERS = ("community", "estate", "kind", "place")
PER_PAGE = 100
SCAN_DAYS = 30
FEW = 5
"""Openings below this are not told apart: of a door with few flats, nobody shall reckon who looked when."""


def address_of(code):
    """What a phone opens when it scans this code."""
    return f"{settings.SITE_URL}{reverse('grievance:report', args=[code.token])}"


@login_required
@require_safe
def register(request):
    """说事码管理: the places in one's scope with their live codes, how much they are read, and the buttons for those who may."""
    permit(request.user, PRINTERS)
    everything = places_of(request.user)
    shown = everything.filter(of_places(request.GET)).order_by("community__path", "code")
    shown = shown.select_related("parent__parent", "community", "street")
    pages = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    page = {
        **of_street(pages[0].street if pages else None),
        "rows": _rows(pages.object_list, request.user, timezone.localdate()),
        "pages": pages,
        "may_keep": bool(request.user.scope.roles & codes.KEEPERS),
        "scan_days": SCAN_DAYS,
        **choices(everything, request.GET),
    }
    return render(request, "grievance/codes.html", page)


def _rows(places, user, today):
    codes_there = {code.place_id: code for code in QRCode.objects.live().filter(place__in=[place.pk for place in places])}
    scans, stale = _scans(places, today)
    reports = Grievance.objects.visible_to(user).filter(qr_code__place__in=[place.pk for place in places])
    last = dict(reports.values_list("qr_code__place").annotate(Max("submitted_at")))
    return [
        {
            "place": place, "code": codes_there.get(place.pk), "scans": in_words(scans.get(place.pk, 0)),
            "stale": place.pk in stale, "reported_at": last.get(place.pk),
        }
        for place in places
    ]  # fmt: skip


def _scans(places, today):
    """{place: openings of its live code in the last days}, and the places whose revoked code is still being scanned."""
    rows = ScanCount.objects.since(today - timedelta(days=SCAN_DAYS)).filter(code__place__in=[place.pk for place in places])
    rows = rows.filter(Q(code__revoked_at__isnull=True) | Q(day__gt=F("code__revoked_at__date")))
    live, stale = {}, set()
    for place, revoked_at, count in rows.values_list("code__place", "code__revoked_at").annotate(Sum("count")):
        if revoked_at:
            stale.add(place)
        else:
            live[place] = count
    return live, stale


def in_words(count):
    """扫码次数: as a number where it is large enough to be about a poster and not about a person."""
    if not count:
        return "没有"
    return f"{count} 次" if count >= FEW else f"不到 {FEW} 次"


def choices(places, wanted):
    """筛选项: the communities, estates and kinds one may ask for, and what is asked now as an address goes on with it."""
    asked = {name: wanted[name] for name in FILTERS if wanted.get(name)}
    roots = places.filter(parent=None).order_by("community__path", "code")
    if community := asked.get("community"):
        roots = roots.filter(community__code=community)
    return {
        "communities": Organisation.objects.filter(pk__in=places.values("community")).order_by("path"),
        "estates": roots,
        "kinds": Place.Kind.choices,
        "asked": asked,
        "asked_query": urlencode(asked),
    }


@login_required
@require_POST
def issue(request, place):
    """制作: a code for a place that has none."""
    codes.issue(get_object_or_404(places_of(request.user), code=place), by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("grievance:code_register"))


@login_required
@require_POST
def revoke(request, pk):
    """停用: from now on the code only says that it is out of use."""
    codes.revoke(_code(request.user, pk), by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("grievance:code_register"))


@login_required
@require_POST
def replace(request, pk):
    """换新: the old code says that it is out of use, and the page of the new one is there to be printed."""
    fresh = codes.replace(_code(request.user, pk), by=request.user, at=timezone.now())
    messages.success(request, f"{fresh.place}的旧码已停用，新码已制好。请打印张贴，并撕下旧码。")
    return HttpResponseRedirect(f"{reverse('grievance:codes')}?place={fresh.place.code}")


def _code(user, pk):
    return get_object_or_404(QRCode.objects.visible_to(user).select_related("place"), pk=pk)


def permit(user, roles):
    """PermissionDenied for one who holds none of the roles."""
    if not user.scope.roles & roles:
        raise PermissionDenied


def places_of(user):
    """可见点位: of one's street (the administrator's too), or of the communities one works for."""
    scope = user.scope
    streets = scope.streets | scope.where({Role.SYSTEM_ADMIN})
    return Place.objects.filter(Q(street__in=streets) | Q(community__in=scope.organisations))
