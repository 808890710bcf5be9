"""一站式大厅: who sits here today, what was registered at the window lately (by 代为上报, `desk.behalf`), and the hand-over to
an agency under the same number."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import moves
from desk.doors import TRIAGE, for_roles, page
from desk.forms import Units, words
from dispatch.actions import handling
from dispatch.models import WorkOrder
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake
from street.models import HallSeat, Organisation

SHOWN = 12
KINDS = list(HallSeat.Kind)
"""常驻 first, 随叫随到 last."""
SOURCES = (Case.Source.WINDOW, Case.Source.PHONE, Case.Source.HOTLINE)


class HandOver(forms.Form):
    """移交: to an agency on the roster, with a note."""

    to = Units("移交给", required=True)
    note = words("交接说明", rows=2)

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["to"].offer(agencies)


@dataclass
class Line:
    """一件窗口登记的事, with the form by which it is handed over."""

    case: Case
    form: HandOver | None


@for_roles(TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def hall(request):
    """大厅: the roster of today and what was registered lately; a POST hands over."""
    at, street = timezone.now(), hall_of(request)
    return _hand_over(request, street, at) if request.method == "POST" else _shown(request, street, at)


def hall_of(request):
    """大厅所在街道: the one asked for among those where one sits at the desk, else the first. 404 elsewhere."""
    mine = (
        Organisation.objects.streets().filter(pk__in=request.user.scope.where(TRIAGE)).select_related("parent").order_by("path")
    )
    code = request.GET.get("street")
    found = mine.filter(code=code).first() if code else mine.first()
    if found is None:
        raise Http404
    return found


def _hand_over(request, street, at):
    case = get_object_or_404(_registered(request.user, street), number=request.POST.get("number", ""))
    form = HandOver(request.POST, agencies=agencies(street, at))
    try:
        if not form.is_valid():
            raise Refused("form_invalid", "请选择移交给哪个单位。", status=400)
        hand_over(case, to=form.cleaned_data["to"], note=form.cleaned_data["note"], by=request.user, at=at)
    except Refused as refused:
        return _shown(request, street, at, refused=(case, form, refused), status=refused.status)
    wake("grievance.tasks.deliver")
    messages.success(request, f"{case.number} 已移交{form.cleaned_data['to']}，编号不变。")
    return redirect(request.get_full_path())


def hand_over(case, *, to, note, by, at):
    """移交: dispatch of what nobody has yet, else transfer of the lead order; the number of the matter stays to the end.

    Refused `note_missing`, and whatever those moves refuse."""
    if not note.strip():
        raise Refused("note_missing", "请写交接说明：来人要什么、已经做了什么。", status=400)
    lead = case.orders.filter(lead=True, status__in=WorkOrder.OPEN).first()
    if lead is not None:
        return handling.transfer(lead, to=to, reason=note, by=by, at=at)
    send = moves.dispatch if case.status == Case.Status.ADMITTED else moves.send
    return send(case, to=to, demand=note, by=by, at=at)


def agencies(street, at):
    """可移交的单位: those on the roster of this hall that may lead, each once, whatever their days."""
    rows = HallSeat.objects.current(street, timezone.localdate(at)).select_related("unit")
    return list({seat.unit_id: seat.unit for seat in rows if seat.unit.may_lead and seat.unit.active}.values())


def _registered(user, street):
    """窗口登记的事项 of this hall, the latest first."""
    rows = Case.objects.visible_to(user).filter(street=street, source__in=SOURCES)
    return rows.select_related("place__community", "promised_by", "category").order_by("-submitted_at")


def _shown(request, street, at, *, refused=None, status=200):
    local = timezone.localtime(at)
    seats = sorted(HallSeat.objects.on(street, local.date()).select_related("unit"), key=lambda seat: KINDS.index(seat.kind))
    for seat in seats:
        seat.manned = seat.opens <= local.time() < seat.closes
    context = {
        "title": "大厅", "street": street, "at": at, "seats": seats,
        "lines": _lines(request.user, street, at, refused), "refused": refused[2].message if refused else "",
    }  # fmt: skip
    return page(request, "desk/hall.html", context, status=status)


def _lines(user, street, at, refused):
    offered, failed = agencies(street, at), refused[0].pk if refused else None
    found = []
    for case in _registered(user, street)[:SHOWN]:
        form = HandOver(agencies=offered, auto_id=f"id_{case.pk}_%s") if case.status in handable() else None
        found.append(Line(case, refused[1] if case.pk == failed else form))
    return found


def handable():
    """可移交的状态: what still waits for a unit, or is with one."""
    return (Case.Status.SUBMITTED, Case.Status.HELD, Case.Status.ADMITTED, Case.Status.IN_HANDLING)
