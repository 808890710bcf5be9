"""没有码时找地点: by name on the home page, or by a phone's position with consent. Neither is kept, and neither is logged."""

from urllib.parse import urlencode

from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from grievance import throttle
from grievance.casework import Refused
from grievance.models import QRCode
from street.models import Place

REACH = 800
"""Metres: further away nobody would walk to say it, and a phone indoors is wrong by a few hundred."""
MOST = 20


# Exempt: it changes nothing; a POST only so that positions stay out of addresses and logs
@csrf_exempt
@never_cache
@require_POST
def near(request):
    """附近的点位: POST latitude and longitude (WGS-84, degrees); JSON with the nearest places that have a code."""
    throttle.glance(request.META["REMOTE_ADDR"], at=timezone.now(), purpose="near")
    lat, lon = _degrees(request.POST.get("latitude"), 90), _degrees(request.POST.get("longitude"), 180)
    places = Place.objects.filter(pk__in=QRCode.objects.live().values("place"))
    found = places.nearest(lat, lon, metres=REACH)
    away = {place.pk: round(metres, -1) for metres, place in found}
    ways = ways_to([place for _, place in found])
    return JsonResponse({"places": [{"name": way["name"], "url": way["url"], "metres": away[way["pk"]]} for way in ways]})


def _degrees(value, most):
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = most + 1.0
    if not -most <= number <= most:
        raise Refused("bad_position", "没有得到位置。请改用名称查找，或在下面选您的社区。", status=400)
    return number


def ways_to(places):
    """入口: `{"pk", "name", "url"}` of the code by which something can be said about each place: its own, that of what it lies
    in with the place as the address, else those of its parts; parents must be read. Two queries."""
    outward = {place.pk: _outward(place) for place in places}
    tokens = _tokens(QRCode.objects.live().filter(place__in={step.pk for steps in outward.values() for step in steps}))
    bare = [place.pk for place in places if not any(step.pk in tokens for step in outward[place.pk])]
    parts: dict = {}
    for code in (
        QRCode.objects.live().filter(place__parent__in=bare).select_related("place__parent__parent__parent", "place__community")
    ):
        parts.setdefault(code.place.parent_id, []).append({"pk": code.place_id, **_way(code.place, code.token)})
    found = []
    for place in places:
        step = next((step for step in outward[place.pk] if step.pk in tokens), None)
        found += parts.get(place.pk, []) if step is None else [{"pk": place.pk, **_way(place, tokens[step.pk], step)}]
    return found[:MOST]


def _tokens(codes):
    return dict(codes.order_by("-pk").values_list("place_id", "token"))


def _outward(place):
    steps = []
    while place is not None:
        steps.append(place)
        place = place.parent
    return steps


def _way(place, token, step=None):
    url = reverse("grievance:report", args=[token])
    inner = "" if step in (None, place) else place.full_name.removeprefix(step.full_name)
    return {"name": f"{place.full_name}（{place.community}）", "url": f"{url}?{urlencode({'address': inner})}" if inner else url}
