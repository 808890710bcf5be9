"""疑点单: answers that came in a way that suggests pressure, by unit and matter; nobody's name, and no verdict changed by it."""

from collections import Counter

from django.db.models import Q
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import doors, rechecks
from feedback.figures import periods
from feedback.models import Doubt
from street.models import Role
from street.scope import covered, within

MOST = 300


@doors.for_roles(rechecks.READERS)
@require_safe
def page(request):
    """疑点单 of a month: counts by unit and kind; the lines behind them for whoever may look at the matters."""
    user, today = request.user, timezone.localdate()
    month = rechecks.month_of(request.GET.get("month", ""), today)
    kind = request.GET.get("kind", "")
    rows = (
        _read_by(user)
        .filter(seen_at__range=rechecks.span_of(month))
        .select_related("case__category", "case__place", "callback", "case__promised_by")
    )
    found = list(rows[:MOST])
    chosen = [row for row in found if kind in ("", row.kind)]
    context = {
        "title": "疑点单", "month": month, "months": periods.last_months(today, rechecks.MONTHS), "kinds": Doubt.Kind.choices,
        "kind": kind, "lines": _by_unit(found), "rows": chosen if user.scope.roles & rechecks.ASKERS else [],
        "asks": bool(user.scope.roles & rechecks.ASKERS), "opens": user.scope.streets, "cut": len(found) == MOST,
    }  # fmt: skip
    return doors.page(request, "desk/doubts.html", context)


def _read_by(user):
    """Those of the supervisors, and for the discipline office those of its street: it reads the counts alone."""
    own = Doubt.objects.visible_to(user).values("pk")
    return Doubt.objects.filter(Q(pk__in=own) | within(covered(user, {Role.DISCIPLINE}), "case__street__"))


def _by_unit(rows):
    """[(unit in charge, {kind: matters, "all": matters})]: a matter counts once for each kind."""
    lines: dict = {}
    for case, kind, unit in {(row.case_id, row.kind, row.case.promised_by) for row in rows}:
        _, cases, counts = lines.setdefault(unit, (unit, set(), Counter()))
        cases.add(case)
        counts[kind] += 1
    ordered = sorted(lines.values(), key=lambda line: line[0].path if line[0] else "~")
    return [(unit, len(cases), [counts[kind] for kind, _ in Doubt.Kind.choices]) for unit, cases, counts in ordered]
