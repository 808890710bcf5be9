"""接话时的提示: what to ring at once, what the same number said before, what is already being worked on there, who will do it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from desk import triage
from dispatch import deadlines, routing
from dispatch.models import Anchor
from grievance import classify, said
from grievance.actions import privacy
from grievance.casework import Refused, posting_for
from grievance.classify.screening import suspected
from grievance.classify.suggest import suggest_words
from grievance.models import Case, Category, Complainant, Urgency
from grievance.sealing import blind_index
from grievance.workflow import CASE

SHOWN = 5


@dataclass
class Outlook:
    """预计: who will probably handle it and by when; empty where a person has to look first."""

    unit: Any = None
    due: datetime | None = None


@dataclass
class Twin:
    """相似事项: an open one at that place, and whether the reader may let this one join it."""

    case: Case
    title: str
    may_join: bool


@dataclass
class Hints:
    """All that stands beside the form."""

    alarms: list = field(default_factory=list)
    number: str = ""
    earlier: list = field(default_factory=list)
    twins: list = field(default_factory=list)
    outlook: Outlook = field(default_factory=Outlook)


def of(form, user, at):
    """提示 for what has been typed so far; nothing is written."""
    text = said.clean(form["description"].value())
    number = number_in(form["phone"].value())
    sketch = sketched(text, form, at)
    return Hints(
        alarms=[alert.advice for alert in classify.alerts_in(text) if alert.advice], number=number,
        earlier=earlier(number, user), twins=similar(sketch, user), outlook=outlook(sketch, at),
    )  # fmt: skip


def number_in(typed):
    """The number as it is kept, empty where none or none yet is typed."""
    try:
        return said.phone(typed)
    except Refused:
        return ""


def sketched(text, form, at):
    """草稿事项: the matter this would become, never saved; None without words and place, and for what only the discipline
    office may read."""
    place = form.chosen
    if not text or place is None or suspected(f"{text}\n{said.clean(form['address'].value())}", at):
        return None
    found = suggest_words(text, place=place, address=said.clean(form["address"].value()), kind=form["kind"].value())
    category = Category.objects.filter(code=found.category_code).first() if found.category_code else None
    return Case(
        street=place.street, place=place, category=category, submitted_at=at, suggestion={"barred": found.barred},
        urgency=Urgency.URGENT if found.urgent else Urgency.NORMAL,
    )  # fmt: skip


def earlier(number, user):
    """此前事项 of exactly this number, the latest first, within the reader's own scope, so that nobody repeats themselves.

    To a unit those who asked not to be named are not found: trying numbers would tell who they are."""
    if not number:
        return []
    same = Complainant.objects.filter(phone_index=blind_index(number))
    same = same.filter(Q(confidential=False) | Q(grievance__case__street__in=user.scope.streets))
    rows = Case.objects.visible_to(user).filter(pk__in=set(same.values_list("grievance__case", flat=True)))
    return list(rows.select_related("promised_by", "category").order_by("-submitted_at")[:SHOWN])


def similar(sketch, user):
    """相似事项: as the triage page finds them."""
    if sketch is None:
        return []
    merge = CASE.moves["merge"]
    return [
        Twin(case, privacy.words_for(case.title, case, user), posting_for(merge, case, user) is not None)
        for case in triage.twins(sketch, user)
    ]


def outlook(sketch, at):
    """预计承办单位和时间, by the policy in force; a matter of danger waits for a person first, and nothing is foretold."""
    if sketch is None or sketch.suggestion["barred"]:
        return Outlook()
    route = routing.choose(sketch, at)
    if route.lead is None:
        return Outlook()
    try:
        limit = deadlines.limit_for(route.policy, route.limit_class, Anchor.COMPLETION, sketch)
    except deadlines.LimitMissing:
        return Outlook(route.lead)
    return Outlook(route.lead, deadlines.due_after(at, limit, deadlines.calendar_of(sketch.street)))
