"""一段时间的数字: sums of tallies; whole months are read by month, the days at either end by day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Sum

from feedback.models import Fact, Tally

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """期间: local days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def label(self):
        """As it stands above a table."""
        if self == month(self.first):
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"

    @property
    def days(self):
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self):
        """The period before: the month before a month, else as many days."""
        if self == month(self.first):
            return month(self.first - DAY)
        return Period(self.first - self.days * DAY, self.first - DAY)

    def condition(self):
        """Which tallies add up to it: months that lie within, and the days outside of these."""
        starts = [one.first for one in months_within(self)]
        whole = Q(span=Tally.Span.MONTH, starts__in=starts)
        if not starts:
            return Q(span=Tally.Span.DAY, starts__gte=self.first, starts__lte=self.last)
        ends = month(starts[-1]).last
        outside = Q(starts__gte=self.first, starts__lt=starts[0]) | Q(starts__gt=ends, starts__lte=self.last)
        return whole | (Q(span=Tally.Span.DAY) & outside)


def month(day):
    """The month in which a day lies."""
    first = day.replace(day=1)
    return Period(first, (first + 32 * DAY).replace(day=1) - DAY)


def last_months(day, number):
    """[first day] of the month of a day and of those before it, `number` in all, the newest first."""
    found, period = [], month(day)
    for _ in range(number):
        found.append(period.first)
        period = period.before
    return found


def months_within(period):
    """The whole months that lie within a period, in order."""
    found, one = [], month(period.first)
    while one.last <= period.last:
        if one.first >= period.first:
            found.append(one)
        one = month(one.last + DAY)
    return found


def numbers(street, face, period, of=None):
    """{unit, community or category: {measure: number}} of a street; `of` narrows to one of them. One statement."""
    rows = Tally.objects.filter(period.condition(), street=street, face=face)
    if of is not None:
        rows = rows.filter(of=of)
    found = defaultdict(dict)
    for key, measure, number in rows.order_by().values_list("of", "measure").annotate(Sum("number")).iterator():
        if number:
            found[key][measure] = number
    return dict(found)


def by_month(street, first, last, face=Tally.Face.STREET, of=0):
    """{first day of a month: {measure: number}} from the month of `first` to that of `last`. One statement."""
    rows = Tally.objects.filter(
        street=street, face=face, of=of, span=Tally.Span.MONTH, starts__gte=first.replace(day=1), starts__lte=last
    )
    found = defaultdict(dict)
    for starts, measure, number in rows.values_list("starts", "measure", "number"):
        found[starts][measure] = number
    return dict(found)


def by_day(street, period, measures):
    """{day: {measure: number}} of a street. One statement."""
    rows = Tally.objects.filter(
        street=street, face=Tally.Face.STREET, of=0, span=Tally.Span.DAY, starts__gte=period.first, starts__lte=period.last,
        measure__in=measures,
    )  # fmt: skip
    found = defaultdict(dict)
    for day, measure, number in rows.values_list("starts", "measure", "number"):
        found[day][measure] = number
    return dict(found)


def cases_behind(street, measures, period, *, unit=None, community=None, category=None):
    """事项: keys of the matters that a number is made of, as a query for `pk__in`."""
    facts = Fact.objects.filter(street=street, measure__in=measures, day__gte=period.first, day__lte=period.last)
    for name, key in (("unit", unit), ("community", community), ("category", category)):
        if key is not None:
            facts = facts.filter(**{name: key})
    return facts.values("case")
