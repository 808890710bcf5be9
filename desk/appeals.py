"""数字异议: a unit says that a frozen month is wrong; another person above agrees, and the month is counted anew, or does not."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import doors
from desk.typed import day, number
from feedback.actions import appeals as actions
from feedback.models import Appeal, Snapshot
from feedback.workflow import APPEAL
from grievance.casework import Refused
from street.models import Organisation, Role

ASKERS, DECIDERS = APPEAL.moves["ask"].roles, APPEAL.moves["agree"].roles
READERS = frozenset({*ASKERS, *DECIDERS, Role.STREET_LEADER, Role.STREET_SECRETARY})
MONTHS, MOST = 13, 60


@doors.for_roles(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request):
    """异议页: those one may read; a POST asks or decides. A refusal keeps what was typed."""
    if request.method != "POST":
        return _shown(request)
    try:
        messages.success(request, _done(request, timezone.now()))
    except Refused as refusal:
        return _shown(request, refusal)
    return redirect("desk:appeals")


def _done(request, at):
    said, user = request.POST, request.user
    if said.get("do") == "ask":
        unit = get_object_or_404(_units(user), pk=number(said.get("unit")))
        month = _frozen(unit).filter(month=day(said.get("month"))).first()
        if month is None:
            raise Refused("no_month", "请选一个已经定格的月份。", status=400)
        actions.ask(month, unit=unit, reason=said.get("reason", ""), by=user, at=at)
        return "异议已提出，由街道督办员或区委督查室复核。"
    row = get_object_or_404(Appeal.objects.visible_to(user), pk=number(said.get("appeal")))
    if said.get("do") == "agree":
        made = actions.agree(row, opinion=said.get("opinion", ""), by=user, at=at)[1]
        return f"已更正，写成{made}；旧版照样可读。"
    if said.get("do") == "refuse":
        actions.refuse(row, opinion=said.get("opinion", ""), by=user, at=at)
        return "不予更正，已记下理由。"
    raise Http404


def _units(user):
    return Organisation.objects.filter(pk__in=user.scope.where(ASKERS)).order_by("path")


def _frozen(unit):
    """The last versions of the street in which a unit lies, the newest month first."""
    return Snapshot.objects.last_versions().filter(street__in=_streets_over(unit)).order_by("-month")


def _streets_over(unit):
    codes = [code for code in unit.path.split("/") if code]
    return Organisation.objects.streets().filter(code__in=codes)


def _shown(request, refusal=None):
    user, units = request.user, list(_units(request.user))
    rows = Appeal.objects.visible_to(user).select_related("unit", "asked_by", "decided_by", "street")[:MOST]
    months = sorted({row.month for unit in units for row in _frozen(unit)[:MONTHS]}, reverse=True)
    context = {
        "title": "数字异议", "refusal": refusal, "typed": request.POST if refusal else {}, "units": units, "months": months,
        "rows": [(row, bool(APPEAL.open_to(row, user)) and row.asked_by_id != user.pk and _decides(row, user)) for row in rows],
    }  # fmt: skip
    return doors.page(request, "desk/appeals.html", context, status=refusal.status if refusal else 200)


def _decides(row, user):
    return any(move.name == "agree" for move in APPEAL.open_to(row, user))
