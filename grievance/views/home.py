"""首页: look up a receipt, or find the place by its community when no code is at hand."""

import re

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from grievance import said, throttle
from grievance.models import ConfidentialReport, Grievance, QRCode
from grievance.views.near import ways_to
from grievance.views.page import of_street, of_the_only_street
from street.models import Organisation, Place

RECEIPT = re.compile(r"(?:^|/r/)([A-Za-z0-9_-]{22})(?:[/?#]|$)")


# Exempt: it changes nothing; a POST only so that receipts stay out of addresses and logs
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def home(request):
    """首页: GET shows it, with `q` the places of that name; POST with `receipt` (the code or the whole link) goes to the
    follow page."""
    if request.method != "POST":
        return _page(request, searched=said.clean(request.GET.get("q"))[:60])
    match = RECEIPT.search(request.POST.get("receipt", "").strip())
    if match and any(kind.objects.with_receipt(match[1]).exists() for kind in (Grievance, ConfidentialReport)):
        return HttpResponseRedirect(reverse("grievance:follow", args=[match[1]]))
    error = "没有找到这个查询码，请核对有没有漏掉字母或数字。诉求编号（S 开头的）单独打不开。"
    return _page(request, lookup_error=error, status=404)


def _found(request, text):
    """按名称找到的, each with the code by which one can say something about it."""
    throttle.glance(request.META["REMOTE_ADDR"], at=timezone.now(), purpose="near")
    return ways_to(Place.objects.filter(street__active=True).named(text))


def _page(request, *, lookup_error="", searched="", status=200):
    with_codes = QRCode.objects.live().values("place__community")
    communities = Organisation.objects.filter(pk__in=with_codes, active=True).select_related("parent").order_by("path")
    streets = {community.parent_id: community.parent for community in communities}
    page = {
        **of_street(next(iter(streets.values())) if len(streets) == 1 else None),
        "communities": [
            {
                "name": community.name if len(streets) < 2 else f"{community.parent}{community.name}",
                "url": reverse("grievance:places", args=[community.code]),
            }
            for community in communities
        ],
        "lookup_error": lookup_error,
        "searched": searched,
        "found": _found(request, searched) if searched else [],
        "staff_url": settings.LOGIN_REDIRECT_URL,
    }
    return render(request, "grievance/home.html", page, status=status)


@require_safe
def places(request, code):
    """选地点: the places of a community that carry a live code."""
    community = get_object_or_404(
        Organisation.objects.select_related("parent", "public_page"), code=code, kind=Organisation.Kind.COMMUNITY
    )
    codes = QRCode.objects.live().filter(place__community=community).select_related("place__parent__parent__parent")
    page = {
        **of_street(community.parent),
        "community": community,
        "places": [
            {"name": row.place.full_name, "url": reverse("grievance:report", args=[row.token])}
            for row in codes.order_by("place__code")
        ],
    }
    return render(request, "grievance/places.html", page)


@require_safe
def privacy(request):
    """隐私说明: who handles what, why, for how long, and what one may ask for (个人信息保护法 art. 17)."""
    return render(request, "grievance/privacy.html", of_the_only_street())
