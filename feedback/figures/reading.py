"""读事项: many cases with all that counts of them, one statement for each table."""

from collections import defaultdict
from datetime import timedelta
from functools import lru_cache

from django.db.models import F, Min

from dispatch import deadlines
from dispatch.models import OrderReturn, WorkOrder
from feedback.figures.facts import Bundle, day_of, facts_of
from feedback.models import Callback, Exclusion, Fact, FigureRule
from grievance.models import Case, Event, Grievance
from street.models import Organisation

DECIDED = ("case.admit", "case.decline", "case.merge", "case.hand_over")
"""受理 or its lawful alternatives: with the first of these the street has said what becomes of a matter."""


def bundles(keys):
    """[Bundle] of the cases with these keys, as many as there are."""
    found = {
        row["pk"]: Bundle(row)
        for row in Case.objects.filter(pk__in=keys).values(
            "pk", "street", "category", "source", "status", "round", "urgency", "submitted_at", "ended_at", "promised_by",
            "petition", community=F("place__community"),
        )
    }  # fmt: skip
    _hang(found, "orders", WorkOrder.objects.filter(case__in=keys).values(
        "case", "handler", "lead", "status", "round", "dispatched_at", "accept_due_at", "contact_due_at", "due_at", "missed_at",
        "accepted_at", "contacted_at", "completed_at", "ended_at",
    ))  # fmt: skip
    _hang(found, "grievances", Grievance.objects.filter(case__in=keys).values("case", "pk", "submitted_at", "withdrawn_at"))
    _hang(found, "callbacks", Callback.objects.filter(case__in=keys).values(
        "case", "grievance", "round", "status", "resolved", "satisfaction", "ended_at", "tried_at", "pledge", "pledge__unit",
        rung=F("grievance__complainant__phone_index"),
    ))  # fmt: skip
    returns = OrderReturn.objects.filter(order__case__in=keys)
    _hang(found, "returns", returns.values(
        "agreed", "asked_at", "decided_at", case=F("order__case"), handler=F("order__handler"),
        dispatched_at=F("order__dispatched_at"),
    ))  # fmt: skip
    decided = Event.objects.filter(case__in=keys, kind__in=DECIDED).order_by().values("case").annotate(first=Min("at"))
    for row in decided:
        found[row["case"]].decided_at = row["first"]
    for key, kinds in Exclusion.objects.standing(keys).items():
        found[key].excluded = kinds
    return list(found.values())


def _hang(found, name, rows):
    for row in rows.order_by("pk"):
        getattr(found[row["case"]], name).append(row)


class Streets:
    """街道的日历和口径, each read once."""

    def __init__(self):
        self.calendar = lru_cache(maxsize=None)(lambda key: deadlines.calendar_of(Organisation.objects.get(pk=key)))
        self.rule = lru_cache(maxsize=None)(FigureRule.objects.in_force)


def facts(keys, streets):
    """{case: [unsaved Fact]} of the cases with these keys; one that is gone has none."""
    made = defaultdict(list)
    for bundle in bundles(keys):
        case = bundle.case
        rule = streets.rule(case["street"], day_of(case["submitted_at"]))
        case["take_by"] = case["submitted_at"] + timedelta(hours=rule.take_hours(case["urgency"]))
        shared = {name: case[name] for name in ("street", "community", "category")}
        for (measure, day, unit), number in facts_of(bundle, streets.calendar(case["street"])).items():
            made[case["pk"]].append(
                Fact(case=case["pk"], measure=measure, day=day, unit_id=unit, number=number,
                     **{f"{name}_id": key for name, key in shared.items()})
            )  # fmt: skip
    return made
