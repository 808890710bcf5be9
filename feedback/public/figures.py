"""公开栏的数字: how many matters came in, were closed, and were solved by the word of those who raised them. Never by unit."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from feedback.models import Callback
from grievance.models import Case

SHOWN_FROM = 5
"""提案: a percentage of fewer says nothing, and may point at somebody."""


@dataclass(frozen=True)
class Share:
    """一个数字 with what it is a part of; the percentage only where that is not too few."""

    count: int
    of: int

    @property
    def percent(self):
        """Whole per cent, None below five."""
        return round(100 * self.count / self.of) if self.of >= SHOWN_FROM else None


@dataclass(frozen=True)
class BoardFigures:
    """公开数字 of a community and a period: matters received, closed of these, and answers of the persons in the closed ones."""

    received: int
    closed: Share
    settled: Share
    unreachable: int


def figures(community, since, until):
    """公开数字 for matters received in [`since`, `until`), two aware instants; two queries.

    Merged matters count once. Who could not be reached is in no percentage, and is said beside it."""
    cases = Case.objects.filter(
        street=community.parent_id, place__community=community, submitted_at__gte=since, submitted_at__lt=until
    ).exclude(status=Case.Status.MERGED)
    counted = cases.aggregate(received=Count("pk"), closed=Count("pk", filter=Q(status=Case.Status.CLOSED)))
    answered = Q(status=Callback.Status.ANSWERED)
    content = answered & ~Q(resolved=Callback.Resolved.NO) & ~Q(satisfaction=Callback.Satisfaction.NO)
    last = Callback.objects.filter(case__in=cases.filter(status=Case.Status.CLOSED), round=F("case__round"), pledge=None)
    heard = last.aggregate(
        answered=Count("pk", filter=answered), settled=Count("pk", filter=content),
        unreachable=Count("pk", filter=Q(status=Callback.Status.UNREACHABLE)),
    )  # fmt: skip
    return BoardFigures(
        counted["received"], Share(counted["closed"], counted["received"]), Share(heard["settled"], heard["answered"]),
        heard["unreachable"],
    )  # fmt: skip
