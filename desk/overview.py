"""总览: how a street stands, to be looked at more than read: today, how far matters have come, the trend, what and where, when
they come, how old the open ones are. From tallies alone but for today's row. No person stands on it, so it may hang in a hall."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import backlog, doors, figures
from desk.metrics import street_asked
from desk.queues import EYES
from feedback.figures import metrics, periods
from feedback.models import FigureRule, Tally
from grievance import counting
from grievance.models import Case, Category
from street.models import STREET_ROLES, Organisation

READERS = STREET_ROLES | EYES
TREND_DAYS, TREND_MONTHS, MOST_ROWS = 30, 12, 10
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
STEPS = [
    ("上报", ("submitted", "held", "admitted", "in_handling", "resolved", "closed", "declined", "withdrawn", "transferred")),
    ("受理", ("admitted", "in_handling", "resolved", "closed")),
    ("派单", ("in_handling", "resolved", "closed")),
    ("办结", ("resolved", "closed")),
    ("结案", ("closed",)),
]
SAID = ("satisfied", "solved", "on_time", "reworked")


@dataclass(frozen=True)
class Bar:
    """一条: a name, a number, and its share of the longest, in per cent."""

    name: str
    number: int
    percent: int
    url: str = ""


@doors.for_roles(READERS)
@require_safe
def page(request):
    """总览; with `screen` in the address as it hangs in the hall."""
    at, user = timezone.now(), request.user
    street, today = street_asked(request), timezone.localdate(at)
    month = periods.Period(today - (TREND_DAYS - 1) * periods.DAY, today)
    whole = periods.numbers(street, Tally.Face.STREET, month, of=0).get(0, {})
    days = periods.by_day(street, month, ("came", "closed"))
    context = {
        "title": "总览", "street": street, "at": at, "today": today_row(street, user, at), "said": said(street, month, whole),
        "funnel": funnel(whole), "heat": heat(whole), "ages": ages(street, at), "days": TREND_DAYS,
        "categories": by_category(street, month), "communities": by_community(street, month),
        "trend": [{"name": f"{day:%m-%d}", **_two(days.get(day, {}))} for day in _days(month)],
        "months": [{"name": f"{first:%Y-%m}", **_two(parts)} for first, parts in by_month(street, today)],
    }  # fmt: skip
    if request.GET.get("screen"):
        return doors.page(request, "desk/screen.html", context)
    return doors.page(request, "desk/overview.html", context)


def _two(parts):
    return {"came": parts.get("came", 0), "closed": parts.get("closed", 0)}


def _days(period):
    return [period.first + timedelta(days=number) for number in range(period.days)]


def today_row(street, user, at):
    """今日: counted as the list counts them that opens behind each, of what this person may see; one statement."""
    seen = Case.objects.visible_to(user).filter(street=street)
    asked = {figure.name: seen.filter(figure.condition(user, at)) for figure in figures.TODAY}
    return figures.counted(figures.TODAY, counting.each(user, asked))


def said(street, period, whole):
    """居民怎么说 and whether it was in time: four rates with their n."""
    rule = FigureRule.objects.in_force(street, period.last)
    return [value for value in metrics.values(whole, rule, Tally.Face.STREET) if value.metric.name in SAID]


def funnel(whole):
    """走到哪一步: of the matters reported in the period, by where they stand now."""
    numbers = [(label, sum(whole.get(f"is_{status}", 0) for status in statuses)) for label, statuses in STEPS]
    return _bars(numbers, longest=numbers[0][1])


def by_category(street, period):
    """类别: the ten most frequent and what they sum up to beside all."""
    found = periods.numbers(street, Tally.Face.CATEGORY, period)
    came = sorted(((parts.get("came", 0), key) for key, parts in found.items()), reverse=True)[:MOST_ROWS]
    names = {row.pk: row for row in Category.objects.filter(pk__in=[key for _, key in came])}
    where = f"from={period.first}&to={period.last}"
    return _bars(
        [(names[key].name, number, f"/desk/cases/?category={names[key].code}&{where}") for number, key in came if number]
    )


def by_community(street, period):
    """社区: all of the street in the order of the tree, so that none stands first for having most."""
    found = periods.numbers(street, Tally.Face.COMMUNITY, period)
    rows = Organisation.objects.filter(parent=street, kind=Organisation.Kind.COMMUNITY, active=True).order_by("path")
    where = f"from={period.first}&to={period.last}"
    return _bars([
        (row.name, found.get(row.pk, {}).get("came", 0), f"/desk/cases/?community={row.code}&{where}") for row in rows
    ])  # fmt: skip


def by_month(street, today):
    """[(first day, parts)] of the last twelve months, the oldest first."""
    starts = periods.last_months(today, TREND_MONTHS)[::-1]
    found = periods.by_month(street, starts[0], today)
    return [(day, found.get(day, {})) for day in starts]


def heat(whole):
    """几点上报: [(weekday, [(hour, number, depth 0 to 4)])]; of hours and weekdays, not of anybody."""
    numbers = {(day, hour): whole.get(f"hour_{(day + 1) % 7}_{hour:02d}", 0) for day in range(7) for hour in range(24)}
    most = max(numbers.values()) or 1
    return [
        (name, [(hour, numbers[day, hour], -(-4 * numbers[day, hour] // most)) for hour in range(24)])
        for day, name in enumerate(WEEKDAYS)
    ]


def ages(street, at):
    """未了的有多久: by the bands of the backlog page, from the days on which open matters came."""
    today = timezone.localdate(at)
    rows = Tally.objects.filter(street=street, face=Tally.Face.STREET, of=0, span=Tally.Span.DAY, measure="open", number__gt=0)
    found = [((today - day).days, number) for day, number in rows.values_list("starts", "number")]
    return _bars([
        # What came today is in the first band
        (band.label, sum(number for age, number in found if (band.low or -1) < age and (band.high is None or age <= band.high)),
         f"/desk/cases/?age={band.name}")
        for band in backlog.bands()
    ])  # fmt: skip


def _bars(rows, longest=None):
    most = longest or max((row[1] for row in rows), default=0) or 1
    return [Bar(row[0], row[1], round(100 * row[1] / most), *row[2:]) for row in rows]
