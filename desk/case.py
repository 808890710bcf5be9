"""事项页: the story of a case and its facts, with buttons for exactly the moves open to the one who reads."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from desk import acting, case_traces, lights
from desk.act import Handed
from desk.doors import MATTERS, for_roles, page
from desk.moves import CHAPTERS
from desk.reply_offers import note_for, offer
from dispatch import posts
from dispatch.actions import ringing
from dispatch.actions.mediation import never_mediated
from dispatch.duty import on_duty
from dispatch.models import (
    Adoption,
    Anchor,
    Deadline,
    Instruction,
    Letter,
    Mediation,
    OrderReturn,
    OutsideLink,
    Pledge,
    ReceptionSlot,
    SafetyCall,
    SecretaryVisit,
    Supervision,
    Suspension,
    WorkOrder,
)
from feedback.models import Callback
from grievance.actions import privacy
from grievance.models import Attachment, Case, Event, Grievance, Remark
from grievance.wake import wake

HUNG = [kind for chapter in CHAPTERS for kind in chapter.hung]


@dataclass
class Voice:
    """一位诉求人: what was said, and as much about who said it as the reader may know."""

    grievance: Grievance
    text: str
    name: str = ""
    phone: str = ""
    photos: list = field(default_factory=list)
    recordings: list = field(default_factory=list)
    silent: bool = False
    may_reveal: bool = False
    contact: Any = None
    language: str = ""
    sensitive: bool = False
    """Whether the person agreed that sensitive content be used for this matter (个人信息保护法 art. 29)."""
    reasons = privacy.Why.choices
    behalf: Any = None
    """How staff came to write it down; None where it was not so, and where even the masked name stays hidden."""


@dataclass
class Clock:
    """一个时限: its row and its light."""

    deadline: Deadline
    light: lights.Light


@dataclass
class Block:
    """一张工单、督办、公文或调解, with the moves open on it."""

    row: Any
    cards: list
    clocks: list = field(default_factory=list)
    papers: bool = False
    """Whether the reader may open the papers of this order."""


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_page(request, number):
    """事项页: the whole of a case; a POST makes one move of the case or of something that hangs on it."""
    at = timezone.now()
    case = get_object_or_404(everything(request.user), number=number)
    if request.method != "POST":
        if case.street_id in request.user.scope.streets:
            ringing.looked(case, at=at)
        return shown(request, case, at)
    tried = acting.submit(request, [(row, None) for row in rows_of(case, request.user)], at)
    if tried.refusal:
        return shown(request, get_object_or_404(everything(request.user), number=number), at, last=tried)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile")
    if isinstance(tried.made, Handed):
        return shown(request, get_object_or_404(everything(request.user), number=number), at, handed=tried.made)
    # A message lies in the browser for a while: it does not say which way in law
    done = "已依法转办。" if tried.card.name == "hand_over" else f"“{tried.card.move.label}”已办。"
    messages.success(request, done)
    return redirect(onward(request.user, tried.made if isinstance(tried.made, Case) else case))


@for_roles(MATTERS)
@require_POST
def contact(request, number, grievance):
    """查看电话: shown once, in the answer itself; that it was read is an event."""
    at = timezone.now()
    row = get_object_or_404(Grievance.objects.visible_to(request.user), number=grievance, case__number=number)
    known = privacy.reveal(row, why=request.POST.get("why", ""), by=request.user, at=at)
    return shown(request, get_object_or_404(everything(request.user), number=number), at, contacts={row.pk: known})


def rows_of(case, user):
    """Everything of a case that moves can be made on."""
    parts = (case.orders, case.letters, case.supervisions, case.mediations)
    return [case, *(row for part in parts for row in part.all()), *(row for kind in HUNG for row in kind.of(case, user))]


def onward(user, case):
    """Where one goes next: the case as it now is, or the list where it is no longer one's own."""
    return f"/desk/cases/{case.number}/" if Case.objects.visible_to(user).filter(pk=case.pk).exists() else "/desk/cases/"


def shown(request, case, at, *, last=None, contacts=None, handed=None):
    """The page, perhaps with a refusal and what was typed, with a contact that was asked for, or with what a move hands over."""
    context = {**story(case, request.user, at, last, contacts or {}), "handed": handed}
    return page(request, "desk/case.html", context, status=last.refusal.status if last else 200)


