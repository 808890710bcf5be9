"""一期的合计 of a page or a report: months that are frozen as they were frozen, the rest from the tallies as they are."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from feedback.figures import metrics, periods
from feedback.models import FigureRule, Report, Snapshot

K = Report.Kind


def period_of(kind, day):
    """期间 of a report of this kind in which a day lies; weeks begin on Monday."""
    if kind == K.WEEK:
        first = day - day.weekday() * periods.DAY
        return periods.Period(first, first + 6 * periods.DAY)
    if kind == K.MONTH:
        return periods.month(day)
    if kind == K.QUARTER:
        first = date(day.year, day.month - (day.month - 1) % 3, 1)
        return periods.Period(first, periods.month(first + 70 * periods.DAY).last)
    if kind == K.YEAR:
        return periods.Period(date(day.year, 1, 1), date(day.year, 12, 31))
    return periods.Period(day, day)


def before(kind, period):
    """上期: the day, week, month, quarter or year before."""
    return period_of(kind, period.first - periods.DAY)


class Sums:
    """合计: `numbers(face)` of a period, by the rule it was frozen with, else the one in force on its last day."""

    def __init__(self, street, period):
        self.street, self.period = street, period
        self.rule = FigureRule.objects.in_force(street, period.last)
        months = periods.months_within(period)
        if sum(one.days for one in months) != period.days:
            months = []
        self.pieces = months or [period]
        frozen = Snapshot.objects.filter(street=street, month__in=[piece.first for piece in months]).last_versions()
        self.frozen = {row.month: row for row in frozen}
        if len(self.pieces) == 1 and self.frozen:
            kept = self.frozen[period.first].rule
            self.rule.mostly, self.rule.shown_from = Decimal(kept["mostly"]), kept["shown_from"]

    @property
    def source(self):
        """数字来源 in words, as it stands under the tables."""
        if len(self.frozen) < len(self.pieces):
            done = f"其中{len(self.frozen)}个月已定格，" if self.frozen else ""
            return f"{done}未定格的数字随办理变化"
        if len(self.pieces) == 1:
            return f"数字取自{self.period.label}定格（第{self.frozen[self.period.first].version}版）"
        return "数字取自各月定格"

    def numbers(self, face):
        """{unit, community, category or 0: {measure: number}}."""
        found = defaultdict(lambda: defaultdict(int))
        for piece in self.pieces:
            row = self.frozen.get(piece.first)
            parts = row.numbers[face.value] if row else periods.numbers(self.street, face, piece)
            for of, measures in parts.items():
                for measure, number in measures.items():
                    found[int(of)][measure] += number
        return {of: dict(measures) for of, measures in found.items()}

    def values(self, numbers, face):
        """{name: Value} of the metrics that are said of `face`."""
        return {value.metric.name: value for value in metrics.values(numbers, self.rule, face)}
