"""量化考评: a month's figures of each unit, weighed as the dated rule says, with the whole working. People decide.

Units only, in the order of the organisation tree; a figure of fewer than the rule shows is left out with its weight, and said."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import doors
from desk.metrics import MONTHS, UNIT, may_read, numbers_of, street_asked
from feedback.figures import metrics, periods
from feedback.figures.sums import Sums


@dataclass(frozen=True)
class Part:
    """一项: a figure with its weight and what it brings, in hundredths of the weight; None where it is not shown."""

    cell: object
    weight: int
    brings: Decimal | None


@dataclass(frozen=True)
class Working:
    """一个单位的算法: its parts, their sum, and of what weight."""

    name: str
    parts: list
    total: Decimal | None
    of: int


@doors.for_roles(doors.MATTERS)
@require_safe
def page(request):
    """考评页 of a whole month that is over."""
    today, street = timezone.localdate(), street_asked(request)
    months = periods.last_months(periods.month(today).before.first, MONTHS)
    period = _month(request.GET.get("month"), months)
    now, before = Sums(street, period), Sums(street, period.before)
    weights = weights_of(now)
    rows = [row for row in numbers_of(now, UNIT, before) if may_read(request.user, street, row)] if weights else []
    context = {
        "title": "考评", "street": street, "period": period, "months": months, "weights": _named(weights), "rule": now.rule,
        "rows": [working(row, weights) for row in rows], "frozen": now.frozen.get(period.first),
    }  # fmt: skip
    return doors.page(request, "desk/assessment.html", context)


def weights_of(sums):
    """{figure: weight}: of a frozen month those it was frozen with, else those in force on its last day."""
    kept = sums.frozen.get(sums.period.first)
    return dict(kept.rule.get("weights", {}) if kept else sums.rule.weights)


def working(row, weights):
    """Working of a unit: of a figure that is better when it is small, what is missing to the whole counts."""
    parts = [_part(cell, weights[cell.value.metric.name]) for cell in row.cells if cell.value.metric.name in weights]
    counted = [part for part in parts if part.brings is not None]
    of = sum(part.weight for part in counted)
    return Working(row.name, parts, sum((part.brings for part in counted), Decimal(0)) if of else None, of)


def _part(cell, weight):
    percent = cell.value.percent
    if percent is None:
        return Part(cell, weight, None)
    share = 100 - percent if cell.value.metric.less_is_better else percent
    return Part(cell, weight, round(weight * share / 100, 1))


def _named(weights):
    return [(metrics.BY_NAME[name], weight) for name, weight in weights.items() if UNIT in metrics.BY_NAME[name].faces]


def _month(text, months):
    try:
        chosen = date.fromisoformat(f"{text}-01") if text else months[0]
    except ValueError as wrong:
        raise Http404 from wrong
    if chosen not in months:
        raise Http404
    return periods.month(chosen)
