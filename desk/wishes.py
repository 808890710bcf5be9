"""微心愿: what can be claimed, by units and by teams of volunteers that have an account; what one's own unit has claimed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk.doors import MATTERS, for_roles, page
from dispatch.actions import wish_claims
from grievance.casework import Refused
from grievance.models import Wish
from grievance.wake import wake
from street.models import UNIT_ROLES, Organisation

ON_A_PAGE = 30


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request):
    """微心愿: those that wait to be claimed; a POST claims one for a unit one works for."""
    if request.method != "POST":
        return _shown(request)
    wish = get_object_or_404(_readable(request.user), pk=_number(request.POST.get("wish")))
    unit = get_object_or_404(units_of(request.user), code=request.POST.get("unit", ""))
    try:
        order = wish_claims.claim(wish, unit=unit, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _shown(request, refusal)
    wake("grievance.tasks.deliver")
    messages.success(request, f"已认领，工单 {order.number} 请于时限内办理。联系诉求人按工单页上的办法。")
    return redirect("desk:wishes")


def _number(text):
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _readable(user):
    return Wish.objects.visible_to(user).shown()


def units_of(user):
    """本单位: those for which one may claim, the firms and teams among them too."""
    return Organisation.objects.filter(pk__in=user.scope.where(UNIT_ROLES), active=True).order_by("path")


def _shown(request, refusal=None):
    rows = _readable(request.user).select_related("community", "claimed_by", "case")
    units = list(units_of(request.user))
    waiting = Paginator(rows.claimable().order_by("opened_at", "pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    claimed = rows.filter(claimed_by__in=units).order_by("-claimed_at")[:ON_A_PAGE]
    context = {"title": "微心愿", "page": waiting, "units": units, "claimed": claimed, "refusal": refusal}
    return page(request, "desk/wishes.html", context, status=refusal.status if refusal else 200)
