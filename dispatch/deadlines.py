"""时限: policy × calendar → due times and checkpoints. The functions of this module are their only writers.

An order has a clock for each step; the case has one of its own (事项时限), from the first promise on, which neither a transfer
nor another category starts anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import reckoning
from dispatch.models import Anchor, Checkpoint, Deadline, Petition, Policy, TimeLimit, Trigger
from street.calendar import WorkingCalendar
from street.models import Calendar

SIGN_CLASS = "SIGN"
"""签发时限: the limit class of unsigned drafts."""

PETITION_CLASS = "X"
"""信访: the limit class of the statutory track; its objection and notice count from the day the petition came."""

REVIEWED = ("case", "limit", "starts_at", "due_at", "met_at", "dropped_at", *reckoning.TURNS)
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
    found = limits_of(policy, limit_class, case).get(anchor)
    if found is None:
        raise LimitMissing(f"{policy} {limit_class} {anchor}")
    return found


def limits_of(policy, limit_class, case):
    """各环节时限: {anchor: the most specific row of the policy for this case}; one query."""
    rows = [
        row
        for row in policy.limits_in(limit_class)
        if row.category_id in _categories_of(case) and row.urgency in ("", case.urgency)
    ]
    rows.sort(key=lambda row: (row.specificity, row.category_id == case.category_id))
    return {row.anchor: row for row in rows}


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
    limits = limits_of(order.policy, order.limit_class, order.case)
    clocks = []
    for anchor, field in ORDER_ANCHORS.items():
        if anchor == Anchor.FIRST_CONTACT and not order.lead:
            continue
        if anchor not in limits:
            raise LimitMissing(f"{order.policy} {order.limit_class} {anchor}")
        clocks.append(_clock(order, anchor, limits[anchor], order.dispatched_at, calendar))
        setattr(order, field, clocks[-1].due_at)
    order.save(update_fields=[ORDER_ANCHORS[clock.anchor] for clock in clocks])
    if order.lead:
        clocks += _beside(order, limits, calendar)
    _begin(clocks, order.policy, calendar)
    return order


def start(order, anchor, limit, at, calendar):
    """起算: one clock of an order, with its checkpoints, from the instant `at`."""
    clock = _clock(order, anchor, limit, at, calendar)
    _begin([clock], order.policy, calendar)
    return clock


def _clock(order, anchor, limit, at, calendar):
    due = due_after(at, limit, calendar)
    clock = Deadline(case=order.case, order=order, anchor=anchor, limit=limit, starts_at=at, due_at=due)
    return reckoning.turned(clock, calendar)


def _begin(clocks, policy, calendar):
    """Clocks under one policy, with their checkpoints: three statements, however many."""
    Deadline.objects.bulk_create(clocks)
    rungs = _timed_rungs(policy, *(clock.anchor for clock in clocks))
    said = {clock.anchor: [rung for rung in rungs if rung.anchor == clock.anchor] for clock in clocks}
    Checkpoint.objects.bulk_create(row for clock in clocks for row in _instants(clock, said[clock.anchor], calendar))


def _beside(order, limits, calendar):
    """What only a lead order carries: the case's own clock, the interim report, and the steps of the statutory track."""
    if matter_clock(order.case) is None:
        # 事项时限 is the first promise; what runs already is left alone, whoever the case has gone to since
        limit, since = limits[Anchor.COMPLETION], order.dispatched_at
        yield Deadline(case=order.case, anchor=Anchor.MATTER, limit=limit, starts_at=since, due_at=order.due_at)
    if Anchor.INTERIM in limits:
        yield _clock(order, Anchor.INTERIM, limits[Anchor.INTERIM], order.dispatched_at, calendar)
    if order.limit_class == PETITION_CLASS and (petition := Petition.objects.filter(case=order.case).first()):
        for anchor in (Anchor.OBJECTION, Anchor.NOTICE):
            if anchor in limits and not Deadline.objects.filter(case=order.case, anchor=anchor, met_at__isnull=False).exists():
                yield _clock(order, anchor, limits[anchor], petition.received_at, calendar)


def matter_clock(case):
    """事项时限 that is running, else None."""
    return Deadline.objects.filter(case=case, anchor=Anchor.MATTER, met_at__isnull=True, dropped_at__isnull=True).first()


def end_matter(case, *, at, met):
    """事项时限 ends: met with the resolution, or dropped with a case that was merged away or withdrawn."""
    if clock := matter_clock(case):
        clock.checkpoints.forget()
        clock.met_at, clock.dropped_at = (at, None) if met else (None, at)
        clock.save(update_fields=["met_at", "dropped_at"])


def report_interim(order, *, at):
    """阶段反馈: this one is made; the next one counts from now, as long as it would come before the order is due."""
    running = Deadline.objects.filter(order=order, anchor=Anchor.INTERIM, met_at__isnull=True, dropped_at__isnull=True).first()
    if running is None or running.paused(at):
        return
    meet(order, Anchor.INTERIM, at=at)
    calendar = calendar_of(order.case.street)
    if due_after(at, running.limit, calendar) < order.due_at:
        start(order, Anchor.INTERIM, running.limit, at, calendar)


