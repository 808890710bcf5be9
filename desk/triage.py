"""研判台: the queue on the left, the matter on the right, and what can be done with it underneath."""

from datetime import UTC, datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from desk import acting, triage_pane, triage_queue
from desk.doors import TRIAGE, for_roles, page
from desk.triage_queue import WAITING, mine
from dispatch.actions import ringing, undoing
from grievance.actions import in_hand
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake

LEAVES = {"admit", "hold", "decline", "merge", "send", "dispatch", "hand_over"}
"""After these the case is no longer in the queue, and the next one opens."""
UNDOABLE = {"send", "dispatch", "hold", "decline"}
QUEUE = "/desk/triage/"
AT_ONCE = 40
"""So many numbers one request may name, and no more."""


@for_roles(TRIAGE)
@require_safe
def triage(request):
    """研判台."""
    return shown(request, request.GET.get("case"), timezone.now())


@for_roles(TRIAGE)
@require_POST
def move(request, number):
    """办: one move of the case that is read; then the next one in the queue, or the same with what was typed."""
    at = timezone.now()
    case = get_object_or_404(mine(request.user), number=number)
    held = in_hand.rows(at=at)
    following = triage_queue.after(request.user, case, at, held)
    tried = _decide(request, case, held, at)
    if tried.refusal:
        return shown(request, number, at, last=tried)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile")
    messages.success(request, said(case, tried))
    if tried.card.name not in LEAVES:
        return redirect(_address(case.number))
    in_hand.put_down(by=request.user, number=case.number)
    return redirect(_address(following, [_undoable(case, tried, at)]))


def _decide(request, case, held, at):
    """The move and what waits to be sent of it, in one transaction."""

    def first(name):
        if other := triage_queue.elsewhere(case.number, held, request.user):
            raise Refused("in_hand", f"这件正在{other.user}手上，没有提交。要由您办，请先点“我来办”。")
        triage_pane.look_again(case, name, request.POST.get("figure", ""))

    with transaction.atomic():
        tried = acting.submit(request, [(case, None)], at, first=first)
        if not tried.refusal:
            undoing.hold_back(case, at=at)
    return tried


def _undoable(case, tried, at):
    """The number of the case on which the move can be undone, None where it cannot: of two merged, the one that has ended."""
    if tried.card.name == "merge":
        return tried.made.merged.filter(ended_at=at).values_list("number", flat=True).first()
    return case.number if tried.card.name in UNDOABLE else None


def _address(number, done=()):
    parts = [f"case={number}"] if number else []
    parts += [f"done={one}" for one in done if one]
    return f"{QUEUE}?{'&'.join(parts)}" if parts else QUEUE


def said(case, tried):
    """What was done, in one sentence."""
    if tried.card.name in ("send", "dispatch"):
        return f"事项 {case.number} 已派给{tried.made.handler}，工单 {tried.made.number}。"
    if tried.card.name == "merge":
        return f"事项 {case.number} 已并案，由 {tried.made.number} 继续办理。"
    if tried.card.name == "hand_over":
        return f"事项 {case.number} 已依法转办。"
    return f"事项 {case.number}：“{tried.card.move.label}”已办。"


def shown(request, number, at, *, last=None):
    """The page with one case open: the one asked for, else the first that nobody else has in hand."""
    user, held = request.user, in_hand.rows(at=at)
    for row in in_hand.told(held, user):
        messages.warning(request, f"事项 {row.number} 已由{row.user}接手，您没有提交的不会生效。")
    listed = triage_queue.page_of(user, request.GET.get("page"), at)
    cases = list(listed.object_list)
    number = number or next((row.number for row in cases if not triage_queue.elsewhere(row.number, held, user)), None)
    chosen = triage_pane.pane(user, number, at, last) if number else None
    if chosen is None:
        in_hand.put_down(by=user)
    elif chosen.case.status in WAITING:
        chosen.hand = held[number] = in_hand.take(chosen.case, by=user, at=at)
        chosen.holder = triage_queue.elsewhere(number, held, user)
        ringing.looked(chosen.case, at=at)
        if last and chosen.holder:
            last.card.kept = True
    undo = undoing.fresh(request.GET.getlist("done")[:AT_ONCE], by=user, at=at)
    context = {
        "title": "研判", "page": listed, "items": triage_queue.items(cases, chosen, user, held, at), "pane": chosen, "at": at,
        "undo": list(undo), "undo_seconds": min(undo.values(), default=0), "window": undoing.WINDOW.seconds,
        "refusal": last.refusal if last else None,
    }  # fmt: skip
    return page(request, "desk/triage.html", context, status=last.refusal.status if last else 200)


