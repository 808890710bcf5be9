"""数字页: today's numbers, how far the last 30 days have come, and what residents said. Each number opens the list behind it.

Matters, persons and answers are different figures and are named; what is left out of a rate stands beside it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import doors, queues
from dispatch.models import WorkOrder
from feedback import scores
from feedback.models import Callback
from grievance import counting
from grievance.models import Case
from street.models import DISTRICT_ROLES, Organisation

WINDOW = timedelta(days=30)
S = Case.Status
SENT = (S.IN_HANDLING, S.RESOLVED, S.CLOSED)


@dataclass(frozen=True)
class Figure:
    """一个数: `condition(user, at)` on Case, which the case list takes as a filter under the same name."""

    name: str
    label: str
    condition: object
    hint: str = ""
    statuses: tuple = ()
    """Where a figure counts states alone, each state is counted once for all such figures."""

    @property
    def url(self):
        """The list behind the number."""
        return f"/desk/cases/?figure={self.name}"


def midnight(at):
    """当日零时 (北京时间)."""
    return timezone.make_aware(datetime.combine(timezone.localdate(at), time()))


def due_today(user, at):
    """今日到期: an order still owed whose time ends today."""
    start = midnight(at)
    owed = WorkOrder.objects.filter(case=OuterRef("pk"), status__in=["dispatched", "accepted", "returning"])
    return Exists(owed.filter(due_at__gte=start, due_at__lt=start + timedelta(days=1)))


def dissatisfied_today(user, at):
    """今日不认可: somebody said today that it is not solved, or that they are not content."""
    heard = Callback.objects.filter(case=OuterRef("pk"), ended_at__gte=midnight(at))
    return Exists(heard.filter(Q(resolved="no") | Q(satisfaction="no")))


def now_in(*statuses):
    """Submitted within the window, and now in one of these states; merged ones count where they were merged into."""
    return lambda user, at: Q(submitted_at__gte=at - WINDOW, submitted_at__lte=at, status__in=statuses)


def reached(name, label, *statuses, hint=""):
    """How many have come so far."""
    return Figure(name, label, now_in(*statuses), hint, statuses)


TODAY = [
    Figure("new", "今日新增", lambda user, at: Q(submitted_at__gte=midnight(at))),
    Figure("due", "今日到期", due_today, "还没办结的"),
    Figure("overdue", "现已超期", lambda user, at: Q(queues.overdue(user, at)) & ~Q(status__in=Case.ENDED)),
    Figure("watched", "正在督办", lambda user, at: Q(queues.watched(user, at))),
    Figure("dissatisfied", "今日不认可", dissatisfied_today, "没解决或不满意"),
]
FUNNEL = [
    reached("came", "上报", *(status for status in S if status != S.MERGED)),
    reached("admitted", "受理", S.ADMITTED, *SENT),
    reached("sent", "派单", *SENT),
    reached("resolved", "办结", S.RESOLVED, S.CLOSED),
    reached("closed", "结案", S.CLOSED),
]
ASIDE = [
    reached("declined", "不予受理", S.DECLINED),
    reached("withdrawn", "撤回", S.WITHDRAWN),
    reached("transferred", "依法转办", S.TRANSFERRED),
    reached("merged", "并入他件", S.MERGED, hint="不另计"),
]
BY_NAME = {figure.name: figure for figure in [*TODAY, *FUNNEL, *ASIDE]}


@doors.for_roles(doors.MATTERS)
@require_safe
def page(request):
    """数字页."""
    user, at = request.user, timezone.now()
    seen = Case.objects.visible_to(user)
    asked = {name: seen.filter(figure.condition(user, at)) for name, figure in BY_NAME.items() if not figure.statuses}
    found = counting.each(user, asked, most=None) | by_state(seen, user, at)
    context = {
        "title": "数字", "at": at, "days": WINDOW.days, "shown_from": scores.SHOWN_FROM,
        "today": counted(TODAY, found), "funnel": counted(FUNNEL, found), "aside": counted(ASIDE, found),
        "rates": [rates(street, at) for street in streets_of(user)],
    }  # fmt: skip
    return doors.page(request, "desk/figures.html", context)


def by_state(seen, user, at):
    """{state: how many} of those submitted within the window, in one walk through them."""
    rows = seen.filter(now_in(*S)(user, at)).order_by().values_list("status").annotate(number=Count("pk"))
    return {str(status): 0 for status in S} | dict(rows)


def rates(street, at):
    """(street, its figures, 解决率 and 满意率 in per cent, None below ten answers)."""
    row = scores.figures(street, at - WINDOW, at)
    return street, row, *(None if rate is None else rate * 100 for rate in (row.resolution_rate, row.satisfaction_rate))


def counted(figures, found):
    """[(figure, number)]; `found`: by the name of a figure, and by state."""
    return [(figure, sum(found[name] for name in figure.statuses or [figure.name])) for figure in figures]


def streets_of(user):
    """统计范围: the streets to whose desk one belongs; for the district, those below it: rates only, no matter of theirs."""
    district = Q(parent__in=user.scope.where(DISTRICT_ROLES))
    return Organisation.objects.streets().filter(district | Q(pk__in=user.scope.streets)).order_by("path")
