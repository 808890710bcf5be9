"""研判台: the queue on the left, the matter on the right, and what can be done with it underneath."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case as Either
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, When
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from desk import acting, lights
from desk import case as case_page
from desk.doors import TRIAGE, for_roles, page
from dispatch import routing
from grievance.models import Alert, Attachment, CallRequest, Case, Category, Complainant, Event, Grievance, Urgency
from grievance.wake import wake

ON_A_PAGE = 40
TWIN_DAYS = 14
"""疑似重复: the same place and the same category within so many days."""
LEAVES = {"admit", "hold", "decline", "merge", "send", "dispatch", "hand_over"}
"""After these the case is no longer in the queue, and the next one opens."""


@dataclass
class Item:
    """队列一行."""

    case: Case
    light: lights.Light
    here: bool
    confidence: int | None
    reasons: list = field(default_factory=list)


@dataclass
class Pane:
    """阅读窗: the case chosen, what is suggested, and what can be done."""

    case: Case
    voices: list
    category: Any
    confidence: int
    reasons: list
    alerts: list
    alternatives: list
    route: routing.Route
    twins: list
    earlier: list
    cards: dict
    lines: list
    days: int = TWIN_DAYS

    @property
    def send(self):
        """One step: admit and dispatch, or dispatch where it is admitted already."""
        return self.cards.get("send") or self.cards.get("dispatch")

    @property
    def wordless(self):
        """只有语音或图片: nobody's words could be screened, so the one who listens and looks has to."""
        return bool(self.voices) and not any(voice.text for voice in self.voices)

    @property
    def moves(self):
        """The cards that stand here, with their keys."""
        return [offer for offer in (Offer.of(self.cards.get(name), name) for name in OFFERED) if offer]


OFFERED = {
    "rang": ("r", ""),
    "send": ("c", "改类别或单位后派单"),
    "dispatch": ("c", "改单位后派单"),
    "hold": ("h", ""),
    "unhold": ("h", ""),
    "mark_urgent": ("u", ""),
    "merge": ("m", "并入指定事项"),
    "split": ("s", ""),
    "classify": ("", ""),
    "decline": ("x", ""),
    "hand_over": ("", ""),
}
"""Name of a move → its key, and another label than the table's."""


@dataclass
class Offer:
    """一个动作 in the pane."""

    card: Any
    key: str
    label: str

    @classmethod
    def of(cls, card, name):
        """The offer for a card, None where there is no card."""
        return cls(card, *OFFERED[name]) if card else None


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
    following = after(request.user, case)
    tried = acting.submit(request, [(case, None)], at)
    if tried.refusal:
        return shown(request, number, at, last=tried)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile")
    messages.success(request, said(case, tried))
    onward = following if tried.card.name in LEAVES else case.number
    return redirect(f"/desk/triage/?case={onward}" if onward else "/desk/triage/")


def said(case, tried):
    """What was done, in one sentence."""
    if tried.card.name in ("send", "dispatch"):
        return f"事项 {case.number} 已派给{tried.made.handler}，工单 {tried.made.number}。"
    if tried.card.name == "merge":
        return f"事项 {case.number} 已并案，由 {tried.made.number} 继续办理。"
    if tried.card.name == "hand_over":
        return f"事项 {case.number} 已依法转办。"
    return f"事项 {case.number}：“{tried.card.move.label}”已办。"


def mine(user):
    """Cases of the streets where one is posted for triage, wherever they stand."""
    return Case.objects.filter(street__in=user.scope.where(TRIAGE))


def queue(user):
    """待研判, and admitted ones that wait for their order: urgent ones first, those held for an answer last, else the oldest."""
    waiting = mine(user).filter(status__in=[Case.Status.SUBMITTED, Case.Status.ADMITTED, Case.Status.HELD])
    held = When(status=Case.Status.HELD, then=2)
    return waiting.order_by(Either(held, When(urgency=Urgency.URGENT, then=0), default=1), "submitted_at", "pk")


def after(user, case):
    """The number of the case that follows in the queue, None after the last."""
    numbers = list(queue(user).values_list("number", flat=True)[:ON_A_PAGE])
    rest = numbers[numbers.index(case.number) + 1 :] + numbers if case.number in numbers else numbers
    return next((number for number in rest if number != case.number), None)


