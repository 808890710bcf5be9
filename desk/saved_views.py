"""常用视图 beside the register of cases: offered, counted, saved, shared, renamed, deleted."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from desk import filters
from desk.doors import MATTERS, for_roles
from grievance import counting
from grievance.actions import saved_views
from grievance.casework import Refused
from grievance.models import Case, FirstView, SavedView

COUNTED = 12
"""So many views are counted for one page."""
DONE = {
    "rename": "已改名。",
    "share": "已共享。",
    "unshare": "已取消共享。",
    "delete": "已删除。",
    "first": "已设为默认视图。",
    "last": "已取消默认。",
}


@dataclass
class Offered:
    """一个视图 as its reader is offered it."""

    view: SavedView
    keeps: bool
    first: bool
    own: bool


def offered(user):
    """可用的视图: one's own, then those shared; one query."""
    rows = SavedView.objects.visible_to(user).select_related("owner", "organisation")
    rows = rows.annotate(first=Exists(FirstView.objects.filter(user=user, view=OuterRef("pk"))))
    found = [Offered(row, saved_views.may_keep(row, user), row.first, row.owner_id == user.pk) for row in rows]
    return sorted(found, key=lambda one: not one.own)


def home_of(user):
    """共享到哪里: the posting by which one sees matters: the street's desk before a unit."""
    scope = user.scope
    mine = [one for one in scope.postings if one.role in MATTERS]
    return min(mine, key=lambda one: one.organisation_id not in scope.streets, default=None)


@for_roles(MATTERS)
@require_safe
def counts(request):
    """各视图的件数 for whoever looks, as {key: said}: counted to a thousand in one statement, after the page is there."""
    at, user = timezone.now(), request.user
    known, seen = filters.Known(user), Case.objects.visible_to(user)
    asked = {}
    for one in offered(user)[:COUNTED]:
        asked[str(one.view.pk)] = filters.Ask(QueryDict(one.view.query), user, at, known).narrow(seen)
    found = counting.each(user, asked) if asked else {}
    return JsonResponse({key: counting.said(number) for key, number in found.items()})


@for_roles(MATTERS)
@require_POST
def save(request):
    """存为视图: what the register now shows; what was not understood is not saved as if it were."""
    at, user, posting = timezone.now(), request.user, home_of(request.user)
    ask = filters.Ask(QueryDict(request.POST.get("query", "")), user, at)
    if ask.problems:
        raise Refused("filter_wrong", f"{ask.problems[0]}请改好再存。", status=400)
    if ask.personal:
        raise Refused("number_in_view", "条件里有电话号码，不能存为视图：号码不应留在这里。请去掉它再存。", status=400)
    facts = {"shared": "shared" in request.POST, "posting": posting, "by": user, "at": at}
    view = saved_views.save(name=request.POST.get("name", ""), query=ask.canonical(), **facts)
    messages.success(request, f"已存为视图“{view}”。")
    return redirect(f"{reverse('desk:cases')}?{view.query}")


@for_roles(MATTERS)
@require_POST
def change(request, pk):
    """改视图: rename, share, withdraw, delete, or begin with it."""
    at, user, act = timezone.now(), request.user, request.POST.get("act", "")
    view = get_object_or_404(SavedView.objects.visible_to(user), pk=pk)
    facts = {"posting": home_of(user), "by": user, "at": at}
    if act == "rename":
        saved_views.rename(view, name=request.POST.get("name", ""), **facts)
    elif act in ("share", "unshare", "delete"):
        getattr(saved_views, act)(view, **facts)
    elif act in ("first", "last"):
        saved_views.begin_with(view if act == "first" else None, **facts)
    else:
        raise Refused("unknown_move", "没有这个操作，请返回刷新页面后重试。", status=404)
    messages.success(request, DONE[act])
    return redirect(f"{reverse('desk:cases')}?{request.POST.get('query', '') or 'view=all'}")