def everything(user):
    """The case with all that its page shows, each table once; rows that stand beyond the reader's scope stay out."""
    said = Attachment.objects.filter(remark__isnull=True)
    voices = Grievance.objects.select_related("complainant", "on_behalf")
    orders = WorkOrder.objects.select_related(
        "handler", "accepted_by", "completed_by", "dispatched_by", "policy", "authority__leader", "by_phone__by"
    )
    return Case.objects.visible_to(user).select_related(
        "category", "street__parent", "street__calendar__base", "place__community", "place__parent__parent", "promised_by",
        "merged_into", "parent", "petition__forwarded_by",
    ).prefetch_related(
        Prefetch("grievances", voices.prefetch_related(Prefetch("attachments", said, "said"))),
        Prefetch("orders", orders.order_by("pk").prefetch_related(
            Prefetch("deadlines", Deadline.objects.select_related("limit").order_by("due_at")),
            "extensions", "policy__allowances",
            Prefetch("suspensions", Suspension.objects.select_related("asked_by", "decided_by")),
            Prefetch("returns", OrderReturn.objects.select_related("suggested", "asked_by", "decided_by")),
            Prefetch("links", OutsideLink.objects.filter(revoked_at__isnull=True).select_related("issued_by")),
        )),
        Prefetch("deadlines", Deadline.objects.filter(anchor=Anchor.MATTER).select_related("limit"), "own_clocks"),
        Prefetch("letters", Letter.objects.visible_to(user).select_related("issuer", "to", "signed_by").order_by("pk")),
        Prefetch("supervisions", Supervision.objects.visible_to(user).select_related("holder", "taken_by").order_by("pk")),
        Prefetch("mediations", Mediation.objects.visible_to(user).select_related("unit", "mediator").prefetch_related(
            "sides", "sessions"
        )),
        Prefetch("safety_calls", SafetyCall.objects.select_related("to", "by")),
        Prefetch("callbacks", Callback.objects.visible_to(user).select_related("grievance")),
        Prefetch("instructions", Instruction.objects.visible_to(user).select_related(
            "by", "to", "typed_by", "answered_by", "given_as", "photo"
        )),
        Prefetch("secretary_visits", SecretaryVisit.objects.select_related("holder", "made_by")),
        Prefetch("adoptions", Adoption.objects.select_related("leader")),
        Prefetch("receptions", ReceptionSlot.objects.select_related(
            "reception__organisation", "reception__leader", "grievance", "recorded_by"
        )),
        Prefetch("remarks", Remark.objects.select_related("author").prefetch_related("attachments")),
        Prefetch("events", Event.objects.select_related("actor", "phone_act").order_by("-at", "-pk")),
        Prefetch("pledges", Pledge.objects.select_related("unit")),
        Prefetch("linked", Case.objects.visible_to(user)),
        Prefetch("merged", Case.objects.visible_to(user)),
    )  # fmt: skip


def story(case, user, at, last, contacts):
    """Everything the template needs."""
    calendar, typed = lights.Calendars().of(case.street), {last.card.row: last} if last else {}
    danger = never_mediated(case) and not privacy.outsider(user)

    def block(row):
        return Block(row, acting.cards([(row, None)], user, at, last=typed.get(row)))

    orders = [block(order) for order in case.orders.all()]
    for one in orders:
        one.papers = one.row.handler_id in user.scope.organisations or case.street_id in user.scope.streets
        one.clocks = [Clock(row, lights.light_of(row, at, calendar)) for row in one.row.deadlines.all()]
    own, more = block(case), [(kind.template, [block(row) for row in kind.of(case, user)]) for kind in HUNG]
    hung = [one for _, blocks in more for one in blocks]
    offer([card for one in (own, *orders, *hung) for card in one.cards], case, case.street, at)
    desk = case.street_id in user.scope.streets
    return {
        "title": case.number, "heading": title_for(case, user), "case": case, "at": at, "refusal": last.refusal if last else None,
        "voices": [voice(row, case, user, contacts) for row in case.grievances.all()], "lines": timeline(case, user),
        "own_clocks": [Clock(row, lights.light_of(row, at, calendar)) for row in case.own_clocks],
        "first_receiver": first_receiver(case), "light": light_of(case, orders, at), "own": own, "orders": orders,
        "letters": [block(row) for row in case.letters.all()],
        "supervisions": [block(row) for row in case.supervisions.all()],
        "mediations": [block(row) for row in case.mediations.all()],
        "more": more, "note": note_for(case.category, case.street) if not privacy.outsider(user) else None,
        "seen_by": case_traces.seen_by(case) if desk else [], "sent": case_traces.sent(case) if desk else [],
        "danger": danger, "duty": on_duty(case.street, at) if danger else None,
        "desk": desk, "firm": privacy.outsider(user),
        "reporters": sum(1 for row in case.grievances.all() if row.withdrawn_at is None),
    }  # fmt: skip


