"""外部办理页: one order for a body without an account. The link is the only key; there is no session, and nothing else opens."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.actions import outside, receptions
from dispatch.models import Reception, ReceptionSlot
from dispatch.papers.veil import Veil
from dispatch.workflow import WORK_ORDER
from grievance import serving, throttle
from grievance.casework import OUTSIDE, Refused
from grievance.models import Attachment, Grievance
from grievance.views.follow import Said, grievance_of
from grievance.views.page import of_street
from grievance.wake import wake

SAID = {"respond": ("note",), "add_progress": ("text",), "complete": ("public_answer", "internal_record")}
DONE = {
    "accept": "已签收，请在时限内办理。",
    "respond": "已记下这次联系。",
    "add_progress": "已记下办理进展，街道专班能看到。",
    "complete": "已报办结，等街道专班审核。",
}
AGAIN = "照片需要重新选一次，您写的还在。"


@dataclass
class Voice:
    """一位诉求人说的, veiled: never a name, a number or a recording."""

    text: str
    address: str = ""
    photos: list = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A line above the page, in the shape of Django's messages, which would need a cookie."""

    message: str
    level_tag: str = "success"

    def __str__(self):
        return self.message


def _link(request, token, at):
    """The live link. A miss counts against the address, so that nobody tries many. Refused `unknown_link`, `throttled`."""
    try:
        return outside.found(token, at)
    except Refused:
        _count(request, at)
        raise


def _count(request, at):
    throttle.count(request.META["REMOTE_ADDR"], at=at, purpose="outside")


# Exempt: the link in the address is the whole right to act; there is no session that a foreign page could borrow
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def outside_order(request, token):
    """外部办理页: GET shows the order, POST with `action` makes one move and comes back; `contact` is answered at once."""
    at = timezone.now()
    link = _link(request, token, at)
    if request.method != "POST":
        outside.note_opening(link, at=at)
        return _page(request, link, token, at)
    action = request.POST.get("action", "")
    try:
        _count(request, at)
        if action == "contact":
            return _page(request, link, token, at, contacts=outside.reveal(link, at=at))
        _act(request, link, action, at)
    except Refused as refused:
        if refused.code == "unknown_link":
            raise
        return _page(request, outside.found(token, at), token, at, refused=refused)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile")
    return HttpResponseRedirect(f"{request.path}?done={action}")


def _act(request, link, action, at):
    said = {name: request.POST.get(name, "") for name in SAID.get(action, ())}
    with_photos = action in ("add_progress", "complete")
    photos = request.FILES.getlist("photos") if with_photos else ()
    outside.act(link, action, photos=photos, at=at, **said)


def _page(request, link, token, at, *, contacts=None, refused=None):
    order, case = link.order, link.order.case
    veil = Veil.of(case, order.handler)
    veil.firm = True  # whoever holds a link reads as a firm does, a utility too
    done = DONE.get(request.GET.get("done", ""))
    page = {
        **of_street(case.street), "order": order, "case": case, "link": link, "moves": open_moves(order),
        "demand": veil.words(order.demand), "voices": _voices(case, veil, token),
        "contacts": contacts, "may_ask": contacts is None and bool(outside.shared_contacts(order)),
        "messages": [Line(done)] if done else [], "errors": _errors(request, refused), "typed": request.POST,
    }  # fmt: skip
    return render(request, "dispatch/outside.html", page, status=refused.status if refused else 200)


def open_moves(order):
    """可办动作 of the holder of a link, by name."""
    of_link = (WORK_ORDER.moves[name] for name in outside.ACTS)
    return {move.name for move in of_link if order.status in move.sources and OUTSIDE in move.roles}


def _voices(case, veil, token):
    rows = Grievance.objects.filter(case=case, withdrawn_at__isnull=True).select_related("complainant").order_by("submitted_at")
    photos: dict = {}
    for photo in _photos(case):
        photo.url = reverse("outside-photo", args=[token, photo.pk])
        photos.setdefault(photo.grievance_id, []).append(photo)
    return [_voice(row, veil, photos.get(row.pk, [])) for row in rows]


def _voice(row, veil, photos):
    if confidential(row):
        return Voice(veil.words(row.description))
    return Voice(veil.words(row.description), veil.words(row.address), photos)


def confidential(grievance):
    """要求保密: then pictures and address, which may show whose flat it is, stay out as well."""
    complainant = getattr(grievance, "complainant", None)
    return complainant is not None and complainant.confidential


def _photos(case):
    """Pictures of what was reported; recordings tell who speaks, and remarks may be about anything."""
    return Attachment.objects.filter(
        case=case, kind=Attachment.Kind.PHOTO, grievance__isnull=False, remark__isnull=True, grievance__withdrawn_at__isnull=True
    )  # fmt: skip


def _errors(request, refused):
    if refused is None:
        return []
    return [refused.message, *([AGAIN] if request.FILES else [])]


@never_cache
@require_safe
def outside_photo(request, token, pk):
    """图片: of this order's matter, by this order's link. No recording, and no picture of one who asked for confidence."""
    link = _link(request, token, timezone.now())
    shown = _photos(link.order.case).exclude(grievance__complainant__confidential=True)
    return serving.serve(request, get_object_or_404(shown, pk=pk))


BOOKED = {"book": "已约好。到时带上本页，早到几分钟。", "cancel": "已取消预约。"}


# Exempt, as the follow page is: the receipt in the address is the whole right to act
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visit_leader(request, receipt):
    """约见领导: the holder of a receipt books, moves or cancels a time to be received, while the matter is open."""
    grievance = grievance_of(receipt)
    if request.method != "POST":
        return _days(request, grievance, receipt)
    try:
        done = _book(request, grievance, timezone.now())
    except Refused as refused:
        return _days(request, grievance_of(receipt), receipt, refused=refused)
    wake("grievance.tasks.deliver")
    return HttpResponseRedirect(f"{request.path}?done={done}")


def _book(request, grievance, at):
    if request.POST.get("action") == "cancel":
        receptions.cancel(get_object_or_404(_held(grievance)), at=at)
        return "cancel"
    day, _, second = request.POST.get("time", "").partition("-")
    if not (day.isdecimal() and second.isdecimal()):
        raise Refused("time_missing", "请先选一个时间，再预约。", status=400)
    starts_at = datetime.fromtimestamp(int(second[:10]), tz=UTC)
    receptions.book(get_object_or_404(Reception, pk=day), grievance, starts_at=starts_at, at=at)
    return "book"


def _held(grievance):
    return grievance.receptions.filter(status=ReceptionSlot.Status.BOOKED).select_related("reception__organisation")


def _days(request, grievance, receipt, *, refused=None):
    at, case = timezone.now(), grievance.case
    is_open = grievance.withdrawn_at is None and not case.ended
    days = receptions.days_for(case.street, at) if is_open else []
    page = {
        **of_street(case.street), "grievance": grievance, "open": is_open, "held": _held(grievance).first(),
        "days": [(day, [(f"{day.pk}-{start:%s}", start) for start in receptions.free_times(day, at)]) for day in days],
        "url": reverse("grievance:follow", args=[receipt]), "errors": [refused.message] if refused else [],
        "messages": [Said(BOOKED[request.GET["done"]])] if request.GET.get("done") in BOOKED and not refused else [],
    }  # fmt: skip
    return render(request, "dispatch/reception.html", page, status=refused.status if refused else 200)
