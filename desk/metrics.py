"""指标: the figures of a street in a period, of its units and communities. Units only, never persons; no order of merit; a rate
of fewer than ten is not shown, what is left out stands beside it, and each number opens its matters."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import doors
from desk.behind import BESIDE, BOTTOM, MISSED, TOP, Behind
from desk.figures import streets_of
from feedback.figures import metrics, periods
from feedback.figures.sums import Sums
from feedback.models import Tally
from street.models import DISTRICT_ROLES, Organisation

MONTHS = 13
STREET, UNIT, COMMUNITY = Tally.Face.STREET, Tally.Face.UNIT, Tally.Face.COMMUNITY


@dataclass(frozen=True)
class Cell:
    """一格: a value with the addresses of what it is made of."""

    value: metrics.Value
    was: Decimal | None
    links: dict

    @property
    def change(self):
        """Against the period before, in percentage points; None where either is not shown."""
        if self.was is None or self.value.percent is None:
            return None
        return self.value.percent - self.was


@dataclass(frozen=True)
class Row:
    """一行: a unit or a community with its cells, its hours of work and its matters."""

    key: int
    name: str
    cells: list
    hours: tuple
    came: int
    per_ten_thousand: Decimal | None


@doors.for_roles(doors.MATTERS)
@require_safe
def page(request):
    """指标页."""
    at = timezone.now()
    street = street_asked(request)
    period, problem = asked_period(request.GET, timezone.localdate(at))
    now, before = Sums(street, period), Sums(street, period.before)
    whole = numbers_of(now, STREET, before)
    context = {
        "title": "指标", "street": street, "streets": list(streets_of(request.user)), "period": period, "problem": problem,
        "months": periods.last_months(timezone.localdate(at), MONTHS), "whole": whole[0] if whole else None, "rule": now.rule,
        "units": [row for row in numbers_of(now, UNIT, before) if may_read(request.user, street, row)],
        "communities": numbers_of(now, COMMUNITY, before), "today": timezone.localdate(at),
        "frozen": now.frozen.get(period.first) if period == periods.month(period.first) else None,
        "unit_metrics": [metric for metric in metrics.METRICS if UNIT in metric.faces],
        "community_metrics": [metric for metric in metrics.METRICS if COMMUNITY in metric.faces],
    }  # fmt: skip
    return doors.page(request, "desk/metrics.html", context)


def street_asked(request):
    """街道 whose figures are shown: the one in the address, else the first that one may read; 404 for any other."""
    known = {row.code: row for row in streets_of(request.user)}
    own = [one.organisation for one in request.user.scope.postings]
    for organisation in own:
        for street in _served(organisation):
            known.setdefault(street.code, street)
    asked = request.GET.get("street")
    if not known or (asked and asked not in known):
        raise Http404
    return known[asked] if asked else next(iter(known.values()))


def _served(organisation):
    """The street in which a unit lies; of one that lies above the streets, those below the same district or city."""
    above = organisation
    while above is not None and above.kind != Organisation.Kind.STREET:
        above = above.parent
    if above is not None:
        return [above]
    return Organisation.objects.streets().filter(path__startswith=(organisation.parent or organisation).path).order_by("path")


def may_read(user, street, row):
    """A unit reads its own line; the street's people and those above read all."""
    scope = user.scope
    above = street.pk in scope.streets or street.parent_id in scope.where(DISTRICT_ROLES)
    return above or row.key in scope.organisations


def asked_period(query, today):
    """(Period, what was not understood): a month, or from one day to another; by default this month up to yesterday."""
    this = periods.month(today)
    default = periods.Period(this.first, today - periods.DAY) if today > this.first else this.before
    try:
        if query.get("month"):
            chosen = periods.month(date.fromisoformat(f"{query['month']}-01"))
            return (chosen if chosen.last < today else default), ""
        if not query.get("from") and not query.get("to"):
            return default, ""
        first, last = date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", ""))
    except ValueError:
        return default, "没有看懂这个日期，请写成 2026-11-01 这样。下面是本月至昨日的数字。"
    if first > last or (last - first).days > 1100:
        return default, "开始日期要在结束日期之前，最长三年。下面是本月至昨日的数字。"
    return periods.Period(first, last), ""


def numbers_of(sums, face, before):
    """[Row] of a face, in the order of the organisation tree; two statements, and one for the names."""
    now, was = sums.numbers(face), before.numbers(face)
    if face == STREET:
        return [_row(sums, before, face, 0, sums.street, now.get(0, {}), was.get(0, {}))]
    known = {row.pk: row for row in Organisation.objects.filter(pk__in=now).order_by("path")}
    return [_row(sums, before, face, key, one, now[key], was.get(key, {})) for key, one in known.items()]


def _row(sums, before, face, of, organisation, now, was):
    earlier = before.values(was, face)
    cells = [Cell(value, earlier[name].percent, _links(sums, face, of, value)) for name, value in sums.values(now, face).items()]
    came = now.get("came", 0)
    share = metrics.per_ten_thousand(came, organisation.population) if face == COMMUNITY else None
    return Row(organisation.pk, organisation.name, cells, metrics.hours(now, sums.rule), came, share)


def _links(sums, face, of, value):
    def link(part):
        return f"/desk/cases/?{Behind(value.metric, part, sums.street.pk, face.value, of, sums.period).query}"

    return {part: link(part) for part in (TOP, BOTTOM, MISSED, BESIDE)}
