"""值班表: a month of shifts made at once, gaps and double duty before they happen, swaps with who agreed, the rules."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk.doors import for_roles, page
from desk.shift import street_of
from desk.shift_forms import KINDS, Rota, Rule, Swap, Table, rows_of
from dispatch.actions import shifts
from dispatch.duty import PLANNERS, WATCH
from dispatch.models import DutyRule, Shift, ShiftSwap
from grievance import spreadsheet
from grievance.casework import Refused
from grievance.wake import wake


@for_roles(WATCH)
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request):
    """值班表: a month; a POST plans, imports, swaps, answers a swap, or sets the rules."""
    at, street = timezone.now(), street_of(request)
    if request.method != "POST":
        return _shown(request, street, at)
    act = request.POST.get("act", "")
    if act not in DOES:
        raise Refused("unknown_move", "没有这个操作，请刷新页面后重试。", status=404)
    try:
        said = DOES[act](request, street, at)
    except Refused as refused:
        return _shown(request, street, at, refused=refused)
    wake("grievance.tasks.deliver")
    messages.success(request, said)
    return redirect(request.get_full_path())


def _checked(form):
    if not form.is_valid():
        raise Refused("form_invalid", form.sentence(), status=400)
    return form.cleaned_data


def _people(street, on):
    return {"officer": shifts.candidates(street, "officer", on), "leader": shifts.candidates(street, "leader", on)}


def _plan(request, street, at):
    form = Rota(request.POST)
    got = _checked(form)
    people = form.people(_people(street, got["first"]))
    rows = shifts.rota(
        got["kinds"], people["leader"], people["officer"], first=got["first"], days=got["days"], phone=got["phone"]
    )
    # Whoever makes the table in the middle of a day means what is still ahead of it
    made = shifts.plan(street, rows=[row for row in rows if row[2] > at], by=request.user, at=at)
    return f"排好了：新增或改动 {made} 班。"


def _load(request, street, at):
    got = _checked(Table(request.POST, request.FILES))
    rows = rows_of(spreadsheet.read(got["table"]), _people(street, timezone.localdate(at)))
    return f"导入完成：新增或改动 {shifts.plan(street, rows=rows, by=request.user, at=at)} 班。"


def _swap(request, street, at):
    form = Swap(request.POST, shifts=_ahead(street, at), people=_everybody(street, at))
    _checked(form)
    shift, asked = form.chosen()
    row = shifts.ask_swap(shift, **asked, by=request.user, at=at)
    return f"已告诉{row.to}，对方同意后换班生效。"


def _answer(request, street, at):
    rows = ShiftSwap.objects.filter(shift__street=street).select_related("shift")
    pk = request.POST.get("pk", "")
    swap = get_object_or_404(rows, pk=int(pk) if pk.isascii() and pk.isdigit() else 0)
    row = shifts.decide_swap(swap, agreed=request.POST.get("act") == "agree", by=request.user, at=at)
    return f"换班{row.get_status_display()}。"


def _rule(request, street, at):
    form = Rule(request.POST, rule=DutyRule.objects.in_force(street, at))
    shifts.set_rule(street, **_checked(form), by=request.user, at=at)
    return "值班规则已改，从现在起生效。"


DOES = {"plan": _plan, "import": _load, "swap": _swap, "agree": _answer, "refuse": _answer, "rule": _rule}


def _ahead(street, at):
    rows = Shift.objects.filter(street=street, ends_at__gt=at).exclude(status=Shift.Status.ENDED)
    return list(rows.select_related("leader", "officer").order_by("starts_at")[:200])


def _everybody(street, at):
    found = _people(street, timezone.localdate(at))
    return list({user.pk: user for part in found.values() for user in part}.values())


def _month(request, at):
    """(first instant, last instant, the first day) of the month asked for, else of the present one."""
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        first = timezone.localdate(at).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    zone = timezone.get_current_timezone()
    return datetime.combine(first, time(), zone), datetime.combine(following, time(), zone), first


def _shown(request, street, at, *, refused=None):
    start, end, first = _month(request, at)
    rows = list(Shift.objects.filter(street=street, starts_at__lt=end, ends_at__gt=start).defer("page").select_related(
        "leader", "officer", "taken_by").order_by("starts_at"))  # fmt: skip
    days = defaultdict(list)
    for row in rows:
        days[timezone.localdate(row.starts_at)].append(row)
    swaps = ShiftSwap.objects.filter(shift__street=street, shift__ends_at__gt=start, shift__starts_at__lt=end)
    planner = bool(request.user.scope.where(PLANNERS))
    context = {
        "title": "值班表", "street": street, "at": at, "first": first, "today": timezone.localdate(at),
        "before": (first - timedelta(days=1)).strftime("%Y-%m"), "after": f"{timezone.localdate(end):%Y-%m}",
        "days": sorted(days.items()), "gaps": shifts.gaps(rows, max(start, at), end) if rows and end > at else [],
        "swaps": list(swaps.select_related("shift", "was", "to", "asked_by", "decided_by")[:30]), "planner": planner,
        "rule": DutyRule.objects.in_force(street, at), "refused": refused, **_forms(request, street, at, planner),
    }  # fmt: skip
    return page(request, "desk/roster.html", context, status=refused.status if refused else 200)


def _forms(request, street, at, planner):
    """Blank, or with what was typed in the one that was refused."""
    typed = request.POST.get("act")

    def bound(name):
        return request.POST if typed == name else None

    people = _people(street, timezone.localdate(at))
    everybody = list({user.pk: user for part in people.values() for user in part}.values())
    found = {"swap": Swap(bound("swap"), shifts=_ahead(street, at), people=everybody, auto_id="swap_%s")}
    if planner:
        first = {
            "first": timezone.localdate(at), "kinds": KINDS, "phone": street.phone,
            "officers": "\n".join(map(str, people["officer"])), "leaders": "\n".join(map(str, people["leader"])),
        }  # fmt: skip
        rule = DutyRule.objects.in_force(street, at)
        found |= {
            "rota": Rota(bound("plan"), initial=first, auto_id="rota_%s"), "table": Table(auto_id="table_%s"),
            "rules": Rule(bound("rule"), rule=rule, auto_id="rule_%s"),
        }  # fmt: skip
    return found
