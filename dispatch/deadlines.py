"""时限: policy × calendar → due times and checkpoints. `plan`, `plan_fact`, `meet` and `drop` are their only writers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.models import Anchor, Checkpoint, Deadline, Policy, TimeLimit, Trigger
from street.calendar import WorkingCalendar
from street.models import Calendar

SIGN_CLASS = "SIGN"
"""签发时限: the limit class of unsigned drafts."""

ORDER_ANCHORS = {Anchor.ACCEPT: "accept_due_at", Anchor.FIRST_CONTACT: "contact_due_at", Anchor.COMPLETION: "due_at"}


class LimitMissing(LookupError):
    """没有时限: the policy has no limit for a step; loading a policy refuses such a gap."""


def calendar_of(street):
    """工作日历: of the street, else of what stands above it; the national one where none is named."""
    organisation = street
    while organisation is not None:
        if organisation.calendar_id:
            return organisation.calendar.working()
        organisation = organisation.parent
    return Calendar.objects.get(code="national").working()


def limit_for(policy, limit_class, anchor, case):
    """时限规则: the most specific row of the policy; LimitMissing where there is none."""
    rows = [
        row
        for row in TimeLimit.objects.filter(policy=policy, limit_class=limit_class, anchor=anchor)
        if row.category_id in _categories_of(case) and row.urgency in ("", case.urgency)
    ]
    if not rows:
        raise LimitMissing(f"{policy} {limit_class} {anchor}")
    return max(rows, key=lambda row: (row.specificity, row.category_id == case.category_id))


def _categories_of(case):
    """What a row may name to speak of this case: nothing, its category, or the one above it."""
    return {None, case.category_id, case.category.parent_id if case.category else None}


def due_after(start, limit, calendar):
    """到期时间: the instant at which `limit`, counted from `start`, runs out (domain §1.4, day rules)."""
    return calendar.add(start, limit.amount, limit.unit, roll_over=limit.roll_over)


def plan(order):
    """Plan the clocks of an order from its dispatch: its deadlines, printed on the order, and their checkpoints.

    Only the lead owes the resident a first contact: nobody is rung by three units about one thing."""
    calendar = calendar_of(order.case.street)
    printed = []
    for anchor, field in ORDER_ANCHORS.items():
        if anchor == Anchor.FIRST_CONTACT and not order.lead:
            continue
        limit = limit_for(order.policy, order.limit_class, anchor, order.case)
        due = due_after(order.dispatched_at, limit, calendar)
        deadline = Deadline.objects.create(
            case=order.case, order=order, anchor=anchor, limit=limit, starts_at=order.dispatched_at, due_at=due
        )
        plan_rungs(deadline, calendar)
        setattr(order, field, due)
        printed.append(field)
    order.save(update_fields=printed)
    return order


def plan_review(order, *, at):
    """Plan the clock of the review of a completed order; a second completion starts it anew."""
    limit = limit_for(order.policy, order.limit_class, Anchor.REVIEW, order.case)
    calendar = calendar_of(order.case.street)
    deadline, _ = Deadline.objects.update_or_create(
        order=order, anchor=Anchor.REVIEW,
        defaults={
            "case": order.case, "limit": limit, "starts_at": at, "due_at": due_after(at, limit, calendar),
            "met_at": None, "dropped_at": None,
        },
    )  # fmt: skip
    deadline.checkpoints.filter(fired_at__isnull=True).delete()
    plan_rungs(deadline, calendar, occasion=f"{at:%s}")


@dataclass(frozen=True)
class _Terms:
    """What drafts of one policy, street, category and urgency, made at the same instant, have in common."""

    limit: TimeLimit
    due_at: datetime
    rungs: list
    calendar: WorkingCalendar


def plan_letters(letters, *, at):
    """Plan the clocks of unsigned drafts: a draft that nobody signs climbs. Policies without such a limit plan none.

    A thousand cost a few statements."""
    known, planned = {}, []
    for letter in letters:
        case = letter.case
        policy = letter.order.policy if letter.order else Policy.objects.in_force(case.street, at)
        key = (policy.pk, case.street_id, case.category_id, case.urgency)
        if key not in known:
            known[key] = _signature_terms(policy, case, at)
        if known[key]:
            planned.append((letter, known[key]))
    clocks = Deadline.objects.bulk_create(
        Deadline(
            case=letter.case, letter=letter, anchor=Anchor.SIGNATURE, limit=terms.limit, starts_at=at, due_at=terms.due_at
        )
        for letter, terms in planned
    )  # fmt: skip
    pairs = zip(clocks, planned, strict=True)
    Checkpoint.objects.bulk_create(row for clock, (_, terms) in pairs for row in _instants(clock, terms.rungs, terms.calendar))


def _signature_terms(policy, case, at):
    """The terms of a draft made at `at`; None where the ladder says nothing about drafts."""
    rungs = _timed_rungs(policy, Anchor.SIGNATURE)
    if not rungs:
        return None
    limit = limit_for(policy, SIGN_CLASS, Anchor.SIGNATURE, case)
    calendar = calendar_of(case.street)
    return _Terms(limit, due_after(at, limit, calendar), rungs, calendar)


def plan_rungs(deadline, calendar, occasion=""):
    """Turn the timed rungs of the ladder into stored instants of one deadline of an order."""
    rungs = _timed_rungs(deadline.order.policy, deadline.anchor)
    Checkpoint.objects.bulk_create(_instants(deadline, rungs, calendar, occasion))


def _timed_rungs(policy, anchor):
    return [rung for rung in policy.rungs.filter(anchor=anchor) if rung.timed]


def _instants(deadline, rungs, calendar, occasion=""):
    order = deadline.order
    return [
        Checkpoint(
            case=deadline.case, order=order, deadline=deadline, rung=rung, due_at=instant(rung, deadline, calendar),
            occasion=f"deadline:{deadline.pk}{':' + occasion if occasion else ''}",
        )
        for rung in rungs
        if fits(rung, deadline.case, order)
    ]  # fmt: skip


def fits(rung, case, order=None):
    """Whether a rung speaks of this case: its category (or the one above it) and its limit class."""
    if rung.limit_class and (order is None or rung.limit_class != order.limit_class):
        return False
    if order is not None and not order.lead and rung.measure in ("draft", "escalate"):
        return False
    if rung.category_id is None:
        return True
    category = case.category
    return category is not None and rung.category_id in (category.pk, category.parent_id)


def instant(rung, deadline, calendar):
    """触发时间 of a timed rung: at a share of the time, before, or after the due time."""
    if rung.trigger == Trigger.SHARE:
        return at_share(deadline, rung, calendar)
    if rung.trigger == Trigger.BEFORE:
        return max(deadline.starts_at, deadline.due_at - timedelta(hours=float(rung.amount)))
    return calendar.add(deadline.due_at, rung.amount, rung.unit) if rung.amount else deadline.due_at


def at_share(deadline, rung, calendar):
    """用时比例: the instant by which that share of the time has been used, in the time the limit itself counts."""
    share = float(rung.amount)
    if deadline.limit.unit in ("working_day", "working_hour"):
        whole = calendar.working_hours_between(deadline.starts_at, deadline.due_at)
        return calendar.add_working_time(deadline.starts_at, whole * share)
    return deadline.starts_at + (deadline.due_at - deadline.starts_at) * share


def plan_fact(case, trigger, count, *, at, policy, order=None, occasion=None):
    """Rungs that are not about time: those reached by `count` fall due at once, each once per case and occasion."""
    rungs = policy.rungs.filter(trigger=trigger, amount__lte=count)
    rows = [
        Checkpoint(case=case, order=order, rung=rung, due_at=at, occasion=occasion or f"{trigger}:{int(rung.amount)}")
        for rung in rungs
        if fits(rung, case, order)
    ]
    Checkpoint.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def meet(order, anchor, *, at):
    """The step is done: its clock stops, and what it would have fired no longer falls due."""
    running = Deadline.objects.filter(order=order, anchor=anchor, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running, fired_at__isnull=True).delete()
    running.update(met_at=at)


def resume(order, anchor, *, at):
    """The step proves not to be done after all: its clock runs on from where it was, and the ladder is planned again."""
    calendar = calendar_of(order.case.street)
    for deadline in Deadline.objects.filter(order=order, anchor=anchor, met_at__isnull=False):
        deadline.met_at = None
        deadline.save(update_fields=["met_at"])
        fired = set(deadline.checkpoints.values_list("rung_id", flat=True))
        plan_rungs(deadline, calendar, occasion=f"{at:%s}")
        deadline.checkpoints.filter(rung__in=fired, fired_at__isnull=True).delete()


def drop(order, *, at):
    """The order is no longer this unit's: its open clocks end without having been met."""
    running = Deadline.objects.filter(order=order, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running, fired_at__isnull=True).delete()
    running.update(dropped_at=at)


def drop_letter(letter, *, at):
    """The draft was signed or discarded: its own clock ends."""
    running = Deadline.objects.filter(letter=letter, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running, fired_at__isnull=True).delete()
    running.update(met_at=at)


def extend(order, due, *, at):
    """延期: the completion clock gets a new due time and its ladder is planned anew; what has fired stays fired."""
    deadline = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    deadline.checkpoints.filter(fired_at__isnull=True).delete()
    deadline.due_at = due
    deadline.save(update_fields=["due_at"])
    plan_rungs(deadline, calendar_of(order.case.street), occasion=f"{at:%s}")
    order.due_at = due
    order.save(update_fields=["due_at"])
