"""发送前先看看: who will probably handle what somebody is writing, and by when. Reads only; no text is kept or logged."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch import deadlines, routing
from dispatch.models import Anchor
from grievance import classify
from grievance.classify.screening import suspected
from grievance.models import Case, Category, Grievance, Urgency


@dataclass(frozen=True)
class Outlook:
    """预计: `unit` None where the desk studies it first; `emergency` is what to do before anything else."""

    unit: Any = None
    limit: str = ""
    due: datetime | None = None
    emergency: list = field(default_factory=list)


def look(text, *, place, address="", kind=Grievance.Kind.REPORT, at):
    """预计 for words about `place` at `at`, by the duty list and the limits in force; the order that comes of it may differ.

    Words that screening would hold for a report on officials are answered as unsure ones are, by the same way."""
    emergency = classify.advice_in(text)
    unit, limit = _expected(text, place, address, kind, at)
    if limit is None or suspected(f"{text}\n{address}", at):
        return Outlook(emergency=emergency)
    due = deadlines.due_after(at, limit, deadlines.calendar_of(place.street))
    return Outlook(unit, f"{limit.amount.normalize():f} {limit.get_unit_display()}", due, emergency)


def _expected(text, place, address, kind, at):
    """The unit and its limit for the whole matter; (None, None) where nobody could say for sure."""
    found = classify.suggest_words(text, place=place, address=address, kind=kind)
    case = imagined(found, place)
    route = routing.choose(case, at)
    if not route.sure:
        return None, None
    return route.lead, deadlines.limits_of(route.policy, route.limit_class, case).get(Anchor.COMPLETION)


def imagined(found, place):
    """设想的事项: as it would be studied at `place`; never saved."""
    return Case(
        street=place.street, place=place, category=Category.objects.filter(code=found.category_code).first(),
        urgency=Urgency.URGENT if found.urgent else Urgency.NORMAL, suggestion=found.kept(),
    )  # fmt: skip
