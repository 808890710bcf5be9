"""我的工单 (手机): what my unit owes, by when; one order on one page, with exactly the moves that are open."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from desk import acting, case, lights, phone, sent_later, talk_moves
from desk.doors import MATTERS
from desk.pager import Register
from desk.phone import HANDLERS, phone_page
from dispatch.actions.mediation import never_mediated
from dispatch.eye import ASKED
from dispatch.models import Anchor, Deadline, Instruction, Meeting, MeetingUnit, Supervision, Whistle, WhistleUnit, WorkOrder
from dispatch.models.work_order import next_due
from feedback.models import Callback
from grievance import counting
from grievance.actions import privacy
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake
from street.models import UNIT_ROLES

DONE_FOR = timedelta(days=30)
STEPS = (Anchor.ACCEPT, Anchor.FIRST_CONTACT, Anchor.COMPLETION)
S = WorkOrder.Status
OWED = (S.DISPATCHED, S.ACCEPTED, S.SUSPENDED, S.RETURNING)
HANDED_BACK = (S.RETURNED, S.RECALLED)
"""A unit that handed an order back, or from which it was taken before it began, reads the matter no more."""
# What most people do first stands first; whatever is not named here follows
USUAL = [
    *("accept", "respond", "answer_question", "add_progress", "join_rework", "complete", "ask_resident"),
    *("ask_help", "agree", "fail", "report", "answer", "open_mediation", "link"),
]


@dataclass(frozen=True)
class Line:
    """一行: an order with the light of the step that is due first."""

    order: WorkOrder
    step: str
    light: lights.Light

    @property
    def heading(self):
        """标题."""
        return phone.heading(self.order.case)


@phone_page(HANDLERS)
@require_safe
def orders(request):
    """我的工单: open ones by due time, or those finished in the last 30 days."""
    at, done = timezone.now(), request.GET.get("show") == "done"
    mine = WorkOrder.objects.visible_to(request.user).filter(handler__in=request.user.scope.where(HANDLERS))
    shown = finished(mine, at) if done else owed(mine)
    page = Register(shown.select_related("case__category", "case__place__parent__parent", "handler")).asked(request.GET)
    found = counts(request.user, mine, at)
    context = {
        "page": page, "lines": lines(page.object_list, at), "counts": found, "done": done,
        "asked": [] if done else asked_of(request.user),
        "doors": doors_of(request.user) if found["doors"] and not done else [],
        "wanted": [] if done else wanted(request.user, at),
    }  # fmt: skip
    return phone.show(request, "desk/orders.html", context, current="phone-orders", keep=not done)


def asked_of(user):
    """待落实批示 given to a unit of this person, the first due first: also where the unit has no order of that matter."""
    units = user.scope.where(ASKED & UNIT_ROLES)
    rows = Instruction.objects.unanswered().filter(to__in=units).exclude(case__status__in=Case.ENDED)
    return list(rows.select_related("case__category", "case__place__community").order_by(F("due_at").asc(nulls_last=True), "pk"))


def doors_of(user):
    """待上门回访 that the street has asked a unit of this person for."""
    return list(Callback.objects.to_visit(user).select_related("grievance", "case__category", "case__place__community"))


@dataclass(frozen=True)
class Call:
    """请到场: a whistle that calls one's unit, or a meeting to which it is invited."""

    case: Case
    what: str
    when: datetime
    where: str
    replied: bool


def wanted(user, at):
    """请报到、请参会: whistles to which a unit of this person has not come, and meetings still ahead, the first one first."""
    units = user.scope.where(UNIT_ROLES)
    of_case = ("case__category", "case__place__community")
    called = WhistleUnit.objects.filter(organisation__in=units, arrived_at__isnull=True, whistle__status=Whistle.Status.CALLED)
    invited = MeetingUnit.objects.filter(organisation__in=units, meeting__status=Meeting.Status.CALLED, meeting__meets_at__gte=at)
    found = [
        Call(row.whistle.case, f"报到 {row.whistle}", row.whistle.meet_at, row.whistle.where, row.replied_at is not None)
        for row in called.select_related(*(f"whistle__{path}" for path in of_case))
    ]
    found += [
        Call(row.meeting.case, f"{row.meeting}", row.meeting.meets_at, row.meeting.where, row.replied_at is not None)
        for row in invited.select_related(*(f"meeting__{path}" for path in of_case))
    ]
    return sorted(found, key=lambda call: call.when)


def owed(orders):
    """未了工单, by the time of the step that is due first; those that only wait for a review come last."""
    return orders.open().order_by(next_due().asc(nulls_last=True), "due_at", "pk")


def finished(orders, at):
    """已了工单 of the last 30 days, the latest first."""
    return orders.filter(ended_at__gte=at - DONE_FOR).exclude(status__in=HANDED_BACK).order_by("-ended_at", "-pk")


def counts(user, orders, at):
    """数一数: what waits for whom, and where the next step is late; one query, none counted beyond a thousand."""
    return counting.each(user, {
        "new": orders.filter(status=S.DISPATCHED), "working": orders.filter(status=S.ACCEPTED),
        "reviewing": orders.filter(status__in=[S.RETURNING, S.COMPLETED]),
        "late": orders.open().alias(step=next_due()).filter(step__lt=at),
        "doors": Callback.objects.to_visit(user),
    })  # fmt: skip


