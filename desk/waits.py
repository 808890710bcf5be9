"""等我的: instructions to confirm or judge, visitors to receive, matters adopted, this morning's brief, and for the district
the deadlocks.

Each reason is a tuple (case, since, why, due), as the secretary's page groups them."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from dispatch.actions import instructions, secretary_visits
from dispatch.deadlocks import deadlocked
from dispatch.eye import GIVERS
from dispatch.models import Adoption, Brief, Instruction, ReceptionSlot
from grievance.casework import beijing
from grievance.models import Case
from street.models import DISTRICT_ROLES

S = Instruction.Status
SOON = timedelta(hours=12)
DEADLOCKS_SHOWN = 10
DEADLOCK_OFFICES = 2


def instructed(user, at, of_case):
    """批示 that wait for me: my own handwriting to confirm, answers to judge, and what was not answered in time."""
    late = Q(status__in=[S.GIVEN, S.BACK], due_at__lt=at)
    mine = Q(by=user) | Q(given_as__organisation__in=user.scope.where(GIVERS))
    rows = Instruction.objects.visible_to(user).filter(mine, Q(status__in=[S.DRAFT, S.ANSWERED]) | late)
    rows = rows.select_related("to", "given_as", *(f"case__{name}" for name in of_case)).exclude(case__status__in=Case.ENDED)
    return [_why(row) for row in rows if instructions.gave(row, user, at)]


def _why(row):
    if row.status == S.DRAFT:
        return row.case, row.at, "您的手写批示已录入，待您确认", None
    if row.status == S.ANSWERED:
        return row.case, row.answered_at, f"{row.to}已报告批示落实，待您认可或退回", None
    return row.case, row.due_at, f"批示到期，{row.to}未报告落实", row.due_at


def visits(user, at, of_case):
    """接访 of the next hours, and those that were and are not yet recorded."""
    rows = ReceptionSlot.objects.filter(
        reception__leader=user, status=ReceptionSlot.Status.BOOKED, starts_at__lt=at + SOON,
        case__in=Case.objects.visible_to(user),
    )  # fmt: skip
    for row in rows.select_related("reception", *(f"case__{name}" for name in of_case)):
        word = "已到接访时间，请记录" if row.starts_at <= at else "接访"
        yield row.case, min(row.starts_at, at), f"{word}：{beijing(row.starts_at)}，{row.reception.where}", None


def to_call_on(user, of_case):
    """书记上门 that wait for me: somebody was not content twice."""
    for row in secretary_visits.waiting(user).select_related(*(f"case__{name}" for name in of_case)):
        yield row.case, row.asked_at, f"书记上门：{row.reason}", row.due_at


def adopted(user, of_case):
    """我的包案."""
    rows = Adoption.objects.filter(leader=user, ended_at__isnull=True, case__in=Case.objects.visible_to(user))
    for row in rows.select_related(*(f"case__{name}" for name in of_case)):
        yield row.case, row.adopted_at, f"我的包案：{row.promise}", None


def brief(user, at):
    """今天的专报: at most three lines."""
    return list(Brief.objects.filter(user=user, on=timezone.localdate(at)).select_related("case").order_by("rank"))


def deadlocks(user):
    """跨部门僵局 for the district: which offices pass a matter to each other; its place and category, nobody's words."""
    districts = user.scope.where(DISTRICT_ROLES)
    if not districts:
        return []
    stuck = deadlocked(Case.objects.filter(street__parent__in=districts)).filter(offices__gte=DEADLOCK_OFFICES)
    rows = stuck.select_related("street", "category", "place__community").prefetch_related("orders__handler")
    return [(case, _units(case)) for case in rows.order_by("submitted_at")[:DEADLOCKS_SHOWN]]


def _units(case):
    leads = [order.handler.name for order in case.orders.all() if order.lead and order.round == case.round]
    return "、".join(dict.fromkeys(leads))
