"""报告的表: figures of units, kinds and places, and matters by number alone. Nobody is named; no rate without its n."""

from collections import Counter
from datetime import datetime, time

from django.db.models import Count, Q, Sum
from django.utils import timezone

from dispatch.models import Supervision
from feedback.figures import metrics, periods
from feedback.figures.sums import Sums
from feedback.models import Callback, Exclusion, Fact, Tally
from grievance.models import Case, Category
from street.models import Organisation, Place
from street.templatetags.beijing import beijing_date

STREET, UNIT, COMMUNITY, CATEGORY = Tally.Face.STREET, Tally.Face.UNIT, Tally.Face.COMMUNITY, Tally.Face.CATEGORY
MOST_ROWS, HOT_FROM, MOST_HOT, MOST_MATTERS = 15, 3, 10, 100
"""提案: more rows are not read; so many matters of one kind in one community are a hot spot."""
NONE_LEFT = "—"


def tables(now: Sums, was: Sums):
    """各表 by name, as rows of strings."""
    return {
        "rates": _rates(now, was), "units": _units(now), "categories": _categories(now, was),
        "communities": _communities(now, was), "hotspots": hotspots(now, was), "dissatisfied": _dissatisfied(now),
        "supervised": _supervised(now),
    }  # fmt: skip


def shown(value):
    """比率 with its n; of fewer than ten no rate."""
    rate = NONE_LEFT if value.percent is None else f"{value.percent}%"
    return f"{rate} n={value.n}"


def more(now, was):
    """增减 with its sign."""
    return f"+{now - was}" if now > was else str(now - was)


def _rates(now, was):
    whole, earlier = (sums.values(sums.numbers(STREET).get(0, {}), STREET) for sums in (now, was))
    return [_rate(value, earlier[name]) for name, value in whole.items()]


def _rate(value, was):
    both = value.percent is not None and was.percent is not None
    percent = [NONE_LEFT if one.percent is None else f"{one.percent}%" for one in (value, was)]
    beside = "，".join(f"{label}{number}" for label, number in value.beside)
    change = f"{value.percent - was.percent:+}" if both else NONE_LEFT
    earlier = f"{percent[1]} n={was.n}"
    return [value.metric.label, percent[0], str(value.n), earlier, change, beside or NONE_LEFT]


def _units(now):
    found = now.numbers(UNIT)
    rows = []
    for unit in Organisation.objects.filter(pk__in=found).order_by("path"):
        parts, values = found[unit.pk], now.values(found[unit.pk], UNIT)
        due, done = parts.get("finish_due", 0), parts.get("finish_ok", 0)
        rows.append([
            unit.name, *map(str, (parts.get("sent", 0), due, done, due - done)), shown(values["on_time"]),
            *map(str, (parts.get("heard", 0), parts.get("content_no", 0))), shown(values["satisfied"]),
            *map(str, (parts.get("unreachable", 0), parts.get("finish_out", 0) + parts.get("heard_out", 0))),
        ])  # fmt: skip
    return rows


def _categories(now, was):
    found, earlier = now.numbers(CATEGORY), was.numbers(CATEGORY)
    names = {row.pk: row.name for row in Category.objects.filter(pk__in={*found, *earlier})}
    came = {key: found.get(key, {}).get("came", 0) for key in names}
    before = {key: earlier.get(key, {}).get("came", 0) for key in names}
    order = sorted((key for key in names if came[key] or before[key]), key=lambda key: (-came[key], names[key]))
    rows = [_category(names[key], came[key], before[key], found.get(key, {}).get("closed", 0)) for key in order[:MOST_ROWS]]
    if rest := order[MOST_ROWS:]:
        closed = sum(found.get(key, {}).get("closed", 0) for key in rest)
        rows.append(_category("其他类别", sum(came[key] for key in rest), sum(before[key] for key in rest), closed))
    return rows


def _category(name, came, before, closed):
    return [name, str(came), str(before), more(came, before), str(closed)]


def _communities(now, was):
    found, earlier, rows = now.numbers(COMMUNITY), was.numbers(COMMUNITY), []
    kinds = Q(parent=now.street, kind=Organisation.Kind.COMMUNITY, active=True) | Q(pk__in=found)
    for one in Organisation.objects.filter(kinds).order_by("path"):
        parts = found.get(one.pk, {})
        came = parts.get("came", 0)
        share = metrics.per_ten_thousand(came, one.population) if came >= now.rule.shown_from else None
        rows.append([
            one.name, str(came), str(earlier.get(one.pk, {}).get("came", 0)), NONE_LEFT if share is None else str(share),
            str(parts.get("found", 0)), str(parts.get("closed", 0)), shown(now.values(parts, COMMUNITY)["satisfied"]),
            str(parts.get("unreachable", 0)), str(parts.get("finish_out", 0) + parts.get("heard_out", 0)),
        ])  # fmt: skip
    return rows


