"""交接班: the page that a shift hands to the next one, to be read in two minutes; taking over and leaving; earlier pages."""

from collections import namedtuple
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from desk import acting
from desk.doors import for_roles, page
from desk.phone import heading
from desk.shift_forms import Note
from dispatch import shift_page
from dispatch.actions import handling, shifts
from dispatch.duty import WATCH
from dispatch.models import DutyNote, Ring, Shift, WorkOrder
from dispatch.workflow import DESK
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake
from street.models import Organisation

INSTANTS = ("at", "due", "since", "until")
LOOK_AHEAD = timedelta(days=7)
EARLIER = 12

Now = namedtuple("Now", "sitting due coming")
"""谁在班、该谁接、下一班: rows of Shift, None where there is none."""


def street_of(request):
    """值班的街道: the one asked for among those where one has a seat, else the first. 404 elsewhere."""
    mine = Organisation.objects.streets().filter(pk__in=request.user.scope.where(WATCH))
    mine = mine.select_related("parent", "calendar__base").order_by("path")
    code = request.GET.get("street")
    found = mine.filter(code=code).first() if code else mine.first()
    if found is None:
        raise Http404
    return found


@for_roles(WATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def current(request):
    """交接班: the shift that runs, live; a POST takes over, leaves, confirms, ticks, writes or strikes."""
    at, street = timezone.now(), street_of(request)
    if request.method != "POST":
        return _shown(request, street, at)
    name = request.POST.get("act", "")
    try:
        if name.startswith("ring-"):
            return _confirm(request, street, at)
        said = DOES[name](request, street, at) if name in DOES else None
    except Refused as refused:
        return _shown(request, street, at, refused=refused)
    if said is None:
        raise Refused("unknown_move", "没有这个操作，请刷新页面后重试。", status=404)
    return _done(request, said)


def _done(request, said):
    wake("grievance.tasks.deliver")
    messages.success(request, said)
    return redirect(request.get_full_path())


def _confirm(request, street, at):
    tried = acting.submit(request, [(row, None) for row in _ringing(street)], at)
    if tried.refusal:
        return _shown(request, street, at, last=tried, refused=tried.refusal)
    return _done(request, "已记下，不再响铃。")


def _shift(request, street):
    return get_object_or_404(Shift.objects.filter(street=street), pk=_key(request.POST.get("pk")))


def _key(text):
    return int(text) if str(text).isascii() and str(text).isdigit() else 0


def _take(request, street, at):
    shift = shifts.take(_shift(request, street), by=request.user, at=at)
    return f"您已接{shift.name}，时间 {timezone.localtime(at):%H:%M}。上一班的页面已封存。"


def _leave(request, street, at):
    shift = shifts.sign_off(_shift(request, street), by=request.user, at=at)
    return f"{shift.name}交班已签，时间 {timezone.localtime(at):%H:%M}。接班的人签字之前，您仍在班。"


def _note(request, street, at):
    form = Note(request.POST)
    if not form.is_valid():
        raise Refused("form_invalid", form.sentence(), status=400)
    note = shifts.write_note(street, **form.cleaned_data, by=request.user, at=at)
    return f"{note.get_kind_display()}已记下，划掉之前每一班都看得到。"


def _strike(request, street, at):
    note = get_object_or_404(DutyNote.objects.filter(street=street), pk=_key(request.POST.get("pk")))
    shifts.strike(note, outcome=request.POST.get("outcome", ""), by=request.user, at=at)
    return "已划掉。"


def _read(request, street, at):
    """Those ticked; with 全部, those the page showed: nothing is ticked that nobody had before his eyes."""
    name = "shown" if request.POST.get("act") == "read_all" else "order"
    keys = [_key(text) for text in request.POST.getlist(name)]
    if not keys:
        raise Refused("nothing_ticked", "没有勾选。请勾选看过的，或点“全部看过”。", status=400)
    return f"记下看过 {shifts.read_auto(street, orders=keys, by=request.user, at=at)} 件自动派单。"


def _recall(request, street, at):
    orders = WorkOrder.objects.visible_to(request.user).filter(case__street=street)
    order = get_object_or_404(orders, pk=_key(request.POST.get("pk")))
    handling.recall(order, reason=request.POST.get("reason", ""), by=request.user, at=at)
    shifts.read_auto(street, orders=[order.pk], by=request.user, at=at)
    return f"工单 {order.number} 已收回，事项回到待研判。"


DOES = {
    "take": _take, "leave": _leave, "note": _note, "strike": _strike, "read": _read, "read_all": _read, "recall": _recall,
}  # fmt: skip


def _ringing(street):
    rows = Ring.objects.filter(status=Ring.Status.RINGING, case__street=street)
    return list(rows.select_related("case").order_by("started_at")[: shift_page.SHOWN])


def now_of(street, at):
    """谁在班: one query over the shifts around this instant."""
    around = Shift.objects.filter(street=street, starts_at__lte=at + LOOK_AHEAD, ends_at__gt=at - LOOK_AHEAD)
    rows = list(around.select_related("leader", "officer", "taken_by", "left_by", "street").order_by("starts_at"))
    for row in rows:
        row.street = street
    sitting = next((row for row in rows if row.status == Shift.Status.RUNNING), None)
    planned = [row for row in rows if row.status == Shift.Status.PLANNED]
    due = next((row for row in planned if row.starts_at <= at < row.ends_at), None)
    coming = next((row for row in planned if row.starts_at > at), None)
    return Now(sitting, due, coming), rows


def _shown(request, street, at, *, last=None, refused=None):
    user, (now, around) = request.user, now_of(street, at)
    shift = now.sitting or now.due or Shift(street=street, name="未排班", starts_at=at - timedelta(hours=8), ends_at=at)
    known = shift_page.facts(shift, at)
    rings = {row.case_id: row for row in _ringing(street)} if known["rings"] else {}
    cards = acting.cards([(row, None) for row in rings.values()], user, at, last=last) if rings else []
    context = {
        **_told(user, street, known), "title": "交接班", "at": at, "now": now, "shift": shift, "live": True,
        "cards": {card.row.pk: card for card in cards}, "refused": refused, "typed": request.POST,
        "may_take": _may_take(now, user, at), "may_leave": _may_leave(now.sitting, user),
        "note": Note(request.POST if request.POST.get("act") == "note" else None), "desk": bool(user.scope.where(DESK)),
        "gaps": shifts.gaps(around, at, at + LOOK_AHEAD) if around else [], "earlier": earlier(street),
    }  # fmt: skip
    return page(request, "desk/shift.html", context, status=refused.status if refused else 200)


def _may_take(now, user, at):
    """The shift that this person may take over now, None where there is none."""
    for row in (now.due, now.coming):
        if row is not None and user.pk in (row.officer_id, row.leader_id) and at >= row.starts_at - shifts.EARLY:
            return row
    return None


def _may_leave(shift, user):
    return shift is not None and shift.left_at is None and user.pk in (shift.officer_id, shift.leader_id, shift.taken_by_id)


def earlier(street):
    """此前各班, the latest first."""
    rows = Shift.objects.filter(street=street, status=Shift.Status.ENDED).select_related("taken_by", "left_by", "leader")
    return list(rows.defer("page").order_by("-starts_at")[:EARLIER])


@for_roles(WATCH)
@require_safe
def kept(request, pk):
    """此前的交接页, as it stood when the shift was relieved. 404 where it is not over, or elsewhere."""
    rows = Shift.objects.visible_to(request.user).filter(status=Shift.Status.ENDED)
    shift = get_object_or_404(rows.select_related("street", "leader", "officer", "taken_by", "left_by"), pk=pk)
    told = _told(request.user, shift.street, shift.page or {})
    return page(request, "desk/shift.html", {**told, "title": f"交接班 {shift.name}", "shift": shift, "live": False})


def _told(user, street, known):
    """交接内容 with the titles of its matters as they are now; what left the ordinary track by law is left out."""
    cases = _cases(user, known)
    sections = {
        name: [_line(row, cases) for row in known.get(name, ()) if row["case"] in cases]
        for name in ("rings", "urgent", "overdue", "auto", "soon", "phone", "reports")
    }
    urgent_count = len(sections["urgent"])
    named = {row["case"].pk for row in [*sections["rings"], *sections["reports"]]}
    sections["urgent"] = [row for row in sections["urgent"] if row["case"].pk not in named]
    came = known.get("came", {"count": 0, "cases": ()})
    notes = DutyNote.objects.filter(street=street, pk__in=known.get("notes", ())).select_related("by", "case", "struck_by")
    held = list(notes)
    return {
        **sections, "street": street, "urgent_count": urgent_count, "counts": known.get("counts", {}),
        "kept_at": _instant(known.get("at")),
        "since": _instant(known.get("since")), "until": _instant(known.get("until")),
        "came": [cases[pk] for pk in came["cases"] if pk in cases], "came_count": came["count"],
        "unread": sum(1 for row in sections["auto"] if not row["read"]),
        "notes": [row for row in held if row.kind == DutyNote.Kind.NOTE],
        "calls": [row for row in held if row.kind == DutyNote.Kind.CALL],
    }  # fmt: skip


def _cases(user, known):
    keys = {row["case"] for name in known for row in _rows(known[name])} | set(known.get("came", {}).get("cases", ()))
    rows = Case.objects.visible_to(user).filter(pk__in=keys).exclude(status=Case.Status.TRANSFERRED).select_related("place")
    found = {row.pk: row for row in rows}
    for row in found.values():
        row.heading = heading(row)
    return found


def _rows(value):
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _line(row, cases):
    return {**row, "case": cases[row["case"]], **{name: _instant(row[name]) for name in INSTANTS if name in row}}


def _instant(text):
    return datetime.fromisoformat(text) if text else None