def shown(request, number, at, *, last=None):
    """The page with one case open: the one asked for, else the first."""
    rows = queue(request.user).select_related("category", "place__community", "place__parent__parent", "street")
    rows = rows.annotate(photos=files(Attachment.Kind.PHOTO), recordings=files(Attachment.Kind.VOICE))
    rows = rows.annotate(films=files(Attachment.Kind.VIDEO))
    to_ring = CallRequest.objects.filter(grievance__case=OuterRef("pk"), grievance__withdrawn_at__isnull=True, result="")
    rows = rows.annotate(to_ring=Exists(to_ring))
    shown_page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    chosen = pane(request.user, number, shown_page, at, last)
    items = [item(case, chosen, at) for case in shown_page.object_list]
    context = {
        "title": "研判", "page": shown_page, "items": items, "pane": chosen, "at": at,
        "refusal": last.refusal if last else None,
    }  # fmt: skip
    return page(request, "desk/triage.html", context, status=last.refusal.status if last else 200)


def files(kind):
    """How many attachments of a kind a case holds."""
    return Count("attachments", filter=Q(attachments__kind=kind), distinct=True)


def item(case, chosen, at):
    """One line of the queue."""
    found = case.suggestion or {}
    sure = round(found["confidence"] * 100) if found.get("category") else None
    here = chosen is not None and chosen.case.pk == case.pk
    return Item(case, lights.triage_light(case, at), here, sure, found.get("reasons", []))


def pane(user, number, shown_page, at, last):
    """The case asked for, read in full; a number of another street is not found."""
    first = shown_page.object_list[0] if len(shown_page.object_list) else None
    if number is None and first is None:
        return None
    said_in = Prefetch("attachments", Attachment.objects.filter(remark__isnull=True), "said")
    full = mine(user).select_related("category", "petition", "street__parent", "place__community", "place__parent__parent")
    full = full.prefetch_related(
        Prefetch("grievances", Grievance.objects.select_related("complainant", "on_behalf").prefetch_related(said_in)),
        Prefetch("events", Event.objects.select_related("actor").order_by("-at", "-pk")),
        "remarks__attachments", "orders__handler", "supervisions", "mediations",
    )  # fmt: skip
    return _pane(get_object_or_404(full, number=number or first.number), user, at, last)


def _pane(case, user, at, last):
    found = case.suggestion or {}
    route = routing.choose(case, at)
    codes = [code for code, _ in found.get("alternatives", [])]
    return Pane(
        case=case, voices=[case_page.voice(row, case, user, {}) for row in case.grievances.all()], category=case.category,
        confidence=round(found.get("confidence", 0) * 100), reasons=found.get("reasons", []),
        alerts=list(Alert.objects.filter(code__in=found.get("alerts", []))) if found.get("alerts") else [],
        alternatives=list(Category.objects.filter(code__in=codes)) if codes else [], route=route,
        twins=twins(case, user), earlier=earlier(case),
        cards={card.name: card for card in acting.cards([(case, None)], user, at, last=last)},
        lines=case_page.timeline(case, user)[:6],
    )  # fmt: skip


def twins(case, user):
    """疑似重复: open cases at the same place with the same category, close in time; a person decides."""
    if case.place_id is None or case.category_id is None:
        return []
    near = (case.submitted_at - timedelta(days=TWIN_DAYS), case.submitted_at + timedelta(days=TWIN_DAYS))
    alike = Case.objects.visible_to(user).open().filter(place=case.place_id, category=case.category_id, submitted_at__range=near)
    return list(alike.exclude(pk=case.pk).select_related("promised_by").order_by("submitted_at")[:5])


def earlier(case):
    """此前诉求 of the same number in this street, only so that nobody has to repeat themselves (never counted, never listed)."""
    own = Complainant.objects.filter(grievance__case=case).exclude(phone_index="").values_list("phone_index", flat=True)
    # Named outright: as one nested question, PostgreSQL asks it again for each case of the street
    same = Complainant.objects.filter(phone_index__in=set(own)).values("grievance__case")
    return list(Case.objects.filter(pk__in=same, street=case.street_id).exclude(pk=case.pk).order_by("-submitted_at")[:3])