def first_receiver(case):
    """首接单位 (首接首办): the unit that led the case first; it answers for it through every transfer. None before dispatch."""
    return next((order.handler for order in case.orders.all() if order.lead), None)


def light_of(case, orders, at):
    """灯 of the whole case: the worst among the running clocks of its open orders."""
    running = [
        clock.light
        for block in orders
        if block.row.status in WorkOrder.OPEN
        for clock in block.clocks
        if clock.deadline.met_at is None and clock.deadline.dropped_at is None
    ]
    if running:
        return max(running, key=lambda light: light.share)
    return lights.triage_light(case, at) if case.status == Case.Status.SUBMITTED else lights.NONE


def voice(grievance, case, user, contacts):
    """What one person said. The desk knows who it may be; a unit does not where confidence was asked; a firm never does."""
    grievance.case = case
    complainant = getattr(grievance, "complainant", None)
    hidden = privacy.withheld(complainant, case, user)
    said = list(grievance.said)
    recordings = [row for row in said if row.speaks]
    return Voice(
        grievance=grievance, text=privacy.words_for(grievance.description, case, user),
        name="" if hidden or complainant is None else complainant.masked_name,
        phone="" if hidden or complainant is None else complainant.masked_phone,
        photos=[row for row in said if row.kind == Attachment.Kind.PHOTO],
        recordings=[] if hidden else recordings, silent=hidden and bool(recordings),
        may_reveal=not privacy.outsider(user) and privacy.may_reveal(grievance, user), contact=contacts.get(grievance.pk),
        language="" if hidden or complainant is None else complainant.language,
        sensitive=not hidden and grievance.sensitive_agreed_at is not None,
        behalf=None if hidden else getattr(grievance, "on_behalf", None),
    )  # fmt: skip


OFFICES = {*posts.OFFICES, *(role for held in posts.OFFICES.values() for role in held)}
TO_LEADERS = tuple(sorted(f"催办：{office.label}。" for office in OFFICES))
"""催办 of one of the street's own leaders: told to them, and no paper to a unit."""


@dataclass
class Line:
    """一条流转记录, with the words that belong to it."""

    event: Event
    words: str = ""
    public: bool = False
    files: list = field(default_factory=list)

    @property
    def pressed(self):
        """催督: the clock spoke, or a secretary."""
        return self.event.kind.startswith("checkpoint.") or self.event.kind in PRESSED

    @property
    def chase(self):
        """催办通知书: the checkpoint behind an automatic 催办 of a unit, to print it; nothing where a leader was told."""
        to_leader = self.event.sentence.startswith(TO_LEADERS)
        return "" if self.event.kind != "checkpoint.chase" or to_leader else self.event.subject.removeprefix("checkpoint:")


PRESSED = ("supervision.take", "supervision.list", "case.instruct", "case.propose_listing")
NOTED = ("workorder.respond", "workorder.add_progress", "workorder.complete")
"""Events that are written together with a remark of the same person, or body outside, at the same instant."""


def title_for(case, user):
    """标题 as the reader may have it: it is made of somebody's words."""
    return privacy.words_for(case.title, case, user)


def timeline(case, user):
    """流转 as far as the reader is told of it, the latest first; internal words of others are not for a firm."""
    known = [row for row in case.remarks.all() if row.public or not privacy.outsider(user) or row.author_id == user.pk]
    by_subject = {f"remark:{row.pk}": row for row in known}
    by_hand = {(row.at, row.author_id): row for row in known if row.author_id or row.grievance_id is None}
    told = privacy.told(case, user)
    return [_line(event, by_subject.get(event.subject) or _noted(event, by_hand), user) for event in told]


def _noted(event, by_hand):
    return by_hand.get((event.at, event.actor_id)) if event.kind in NOTED else None


def _line(event, remark, user):
    if remark is None:
        return Line(event)
    return Line(event, privacy.words_for(remark.text, remark.case, user), remark.public, list(remark.attachments.all()))
