"""待研判队列: in what order matters wait, what a line of the list says, and which lines may be sent together."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Case as Either
from django.db.models import Count, Exists, F, OuterRef, Q, When

from desk import lights
from desk.doors import TRIAGE
from dispatch import routing
from dispatch.actions.mediation import never_mediated
from grievance.classify import matters
from grievance.models import Attachment, CallRequest, Case, Urgency

ON_A_PAGE = 40
TWIN_DAYS = 14
"""疑似重复: the same place and the same category within so many days."""
WAITING = (Case.Status.SUBMITTED, Case.Status.ADMITTED, Case.Status.HELD)


@dataclass
class Item:
    """队列一行."""

    case: Case
    light: lights.Light
    here: bool
    confidence: int | None
    reasons: list = field(default_factory=list)
    twins: int = 0
    holder: object = None
    tickable: bool = False


def mine(user):
    """Cases of the streets where one is posted for triage, wherever they stand."""
    return Case.objects.filter(street__in=user.scope.where(TRIAGE))


def queue(user, at):
    """待研判, and admitted ones that wait for their order.

    Urgent ones first, then those whose time is nearly over, each the longest waiting first, so that none sinks; then the newest;
    those held for an answer last (docs/decisions/0022-the-newest-first-and-none-sinks.md)."""
    late = at - timedelta(hours=lights.TRIAGE_HOURS[Urgency.NORMAL]) * lights.NEARLY
    held, urgent, pressing = Q(status=Case.Status.HELD), Q(urgency=Urgency.URGENT), Q(submitted_at__lte=late)
    band = Either(When(held, then=3), When(urgent, then=0), When(pressing, then=1), default=2)
    longest_first = Either(When(held | urgent | pressing, then=F("submitted_at")))
    return mine(user).filter(status__in=WAITING).order_by(band, longest_first, "-submitted_at", "-pk")


def after(user, case, at, held):
    """The number of the case that follows in the queue and is in nobody else's hands, None after the last."""
    numbers = list(queue(user, at).values_list("number", flat=True)[:ON_A_PAGE])
    rest = numbers[numbers.index(case.number) + 1 :] + numbers if case.number in numbers else numbers
    return next((number for number in rest if number != case.number and not elsewhere(number, held, user)), None)


def elsewhere(number, held, user):
    """在别人手上: the row of somebody else who has this matter open, None where nobody has."""
    row = held.get(number)
    return row if row is not None and row.user_id != user.pk else None


def page_of(user, number, at):
    """One page of the queue, with what its lines say."""
    rows = queue(user, at).select_related("category", "place__community", "place__parent__parent", "street")
    rows = rows.annotate(photos=files(Attachment.Kind.PHOTO), recordings=files(Attachment.Kind.VOICE))
    rows = rows.annotate(films=files(Attachment.Kind.VIDEO))
    to_ring = CallRequest.objects.filter(grievance__case=OuterRef("pk"), grievance__withdrawn_at__isnull=True, result="")
    pages = Paginator(rows.annotate(to_ring=Exists(to_ring)), ON_A_PAGE)
    # Counted without what the lines show of each: files would be joined to every row for the sake of a number
    pages.count = queue(user, at).order_by().count()
    return pages.get_page(number)


def files(kind):
    """How many attachments of a kind a case holds."""
    return Count("attachments", filter=Q(attachments__kind=kind), distinct=True)


def items(cases, chosen, user, held, at):
    """The lines of a page; one query more, for the probable twins of all of them."""
    alike = twins_among(cases, user)
    return [_item(case, chosen, alike.get(case.pk, 0), elsewhere(case.number, held, user), at) for case in cases]


def _item(case, chosen, alike, other, at):
    found = case.suggestion
    sure = round(found["confidence"] * 100) if found.get("category") else None
    here = chosen is not None and chosen.case.pk == case.pk
    tickable = other is None and not not_together(case)
    return Item(case, lights.triage_light(case, at), here, sure, found.get("reasons", []), alike, other, tickable)


def twins_among(cases, user):
    """疑似重复 of many at once: {case id: how many other open ones at the same place, of the same category, close in time}."""
    whole = [case for case in cases if case.place_id and case.category_id]
    if not whole:
        return {}
    near = timedelta(days=TWIN_DAYS)
    since, until = min(case.submitted_at for case in whole) - near, max(case.submitted_at for case in whole) + near
    alike = defaultdict(list)
    seen = Case.objects.visible_to(user).open().filter(
        place__in={case.place_id for case in whole}, category__in={case.category_id for case in whole},
        submitted_at__range=(since, until),
    )  # fmt: skip
    for pk, place, category, at in seen.values_list("pk", "place", "category", "submitted_at"):
        alike[place, category].append((pk, at))
    return {
        case.pk: sum(
            1 for pk, at in alike[case.place_id, case.category_id] if pk != case.pk and abs(at - case.submitted_at) <= near
        )
        for case in whole
    }


def twins(case, user):
    """疑似重复: open cases that tell of the same place in like words, with reasons in `why`, then those at the same place with
    the same category, close in time; a person decides."""
    likely = matters.same_as(case, user=user, at=case.submitted_at, open_only=True) if case.pk else []
    for found in likely:
        found.case.why = "；".join(found.reasons)
    first = [found.case for found in likely]
    return [*first, *(other for other in _alike(case, user) if other not in first)][:5]


def _alike(case, user):
    if case.place_id is None or case.category_id is None:
        return []
    near = (case.submitted_at - timedelta(days=TWIN_DAYS), case.submitted_at + timedelta(days=TWIN_DAYS))
    alike = Case.objects.visible_to(user).open().filter(place=case.place_id, category=case.category_id, submitted_at__range=near)
    return list(alike.exclude(pk=case.pk).select_related("promised_by", "place").order_by("submitted_at")[:5])


def several(case):
    """一诉多事: whether the words speak of more than one matter, as far as the suggestion can tell."""
    return bool(case.suggestion.get("several"))


def not_together(case):
    """不能批量派的缘由, from the case alone; empty where nothing speaks against it. What the duty list says comes on top."""
    found = case.suggestion
    if case.status not in (Case.Status.SUBMITTED, Case.Status.ADMITTED):
        return f"现在是“{case.get_status_display()}”"
    if case.urgency == Urgency.URGENT:
        return "特急"
    if never_mediated(case):
        return "涉及人身安全"
    if several(case):
        return "可能是几件事"
    if found.get("legal_path"):
        return "可能应走法定途径"
    if found.get("barred", True) or found.get("alerts"):
        return "建议里有须人工看的内容"
    return "" if found.get("category") else "没有建议类别"


def route_together(case, at):
    """批量派单的去向: (route, why not); sent only where the very rule that lets the system send by itself is met."""
    if why := not_together(case):
        return None, why
    route = routing.choose(case, at)
    if route.lead is None:
        return route, "；".join(route.reasons)
    return route, "" if route.sure else "把握不够，或清单规定须人工派"
