"""阅读窗: the case chosen, two suggestions side by side with their grounds, and what slows the hand."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404

from desk import acting
from desk import case as case_page
from desk.reply_offers import note_for, offer
from desk.triage_queue import TWIN_DAYS, WAITING, mine, several, twins
from dispatch import routing
from dispatch.actions.mediation import never_mediated
from grievance.casework import Refused
from grievance.models import Alert, Attachment, Case, Category, Complainant, Event, Grievance, Urgency
from street.models import Place

SETTLED = (Case.Status.RESOLVED, Case.Status.CLOSED)
LOOKED_AT = 200
"""So many settled matters of an estate are looked at for similar ones, and no more."""
SLOWED = {"send", "dispatch", "decline", "merge"}
"""Moves that end a matter's stay in the queue: on what is urgent, mixed or about violence they ask for a figure read first."""
OFFERED = {
    "rang": ("r", ""),
    "send": ("c", "改类别或单位后派单"),
    "dispatch": ("c", "改单位后派单"),
    "hold": ("h", ""),
    "unhold": ("h", ""),
    "mark_urgent": ("u", ""),
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


@dataclass
class Slow:
    """放慢: why one should look again, and the figure to type for it. Another one for each matter: no habit passes it."""

    reasons: list
    figure: str


@dataclass
class Choice:
    """一条建议: a category, the unit it leads to, how sure that is, and on what grounds."""

    key: str
    category: Any
    confidence: int | None
    route: routing.Route
    words: list = field(default_factory=list)
    settled: list = field(default_factory=list)
    besides: list = field(default_factory=list)
    """别的缘由 why it goes to this very unit: what neither the duty list nor the words say."""

    @property
    def duty(self):
        """职责清单的那一条, as it is written."""
        rule = self.route.rule
        return f"{rule.get_list_display()}：{rule.basis}" if rule else ""


@dataclass
class Pane:
    """阅读窗: the case chosen, what is suggested, and what can be done."""

    case: Case
    voices: list
    choices: list
    alerts: list
    twins: list
    earlier: list
    cards: dict
    lines: list
    slow: Slow | None
    note: Any = None
    """办理提示 beside the category."""
    holder: Any = None
    hand: Any = None
    """In whose hand it now is, and until when."""
    days: int = TWIN_DAYS

    @property
    def send(self):
        """One step: admit and dispatch, or dispatch where it is admitted already."""
        return self.cards.get("send") or self.cards.get("dispatch")

    @property
    def waits(self):
        """Whether it still waits to be studied."""
        return self.case.status in WAITING

    @property
    def wordless(self):
        """只有语音或图片: nobody's words could be screened, so the one who listens and looks has to."""
        return bool(self.voices) and not any(voice.text for voice in self.voices)

    @property
    def reasons(self):
        """为什么没有建议, where there is none."""
        return self.case.suggestion.get("reasons", [])

    @property
    def nature(self):
        """诉求性质, as suggested."""
        return self.case.suggestion.get("nature", "")

    @property
    def several(self):
        """可能是几件事: the categories of each; [] where it is one."""
        known = {choice.category.code: str(choice.category) for choice in self.choices}
        return [known.get(code, code) for code in self.case.suggestion.get("several", [])]

    @property
    def legal_path(self):
        """可能应走的法定途径: its name and what the resident is told of it; None where the desk's own way is right."""
        return self.case.suggestion.get("legal_path")

    @property
    def moves(self):
        """The cards that stand here, with their keys; and whatever was refused, so that what was typed is not lost."""
        usual = [Offer.of(self.cards.get(name), name) for name in OFFERED]
        return [offer for offer in (*(one for one in self.refused if one.card.name not in OFFERED), *usual) if offer]

    @property
    def refused(self):
        """What was just refused, with all that was typed."""
        return [Offer(card, "", "") for card in self.cards.values() if card.refused]


def pane(user, number, at, last):
    """The case asked for, read in full; a number of another street is not found."""
    said_in = Prefetch("attachments", Attachment.objects.filter(remark__isnull=True), "said")
    full = mine(user).select_related("category", "petition", "street__parent", "place__community", "place__parent__parent")
    full = full.prefetch_related(
        Prefetch("grievances", Grievance.objects.select_related("complainant", "on_behalf").prefetch_related(said_in)),
        Prefetch("events", Event.objects.select_related("actor", "phone_act").order_by("-at", "-pk")),
        "remarks__attachments", "orders__handler", "supervisions", "mediations",
    )  # fmt: skip
    return _pane(get_object_or_404(full, number=number), user, at, last)


def _pane(case, user, at, last):
    alerts = case.suggestion.get("alerts", [])
    cards = {card.name: card for card in acting.cards([(case, None)], user, at, last=last)}
    offer(cards.values(), case, case.street, at)
    return Pane(
        case=case, note=note_for(case.category, case.street), cards=cards,
        voices=[case_page.voice(row, case, user, {}) for row in case.grievances.all()],
        choices=choices(case, user, at) if case.status in WAITING else [],
        alerts=list(Alert.objects.filter(code__in=alerts)) if alerts else [],
        twins=twins(case, user), earlier=earlier(case), slow=slow(case),
        lines=case_page.timeline(case, user)[:6],
    )  # fmt: skip


def choices(case, user, at):
    """两条建议, the surer one first. Each asks the duty list by itself; what was settled nearby is read once for both."""
    named_in = list(_candidates(case))
    known = {row.code: row for row in Category.objects.filter(code__in=[code for code, _, _ in named_in])} if named_in else {}
    rows = [(known[code], sure, words) for code, sure, words in named_in if code in known][:2]
    alike = settled(case, [category for category, _, _ in rows], user)
    # One that was admitted under a category goes out under it
    open_to = [row for row in rows if case.status != Case.Status.ADMITTED or row[0].pk == case.category_id]
    return [_choice(str(number), case, *row, alike[row[0].pk], at) for number, row in enumerate(open_to, 1)]


def _choice(key, case, category, sure, words, alike, at):
    route = routing.choose(case, at, category=category)
    said = {*words, *case.suggestion.get("reasons", [])}
    besides = [why for why in route.reasons if why not in said and not why.startswith("职责清单：")]
    return Choice(key, category, None if sure is None else round(sure * 100), route, words, alike, besides)


def _candidates(case):
    """(code, confidence or None, words) of what may be meant: a person's own choice first, then what the words suggest."""
    found = case.suggestion
    if case.category and case.category.code != found.get("category"):
        yield case.category.code, None, ["研判员改定的类别"]
    if found.get("category"):
        yield found["category"], found.get("confidence"), found.get("reasons", [])
    second = found.get("second") or {}
    if second.get("category"):
        yield second["category"], second.get("confidence"), second.get("reasons", [])
    for code, *_ in found.get("alternatives", []):
        if code != second.get("category"):
            yield code, None, []


def settled(case, categories, user):
    """近处办结的同类: {category id: up to three, the latest first}, of the same building or estate; two queries."""
    found = defaultdict(list)
    if case.place is None or not categories:
        return found
    around = Q(pk=case.place_id) | (Q(parent=case.place.parent_id) if case.place.parent_id else Q(parent=case.place_id))
    places = list(Place.objects.filter(around).values_list("pk", flat=True)[:LOOKED_AT])
    alike = Case.objects.visible_to(user).filter(place__in=places, category__in=categories, status__in=SETTLED)
    # No order asked of the database: it would rather walk all cases by time than read the few of these places
    for row in sorted(alike.select_related("promised_by").order_by()[:LOOKED_AT], key=lambda row: row.submitted_at, reverse=True):
        if row.promised_by and len(found[row.category_id]) < 3:
            found[row.category_id].append(row)
    return found


def earlier(case):
    """此前诉求 of the same number in this street, only so that nobody has to repeat themselves (never counted, never listed)."""
    own = Complainant.objects.filter(grievance__case=case).exclude(phone_index="").values_list("phone_index", flat=True)
    # Named outright: as one nested question, PostgreSQL asks it again for each case of the street
    same = Complainant.objects.filter(phone_index__in=set(own)).values("grievance__case")
    return list(Case.objects.filter(pk__in=same, street=case.street_id).exclude(pk=case.pk).order_by("-submitted_at")[:3])


def slow(case):
    """放慢 of a case, None where the hand may be quick."""
    reasons = []
    if case.urgency == Urgency.URGENT:
        reasons.append("这是特急事项")
    if never_mediated(case):
        reasons.append("涉及人身安全：先打电话报告值班长，不调解")
    if several(case):
        reasons.append("可能不止一件事：看是否先拆分或另立")
    return Slow(reasons, str(10 + case.pk * 37 % 90)) if reasons else None


def look_again(case, name, typed):
    """Refused `look_again` where the hand has to be slow and the figure shown was not typed."""
    brake = slow(case) if name in SLOWED and case.status in WAITING else None
    if brake and typed.strip() != brake.figure:
        raise Refused("look_again", f"{'；'.join(brake.reasons)}。看清之后，请输入核对数 {brake.figure} 再提交。", status=400)
