"""类案: what was found to be one problem in many places; who leads, what is done, and how many came before and after."""

import re

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk.case import title_for
from desk.doors import MATTERS, for_roles, page
from desk.typed import day, number
from feedback.actions import topics as actions
from feedback.models import Topic
from feedback.topic_effect import effect, trend
from feedback.topic_moves import MANAGERS, TOPIC
from grievance.casework import Refused
from grievance.models import Case
from street.models import Organisation

MOST_OVER = 50
MOST_SHOWN = 200
NOTICE = re.compile(r"^topic:(\d+):")
S = Topic.Status


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request):
    """类案一览; a POST begins one; `notice` in the address leads to the topic that a notice speaks of."""
    if found := NOTICE.match(request.GET.get("notice", "")):
        return redirect("desk:topic", int(found[1]))
    if request.method != "POST":
        return _register(request)
    street = get_object_or_404(_streets(request.user), pk=number(request.POST.get("street")))
    said = {name: request.POST.get(name, "") for name in ("name", "why")}
    try:
        numbers = re.split(r"[\s,，、;；]+", request.POST.get("numbers", ""))
        row = actions.begin(street, **said, numbers=numbers, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _register(request, refusal)
    messages.success(request, "已新建。请立项：写明谁牵头、怎么办、哪天以前完成。")
    return redirect("desk:topic", row.pk)


def _streets(user):
    return Organisation.objects.streets().filter(pk__in=user.scope.where(MANAGERS)).order_by("path")


def _register(request, refusal=None):
    rows = Topic.objects.visible_to(request.user).select_related("street", "owner").annotate(
        inside=Count("members", filter=Q(members__removed_at=None))
    )  # fmt: skip
    live = list(rows.live()[:MOST_SHOWN])
    groups = [(label, [row for row in live if row.status == status]) for status, label in S.choices if status in Topic.LIVE]
    context = {
        "title": "类案", "groups": groups, "over": rows.exclude(status__in=Topic.LIVE).order_by("-ended_at")[:MOST_OVER],
        "streets": list(_streets(request.user)), "refusal": refusal, "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
    }  # fmt: skip
    return page(request, "desk/topics.html", context, status=refusal.status if refusal else 200)


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def topic(request, pk):
    """一个类案; a POST makes one of its moves. A refusal keeps what was typed."""
    rows = Topic.objects.visible_to(request.user).select_related("street", "owner")
    row = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return _shown(request, row)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        deed(row, request.POST, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _shown(request, row, refusal)
    messages.success(request, "已记下。")
    return redirect("desk:topic", row.pk)


def _plan(act):
    def deed(row, said, *, by, at):
        owner = Organisation.objects.filter(pk=number(said.get("owner"))).first()
        facts = {"owner": owner, "plan": said.get("plan", ""), "due_on": day(said.get("due_on"))}
        return act(row, **facts, revision=number(said.get("revision")), by=by, at=at)

    return deed


def _with_text(act, name):
    return lambda row, said, *, by, at: act(row, **{name: said.get("text", "")}, by=by, at=at)


def _start(row, said, *, by, at):
    return actions.start(row, day=day(said.get("day")), by=by, at=at)


def _of_case(act):
    def deed(row, said, *, by, at):
        return act(row, number=said.get("number", "").strip().upper(), why=said.get("why", ""), by=by, at=at)

    return deed


DEEDS = {
    "open": _plan(actions.open_),
    "plan": _plan(actions.plan),
    "note": _with_text(actions.note, "text"),
    "start": _start,
    "end": _with_text(actions.end, "outcome"),
    "drop": _with_text(actions.drop, "why"),
    "put_in": _of_case(actions.put_in),
    "take_out": _of_case(actions.take_out),
}


def _shown(request, row, refusal=None):
    today = timezone.localdate()
    weeks = trend(row, today)
    most = max((number for _, number in weeks), default=0) or 1
    inside = row.members.filter(removed_at=None)
    seen = inside.filter(case__in=Case.objects.visible_to(request.user)).select_related(
        "case__place", "case__category", "case__promised_by"
    )
    members, count = [(one, title_for(one.case, request.user)) for one in seen[:MOST_SHOWN]], inside.count()
    context = {
        "title": str(row), "row": row, "open": {move.name for move in TOPIC.open_to(row, request.user)}, "refusal": refusal,
        "typed": request.POST if refusal else {}, "members": members, "count": count, "unseen": count - len(members),
        "out": row.members.exclude(removed_at=None).filter(case__in=Case.objects.visible_to(request.user)).select_related(
            "case", "removed_by"
        ),
        "weeks": [(first, number, round(100 * number / most)) for first, number in weeks], "effect": effect(row, today),
        "steps": row.steps.select_related("by"), "units": _units(row), "today": today,
    }  # fmt: skip
    return page(request, "desk/topic.html", context, status=refusal.status if refusal else 200)


def _units(row):
    below = Organisation.objects.filter(path__startswith=row.street.path, active=True)
    return below.exclude(kind=Organisation.Kind.COMPANY).order_by("path")
