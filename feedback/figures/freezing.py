"""定格: a month's figures are kept as they stood some days after its end. Later changes of cases do not touch them."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from feedback.figures.periods import DAY, month, numbers
from feedback.models import FigureRule, Snapshot, Tally
from grievance.models import Category
from street.models import Organisation

FACES = (Tally.Face.STREET, Tally.Face.UNIT, Tally.Face.COMMUNITY, Tally.Face.CATEGORY)
RULE = ("mostly", "shown_from", "frozen_after", "weights")


def freeze_due(at):
    """到期定格: the months that are over and not frozen yet, of every street that counts anything; the snapshots made.

    A month waits for the day that the rule in force names, so that the last callbacks of its work are in. Safe to run twice."""
    today = timezone.localdate(at)
    return [made for street in _counted_streets() for day in _over(street, today) if (made := _freeze_once(street, day, at))]


def _counted_streets():
    return Organisation.objects.filter(pk__in=Tally.objects.order_by().values("street").distinct()).order_by("pk")


def _over(street, today):
    """First days of months of `street` that are to be frozen by `today`."""
    known = set(Snapshot.objects.filter(street=street).values_list("month", flat=True))
    spans = Tally.objects.filter(street=street, face=Tally.Face.STREET, span=Tally.Span.MONTH, starts__lt=today.replace(day=1))
    for day in sorted(set(spans.values_list("starts", flat=True)) - known):
        wait = FigureRule.objects.in_force(street, month(day).last).frozen_after
        if today >= month(day).last + wait * DAY:
            yield day


@transaction.atomic
def _freeze_once(street, day, at):
    Organisation.objects.select_for_update(no_key=True).get(pk=street.pk)
    if Snapshot.objects.filter(street=street, month=day).exists():
        return None
    return write(street, day, at=at)


def write(street, day, *, at, appeal=None):
    """写下一版: the month's parts as they stand, with the rule and the names of the day. The caller holds the street."""
    last = Snapshot.objects.filter(street=street, month=day).aggregate(last=Max("version"))["last"] or 0
    found = {face.value: numbers(street, face, month(day)) for face in FACES}
    rule = FigureRule.objects.in_force(street, month(day).last)
    return Snapshot.objects.create(
        street=street, month=day, version=last + 1, frozen_at=at, appeal=appeal,
        rule={name: str(getattr(rule, name)) if name == "mostly" else getattr(rule, name) for name in RULE},
        numbers={face: {str(key): parts for key, parts in rows.items()} for face, rows in found.items()},
        names=_names(found),
    )  # fmt: skip


def _names(found):
    units = {*found[Tally.Face.UNIT.value], *found[Tally.Face.COMMUNITY.value]}
    categories = found[Tally.Face.CATEGORY.value]
    return {
        "unit": {str(row.pk): row.name for row in Organisation.objects.filter(pk__in=units)},
        "category": {str(row.pk): row.name for row in Category.objects.filter(pk__in=categories)},
    }


def drift(snapshot):
    """定格后的变化: [(face, of, measure, frozen, now)] where the facts say something else today; shown, never written over."""
    changed = []
    for face in FACES:
        now = numbers(snapshot.street, face, month(snapshot.month))
        was = {int(key): parts for key, parts in snapshot.numbers[face.value].items()}
        for of in sorted({*now, *was}):
            before, after = was.get(of, {}), now.get(of, {})
            for measure in sorted({*before, *after}):
                if before.get(measure, 0) != after.get(measure, 0):
                    changed.append((face.value, of, measure, before.get(measure, 0), after.get(measure, 0)))
    return changed
