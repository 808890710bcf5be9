"""说事码: the print page, and where they are made and taken out of use. For staff."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grievance import qr
from grievance.actions import codes
from grievance.models import QRCode
from grievance.views.page import of_street
from street.models import Place, Role

PRINTERS = codes.KEEPERS | {Role.COMMUNITY_SECRETARY, Role.GRID_WORKER, Role.UNIT_HEAD, Role.STREET_SECRETARY}


@login_required
@require_safe
def sheets(request):
    """打印说事码: every live code in one's scope; `?community=` or `?place=` narrows it, `?layout=sheet` puts four on a page."""
    _permit(request.user, PRINTERS)
    visible = QRCode.objects.live().visible_to(request.user).order_by("place__code")
    rows = _narrowed(visible, request.GET).select_related("place__parent__parent__parent", "place__street")
    page = {
        **of_street(rows[0].place.street if rows else None),
        "codes": [{"place": row.place, "svg": qr.svg(address_of(row)), "url": address_of(row)} for row in rows],
        "layout": "sheet" if request.GET.get("layout") == "sheet" else "poster",
        "back_url": reverse("grievance:code_register"),
    }
    return render(request, "grievance/codes_print.html", page)


def address_of(code):
    """What a phone opens when it scans this code."""
    return f"{settings.SITE_URL}{reverse('grievance:report', args=[code.token])}"


def _narrowed(rows, wanted):
    if community := wanted.get("community"):
        rows = rows.filter(place__community__code=community)
    if place := wanted.get("place"):
        rows = rows.filter(place__code=place)
    return rows


@login_required
@require_safe
def register(request):
    """说事码管理: the places in one's scope with their live codes, and the buttons for those who may use them."""
    _permit(request.user, PRINTERS)
    places = _places(request.user).select_related("parent__parent", "community", "street").order_by("community__path", "code")
    live = {code.place_id: code for code in QRCode.objects.live().filter(place__in=places)}
    page = {
        **of_street(places[0].street if places else None),
        "rows": [{"place": place, "code": live.get(place.pk)} for place in places],
        "may_keep": bool(request.user.scope.roles & codes.KEEPERS),
    }
    return render(request, "grievance/codes.html", page)


@login_required
@require_POST
def issue(request, place):
    """制作: a code for a place that has none."""
    codes.issue(get_object_or_404(_places(request.user), code=place), by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("grievance:code_register"))


@login_required
@require_POST
def revoke(request, pk):
    """停用: from now on the code only says that it is out of use."""
    code = get_object_or_404(QRCode.objects.visible_to(request.user).select_related("place"), pk=pk)
    codes.revoke(code, by=request.user, at=timezone.now())
    return HttpResponseRedirect(reverse("grievance:code_register"))


def _permit(user, roles):
    if not user.scope.roles & roles:
        raise PermissionDenied


def _places(user):
    scope = user.scope
    streets = scope.streets | scope.where({Role.SYSTEM_ADMIN})
    return Place.objects.filter(Q(street__in=streets) | Q(community__in=scope.organisations))
