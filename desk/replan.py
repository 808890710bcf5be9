"""重排时限页: what the present calendar and policy would move, street by street, and the button that moves it on purpose."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk.doors import for_roles, page
from dispatch.actions import replan as action
from dispatch.actions.replan import ROLES
from grievance.casework import Refused
from grievance.wake import wake
from street.models import Organisation

ON_A_PAGE = 200
"""So many clocks are listed; the counts are of all."""


@for_roles(ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def replan(request):
    """重排时限: a preview; the POST moves exactly what was previewed, or is refused as stale."""
    at = timezone.now()
    streets = Organisation.objects.filter(pk__in=request.user.scope.where(ROLES), kind=Organisation.Kind.STREET)
    if request.method != "POST":
        return _shown(request, streets, at)
    street = get_object_or_404(streets, code=request.POST.get("street", ""))
    try:
        moved = action.apply(
            street, reason=request.POST.get("reason", ""), by=request.user, at=at, expected=request.POST.get("seen", "")
        )
    except Refused as refusal:
        return _shown(request, streets, at, refusal=refusal)
    wake("grievance.tasks.deliver")
    messages.success(request, f"{street}：已重排 {len(moved)} 张工单，承办单位和诉求人已告知。")
    return redirect("desk:replan")


def _shown(request, streets, at, refusal=None):
    blocks = [_block(street, at) for street in streets]
    context = {"title": "重排时限", "blocks": blocks, "refusal": refusal, "reason": request.POST.get("reason", "")}
    return page(request, "desk/replan.html", context, status=refusal.status if refusal else 200)


def _block(street, at):
    shifts = action.preview(street, at=at)
    moving = [shift for shift in shifts if not shift.held]
    return {
        "street": street, "shifts": shifts[:ON_A_PAGE], "more": max(len(shifts) - ON_A_PAGE, 0), "clocks": len(moving),
        "orders": len({shift.order.pk for shift in moving}), "held": len(shifts) - len(moving),
        "seen": action.fingerprint(shifts),
    }  # fmt: skip
