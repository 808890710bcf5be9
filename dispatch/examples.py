"""标注样本: what people decided about categories and units, read from the history as it stands; nothing is kept beside it.

So whatever leaves the case file (sealed for the discipline office, withdrawn, erased, over its time) is no example from that
instant on. A label is the last word said about a case: one that was overturned teaches nothing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db.models import Exists, OuterRef, Q

from dispatch import routing
from dispatch.models import OrderReturn, Policy, WorkOrder
from grievance.actions.privacy import NUMBER
from grievance.classify.lexicon import plain
from grievance.models import Case, Complainant, Event, Grievance, Remark, Tombstone

WINDOW = timedelta(days=730)
"""提案: what was decided longer ago says little about today's duty list, and its words' time is soon over."""
MOST = 6000
"""提案: the newest cases looked at; beyond it training takes longer and gains nothing."""
DECIDED = ("case.admit", "case.classify")
UNDONE = ("case.requeue", "case.recall")
PASSED = "workorder.review_pass"
WRONG_UNIT = (OrderReturn.Reason.PLACE, OrderReturn.Reason.OWNER, OrderReturn.Reason.DUTY)
S = Case.Status
NEVER = (S.WITHDRAWN, S.TRANSFERRED, S.MERGED, S.DECLINED)


@dataclass(frozen=True)
class Example:
    """标注样本: the words, the category a person stands by, when and how. `hand` tells whose decisions go together while a model
    is trained and is written nowhere."""

    case: int
    text: str
    label: str
    at: datetime
    source: str
    kind: str
    how: str
    corrected: bool
    unit: int | None
    unit_corrected: bool
    astray: bool
    hand: int

    @property
    def mark(self):
        """同文标记: 0–1, the same for the same words, so that copies of a message are never on both sides of a test."""
        return int.from_bytes(blake2b(plain(self.text).encode(), digest_size=6).digest()) / 2**48


def examples(street, until):
    """标注样本 of a street: cases whose last decision was a person's and is not later than `until`, oldest decision first.

    Kinds (`how`): as_suggested, named (nothing had been suggested), corrected, reclassified, returned (decided anew after a unit
    proved it was not its own), settled (sent by itself, done by that unit, and passed by a person). About ten queries."""
    cases = {case.pk: case for case in _eligible(street, until)}
    (words, kinds), history, orders = _words(cases), _history(cases), _orders(cases)
    expected = _Expected(street, until)
    found = []
    for pk, case in cases.items():
        example = _example(case, words[pk], kinds.get(pk, Grievance.Kind.REPORT), history[pk], orders[pk], expected)
        if example is not None and example.at <= until:
            found.append(example)
    return sorted(found, key=lambda example: (example.at, example.case))


def gone(street, cases):
    """不再保留: those of `cases` whose words may not be kept in any form: sealed, erased, over their time, or made confidential.

    What was withdrawn is learned no more, and stays in what was learned while it stood."""
    spoken = Grievance.objects.filter(Q(tombstone__isnull=False) | Q(complainant__confidential=True))
    spoken = spoken.filter(Q(case__in=cases) | Q(first_case__in=cases)).values_list("case", "first_case")
    sealed = Case.objects.filter(street=street, pk__in=cases, status=S.TRANSFERRED).values_list("pk", flat=True)
    return {*sealed, *(pk for pair in spoken for pk in pair)} & set(cases)


def _eligible(street, until):
    rows = Case.objects.filter(street=street, submitted_at__lte=until, submitted_at__gt=until - WINDOW, category__isnull=False)
    return _may_teach(rows).select_related("category__parent", "place__community").order_by("-submitted_at", "-pk")[:MOST]


def _may_teach(rows):
    spoke = Grievance.objects.filter(case=OuterRef("pk"))
    confidential = Complainant.objects.filter(grievance__case=OuterRef("pk"), confidential=True)
    erased = Tombstone.objects.filter(grievance__case=OuterRef("pk"))
    withdrawn = spoke.filter(withdrawn_at__isnull=False)
    return rows.exclude(status__in=NEVER).filter(~Exists(withdrawn), ~Exists(confidential), ~Exists(erased))


def _words(cases):
    """Texts by case, and the kind chosen first: what its residents said; what staff wrote where nobody else spoke. Telephone
    numbers never."""
    said, kinds = defaultdict(list), {}
    for pk, kind, text in Grievance.objects.filter(case__in=cases).order_by("pk").values_list("case", "kind", "description"):
        said[pk].append(text)
        kinds.setdefault(pk, kind)
    own = Q(author=None, grievance__isnull=False) | ~Q(case__in=list(said))
    for pk, text in Remark.objects.filter(own, case__in=cases).order_by("pk").values_list("case", "text"):
        said[pk].append(text)
    for pk, case in cases.items():
        said[pk] = said[pk] if any(said[pk]) else [case.title]
    return {pk: NUMBER.sub("", "\n".join(text for text in texts if text)) for pk, texts in said.items()}, kinds


def _history(cases):
    rows = Event.objects.filter(case__in=cases, kind__in=(*DECIDED, *UNDONE, PASSED)).order_by("at", "pk")
    found = defaultdict(list)
    for event in rows.only("case", "kind", "voice", "actor", "at"):
        found[event.case_id].append(event)
    return found


def _orders(cases):
    """Lead orders by case, oldest first, each with whether it came back because it was not that unit's."""
    wrong = OrderReturn.objects.filter(order=OuterRef("pk"), agreed=True, reason__in=WRONG_UNIT)
    rows = WorkOrder.objects.filter(case__in=cases, lead=True).annotate(proved_wrong=Exists(wrong)).order_by("pk")
    found = defaultdict(list)
    for order in rows:
        found[order.case_id].append(order)
    return found