def plan_review(order, *, at):
    """Plan the clock of the review of a completed order; a second completion starts it anew."""
    limit = limit_for(order.policy, order.limit_class, Anchor.REVIEW, order.case)
    calendar = calendar_of(order.case.street)
    clock = _clock(order, Anchor.REVIEW, limit, at, calendar)
    clock.pk = Deadline.objects.filter(order=order, anchor=Anchor.REVIEW).values_list("pk", flat=True).first()
    if clock.pk:
        clock.checkpoints.forget()
    clock.save(update_fields=REVIEWED if clock.pk else None)
    plan_rungs(clock, calendar, occasion=f"{at:%s}")


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
        policy = _policy_over(letter, at)
        if policy is None:
            continue
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


def _policy_over(letter, at):
    if letter.checkpoint:
        return letter.checkpoint.rung.policy
    return letter.order.policy if letter.order else Policy.objects.in_force(letter.case.street, at)


def _signature_terms(policy, case, at):
    """The terms of a draft made at `at`; None where the ladder says nothing about drafts."""
    rungs = _timed_rungs(policy, Anchor.SIGNATURE)
    if not rungs:
        return None
    limit = limit_for(policy, SIGN_CLASS, Anchor.SIGNATURE, case)
    calendar = calendar_of(case.street)
    return _Terms(limit, due_after(at, limit, calendar), rungs, calendar)


def start_for(row, anchor, limit_class, *, unit, at, due_at=None):
    """起算 of what is neither order nor draft (批示, 报到, 履行…), owed by `unit`; None where the policy has no such limit.

    `due_at` is a time that a person has set instead of the policy's."""
    case = row.case
    policy = _policy_for(case, at)
    limit = limits_of(policy, limit_class, case).get(anchor) if policy else None
    if limit is None:
        return None
    calendar = calendar_of(case.street)
    clock = Deadline.objects.create(
        case=case, subject=subject_of(row), unit=unit, anchor=anchor, limit=limit, starts_at=at,
        due_at=due_at or due_after(at, limit, calendar),
    )  # fmt: skip
    plan_rungs(clock, calendar)
    return clock


def _policy_for(case, at):
    lead = case.orders.open().filter(lead=True).first()
    return lead.policy if lead else Policy.objects.in_force(case.street, at)


def subject_of(row):
    """对象: how a clock names the row it belongs to, as an Event does."""
    return f"{row._meta.model_name}:{row.pk}"


def end_for(row, *, at, met=True, anchor=None):
    """The clocks of such a row end: what was asked was done (`met`), or is no longer asked for; one anchor or all."""
    running = Deadline.objects.filter(case=row.case, subject=subject_of(row), met_at__isnull=True, dropped_at__isnull=True)
    if anchor is not None:
        running = running.filter(anchor=anchor)
    Checkpoint.objects.filter(deadline__in=running).forget()
    running.update(**{"met_at" if met else "dropped_at": at})


def plan_rungs(deadline, calendar, occasion=""):
    """Turn the timed rungs of the ladder into stored instants of one deadline of an order, or of the case itself."""
    Checkpoint.objects.bulk_create(_instants(deadline, _timed_rungs(policy_of(deadline), deadline.anchor), calendar, occasion))


def policy_of(deadline):
    """政策 under which a clock runs: that of its order, else that of its limit."""
    return deadline.order.policy if deadline.order else deadline.limit.policy


def replan_rungs(deadline, calendar, *, at):
    """重排节点: the due time has moved; what has fired is said again only where its instant lies ahead once more."""
    fired = set(deadline.checkpoints.filter(fired_at__isnull=False).values_list("rung__code", flat=True))
    deadline.checkpoints.forget()
    rows = _instants(deadline, _timed_rungs(policy_of(deadline), deadline.anchor), calendar, f"{at:%s}")
    Checkpoint.objects.bulk_create(row for row in rows if row.rung.code not in fired or row.due_at > at)


def _timed_rungs(policy, *anchors):
    return [rung for rung in policy.rungs.filter(anchor__in=anchors) if rung.timed]


def _instants(deadline, rungs, calendar, occasion=""):
    order = deadline.order
    return [
        Checkpoint(
            case=deadline.case, order=order, deadline=deadline, rung=rung, due_at=instant(rung, deadline, calendar),
            occasion=f"deadline:{deadline.pk}{':' + occasion if occasion else ''}",
        )
        for rung in rungs
        if fits(rung, deadline.case, order, deadline)
    ]  # fmt: skip


def fits(rung, case, order=None, deadline=None, unit=None):
    """Whether a rung speaks of this case: its category (or the one above it), its limit class, and the kind of unit."""
    if rung.limit_class and rung.limit_class != _class_of(order, deadline):
        return False
    if rung.unit_kind and rung.unit_kind != _kind_of(order, deadline, unit or case.promised_by):
        return False
    if order is not None and not order.lead and rung.measure in ("draft", "escalate"):
        return False
    if rung.category_id is None:
        return True
    category = case.category
    return category is not None and rung.category_id in (category.pk, category.parent_id)


