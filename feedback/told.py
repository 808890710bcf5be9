"""近期事项 as topics look at them: read in a fixed number of statements, without a name or a number of anybody."""

from collections import defaultdict

from django.db.models import Exists, OuterRef

from dispatch.models import SafetyCall, WorkOrder
from feedback.topics import Told, firms_in
from grievance.classify.matters.finding import GONE
from grievance.classify.matters.sketches import piece_of_sketch
from grievance.models import Alert, Case, Category, Complainant, Grievance, Sketch
from street.models import Organisation, Place

MOST = 1500
"""So many matters are looked at, the newest: more would hold the sweep up for minutes."""


def told_in(street, since, until):
    """[Told] of a street between two instants, the oldest first. Never of what puts somebody in danger or was said in confidence:
    such a matter is not laid beside others. Five statements."""
    rows = Sketch.objects.filter(street=street, at__range=(since, until)).exclude(case__status__in=GONE)
    rows = rows.exclude(Exists(SafetyCall.objects.filter(case=OuterRef("pk"))))
    rows = rows.exclude(Exists(Complainant.objects.filter(grievance__case=OuterRef("pk"), confidential=True)))
    barred = set(Alert.objects.filter(bars_automatic=True).values_list("code", flat=True))
    newest = rows.select_related("case").order_by("-at")[:MOST]
    fit = [row for row in reversed(newest) if not barred & set(row.case.suggestion.get("alerts", []))]
    people, firms = _spoke(fit)
    for case, name in _firms_at_work(fit):
        firms[case] |= firms_in(name) or {name}
    return [_told(row, people, firms) for row in fit]


def _told(row, people, firms):
    case = row.case
    return Told(
        row.pk,
        piece_of_sketch(row),
        case.place_id,
        row.root_id,
        case.category_id,
        frozenset(people[row.pk]),
        frozenset(firms[row.pk]),
    )


def _spoke(rows):
    """Of each case who spoke, by a mark that leads to nobody, and which firms were named."""
    people, firms = defaultdict(set), defaultdict(set)
    spoken = Grievance.objects.filter(case__in=[row.pk for row in rows], withdrawn_at=None)
    for case, key, words, mark in spoken.values_list("case", "pk", "description", "complainant__phone_index"):
        people[case].add(mark or key)
        firms[case] |= firms_in(words)
    return people, firms


def _firms_at_work(rows):
    company = Organisation.Kind.COMPANY
    return WorkOrder.objects.filter(case__in=[row.pk for row in rows], handler__kind=company).values_list("case", "handler__name")


def names_of(rows):
    """{id: name} of the root places of [Told]."""
    return dict(Place.objects.filter(pk__in={row.root for row in rows}).values_list("pk", "name"))


def labels_of(rows):
    """{id: name} of the categories of [Told]."""
    return dict(Category.objects.filter(pk__in={row.category for row in rows}).values_list("pk", "name"))


def around(metres):
    """附近: a function from the id of a place to the ids of those within so many metres."""
    places: dict = {}

    def near(pk):
        if pk not in places:
            places[pk] = set(Place.objects.near(Place.objects.get(pk=pk), metres))
        return places[pk]

    return near


def open_cases(numbers):
    """Cases by number that may lie in a topic, in the order of their numbers."""
    return Case.objects.filter(number__in=numbers).exclude(status__in=GONE).order_by("number")