def _example(case, text, kind, history, orders, expected):
    turns = [event for event in history if event.kind in (*DECIDED, *UNDONE)]
    if not turns or turns[-1].kind in UNDONE or not text.strip():
        return None
    last, how = turns[-1], _how(case, turns, orders)
    passed = [event for event in history if event.kind == PASSED and event.voice == Event.Voice.STAFF]
    if last.voice != Event.Voice.STAFF:
        if not passed:
            return None
        last, how = passed[-1], "settled"
    moved = any(order.status == WorkOrder.Status.TRANSFERRED and order.ended_at >= turns[-1].at for order in orders)
    unit = orders[-1].handler_id if orders else None
    suggested = case.suggestion.get("category")
    return Example(
        case=case.pk, text=text, label=_second_level(case.category).code, at=last.at, source=case.source, kind=kind, how=how,
        corrected=bool(suggested) and suggested != _second_level(case.category).code,
        unit=unit, unit_corrected=moved or any(order.proved_wrong for order in orders),
        astray=moved and unit is not None and not expected.leads(case, unit), hand=last.actor_id or 0,
    )  # fmt: skip


def _how(case, turns, orders):
    if any(order.proved_wrong for order in orders):
        return "returned"
    if turns[-1].kind == "case.classify":
        return "reclassified"
    suggested = case.suggestion.get("category")
    if not suggested:
        return "named"
    return "as_suggested" if suggested == _second_level(case.category).code else "corrected"


def _second_level(category):
    """二级类别: what suggestions and the duty list speak of; a finer one counts as the one above it."""
    above = category.parent
    return above if above is not None and above.parent_id else category


class _Expected:
    """职责清单的主办: which unit the duty list in force gives for a category and a place; each pair is looked up once."""

    def __init__(self, street, at):
        self.policy = Policy.objects.in_force(street, at)
        self._known: dict = {}

    def leads(self, case, unit):
        """Whether the list would have the case led by `unit`; unknown counts as yes."""
        where = (case.category_id, case.place and case.place.community_id, case.place and case.place.kind)
        if where not in self._known:
            rule = routing.rule_for(self.policy, case.category, case.place) if self.policy else None
            lead = routing.lead_of(rule, case.place) if rule else None
            self._known[where] = lead.pk if lead else unit
        return self._known[where] == unit
