"""评价码页: who was visited says how it was, from the card that was left or the code on the door. No account, no name."""

from datetime import timedelta

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from feedback.actions import service_visits as actions
from feedback.models import Rating, ServiceVisit
from grievance import throttle
from grievance.casework import Refused
from grievance.models import QRCode
from grievance.sealing import fingerprint
from grievance.views.page import of_street
from grievance.wake import wake


# Exempt, as the survey is: the secret in the address is the whole right to rate, and needs no cookie
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_card(request, token):
    """评价 by the card; 404 where no such card was given or its time is over."""
    visit = get_object_or_404(_read(), token_hash=fingerprint(token), expires_at__gt=timezone.now())
    return _page(request, visit, Rating.Way.CARD)


@never_cache
@require_safe
def at_door(request, token):
    """近来谁来过: the visits of the last two weeks where this 说事码 hangs, each to be rated without a card."""
    code = get_object_or_404(QRCode.objects.live().select_related("place__street"), token=token)
    visits = _of_door(code)
    page = {**of_street(code.place.street), "visits": visits, "token": token, "place": code.place}
    return render(request, "feedback/visits_at_door.html", page)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_door(request, token, pk):
    """评价 by the code on the door: marked as such, few, and in no share."""
    code = get_object_or_404(QRCode.objects.live().select_related("place"), token=token)
    return _page(request, get_object_or_404(_of_door(code), pk=pk), Rating.Way.DOOR)


def _read():
    return ServiceVisit.objects.select_related("unit", "item", "place__street", "place__parent")


def _of_door(code):
    since = timezone.localdate() - timedelta(days=actions.KEPT.days)
    return _read().filter(place__in={code.place_id, code.place.parent_id} - {None}, day__gte=since)


def _page(request, visit, way):
    page = {
        **of_street(visit.place.street), "visit": visit, "grades": Rating.Grade.choices, "reasons": actions.REASONS.items(),
        "typed": request.POST, "chosen": request.POST.getlist("reason"), "door": way == Rating.Way.DOOR,
    }  # fmt: skip
    done = way == Rating.Way.CARD and visit.ratings.filter(way=way).exists()
    if request.method != "POST" or done:
        return render(request, "feedback/rated.html" if done else "feedback/rate.html", page)
    try:
        throttle.count(request.META.get("REMOTE_ADDR", ""), at=timezone.now(), purpose="rating")
        _, made = actions.rate(
            visit, grade=request.POST.get("grade", ""), reasons=request.POST.getlist("reason"),
            words=request.POST.get("words", ""), way=way, staff=request.user.is_authenticated, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        return render(request, "feedback/rate.html", {**page, "errors": [refusal.message]}, status=refusal.status)
    wake("dispatch.tasks.route_submitted", "grievance.tasks.deliver")
    follow = reverse("grievance:follow", args=[made.receipt]) if made else ""
    return render(request, "feedback/rated.html", {**page, "made": made, "follow": follow})
