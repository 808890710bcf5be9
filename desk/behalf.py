"""代为上报: one page for a call in progress, at the desk, the window, the hotline, and on the phone of a grid officer.

Nothing is saved before it was read back: the button that registers stands under the sentence to read aloud, and registers
only what that sentence was made of."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import behalf_hints, phone
from desk.behalf_forms import CONSENT, LANGUAGES, Call, may_register
from desk.doors import for_roles, page
from desk.phone import phone_page
from grievance import qr
from grievance.actions import intake, triage
from grievance.actions.on_behalf import REGISTER
from grievance.casework import Refused
from grievance.models import Case, Grievance, OnBehalf
from grievance.sealing import blind_index
from grievance.wake import wake

ROLES = REGISTER.roles
PARTS = {"found": "desk/_behalf_found.html", "hints": "desk/_behalf_hints.html"}
"""What the page's script asks for by itself; without it the button “查一查” brings both."""


@dataclass(frozen=True)
class Frame:
    """页面外框: the same page inside the desk's frame or the phone's."""

    template: str
    channel: str
    is_phone: bool = False

    def show(self, request, context, status):
        """The page."""
        if self.is_phone:
            return phone.show(request, self.template, context, current="phone-behalf", status=status)
        return page(request, self.template, context, status=status)


DESK = Frame("desk/behalf.html", OnBehalf.Channel.PHONE)
PHONE = Frame("desk/behalf_phone.html", OnBehalf.Channel.VISIT, is_phone=True)


@for_roles(ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def at_desk(request):
    """代为上报 at the desk."""
    return _page(request, DESK)


@phone_page(ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def on_phone(request):
    """代为上报 on a phone."""
    return _page(request, PHONE)


def _page(request, frame):
    at = timezone.now()
    if not may_register(request.user):
        raise PermissionDenied
    if request.method != "POST":
        first = {"channel": frame.channel, **{name: request.GET[name] for name in ("channel", "place") if name in request.GET}}
        return _shown(request, frame, Call(user=request.user, first=first), at)
    form = Call(request.POST, user=request.user)
    form.found()
    form.full_clean()
    if form.chosen:
        form.put(place=form.chosen.code)
    step, _, number = request.POST.get("do", "").partition(":")
    return STEPS.get(step, _look)(request, frame, form, at, number)


def _look(request, frame, form, at, _):
    """查一查: nothing is checked; places and hints for what has been typed, as a part of the page or as all of it."""
    part = PARTS.get(request.POST.get("part"))
    if part:
        hints = behalf_hints.of(form, request.user, at) if part == PARTS["hints"] else None
        return render(request, part, {"form": form, "found": form.found(), "hints": hints, "frame": frame, "part": True})
    return _shown(request, frame, form, at)


def _join(request, frame, form, at, number):
    """归入: this one will join the matter named, once it is registered."""
    form.put(into=get_object_or_404(_joinable(request.user), number=number).number)
    return _read(request, frame, form, at, "")


def _apart(request, frame, form, at, _):
    """单独登记 after all."""
    form.put(into="")
    return _read(request, frame, form, at, "")


def _read(request, frame, form, at, _, *, again=False):
    """复述: check everything, write nothing, and show the sentence to read aloud."""
    try:
        if form.chosen is None:
            raise Refused("place_missing", "请先查到并选中地点，再念给来电人听。", status=400)
        typed = form.typed()
        typed.pop("sensitive")
        _, body, behalf = intake.heard(form.chosen, **typed, by=request.user, at=at)
    except Refused as refused:
        form.refuse(refused)
        return _shown(request, frame, form, at, status=refused.status)
    form.put(heard=_mark(form))
    return _shown(request, frame, form, at, aloud={"body": body, "behalf": behalf, "again": again})


def _save(request, frame, form, at, _):
    """登记 what was read aloud; changed since, it is read aloud again."""
    if form.cleaned_data["heard"] != _mark(form):
        return _read(request, frame, form, at, "", again=True)
    try:
        made = _registered(request.user, form, at)
    except Refused as refused:
        form.refuse(refused)
        return _shown(request, frame, form, at, status=refused.status)
    wake("dispatch.tasks.route_submitted", "grievance.tasks.deliver")
    # Shown in the answer and kept nowhere: the receipt opens everything that was said
    address = f"{settings.SITE_URL}{reverse('grievance:follow', args=[made.receipt])}"
    case = getattr(made, "case", None)
    seen = case is not None and Case.objects.visible_to(request.user).filter(pk=case.pk).exists()
    slip = {"made": made, "address": address, "code": qr.svg(address), "street": form.chosen.street, "seen": seen}
    hints = behalf_hints.of(form, request.user, at)
    return frame.show(
        request, {"title": "代为上报", "slip": slip, "at": at, "hints": hints, "again": request.path, "frame": frame}, 200
    )


STEPS = {"look": _look, "join": _join, "apart": _apart, "read": _read, "save": _save}


def _mark(form):
    return blind_index(f"heard:{form.facts()}") if form.chosen else secrets.token_hex()


@transaction.atomic
def _registered(user, form, at):
    made = intake.register_for(form.chosen, **form.typed(), key=form.cleaned_data["key"], by=user, at=at)
    number = form.cleaned_data["into"]
    if number and isinstance(made, Grievance):
        into = get_object_or_404(_joinable(user), number=number)
        if made.case_id != into.pk:
            triage.merge(made.case, into=into, by=user, at=at)
            made.refresh_from_db(fields=["case"])
    return made


def _joinable(user):
    return Case.objects.visible_to(user).open()


def _shown(request, frame, form, at, *, aloud=None, status=200):
    context = {
        "title": "代为上报", "form": form, "found": form.found(), "hints": behalf_hints.of(form, request.user, at),
        "aloud": aloud, "at": at, "languages": LANGUAGES, "frame": frame,
        "channels": OnBehalf.Channel.choices, "kinds": Grievance.Kind.choices,
        "answers": [(value, label) for value, (label, _) in CONSENT.items()],
    }  # fmt: skip
    return frame.show(request, context, status)
