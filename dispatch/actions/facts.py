"""事实触发: facts that are not about time, told to the ladder by the action that brings them about. Nothing is read from texts.

How often a thing has happened is counted from the rows; each rung speaks once for a case and occasion."""

from datetime import timedelta

from django.db.models import F, Q

from dispatch import deadlines
from dispatch.models import Checkpoint, Policy, Trigger, WorkOrder
from grievance.models import Case, Category, Grievance
from street.models import Place

HANDED_ON = (WorkOrder.Status.RETURNED, WorkOrder.Status.TRANSFERRED)
OF_THE_CASE = (Trigger.REPORTERS, Trigger.HOUSEHOLDS, Trigger.NEARBY)
"""Facts of the case file, counted anew when the case says that something has changed (`Case.recount`)."""


def note(case, trigger, count, *, at, order=None, policy=None, unit=None, mark=""):
    """触发: rungs of `trigger` reached by `count`, under the policy of the work, else the one in force; what was planned."""
    policy = policy or _policy(case, order or _lead(case), at)
    if policy is None:
        return []
    return deadlines.plan_fact(case, trigger, count, at=at, policy=policy, order=order, unit=unit, mark=mark)


def _lead(case):
    return case.orders.open().filter(lead=True).select_related("policy", "handler").first()


def _policy(case, order, at):
    return order.policy if order else Policy.objects.in_force(case.street, at)


def note_handed_on(order, *, to=None, at):
    """流转次数: a lead order was returned or transferred; how often in this round, counted together (domain §8: nobody takes it).

    `to` is the order that follows, if there is one already."""
    case = order.case
    if not order.lead:
        return []
    count = case.orders.filter(lead=True, round=case.round, status__in=HANDED_ON).count()
    return note(case, Trigger.TRANSFERS, count, at=at, order=to, policy=order.policy, unit=order.handler, mark=_round(case))


def note_late_acceptance(order, *, at):
    """超时签收: how many orders of the case were accepted after their time."""
    if at <= order.accept_due_at:
        return []
    count = order.case.orders.filter(accepted_at__gt=F("accept_due_at")).count()
    return note(order.case, Trigger.LATE_ACCEPT, count, at=at, order=order)


def note_rework(order, *, at):
    """重办次数: how often the case has been sent back, counted when the new round begins."""
    return note(order.case, Trigger.REWORK, order.case.round - 1, at=at, order=order)


def note_leader_word(case, *, at):
    """领导批示: how many instructions and adoptions the case has; one typed in and not yet confirmed is none."""
    given = case.instructions.exclude(status__in=("draft", "discarded")).count()
    return note(case, Trigger.LEADER_WORD, given + case.adoptions.count(), at=at, order=_lead(case))


def _round(case):
    return f":{case.round}" if case.round > 1 else ""


def recount(case, *, at):
    """重新计数: persons, households, and persons nearby who speak of the same kind of thing. The case is locked by the caller."""
    order = _lead(case)
    policy = _policy(case, order, at)
    rungs = policy.rungs.filter(trigger__in=OF_THE_CASE) if policy else ()
    reached = [rung for rung in rungs if _reached(case, rung, at)]
    return deadlines.plan_reached(case, reached, at=at, order=order)


def _reached(case, rung, at):
    if rung.trigger == Trigger.REPORTERS:
        return rung.amount <= case.grievances.filter(withdrawn_at__isnull=True).count()
    if rung.trigger == Trigger.HOUSEHOLDS:
        return rung.amount <= (case.households or 0)
    return _many_nearby(case, rung, at)


def _many_nearby(case, rung, at):
    """附近同类诉求: so many persons around, of one category, within the window, and nobody has been told of them yet."""
    if case.place_id is None or case.category_id is None:
        return False
    around = Q(place__in=Place.objects.near(case.place, rung.radius), category__in=_kin(case.category))
    since = at - timedelta(hours=rung.within_hours)
    said = Grievance.objects.filter(withdrawn_at__isnull=True, submitted_at__gt=since, submitted_at__lte=at)
    matters = Case.objects.filter(around).exclude(status=Case.Status.DECLINED)
    if persons(said.filter(case__in=matters)) < rung.amount:
        return False
    return not Checkpoint.objects.filter(rung__code=rung.code, due_at__gt=since, case__in=matters).exclude(case=case).exists()


def persons(grievances):
    """人数: persons behind `grievances`; one number is one person however often they speak, who left none counts each time."""
    numbers = list(grievances.values_list("complainant__phone_index", flat=True))
    return len({number for number in numbers if number}) + sum(not number for number in numbers)


def _kin(category):
    """同类: ids of the second-level category that a matter lies in, and of all below it."""
    upper = category.parent
    head = upper if upper is not None and upper.parent_id is not None else category
    return list(Category.objects.filter(Q(pk=head.pk) | Q(parent=head)).values_list("pk", flat=True))
