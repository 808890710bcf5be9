"""积案: open matters by age, community and unit, and how the backlog came down month by month. Of matters and units, never of
persons.

Each figure opens the list behind it, which takes the same conditions as filters: `age`, `unit`, `open_on`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.doors import MATTERS, for_roles, page
from grievance.models import Case

MONTHS = 12
NOBODY = "none"
"""In an address, the community or the unit that is not known yet."""
WIDE, HIGH, GAP, FOOT = 60, 160, 14, 24
"""The chart's units: a month, its tallest bar, the space between two months, the line of labels below."""


@dataclass(frozen=True)
class Band:
    """一段: open for more than `low` and at most `high` days; None without an end."""

    low: int
    high: int | None

    @property
    def name(self):
        """The value in an address."""
        return f"{self.low}-{'' if self.high is None else self.high}"

    @property
    def label(self):
        """段名."""
        if self.high is None:
            return f"超过 {self.low} 天"
        return f"{self.low + 1}–{self.high} 天" if self.low else f"{self.high} 天以内"

    def condition(self, at):
        """Submitted so long before `at`."""
        older = Q(submitted_at__gt=at - timedelta(days=self.high)) if self.high is not None else Q()
        return Q(submitted_at__lte=at - timedelta(days=self.low)) & older


def bands():
    """年龄段, as the setting cuts them."""
    cuts = [0, *sorted(set(map(int, settings.BACKLOG_BANDS)))]
    return [Band(low, high) for low, high in zip(cuts, [*cuts[1:], None], strict=True)]


def filtered(rows, asked, at):
    """筛选 of the case list by `age`, `unit` and `open_on`; what is unknown is passed over."""
    band = next((one for one in bands() if one.name == asked.get("age")), None)
    if band is not None:
        rows = rows.open().filter(band.condition(at))
    if asked.get("unit"):
        rows = rows.filter(at_unit("promised_by", asked["unit"]))
    try:
        day = date.fromisoformat(asked.get("open_on", ""))
    except ValueError:
        return rows
    return rows.filter(stubborn(_end_of(day)) if asked.get("old") else open_at(_end_of(day)))


def words(asked):
    """筛选在说什么: the filters of this page as one line for the list; empty where there are none."""
    band = next((one.label for one in bands() if one.name == asked.get("age")), "")
    old = f"积案（超过 {settings.BACKLOG_AFTER} 天）" if asked.get("old") else "未了"
    parts = [
        f"未了 {band}" if band else "",
        f"{asked['open_on']} 当天{old}" if asked.get("open_on") else "",
        "按承办单位" if asked.get("unit") else "",
    ]
    return "，".join(filter(None, parts))


def at_unit(field, code):
    """Of a unit by its code, or of none yet."""
    return Q(**{f"{field}__isnull": True}) if code == NOBODY else Q(**{f"{field}__code": code})


def open_at(instant):
    """未了 at an instant, whatever became of it since."""
    return Q(submitted_at__lte=instant) & (Q(ended_at__isnull=True) | Q(ended_at__gt=instant))


def stubborn(instant):
    """积案: open at that instant, and for longer than the setting allows."""
    return open_at(instant) & Q(submitted_at__lte=instant - timedelta(days=settings.BACKLOG_AFTER))


def _end_of(day):
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@for_roles(MATTERS)
@require_safe
def backlog(request):
    """积案."""
    at = timezone.now()
    seen = Case.objects.visible_to(request.user)
    cuts = bands()
    by_community, by_unit = (table(seen, field, at, cuts) for field in ("place__community", "promised_by"))
    months = by_month(seen, at)
    context = {
        "title": "积案", "at": at, "bands": cuts, "after": settings.BACKLOG_AFTER, "months": months, "chart": chart(months),
        "tables": [("社区", "community", by_community), ("承办单位", "unit", by_unit)],
        "now": months[-1], "before": months[-2],
    }  # fmt: skip
    return page(request, "desk/backlog.html", context)


def table(cases, field, at, cuts):
    """[(code, name, [numbers by band], sum)], the most first; one query."""
    counted = {f"band{number}": Count("pk", filter=cut.condition(at)) for number, cut in enumerate(cuts)}
    rows = cases.open().order_by().values(f"{field}__code", f"{field}__name").annotate(all=Count("pk"), **counted)
    found = [
        (
            row[f"{field}__code"] or NOBODY, row[f"{field}__name"] or "未定",
            [(cut, row[f"band{number}"]) for number, cut in enumerate(cuts)], row["all"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row[3], row[1]))


@dataclass(frozen=True)
class Month:
    """一个月底 (the last one: today): how many were open, and how many of these for too long."""

    day: date
    open: int
    old: int


def by_month(cases, at):
    """积案清零: at each month's end of a year, and today; one query."""
    days = [*month_ends(timezone.localdate(at)), timezone.localdate(at)]
    asked = {}
    for number, day in enumerate(days):
        asked[f"open{number}"] = Count("pk", filter=open_at(_end_of(day)))
        asked[f"old{number}"] = Count("pk", filter=stubborn(_end_of(day)))
    still = Q(ended_at__isnull=True) | Q(ended_at__gt=_end_of(days[0]))
    found = cases.filter(still).aggregate(**asked)
    return [Month(day, found[f"open{number}"], found[f"old{number}"]) for number, day in enumerate(days)]


def month_ends(today):
    """The last days of the `MONTHS` months before this one, the oldest first."""
    ends, first = [], today.replace(day=1)
    for _ in range(MONTHS):
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]


@dataclass(frozen=True)
class Bar:
    """一根柱: where a month stands in the chart, how tall, and what it says."""

    month: Month
    x: int
    old: int
    open: int
    label: str

    @property
    def middle(self):
        """The middle of the month, where its labels stand."""
        return self.x + WIDE // 2


def chart(months):
    """清零图: bars in the chart's own units."""
    most = max((month.open for month in months), default=0) or 1
    bars = [
        Bar(
            month, number * (WIDE + GAP), round(month.old * HIGH / most), round(month.open * HIGH / most),
            "今天" if number == len(months) - 1 else f"{month.day.month}月底",
        )
        for number, month in enumerate(months)
    ]  # fmt: skip
    return {"bars": bars, "width": len(bars) * (WIDE + GAP), "height": HIGH + FOOT * 2, "base": HIGH + FOOT, "wide": WIDE}
