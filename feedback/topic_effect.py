"""类案的走势和效果: how many of its matters came each week, and before and after what was done; plain counts."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from grievance.classify.matters.finding import GONE
from grievance.models import Case

WEEKS = 12
LEAST, MOST = 2, 8
"""提案: fewer than two whole weeks say nothing; more than eight are not waited for."""


@dataclass(frozen=True)
class Effect:
    """前后各几周: matters of the topic before and after, and all others of the same kinds in the street beside them."""

    weeks: int
    before: int
    after: int
    others_before: int
    others_after: int


def trend(topic, today):
    """[(first day of the week, number)] of the last twelve weeks that end today, the oldest first; one statement."""
    first = today - timedelta(days=7 * WEEKS - 1)
    days = _days(topic.members.filter(removed_at=None, case__submitted_at__gte=_start(first)))
    starts = [first + timedelta(days=7 * week) for week in range(WEEKS)]
    return [(start, sum(start <= day < start + timedelta(days=7) for day in days)) for start in starts]


def effect(topic, today):
    """Effect over as many whole weeks on either side, else None: nothing begun, or not yet two weeks ago; three statements."""
    weeks = min(MOST, (today - topic.started_on).days // 7) if topic.started_on else 0
    if weeks < LEAST:
        return None
    span = timedelta(days=7 * weeks)
    first, middle, last = topic.started_on - span, topic.started_on, topic.started_on + span
    inside = _days(topic.members.filter(removed_at=None))
    kinds = list(topic.members.filter(removed_at=None).values_list("case__category", flat=True).distinct())
    others = Case.objects.filter(
        street=topic.street, category__in=[kind for kind in kinds if kind], submitted_at__gte=_start(first)
    )
    others = others.filter(submitted_at__lt=_start(last)).exclude(status__in=GONE)
    others = others.exclude(pk__in=topic.members.filter(removed_at=None).values("case"))
    beside = [timezone.localdate(at) for at in others.values_list("submitted_at", flat=True)]
    return Effect(weeks, *_halves(inside, first, middle, last), *_halves(beside, first, middle, last))


def _halves(days, first, middle, last):
    return sum(first <= day < middle for day in days), sum(middle <= day < last for day in days)


def _days(members):
    return [timezone.localdate(at) for at in members.exclude(case__status__in=GONE).values_list("case__submitted_at", flat=True)]


def _start(day):
    return timezone.make_aware(datetime.combine(day, time()))
