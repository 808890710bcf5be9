"""记账: facts and tallies follow the history. Safe to run twice or late: what a case counts for is worked out anew, and only the
difference is added."""

import hashlib
from collections import Counter, defaultdict

from django.db import connection, transaction

from feedback.figures import facts as meaning
from feedback.figures.reading import Streets, facts
from feedback.models import Fact, FigureRule, Tally, TallyMark
from grievance.models import Case, Event

EDITION = 3
"""口径版本: raise it when `facts_of` counts otherwise than before, and everything is counted anew."""
LOOK_BACK = 500
"""Lines of history read once more at each sweep: a slow transaction may bring a lower number after a higher one was seen. What
comes later still is found by the nightly recount."""
AT_ONCE = 300
FACES = {Tally.Face.UNIT: "unit_id", Tally.Face.COMMUNITY: "community_id", Tally.Face.CATEGORY: "category_id"}
ADD = (
    "INSERT INTO feedback_tally (street_id, face, of, span, starts, measure, number) VALUES {} "
    "ON CONFLICT (street_id, face, span, starts, of, measure) DO UPDATE SET number = feedback_tally.number + excluded.number"
)


def keep_up(size=AT_ONCE):
    """跟上: count the matters of which there is something new in the history; how many changed.

    One sweep at a time: the mark is its lock. When the rules of counting changed, everything is counted anew first."""
    TallyMark.objects.get_or_create(key=1)
    changed, back, streets = _if_rules_changed(), LOOK_BACK, Streets()
    while True:
        with transaction.atomic():
            mark = TallyMark.objects.select_for_update().get(key=1)
            rows = Event.objects.filter(pk__gt=mark.event - back).order_by("pk").values_list("pk", "case")[: size + back]
            rows = list(rows)
            if not rows or rows[-1][0] <= mark.event:
                return changed
            changed += count({case for _, case in rows}, streets)
            mark.event, back = rows[-1][0], 0
            mark.save(update_fields=["event"])


def _if_rules_changed():
    digest = digest_of_rules()
    if TallyMark.objects.filter(key=1, digest=digest).exists():
        return 0
    changed = recount()
    TallyMark.objects.filter(key=1).update(digest=digest)
    return changed


def digest_of_rules():
    """口径摘要: changes when anything changes by which facts are worked out."""
    rules = FigureRule.objects.order_by("pk").values_list("street", "starts", "take_within", "take_within_urgent")
    said = repr((EDITION, meaning.REPEAT_DAYS, list(rules)))
    return hashlib.sha256(said.encode()).hexdigest()


def recount(size=AT_ONCE):
    """全部重计: every matter, in steps of `size`; how many had been counted otherwise."""
    changed, last, streets = 0, 0, Streets()
    while keys := list(Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        with transaction.atomic():
            TallyMark.objects.select_for_update().get(key=1)
            changed += count(set(keys), streets)
        last = keys[-1]
    return changed


def count(keys, streets):
    """计这些事项: replace their facts and add the difference to the tallies; how many matters differed."""
    was = defaultdict(list)
    for fact in Fact.objects.filter(case__in=keys):
        was[fact.case].append(fact)
    now = facts(keys, streets)
    changed = [key for key in sorted(keys) if _said(was[key]) != _said(now[key])]
    gone = [fact for key in changed for fact in was[key]]
    Fact.objects.filter(pk__in=[fact.pk for fact in gone]).delete()
    new = [fact for key in changed for fact in now[key]]
    Fact.objects.bulk_create(new, batch_size=500)
    add(gone, new)
    return len(changed)


def _said(rows):
    return Counter({key_of(fact): fact.number for fact in rows})


def key_of(fact):
    """What a fact says, without its number."""
    return fact.street_id, fact.unit_id, fact.community_id, fact.category_id, fact.measure, fact.day


def add(gone, new):
    """Add the difference between two lists of facts to the tallies."""
    difference = Counter()
    for rows, sign in ((gone, -1), (new, 1)):
        for fact in rows:
            for place in places_of(fact):
                difference[place] += sign * fact.number
    rows = sorted((key, number) for key, number in difference.items() if number)
    for start in range(0, len(rows), 400):
        some = rows[start : start + 400]
        with connection.cursor() as cursor:
            values = [value for key, number in some for value in (*key, number)]
            cursor.execute(ADD.format(", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(some))), values)


def places_of(fact):
    """Where a fact is added: (street, face, of, span, starts, measure) for each face and span it has."""
    faces = [(Tally.Face.STREET.value, 0)]
    faces += [(face.value, getattr(fact, FACES[face])) for face in faces_for(fact.measure) if getattr(fact, FACES[face])]
    spans = [(Tally.Span.DAY.value, fact.day), (Tally.Span.MONTH.value, fact.day.replace(day=1))]
    return [(fact.street_id, face, of, span, starts, fact.measure) for face, of in faces for span, starts in spans]


def faces_for(measure):
    """Which faces a measure is added up by, besides the whole street: hours of the day by none, hours of work by unit alone."""
    if measure.startswith("hour_"):
        return ()
    return (Tally.Face.UNIT,) if measure.startswith("hours_") else tuple(FACES)


def differences(size=AT_ONCE):
    """核对: [(what, stored, worked out anew)] where the stored facts differ from the matters, or the tallies from the facts."""
    return [*_facts_unlike_matters(size), *_tallies_unlike_facts()]


def _facts_unlike_matters(size):
    streets, last = Streets(), 0
    while keys := list(Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        stored, now = defaultdict(list), facts(keys, streets)
        for fact in Fact.objects.filter(case__in=keys):
            stored[fact.case].append(fact)
        yield from ((key, _said(stored[key]), _said(now[key])) for key in keys if _said(stored[key]) != _said(now[key]))
        last = keys[-1]


def _tallies_unlike_facts():
    added = Counter()
    for fact in Fact.objects.iterator():
        for place in places_of(fact):
            added[place] += fact.number
    columns = ("street", "face", "of", "span", "starts", "measure", "number")
    stored = Counter({tuple(row[:-1]): row[-1] for row in Tally.objects.values_list(*columns).iterator() if row[-1]})
    yield from ((key, stored[key], added[key]) for key in {*added, *stored} if added[key] != stored[key])