def _kind_of(order, deadline, unit):
    """承办单位类型: of the order's handler, of whoever owes what the clock is about, else of `unit`; empty for nobody."""
    found = order.handler if order else (deadline.unit if deadline else None) or unit
    return found.kind if found else ""


def _class_of(order, deadline):
    """The limit class that counts: of the order; where there is none (批示, 报到…), of the clock itself."""
    return order.limit_class if order else deadline.limit.limit_class if deadline else ""


def instant(rung, deadline, calendar):
    """触发时间 of a timed rung: at a share of the time, before, or after the due time."""
    if rung.trigger == Trigger.SHARE:
        return reckoning.share_instant(deadline, float(rung.amount), calendar)
    if rung.trigger == Trigger.BEFORE:
        return _awake(deadline, max(deadline.starts_at, deadline.due_at - timedelta(hours=float(rung.amount))))
    return calendar.add(deadline.due_at, rung.amount, rung.unit) if rung.amount else deadline.due_at


def _awake(deadline, at):
    """Nobody is reminded while a clock stands still: then at its end."""
    return next((last for first, last in deadline.stood_still if first <= at < last), at)


def plan_fact(case, trigger, count, *, at, policy, order=None, occasion=None, unit=None, mark=""):
    """Rungs that are not about time: those reached by `count` fall due at once, each once per case and occasion.

    `mark` tells one run of the same count from another (a round); `unit` is whose fact it is where there is no order."""
    rungs = policy.rungs.filter(trigger=trigger, amount__lte=count)
    return plan_reached(case, rungs, at=at, order=order, unit=unit, occasion=occasion, mark=mark)


def plan_reached(case, rungs, *, at, order=None, unit=None, occasion=None, mark=""):
    """Rungs whose fact has come about, due at once; what a rung of that name, of whatever version, has said is not said again."""
    rows = [
        Checkpoint(case=case, order=order, rung=rung, due_at=at, occasion=occasion or f"{rung.trigger}{mark}:{int(rung.amount)}")
        for rung in rungs
        if fits(rung, case, order, unit=unit)
    ]
    known = case.checkpoints.filter(occasion__in=[row.occasion for row in rows]) if rows else case.checkpoints.none()
    said = set(known.values_list("rung__code", "occasion"))
    rows = [row for row in rows if (row.rung.code, row.occasion) not in said]
    Checkpoint.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def meet(order, anchor, *, at):
    """The step is done: its clock stops, and what it would have fired no longer falls due."""
    running = Deadline.objects.filter(order=order, anchor=anchor, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running).forget()
    running.update(met_at=at)


def resume(order, anchor, *, at):
    """The step proves not to be done after all: its clock runs on from where it was, and the ladder is planned again."""
    calendar = calendar_of(order.case.street)
    for deadline in Deadline.objects.filter(order=order, anchor=anchor, met_at__isnull=False):
        deadline.met_at = None
        deadline.save(update_fields=["met_at"])
        replan_rungs(deadline, calendar, at=at)


def drop_one(order, anchor, *, at):
    """One step is no longer asked for: its clock ends without having been met."""
    running = Deadline.objects.filter(order=order, anchor=anchor, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running).forget()
    running.update(dropped_at=at)


def drop(order, *, at):
    """The order is no longer this unit's: its open clocks end without having been met."""
    running = Deadline.objects.filter(order=order, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running).forget()
    running.update(dropped_at=at)


def drop_letter(letter, *, at):
    """The draft was signed or discarded: its own clock ends."""
    running = Deadline.objects.filter(letter=letter, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running).forget()
    running.update(met_at=at)


def drop_anchor(case, anchor, *, at):
    """One step of a case is no longer asked of anybody, whoever owes it: every clock of it ends without having been met."""
    running = Deadline.objects.filter(case=case, anchor=anchor, met_at__isnull=True, dropped_at__isnull=True)
    Checkpoint.objects.filter(deadline__in=running).forget()
    running.update(dropped_at=at)


def move(deadline, due, calendar, *, at, **changes):
    """改期: another due time for a running clock, and its ladder planned by it."""
    for field, value in {"due_at": due, **changes}.items():
        setattr(deadline, field, value)
    reckoning.turned(deadline, calendar).save(update_fields=["due_at", *changes, *reckoning.TURNS])
    replan_rungs(deadline, calendar, at=at)


def print_on(order):
    """时限上单: the due times of the order's clocks, as they now are, on the order itself."""
    due = dict(Deadline.objects.filter(order=order, anchor__in=ORDER_ANCHORS).values_list("anchor", "due_at"))
    printed = {field: due[anchor] for anchor, field in ORDER_ANCHORS.items() if anchor in due}
    for field, value in printed.items():
        setattr(order, field, value)
    order.save(update_fields=list(printed))
