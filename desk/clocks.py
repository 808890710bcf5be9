"""时限说明页: each clock of a case, how its due time was counted, what moved it, and by which row of which policy."""

from dataclasses import dataclass

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import lights
from desk.doors import MATTERS, for_roles, page
from dispatch.explain import Explained, explain
from dispatch.models import Deadline
from grievance.models import Case


@dataclass(frozen=True)
class Told:
    """一个时限, explained, with its light."""

    explained: Explained
    light: lights.Light

    @property
    def deadline(self):
        """The clock."""
        return self.explained.deadline


@for_roles(MATTERS)
@require_safe
def clocks(request, number):
    """时限说明: the case's own clock first, then those of its orders; three queries beside the case and the calendar."""
    at = timezone.now()
    cases = Case.objects.visible_to(request.user).select_related("street__parent", "street__calendar__base")
    case = get_object_or_404(cases, number=number)
    calendar = lights.Calendars().of(case.street)
    told = [Told(explain(row, calendar), lights.light_of(row, at, calendar)) for row in clocks_of(case, request.user)]
    own = [one for one in told if one.deadline.order is None and not one.deadline.subject]
    others = [one for one in told if one.deadline.subject]
    orders: dict = {}
    for one in told:
        if one.deadline.order is not None:
            orders.setdefault(one.deadline.order, []).append(one)
    context = {"title": f"{case.number} 时限", "case": case, "own": own, "orders": orders.items(), "others": others}
    context["calendar"] = calendar
    return page(request, "desk/clocks.html", context)


def clocks_of(case, user):
    """The clocks of a case and its orders, with all that explains them; drafts have theirs elsewhere.

    What a unit owes on a whistle or an instruction is between it and the street: others have not been told of it."""
    scope = user.scope
    told = Q(subject="") | Q(unit__in=scope.organisations) | Q(case__street__in=scope.streets)
    rows = Deadline.objects.filter(told, case=case, letter__isnull=True).select_related("limit__policy", "order__handler", "unit")
    return rows.prefetch_related("order__extensions__decided_by").order_by("starts_at", "due_at", "pk")
