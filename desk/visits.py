"""上门登记 “只敲一次门”: what is planned, which of it goes to the same door, and what was made of late."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import acting
from desk.doors import MATTERS, for_roles, page
from desk.teamwork_forms import NewVisit
from desk.teamwork_moves import masked, with_facts
from dispatch.actions import visits
from dispatch.models import Visit
from dispatch.teamwork import CONVENERS
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake
from street.models import Organisation

SHOWN_FOR = timedelta(days=30)
MOST = 200


@dataclass
class Line:
    """一次上门, with the moves open on it and those that could be merged with it."""

    visit: Visit
    near: list = field(default_factory=list)
    cards: list = field(default_factory=list)


@dataclass
class Tried:
    """安排上门 as it was typed, and why it was not done."""

    form: Any
    refused: str = ""
    status: int = 200


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request):
    """上门登记: a POST plans a visit, or makes one move of a visit."""
    at = timezone.now()
    if request.method != "POST":
        return _shown(request, at)
    if request.POST.get("act") == "plan":
        return _plan(request, at)
    tried = acting.submit(request, [(row, None) for row in planned(request.user, at)], at)
    if tried.refusal:
        return _shown(request, at, last=tried, status=tried.refusal.status)
    return _done(request, tried.card.move.label)


def _done(request, label):
    wake("grievance.tasks.deliver")
    messages.success(request, f"“{label}”已办。")
    return redirect("desk:visits")


def _plan(request, at):
    street = street_of(request.user)
    if street is None:
        raise Refused("role_missing", "安排上门由街道工作专班办理；承办单位请在事项页安排。", status=403)
    form = NewVisit(request.POST, row=street, at=at)
    if not form.is_valid():
        return _shown(request, at, new=Tried(form, form.sentence(), 400))
    try:
        visits.plan(**form.cleaned_data, by=request.user, at=at)
    except Refused as refusal:
        return _shown(request, at, new=Tried(form, refusal.message, refusal.status))
    return _done(request, "安排上门")


def street_of(user):
    """街道 for which the person may plan visits, else None."""
    return Organisation.objects.filter(pk__in=user.scope.where(CONVENERS)).select_related("parent").order_by("pk").first()


def planned(user, at):
    """待上门 that the person may see, each with those near it: the same place or party within the policy's days."""
    rows = masked(with_facts(Visit.objects.visible_to(user).planned()).order_by("starts_at", "pk")[:MOST])
    streets = {row.street_id: row.street for row in rows}
    days = {key: timedelta(days=visits.days_of(street, at)) for key, street in streets.items()}
    for row in rows:
        # What forms choose from is kept on the street: one for all its visits
        row.street = streets[row.street_id]
        row.near = [other for other in rows if other is not row and _close(row, other, days[row.street_id])]
    return rows


def _close(one, other, span):
    same = one.place_id == other.place_id or (one.party_id is not None and one.party_id == other.party_id)
    return same and one.street_id == other.street_id and abs(one.starts_at - other.starts_at) <= span


def _shown(request, at, *, last=None, new=None, status=200):
    user = request.user
    rows = planned(user, at)
    kept = {last.card.row.pk: last} if last else {}
    lines = [Line(row, row.near, acting.cards([(row, None)], user, at, last=kept.get(row.pk))) for row in rows]
    street = street_of(user)
    made = with_facts(Visit.objects.visible_to(user)).filter(status=Visit.Status.MADE, made_at__gte=at - SHOWN_FOR)
    cases = {unit.case_id for row in rows for unit in row.units.all() if unit.case_id}
    context = {
        "title": "上门", "lines": lines, "at": at, "made": masked(made.order_by("-made_at", "-pk")[:30]),
        "mergeable": sum(1 for line in lines if line.near),
        "readable": set(Case.objects.visible_to(user).filter(pk__in=cases).values_list("pk", flat=True)),
        "new": new or (Tried(NewVisit(row=street, at=at)) if street else None),
    }  # fmt: skip
    return page(request, "desk/visits.html", context, status=new.status if new else status)
