"""Every figure of a random year equals its slow recomputation, and a month once frozen stands while its cases change."""

from datetime import date, timedelta
from itertools import cycle

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.test import TestCase

from feedback.figures import freezing, keeping, metrics, periods
from feedback.models import Fact, FigureRule, Snapshot, Tally
from grievance.models import Case, Event
from tests.clock import instant
from tests.dispatch.scene import a_street
from tests.feedback import slow_figures
from tests.feedback.year import Year, line

MONTHS = [periods.month(date(2023, number, 1)) for number in range(1, 13)]
ODD = [
    periods.Period(date(2023, 2, 10), date(2023, 4, 20)),
    periods.Period(date(2023, 5, 31), date(2023, 6, 1)),
    periods.Period(date(2023, 9, 30), date(2023, 9, 30)),
]
WHOLE = periods.Period(date(2022, 12, 1), date(2024, 12, 31))


def slowly(rows, period, faces):
    """{(face, of, figure): (share, n)} by plain loops."""
    k, found = rows.rule(period.last).mostly, {}
    for name in slow_figures.FIGURES:
        counted = [row for row in rows.counted(name, k) if period.first <= row[0] <= period.last]
        for face, of in faces:
            if face in metrics.BY_NAME[name].faces:
                found[face, of, name] = exact(*slow_figures.within(counted, period.first, period.last, face, of))
    return found


def kept(street, period, faces, stored=None):
    """The same from what is kept, or from what a snapshot says."""
    rule, found = FigureRule.objects.in_force(street, period.last), {}
    numbers = stored or {face: periods.numbers(street, face, period) for face in ("street", "unit", "community")}
    for face, of in faces:
        for value in metrics.values(numbers[face].get(str(of) if stored else of, {}), rule, face):
            found[face, of, value.metric.name] = exact(value.share, value.n)
    return found


def exact(share, n):
    """To twenty decimals: one minus a share is cut off elsewhere than the share of the rest."""
    return (None if share is None else round(share, 20)), n


def differing(one, other):
    """What two recomputations do not agree in."""
    return {key: (one.get(key), other.get(key)) for key in {*one, *other} if one.get(key) != other.get(key)}


class YearTest(TestCase):
    """One year for all: its rows are written once."""

    @classmethod
    def setUpTestData(cls):
        cls.year = Year(a_street())
        keeping.keep_up()

    def setUp(self):
        self.street, self.faces = self.year.scene.street, self.year.faces

    def test_every_figure_of_every_period_equals_its_slow_recomputation(self):
        assert set(slow_figures.FIGURES) == set(metrics.BY_NAME)
        for street in self.year.streets:
            rows = slow_figures.Rows(street)
            for period in (*MONTHS, *ODD, WHOLE):
                assert not differing(kept(street, period, self.faces), slowly(rows, period, self.faces)), period
        assert all(share is not None for share, n in slowly(rows_of(self.street), WHOLE, [("street", 0)]).values())
        assert not keeping.differences()

    def test_working_hours_and_matters_for_ten_thousand_people(self):
        rows = rows_of(self.street)
        spent = list(slow_figures.lengths(rows))
        for period in (*MONTHS, WHOLE):
            for face, of in self.faces[:5]:
                mine = [length for day, unit, length in spent if period.first <= day <= period.last and of in (0, unit)]
                numbers = periods.numbers(self.street, face, period).get(of, {})
                shown = [slow_figures.quantile(mine, tenths) for tenths in (5, 9)] if len(mine) >= 10 else [None, None]
                assert metrics.hours(numbers, FigureRule()) == (*shown, len(mine))
            for face, of in self.faces[-3:]:
                came = periods.numbers(self.street, face, period).get(of, {}).get("came", 0)
                said = slow_figures.per_ten_thousand(rows, period.first, period.last, of, 7321)
                assert metrics.per_ten_thousand(came, 7321) == said

    def test_the_days_add_up_to_the_months(self):
        keys = ("street", "face", "of", "measure", "month")
        sums = [
            {tuple(row[key] for key in keys): row["sum"] for row in rows.values(*keys).annotate(sum=Sum("number")) if row["sum"]}
            for rows in (
                Tally.objects.filter(span=span).annotate(month=TruncMonth("starts")).order_by() for span in ("day", "month")
            )
        ]
        assert sums[0] == sums[1] and len(sums[0]) > 1000

    def test_one_wrong_fact_is_found(self):
        rows, july = rows_of(self.street), MONTHS[6]
        fact = Fact.objects.filter(street=self.street, measure="heard", day__year=2023, day__month=7, unit__isnull=False).first()
        keeping.add([fact], [])
        wrong = differing(kept(self.street, july, self.faces), slowly(rows, july, self.faces))
        assert {("street", 0, "satisfied"), ("unit", fact.unit_id, "solved")} <= set(wrong)
        assert {name for _, _, name in wrong} == {"satisfied", "solved", "reached"}

    def test_frozen_months_stand_while_their_cases_change(self):
        then = slow_of_months(self.street, self.faces)
        for month in MONTHS:
            freezing.freeze_due(instant(f"{month.last + timedelta(days=5)} 00:30"))
        frozen = {row.month: row for row in Snapshot.objects.filter(street=self.street, month__year=2023)}
        afterwards(self.year)
        now = slow_of_months(self.street, self.faces)
        changed = [month for month in MONTHS if then[month] != now[month]]
        assert changed and len(frozen) == 12
        for month in MONTHS:
            row = Snapshot.objects.get(pk=frozen[month.first].pk)
            assert not differing(kept(self.street, month, self.faces, row.numbers), then[month]), month
            assert not differing(kept(self.street, month, self.faces), now[month]), month
            assert month not in changed or freezing.drift(row), month


def rows_of(street):
    return slow_figures.Rows(street)


def slow_of_months(street, faces):
    rows = rows_of(street)
    return {month: slowly(rows, month, faces) for month in MONTHS}


def afterwards(year):
    """Some of the matters change long after: taken up again, moved, answered anew, given up, handed on; and the sweep follows."""
    some = year.cases[::20]
    for case, change in zip(some, cycle(CHANGES), strict=False):
        change(Case.objects.get(pk=case.pk))
    Event.objects.bulk_create(line(case, "case.note", AFTERWARDS) for case in some)
    assert keeping.keep_up()


def answered(case):
    case.callbacks.exclude(status="answered").update(
        status="answered", resolved="no", satisfaction="no", ended_at=case.submitted_at + timedelta(days=20)
    )


def moved(case):
    Case.objects.filter(pk=case.pk).update(place=None, source="staff")


def taken_up_again(case):
    Case.objects.filter(pk=case.pk).update(status="in_handling", ended_at=None, round=case.round + 1)


def finished(case):
    case.orders.filter(lead=False).update(status="done", completed_at=AFTERWARDS)
    case.orders.filter(missed_at=None).update(missed_at=F("due_at"))


def left_alone(case):
    case.grievances.update(withdrawn_at=AFTERWARDS)
    case.exclusions.filter(status="standing").update(status="lifted")


AFTERWARDS = instant("2024-11-30 12:00")
CHANGES = (answered, moved, taken_up_again, finished, left_alone)
