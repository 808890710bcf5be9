"""分数: what the callbacks of a street say, with what is left out shown beside it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from feedback.models import Callback

SHOWN_FROM = 10
"""A rate of fewer answers says nothing and is not shown (domain §5)."""


@dataclass(frozen=True)
class Figures:
    """回访情况 of a street in a period. Matters, persons and answers are three different counts.

    `answered` is the denominator of both rates; `unreachable` and `waiting` stand beside it and in neither."""

    matters: int
    persons: int
    answered: int
    unreachable: int
    superseded: int
    waiting: int
    content: int
    dissatisfied: int
    solved: int
    mostly_solved: int
    satisfied: int
    mostly_satisfied: int
    resolution_rate: Decimal | None
    satisfaction_rate: Decimal | None

    @property
    def n(self):
        """The number of answers that the rates rest on."""
        return self.answered


def figures(street, since, until, mostly=Decimal(1)):
    """回访情况 of `street` for callbacks that ended in [`since`, `until`), two aware instants.

    Rates are shares of 1: (解决 + 基本解决 × `mostly`) ÷ answers, likewise 满意 (domain §5); None below ten answers."""
    callbacks = Callback.objects.filter(case__street=street)
    ended = callbacks.counted().filter(ended_at__gte=since, ended_at__lt=until)
    counts = ended.aggregate(**_counts())
    waiting = callbacks.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=until), opened_at__lt=until).count()
    return Figures(
        **counts, waiting=waiting,
        resolution_rate=_rate(counts["solved"] + counts["mostly_solved"] * mostly, counts["answered"]),
        satisfaction_rate=_rate(counts["satisfied"] + counts["mostly_satisfied"] * mostly, counts["answered"]),
    )  # fmt: skip


def _counts():
    status, resolved, satisfaction = Callback.Status, Callback.Resolved, Callback.Satisfaction
    heard = Q(status__in=[status.ANSWERED, status.UNREACHABLE])
    unhappy = Q(resolved=resolved.NO) | Q(satisfaction=satisfaction.NO)
    return {
        "matters": Count("case", filter=heard, distinct=True),
        "persons": Count("grievance", filter=heard, distinct=True),
        "answered": Count("pk", filter=Q(status=status.ANSWERED)),
        "unreachable": Count("pk", filter=Q(status=status.UNREACHABLE)),
        "superseded": Count("pk", filter=Q(status=status.SUPERSEDED)),
        "content": Count("pk", filter=Q(status=status.ANSWERED) & ~unhappy),
        "dissatisfied": Count("pk", filter=unhappy),
        "solved": Count("pk", filter=Q(resolved=resolved.YES)),
        "mostly_solved": Count("pk", filter=Q(resolved=resolved.MOSTLY)),
        "satisfied": Count("pk", filter=Q(satisfaction=satisfaction.YES)),
        "mostly_satisfied": Count("pk", filter=Q(satisfaction=satisfaction.MOSTLY)),
    }


def _rate(share, answers):
    return round(Decimal(share) / answers, 4) if answers >= SHOWN_FROM else None