def lines(orders, at):
    """Orders with their lights: one query for the clocks, and the calendar of each street."""
    orders = list(orders)
    running = Deadline.objects.filter(order__in=orders, met_at__isnull=True, dropped_at__isnull=True, anchor__in=STEPS)
    first, calendars = {}, lights.Calendars()
    for deadline in running.select_related("limit", "case__street__calendar__base").order_by("-due_at"):
        first[deadline.order_id] = deadline
    return [_line(order, first.get(order.pk), calendars, at) for order in orders]


def _line(order, deadline, calendars, at):
    if deadline is None:
        return Line(order, "", lights.NONE)
    return Line(order, deadline.get_anchor_display(), lights.light_of(deadline, at, calendars.of(deadline.case.street)))


@phone_page(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def order(request, number):
    """工单: what was said, where, by when, and what I can do now. A refusal keeps everything that was typed."""
    at = timezone.now()
    if sent_later.sent(request):
        return sent_later.take(
            request, lambda: sent_later.move(request, acting_rows(whole(request.user, number), request.user), at), at
        )
    row = whole(request.user, number)
    if request.method != "POST":
        return _page(request, row, at)
    if "reveal" in request.POST:
        return _reveal(request, row, at)
    tried = acting.submit(request, acting_rows(row, request.user), at)
    if tried.refusal:
        return _page(request, whole(request.user, number), at, last=tried, status=tried.refusal.status)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile")
    messages.success(request, f"“{tried.card.move.label}”已办理。")
    return redirect("phone-order", number)


def whole(user, number):
    """The order with everything about its case that the person may see; 404 outside the scope."""
    found = get_object_or_404(WorkOrder.objects.visible_to(user).only("pk", "case_id"), number=number)
    matter = get_object_or_404(case.everything(user), pk=found.case_id)
    row = next((one for one in matter.orders.all() if one.pk == found.pk), None)
    if row is None:
        raise Http404
    return row


def acting_rows(row, user):
    """What this page can act on: the order, mediation, papers to answer, and its case as far as a handler may.

    Rows that are over stay in it: one who comes second is told so by the table of moves."""
    matter = row.case
    from_here = (
        set() if row.status not in OWED else {"link", "open_mediation", "ask_resident"} if row.lead else {"open_mediation"}
    )
    return [
        (row, None), *((one, None) for one in matter.mediations.all()), *((one, {"answer"}) for one in matter.letters.all()),
        *((one, {"report"}) for one in matter.instructions.all()),
        *((one, None) for one in talk_moves.questions(matter, user)), (matter, from_here),
    ]  # fmt: skip


def _page(request, row, at, *, last=None, contacts=None, problem="", status=200):
    matter, calendar = row.case, lights.Calendars().of(row.case.street)
    cards = phone.named(acting.cards(acting_rows(row, request.user), request.user, at, last=last), USUAL)
    context = {
        "order": row, "case": matter, "heading": phone.heading(matter),
        "back": "phone-orders" if request.user.scope.roles & HANDLERS else "phone",
        "again": [card for card in cards if card.refused], "cards": [card for card in cards if not card.refused],
        "problem": problem or (last.card.refused if last else ""),
        "clocks": [(clock, lights.light_of(clock, at, calendar)) for clock in row.deadlines.all() if clock.anchor in STEPS],
        "others": [one for one in matter.orders.all() if one.pk != row.pk],
        "voices": [case.voice(said, matter, request.user, contacts or {}) for said in matter.grievances.all()],
        "demands": demands(matter, request.user), "lines": case.timeline(matter, request.user), "owed": row.status in OWED,
        "questions": talk_moves.questions(matter, request.user), "later": after_accept(row, request.user, at),
    }  # fmt: skip
    # Who is in danger is on no phone but while one reads
    return phone.show(request, "desk/order.html", context, current="", status=status, keep=not never_mediated(matter))


def after_accept(row, user, at):
    """签收以后能办的, for one who accepts it where there is no line: as the page will show them once that has arrived."""
    if row.status != S.DISPATCHED:
        return []
    soon = copy(row)
    soon.status, soon.accepted_at = S.ACCEPTED, at
    return phone.named(acting.cards([(soon, None), *acting_rows(row, user)[1:]], user, at), USUAL)


def given_to(matter, user):
    """批示 that were given to a unit of this person."""
    units = user.scope.organisations
    return [row for row in matter.instructions.all() if row.to_id in units and row.status in Instruction.SENT]


def demands(matter, user):
    """上级要求: what secretaries have asked for, the latest first: (when, who, what)."""
    eyes = [row for row in matter.supervisions.all() if row.demand and row.status in Supervision.OPEN]
    asked = [(row.taken_at, row.get_level_display(), row.demand) for row in eyes]
    asked += [(row.at, f"{row.by}批示", privacy.words_for(row.text, matter, user)) for row in given_to(matter, user)]
    return sorted(asked, key=lambda one: one[0], reverse=True)


def _reveal(request, row, at):
    """查看电话: shown once, in the answer itself; that it was read is an event."""
    said = next((one for one in row.case.grievances.all() if one.number == request.POST["reveal"]), None)
    if said is None:
        raise Http404
    try:
        contact = privacy.reveal(said, why=request.POST.get("why", ""), by=request.user, at=at)
    except Refused as refusal:
        return _page(request, row, at, problem=refusal.message, status=refusal.status)
    return _page(request, whole(request.user, row.number), at, contacts={said.pk: contact})
