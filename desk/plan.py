"""自有底图的登记: upload a picture of the street, then click two places on it whose coordinates are known. No script is needed:
a picture that sends a form says by itself where it was clicked."""

from math import hypot

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.files.base import ContentFile
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from PIL import Image

from desk.doors import for_roles, page
from desk.map_ground import position
from dispatch.actions.leaving import KEEPERS
from grievance import media
from grievance.casework import Refused
from street.models import Organisation, Place, PlanPicture
from street.models.places import METRES_A_DEGREE
from street.scope import covered, within

SHOWN = 800
"""Pixels in which the picture is shown to be clicked."""
MAX_BYTES = media.MAX_PHOTO_BYTES
OFFERED = 300
APART = 0.2
"""Two points nearer than this share of the picture's width would turn every small slip into a large one."""
LEAST_METRES = 100


@for_roles(KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request, street):
    """自有底图 of a street: GET shows it, POST uploads it (`step=picture`), marks a point (`point`) or begins anew (`again`)."""
    unit = get_object_or_404(streets(request.user), code=street)
    row = PlanPicture.objects.filter(street=unit).first()
    if request.method != "POST":
        return _page(request, unit, row)
    try:
        said = _change(request, unit, row)
    except Refused as refusal:
        return _page(request, unit, row, refusal=refusal)
    LogEntry.objects.log_actions(request.user.pk, Organisation.objects.filter(pk=unit.pk), CHANGE, said, single_object=True)
    messages.success(request, f"{said}。")
    return redirect("desk:plan", street=unit.code)


def streets(user):
    """街道 within the keeper's reach."""
    return Organisation.objects.streets().filter(within(covered(user, KEEPERS), ""))


def _change(request, unit, row):
    step = request.POST.get("step", "")
    if step == "picture":
        return _keep(unit, request.FILES.get("picture"), request.POST.get("approval", ""), request.user)
    if row is None:
        raise Refused("no_picture", "还没有底图，请先上传。", status=400)
    if step == "again":
        PlanPicture.objects.filter(pk=row.pk).update(points=[])
        return "底图重新对准"
    return _mark(row, unit, request.POST)


def _keep(unit, upload, approval, user):
    """Drawn anew like every picture; a new picture has to be aligned anew."""
    if upload is None:
        raise Refused("no_file", "没有选图片。请选一张 JPG 或 PNG 的示意图，再上传。", status=400)
    if upload.size > MAX_BYTES:
        raise Refused("photo_too_large", "图片过大。请缩小到 20 MB 以内再上传。", status=413)
    content = media.harmless(upload)
    with media.reading, Image.open(ContentFile(content)) as image:
        width, height = image.size
    facts = {"width": width, "height": height, "approval": approval.strip()[:60], "points": [], "by": user, "at": timezone.now()}
    row, _ = PlanPicture.objects.get_or_create(street=unit, defaults=facts)
    for name, value in facts.items():
        setattr(row, name, value)
    old = row.picture.name
    row.picture.save(f"{unit.code}.jpg", ContentFile(content), save=True)
    if old:
        row.picture.storage.delete(old)
    return "底图已上传，请在图上点两个点对准"


def _mark(row, unit, asked):
    """Take a point: where it was clicked, and which place that is."""
    place = next((one for one in measured(unit) if one.code == asked.get("place")), None)
    if place is None:
        raise Refused("place_missing", "请先选这是哪个点位，再在图上点它。", status=400)
    try:
        clicked = [round(int(asked[f"at.{axis}"]) * row.width / SHOWN, 1) for axis in "xy"]
    except (KeyError, ValueError):
        raise Refused("not_clicked", "没有收到点的位置。请在图上点这个点位。", status=400) from None
    lat, lon = position(place)
    point = [*clicked, round(lat, 6), round(lon, 6)]
    points = row.points if len(row.points) < 2 else []
    _refuse_close(points, point, row.width)
    PlanPicture.objects.filter(pk=row.pk).update(points=[*points, point])
    return f"第 {len(points) + 1} 个点已对准：{place.full_name}"


def _refuse_close(points, point, width):
    for x, y, lat, lon in points:
        near = hypot(point[0] - x, point[1] - y) < width * APART
        metres = hypot(point[2] - lat, point[3] - lon) * METRES_A_DEGREE
        if near or metres < LEAST_METRES:
            raise Refused("too_close", "两个点太近，对不准。请选相距远的两个点位（最好在图的对角）。", status=400)


def measured(unit):
    """有坐标的点位 of a street, whose own position is known."""
    rows = Place.objects.filter(street=unit, latitude__isnull=False).located()
    return list(rows.select_related("parent__parent__parent", "community").order_by("community__path", "code")[:OFFERED])


def _page(request, unit, row, *, refusal=None):
    context = {
        "title": "自有底图", "unit": unit, "plan": row, "refusal": refusal, "places": measured(unit), "shown": SHOWN,
        "marks": [(round(x * SHOWN / row.width), round(y * SHOWN / row.width)) for x, y, _, _ in row.points] if row else [],
        "height": round(SHOWN * row.height / row.width) if row else 0, "chosen": request.POST.get("place", ""),
    }  # fmt: skip
    return page(request, "desk/plan.html", context, status=refusal.status if refusal else 200)


@for_roles(KEEPERS)
@require_safe
def picture(request, street):
    """底图 for whoever keeps it."""
    row = get_object_or_404(PlanPicture, street=get_object_or_404(streets(request.user), code=street))
    return FileResponse(row.picture.open("rb"), content_type="image/jpeg")