def hotspots(now, was):
    """集中诉求: kinds of matter of which three or more came from one community, the most first, and where there."""
    found, earlier = _pairs(now), _pairs(was)
    hot = [pair for pair, number in found.most_common(MOST_HOT) if number >= HOT_FROM]
    kinds = {row.pk: row.name for row in Category.objects.filter(pk__in=[pair[0] for pair in hot])}
    places = {row.pk: row.name for row in Organisation.objects.filter(pk__in=[pair[1] for pair in hot])}
    return [
        [kinds[kind], places[where], str(found[kind, where]), str(earlier[kind, where]), _estates(now, kind, where)]
        for kind, where in hot
    ]


def _came(sums):
    period = sums.period
    return Fact.objects.filter(street=sums.street, measure="came", day__gte=period.first, day__lte=period.last)


def _pairs(sums):
    rows = _came(sums).filter(category__isnull=False, community__isnull=False).values_list("category", "community")
    return Counter({(kind, where): number for kind, where, number in rows.annotate(Sum("number")).order_by()})


def _estates(sums, kind, where):
    """Estates and streets, never a door; where no three came from one of them, only that they lie apart."""
    cases = _came(sums).filter(category=kind, community=where).values("case")
    rows = Case.objects.filter(pk__in=cases, place__isnull=False).values_list("place").annotate(Count("pk")).order_by()
    counted, known = Counter(), Place.objects.select_related("parent__parent__parent").in_bulk([key for key, _ in rows])
    for key, number in rows:
        counted[_outermost(known[key])] += number
    return "、".join(f"{name}{number}件" for name, number in counted.most_common(3) if number >= HOT_FROM) or "分散"


def _outermost(place):
    while place.parent is not None:
        place = place.parent
    return place.name


def instants(period):
    """The instants at which a period begins and has ended."""
    return tuple(timezone.make_aware(datetime.combine(day, time.min)) for day in (period.first, period.last + periods.DAY))


def unhappy(sums):
    """不满意或者未解决的评价 that were given in the period."""
    since, until = instants(sums.period)
    said = Callback.objects.filter(case__street=sums.street, status=Callback.Status.ANSWERED)
    said = said.filter(ended_at__gte=since, ended_at__lt=until)
    return said.filter(Q(satisfaction=Callback.Satisfaction.NO) | Q(resolved=Callback.Resolved.NO))


def _dissatisfied(now):
    rows = unhappy(now).select_related("case__place__community", "case__promised_by").order_by("ended_at", "pk")
    listed = list(rows[: MOST_MATTERS + 1])
    apart = Exclusion.objects.standing([row.case_id for row in listed])
    made = [_unhappy(row, "verdict" in apart[row.case_id]) for row in listed[:MOST_MATTERS]]
    if len(listed) > MOST_MATTERS:
        made.append([f"另有{rows.count() - MOST_MATTERS}件", *[""] * 5])
    return made


def _unhappy(row, apart):
    case = row.case
    where = case.place.community.name if case.place else "未指明"
    why = (row.get_reason_display() or "未说明") + ("（评价另列）" if apart else "")
    return [case.number, where, str(case.promised_by or "未定"), str(row.round), why, case.get_status_display()]


def _supervised(now):
    """督办: raised in the period, or not ended when it ended."""
    since, until = instants(now.period)
    rows = Supervision.objects.filter(case__street=now.street, raised_at__lt=until)
    rows = rows.filter(Q(raised_at__gte=since) | Q(ended_at=None) | Q(ended_at__gte=until))
    rows = rows.select_related("case__promised_by").order_by("raised_at", "pk")
    listed = [
        [row.case.number, row.get_level_display(), str(row.case.promised_by or "未定"), row.get_status_display(),
         beijing_date(row.due_at) or NONE_LEFT]
        for row in rows[:MOST_MATTERS]
    ]  # fmt: skip
    return listed if len(listed) < MOST_MATTERS else [*listed, [f"共{rows.count()}件", *[""] * 4]]
