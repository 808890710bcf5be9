"""我的网格 (手机): what is open where I walk, the visits I go on, and reporting what I see there."""

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import acting, phone, sent_later, visits
from desk.file_forms import ManyFiles
from desk.phone import WALKERS, phone_page
from dispatch.models import WorkOrder
from grievance import classify, said
from grievance.actions import seen
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake
from street.models import Place

SHOWN = 50
"""So many matters and visits at most: more is no help on a phone."""
OFFERED = 300
"""So many places of one's cells a phone is given to choose from."""


def cells_of(user):
    """Which places lie in my cells, as a condition on a place: those of the grids in my posts, whole communities where none is
    named."""
    where = Q(pk__in=[])
    for post in user.scope.postings:
        if post.role in WALKERS:
            where |= _in_grid(post.grid_id) if post.grid_id else Q(community=post.organisation_id)
    return where


def _in_grid(grid):
    """A cell, its micro-grids, and what stands in a place of it."""
    return Q(grid=grid) | Q(grid__parent=grid) | Q(parent__grid=grid) | Q(parent__grid__parent=grid)


def places_of(user):
    """我网格里的点位, those that lie in others after them."""
    rows = Place.objects.filter(cells_of(user)).select_related("parent__parent", "community", "street").distinct()
    return rows.order_by("community__path", "name", "pk")


def open_in(user):
    """我网格里没办完的: as far as one's unit was told of it, urgent ones first; the order of one's own unit read with each."""
    orders = WorkOrder.objects.open().filter(handler__in=user.scope.organisations).order_by("-lead", "pk")
    rows = Case.objects.visible_to(user).open().filter(place__in=places_of(user).values("pk").order_by())
    rows = rows.select_related("category", "place__parent__parent", "place__community", "promised_by")
    return rows.prefetch_related(Prefetch("orders", orders, "own_orders")).order_by("-urgency", "-submitted_at", "-pk")[:SHOWN]


class Seen(forms.Form):
    """主动上报: a place of one's own cells, and words, a picture or a sound."""

    place = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label="在哪里", empty_label="请选择")
    text = forms.CharField(
        label="看到了什么",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="可以用手机键盘上的话筒说。不写人名和电话。",
    )
    photos = ManyFiles("照片（可不加）", accept="image/*", most=9)
    voice = forms.FileField(
        label="录音（可不加）", required=False, widget=forms.FileInput({"accept": "audio/*", "data-voice": "1"})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["place"].queryset = places_of(user)
        self.fields["place"].choices = [("", "请选择"), *((row.code, str(row)) for row in places_of(user)[:OFFERED])]

    def sentence(self):
        """What is wrong first."""
        field, errors = next(iter(self.errors.items()))
        return f"{self.fields[field].label}：{errors[0]}"


def reported(request, at):
    """主动上报 from what was typed: (its name, the case). `into` says which open matter it is, or that it is none of them.

    Refused `form_invalid`, `seen_before` where something of the kind is open there and nothing was said, those of `seen`."""
    form = Seen(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        raise Refused("form_invalid", form.sentence(), status=400)
    place, into = form.cleaned_data.pop("place"), request.POST.get("into", "")
    alike = same_place(request.user, place, form.cleaned_data["text"], at)
    chosen = next((case for case in alike if case.number == into), None)
    if alike and chosen is None and into != "none":
        told = "；".join(f"{case.number} {case.category.name if case.category else '待研判'}" for case in alike)
        raise Refused("seen_before", f"{place.name}有 {len(alike)} 件正在办（{told}），请看是不是同一件，再选。")
    return "主动上报", seen.report(place, **form.cleaned_data, into=chosen, by=request.user, at=at)


def same_place(user, place, text, at):
    """可能是同一件: open matters there that one may read: of the kind the words speak of, all where they speak of none."""
    there = Case.objects.visible_to(user).open().filter(place=place).select_related("category", "promised_by")
    kind = classify.suggest_words(said.clean(text), place=place).category_code if text.strip() else ""
    alike = there.filter(Q(category__code=kind) | Q(category=None)) if kind else there
    return list(alike.order_by("-submitted_at")[:5])


@phone_page(WALKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def cells(request):
    """我的网格: a POST reports what was seen, or ticks off a visit."""
    at = timezone.now()
    if sent_later.sent(request):
        return sent_later.take(request, lambda: _done(request, at), at)
    if request.method != "POST":
        return _shown(request, at)
    try:
        label, _ = _done(request, at)
    except Refused as refusal:
        return _shown(request, at, refusal=refusal)
    wake("grievance.tasks.deliver", "dispatch.tasks.route_submitted")
    messages.success(request, f"“{label}”已办理。")
    return redirect("phone-grid")


def _done(request, at):
    if request.POST.get("act") == "see":
        return reported(request, at)
    return sent_later.move(request, [(row, {"make_visit"}) for row in visits.planned(request.user, at)], at)


def _shown(request, at, *, refusal=None):
    user, tried = request.user, refusal is not None and request.POST.get("act") == "see"
    form, cases, going = Seen(request.POST if tried else None, user=user), list(open_in(user)), own_visits(user, at)
    alike = _alike(user, form, at) if tried and refusal.code == "seen_before" else []
    for case in [*cases, *alike]:
        case.heading = phone.heading(case)
    context = {
        "cases": cases, "problem": refusal.message if refusal else "", "form": form, "alike": alike, "tried": tried,
        "visits": [(row, acting.cards([(row, {"make_visit"})], user, at)) for row in going], "readable": set(),
    }  # fmt: skip
    status = refusal.status if refusal else 200
    return phone.show(request, "desk/grid_cells.html", context, current="phone-grid", status=status, keep=True)


def own_visits(user, at):
    """要上门的 on which one's own unit goes."""
    units = user.scope.organisations
    return [row for row in visits.planned(user, at) if any(unit.organisation_id in units for unit in row.units.all())][:SHOWN]


def _alike(user, form, at):
    place = places_of(user).filter(code=form["place"].value()).first()
    return same_place(user, place, form["text"].value() or "", at) if place else []