@for_roles(TRIAGE)
@require_POST
def hand(request, number):
    """在手: an open page says that it is still read or was left; a button takes a matter over from somebody else."""
    at, wish = timezone.now(), request.POST.get("hand")
    case = get_object_or_404(mine(request.user), number=number)
    if wish == "leave":
        in_hand.put_down(by=request.user, number=number, until=_instant(request.POST.get("until", "")))
        return HttpResponse(status=204)
    if wish == "take":
        other = in_hand.take_over(case, by=request.user, at=at)
        told = f"已从{other}手上接过事项 {number}，对方的页面会看到。" if other else f"事项 {number} 在您手上。"
        messages.success(request, told)
        return redirect(_address(number))
    row = in_hand.keep(number, by=request.user, at=at) if case.status in WAITING else None
    mine_still = row is not None and row.user_id == request.user.pk
    return JsonResponse({"mine": mine_still, "by": str(row.user) if row else "", "until": row.until.isoformat() if row else ""})


def _instant(text):
    """The instant that a page was given; nonsense matches nothing."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


@for_roles(TRIAGE)
@require_POST
def undo(request):
    """撤销: what was decided within the last ten seconds; each refusal is named."""
    at, back = timezone.now(), None
    for number in request.POST.getlist("number")[:AT_ONCE]:
        case = mine(request.user).filter(number=number).first()
        try:
            if case is None:
                raise Refused("case_unknown", f"没有找到事项 {number}。")
            back = undoing.undo(case, by=request.user, at=at)
            messages.success(request, f"事项 {number} 已撤销，回到待研判，没有发出任何通知。")
        except Refused as refused:
            messages.error(request, refused.message)
    return redirect(_address(back and back.number))


@for_roles(TRIAGE)
@require_POST
def bulk(request):
    """批量派单: first what would go where, then, confirmed, each by itself; what is not sure is named and stays."""
    at = timezone.now()
    held = in_hand.rows(at=at)
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[:AT_ONCE]
    found = {case.number: case for case in mine(request.user).filter(number__in=numbers).select_related(
        "category", "street", "place__community", "place__parent__parent")}  # fmt: skip
    rows = [(number, *_together(found.get(number), number, held, request.user, at)) for number in numbers]
    if not request.POST.get("go"):
        context = {"title": "批量派单", "rows": rows, "sure": sum(1 for *_, why in rows if not why)}
        return page(request, "desk/triage_bulk.html", context)
    sent = [number for number, case, route, why in rows if _send(request, number, case, why, at)]
    if sent:
        messages.success(request, f"已派出 {len(sent)} 件。")
        wake("grievance.tasks.deliver")
    return redirect(_address(None, sent))


def _together(case, number, held, user, at):
    """(case, route, why not) of one that was ticked."""
    if case is None:
        return None, None, "没有找到这件事项"
    if other := triage_queue.elsewhere(number, held, user):
        return case, None, f"正在{other.user}手上"
    return case, *triage_queue.route_together(case, at)


def _send(request, number, case, why, at):
    try:
        if why:
            raise Refused("not_together", f"{why}，请打开逐件办理。")
        with transaction.atomic():
            acting.perform(case, "dispatch" if case.status == Case.Status.ADMITTED else "send", {}, by=request.user, at=at)
            undoing.hold_back(case, at=at)
    except Refused as refused:
        messages.warning(request, f"事项 {number} 没有派：{refused.message}")
        return False
    return True
