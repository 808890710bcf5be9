"""公文登记册: the papers in one's scope, drafted and issued, signed for, answered, by kind, unit, number and day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.doors import MATTERS, for_roles, page
from desk.pager import Register
from desk.register import kept
from dispatch.actions.supervision import ANSWERED
from dispatch.models import Letter
from dispatch.papers.forms import form_of
from grievance.actions import privacy
from street.models import Organisation

ISSUED = Q(status=Letter.Status.ISSUED)
WANTED = ISSUED & Q(kind__in=ANSWERED)
STATES = {
    "unreceived": ("待签收", lambda at: ISSUED & Q(received_at__isnull=True)),
    "unanswered": ("待反馈", lambda at: WANTED & Q(answered_at__isnull=True)),
    "late": ("逾期未反馈", lambda at: WANTED & Q(answered_at__isnull=True, answer_due_at__lt=at)),
    "answered": ("已反馈", lambda at: Q(answered_at__isnull=False)),
}
"""签收与反馈 as a filter: what it is called, and the condition at the instant `at`."""


@dataclass
class Line:
    """一行: a paper with its noun, its subject as the reader may have it, and whether its answer is late."""

    letter: Letter
    noun: str
    subject: str
    late: bool


@for_roles(MATTERS)
@require_safe
def register(request):
    """公文登记册."""
    at, asked, user = timezone.now(), request.GET, request.user
    rows = filtered(Letter.objects.visible_to(user), asked, at)
    rows = rows.select_related("case__street", "issuer", "to", "signed_by", "received_by", "answered_by")
    shown = Register(rows, "drafted_at").asked(asked)
    context = {
        "title": "公文", "page": shown, "lines": [line(row, user, at) for row in shown.object_list], "asked": asked,
        "kinds": Letter.Kind.choices, "statuses": Letter.Status.choices, "units": units(user), "kept": kept(asked),
        "states": [(name, label) for name, (label, _) in STATES.items()],
    }  # fmt: skip
    return page(request, "desk/letters.html", context)


def line(letter, user, at):
    """The row of one paper."""
    late = letter.answered_at is None and letter.answer_due_at is not None and letter.answer_due_at < at
    return Line(letter, form_of(letter).noun, privacy.words_for(letter.subject, letter.case, user), late)


def filtered(rows, asked, at):
    """筛选: each filter narrows; what is unknown is passed over."""
    for field, choices in (("kind", Letter.Kind), ("status", Letter.Status)):
        if asked.get(field) in choices.values:
            rows = rows.filter(**{field: asked[field]})
    if asked.get("state") in STATES:
        rows = rows.filter(STATES[asked["state"]][1](at))
    if unit := asked.get("unit"):
        rows = rows.filter(Q(issuer__code=unit) | Q(to__code=unit))
    if words := asked.get("q", "").strip():
        rows = rows.filter(Q(number__icontains=words) | Q(case__number__iexact=words))
    return rows.filter(**days(asked))


def days(asked):
    """拟稿日期: from a day, to a day, both with the whole of it; what is no day is passed over."""
    found = {}
    for name, field, more in (("from", "drafted_at__gte", 0), ("to", "drafted_at__lt", 1)):
        try:
            day = date.fromisoformat(asked.get(name, "")) + timedelta(days=more)
        except ValueError:
            continue
        found[field] = timezone.make_aware(datetime.combine(day, time()))
    return found


def units(user):
    """单位 that the papers in one's scope come from or go to."""
    scope = user.scope
    here = Letter.objects.filter(case__street__in=scope.streets)
    named = Exists(here.filter(issuer=OuterRef("pk"))) | Exists(here.filter(to=OuterRef("pk")))
    return Organisation.objects.filter(named | Q(pk__in=scope.organisations)).order_by("path")
