"""事项查询: the list of cases in one's scope, by queue, status, community, category, light and text."""

import re
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import backlog, figures, lights, queues
from desk.case import title_for
from desk.doors import MATTERS, for_roles, page
from desk.pager import EDGES, Register
from grievance.models import Case, Category, Grievance
from street.models import Organisation

OPEN = "open"
# By their letter, so that each is looked up in one index and not in the whole street
CASE_NUMBER, GRIEVANCE_NUMBER = (re.compile(rf"{letter}\d+(-[0-9A-Z]*)?") for letter in "AS")


@dataclass
class Line:
    """一行: a case with its light, and its title as the reader may have it."""

    case: Case
    light: lights.Light
    title: str


@for_roles(MATTERS)
@require_safe
def cases(request):
    """事项列表."""
    at, asked = timezone.now(), request.GET
    rows = filtered(Case.objects.visible_to(request.user), asked, request.user, at)
    rows = rows.select_related("category", "place__community", "promised_by", "street").annotate(voices=voices())
    shown = Register(rows, "submitted_at").asked(asked)
    burning = lights.lights_of(shown.object_list, at)
    lines = [Line(case, light_of(case, burning, at), title_for(case, request.user)) for case in shown.object_list]
    context = {
        "title": "事项", "page": shown, "lines": lines, "asked": asked, "queue": queues.BY_NAME.get(asked.get("queue")),
        "narrowed": backlog.words(asked), "figure": figures.BY_NAME.get(asked.get("figure")),
        "statuses": [(OPEN, "全部未了"), *Case.Status.choices], "communities": communities(request.user),
        "categories": Category.objects.filter(active=True), "lights": lights.CHOICES, "kept": kept(asked),
    }  # fmt: skip
    return page(request, "desk/cases.html", context)


def voices():
    """人数 behind a case, counted for the rows of a page alone: a join would be grouped over the whole street first."""
    spoke = Grievance.objects.filter(case=OuterRef("pk"), withdrawn_at__isnull=True).order_by().values("case")
    return Coalesce(Subquery(spoke.annotate(number=Count("pk")).values("number")), 0)


def light_of(case, burning, at):
    """灯 of a case: of its running clocks; before there is an order, of its wait for one."""
    if case.pk in burning:
        return burning[case.pk]
    waiting = case.status in (Case.Status.SUBMITTED, Case.Status.ADMITTED)
    return lights.triage_light(case, at) if waiting else lights.NONE


def filtered(rows, asked, user, at):
    """筛选: each filter narrows; what is unknown is passed over."""
    queue = queues.BY_NAME.get(asked.get("queue"))
    if queue is not None:
        rows = rows.open().filter(queue.condition(user, at))
    figure = figures.BY_NAME.get(asked.get("figure"))
    if figure is not None:
        rows = rows.filter(figure.condition(user, at))
    status = asked.get("status")
    rows = rows.open() if status == OPEN else rows.filter(status=status) if status in Case.Status.values else rows
    for name, field in (("category", "category__code"), ("urgency", "urgency")):
        if asked.get(name):
            rows = rows.filter(**{field: asked[name]})
    if asked.get("community"):
        rows = rows.filter(backlog.at_unit("place__community", asked["community"]))
    rows = backlog.filtered(rows, asked, at)
    if words := asked.get("q", "").strip():
        rows = rows.filter(said(words))
    return lit(rows, asked["light"], at) if asked.get("light") in dict(lights.CHOICES) else rows


def said(words):
    """Cases whose number or a grievance's number begins so; else those whose title or anything said in them holds the words."""
    number = words.upper()
    if CASE_NUMBER.fullmatch(number):
        return Q(number__startswith=number)
    if GRIEVANCE_NUMBER.fullmatch(number):
        return Q(pk__in=Grievance.objects.filter(number__startswith=number).values("case"))
    voices = Grievance.objects.filter(case=OuterRef("pk"))
    inside = voices.filter(Q(description__icontains=words) | Q(address__icontains=words))
    return Q(title__icontains=words) | Exists(inside)


def lit(rows, colour, at):
    """Cases under a light. Working time is no business of the database, so the clocks of open cases are read here."""
    candidates = list(rows.open().select_related("street"))
    burning = lights.lights_of(candidates, at)
    return rows.filter(pk__in=[case.pk for case in candidates if light_of(case, burning, at).colour == colour])


def communities(user):
    """社区 of one's streets, and those one works for."""
    scope = user.scope
    held = Q(parent__in=scope.streets) | Q(pk__in=scope.organisations)
    return Organisation.objects.filter(held, kind=Organisation.Kind.COMMUNITY).order_by("path")


def kept(asked):
    """The query without its page, for the links between pages."""
    query = asked.copy()
    for name in ("page", *EDGES):
        query.pop(name, None)
    return query.urlencode()
