"""事项查询: the list of cases in one's scope, narrowed by whatever was asked, with the views that one keeps."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import filters, lights, saved_views
from desk.case import title_for
from desk.doors import MATTERS, for_roles, page
from desk.pager import EDGES, Along, Register
from grievance import search
from grievance.models import Case, CaseUnit, Grievance

# With the calendars, which the lights of a page would ask for one by one
SHOWN = ["category", "place__community", "promised_by", "street__calendar__base"]


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
    at, user = timezone.now(), request.user
    views = saved_views.offered(user)
    first = None if request.GET else next((one.view for one in views if one.first), None)
    if first is not None:
        return redirect(f"{request.path}?{first.query}")
    ask = filters.Ask(request.GET, user, at)
    rows, along = asked_for(ask, user)
    whole = Case.objects.visible_to(user).select_related(*SHOWN).annotate(voices=voices())
    shown = Register(rows, "submitted_at", along=along, shown=whole).asked(request.GET)
    context = {
        "title": "事项", "page": shown, "lines": lines_of(shown.object_list, user, at), "ask": ask, "kept": kept(request.GET),
        "query": ask.canonical(), "views": views, "inputs": ask.inputs(more=False), "more": ask.inputs(more=True),
        "carried": [(name, ask.typed[name]) for name in filters.CARRIED if name in ask.typed],
        "opened": any(field.more and field.name in ask.typed for field in filters.FIELDS),
        "share_with": saved_views.home_of(user), "reason_from": settings.EXPORT_REASON_FROM,
    }  # fmt: skip
    return page(request, "desk/cases.html", context)


def asked_for(ask, user):
    """(the cases that are asked for, the table along which their newest are found sooner than among everybody's cases)."""
    seen, scope = Case.objects.visible_to(user), user.scope
    words = ask.values.get("q")
    texts = search.along(words, user) if words and set(ask.typed) == {"q"} else None
    if texts is not None:
        return seen, Along(texts, at_once=True)
    if scope.streets or len(scope.organisations) != 1:
        return ask.narrow(seen), None
    told = CaseUnit.objects.filter(organisation__in=scope.organisations)
    if ask.typed:
        told = told.filter(case__in=ask.narrow(Case.objects.order_by()).values("pk"))
    return ask.narrow(seen), Along(told, at_once=not ask.typed)


def lines_of(cases, user, at):
    """The rows of a page, with their lights read at once."""
    burning = lights.lights_of(cases, at)
    return [Line(case, filters.light_of(case, burning, at), title_for(case, user)) for case in cases]


def voices():
    """人数 behind a case, counted for the rows of a page alone: a join would be grouped over the whole street first."""
    spoke = Grievance.objects.filter(case=OuterRef("pk"), withdrawn_at__isnull=True).order_by().values("case")
    return Coalesce(Subquery(spoke.annotate(number=Count("pk")).values("number")), 0)


def kept(asked):
    """The query without its page, for the links between pages."""
    query = asked.copy()
    for name in ("page", *EDGES):
        query.pop(name, None)
    return query.urlencode()
