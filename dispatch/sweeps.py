"""定时清扫: route what was submitted, fire what is due, reconcile what was merged or withdrawn.

Safe to run twice, late or beside itself."""

import logging
from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dispatch import duty, routing, standing
from dispatch.actions import (
    adoption,
    briefing,
    facts,
    handling,
    instructions,
    ladder,
    receptions,
    ringing,
    secretary_visits,
    supervision,
    suspension,
    urgent_reports,
)
from dispatch.models import (
    Adoption,
    Anchor,
    Brief,
    Checkpoint,
    Deadline,
    Instruction,
    Letter,
    ReceptionSlot,
    SecretaryVisit,
    Supervision,
    Suspension,
    WorkOrder,
)
from grievance.actions import triage
from grievance.casework import Refused, lock
from grievance.classify import matters
from grievance.models import Case
from street.models import Calendar, Organisation, Posting

log = logging.getLogger(__name__)
BRIEF_WINDOW = timedelta(hours=2)
"""专报时段 from the first working hour on: a machine that was down at that hour still writes it, at noon it would be no news."""
READING_KINDS = (Organisation.Kind.COMMUNITY, Organisation.Kind.STREET, Organisation.Kind.DISTRICT)
RETRY_MINUTES = (1, 5, 15, 60)
"""After each failure a checkpoint steps aside for so many minutes, in the end an hour each time, and the desk sees it."""


def route_submitted(*, at, size=100):
    """派单: study what was submitted and send what is sure by itself; the rest waits in the queue with its suggestion."""
    waiting = Case.objects.unstudied().order_by("submitted_at").values_list("pk", flat=True)[:size]
    routed = 0
    waiting = list(waiting)
    for pk in waiting:
        try:
            routed += _route(pk, at)
        except Exception:
            log.exception("case %s could not be studied; it waits in the queue", pk)
            _step_aside(pk, at)
    _sketch(waiting)
    return routed


def _sketch(pks):
    """What later matters are compared with; without it nothing is lost but the hint, so nothing stops for it."""
    if not pks:
        return
    try:
        with transaction.atomic():
            matters.remember(Case.objects.filter(pk__in=pks))
    except Exception:
        log.exception("%s cases could not be sketched; same matters will not be found among them", len(pks))


@transaction.atomic
def _route(pk, at):
    case = Case.objects.unstudied().filter(pk=pk).select_for_update(skip_locked=True, no_key=True).first()
    if case is None:
        return 0
    case = triage.study(case, at=at, whom=duty.in_place_of)
    route = routing.choose(case, at)
    authority = standing.authority_for(case, at)
    if not route.sure or authority is None:
        return 0
    case = triage.admit(case, by=None, at=at)
    handling.dispatch(
        case, to=route.lead, assistants=route.assistants, limit_class=route.limit_class, policy=route.policy,
        basis=route.rule.basis, authority=authority, by=None, at=at,
    )  # fmt: skip
    return 1


def _step_aside(pk, at):
    """What cannot be studied is left for a person, and does not stop the others."""
    Case.objects.filter(pk=pk, studied_at__isnull=True).update(
        studied_at=at, suggestion={"category": None, "confidence": 0, "reasons": ["自动研判失败，请人工研判"], "barred": True}
    )


@transaction.atomic
def fire_batch(*, at, size=500):
    """Fire up to `size` checkpoints due by `at`; say how many were claimed."""
    claimed = Checkpoint.objects.claim(at, size)
    if not claimed:
        return 0
    try:
        with transaction.atomic():
            ladder.fire(claimed, at=at)
    except Exception:
        log.exception("a batch of %s did not fire; one by one", len(claimed))
        _fire_one_by_one(claimed, at=at)
    return len(claimed)


def _fire_one_by_one(claimed, *, at):
    for checkpoint in claimed:
        try:
            with transaction.atomic():
                ladder.fire([checkpoint], at=at)
        except Exception as error:
            log.exception("checkpoint %s did not fire; postponed", checkpoint.pk)
            _postpone(checkpoint, error, at=at)


def _postpone(checkpoint, error, *, at):
    minutes = RETRY_MINUTES[min(checkpoint.failures, len(RETRY_MINUTES) - 1)]
    Checkpoint.objects.filter(pk=checkpoint.pk).update(
        fired_at=None, due_at=at + timedelta(minutes=minutes), failures=checkpoint.failures + 1,
        failure=f"{type(error).__name__}: {error}"[:200],
    )  # fmt: skip


def issue_authorised(*, at, size=200):
    """自动印发: cautions that a policy row lets out under the shift leader's authority, each by itself; how many there were."""
    marked = list(Letter.objects.drafts().filter(authority__isnull=False).order_by("pk")[:size])
    for letter in marked:
        try:
            supervision.issue_by_authority(letter, at=at)
        except Refused as refused:
            # Somebody signed it, set it aside, or issued it a moment ago
            log.info("letter %s was not issued by authority: %s", letter.pk, refused.code)
        except Exception:
            # It stays a draft with a clock of its own, which climbs to those who may sign it
            log.exception("letter %s was not issued by authority", letter.pk)
    return len(marked)


def reconcile(*, at, size=200):
    """对账: what other actions left for the work: orders of ended cases, reporters to count, parents whose children are done,
    and clocks that have stood still long enough."""
    done = [_each(_left_open(size), _end, at), _each(_recounted(size), _count, at), _each(_released(size), _finish, at)]
    done.append(_each(_still_asked(size), _let_go, at))
    return sum(done) + attend_suspensions(at=at, size=size)


def attend_suspensions(*, at, size=200):
    """挂账到期: resume what is at its cap, call for the reviews of the day; one that fails does not stop the others."""
    due = list(Suspension.objects.to_attend(at).select_related("order").order_by("cap_at")[:size])
    for row in due:
        try:
            suspension.attend(row, at=at)
        except Exception:
            log.exception("suspension %s was not attended to", row.pk)
    return len(due)


def _each(cases, act, at):
    """Act on every case, a transaction each; one that fails is left for the next minute and does not stop the others."""
    for case in cases:
        try:
            with transaction.atomic():
                act(lock(case), at)
        except Exception:
            log.exception("case %s was not reconciled", case.pk)
    return len(cases)


def _left_open(size):
    """Ended cases with open orders, drafts or supervision, or papers whose answer is waited for. A listing outlives its case, as
    does what a policy row says shall stand."""
    ended = Case.objects.filter(status__in=Case.ENDED)
    left = set(WorkOrder.objects.open().filter(case__in=ended).values_list("case", flat=True)[:size])
    drafts = Letter.objects.drafts().exclude(supervision__ends_with_case=False)
    left |= set(drafts.filter(case__in=ended).values_list("case", flat=True)[:size])
    quiet = Supervision.objects.open().exclude(status=Supervision.Status.LISTED).filter(ends_with_case=True)
    left |= set(quiet.filter(case__in=ended).values_list("case", flat=True)[:size])
    replies = Deadline.objects.filter(anchor=Anchor.REPLY, met_at__isnull=True, dropped_at__isnull=True)
    left |= set(replies.filter(case__in=ended).values_list("case", flat=True)[:size])
    return list(Case.objects.filter(pk__in=left).order_by("pk"))


def _still_asked(size):
    """Ended cases of which something is still asked: an instruction, an adoption, a booked reception."""
    ended = {"case__status__in": Case.ENDED}
    left = set(Instruction.objects.filter(status__in=Instruction.OPEN, **ended).values_list("case", flat=True)[:size])
    left |= set(Adoption.objects.filter(ended_at__isnull=True, **ended).values_list("case", flat=True)[:size])
    to_go = SecretaryVisit.objects.filter(status=SecretaryVisit.Status.WAITING, **ended)
    left |= set(to_go.values_list("case", flat=True)[:size])
    booked = ReceptionSlot.objects.filter(status=ReceptionSlot.Status.BOOKED, **ended)
    left |= set(booked.values_list("case", flat=True)[:size])
    return list(Case.objects.filter(pk__in=left).order_by("pk"))


def _let_go(case, at):
    for part in (instructions, adoption, receptions, secretary_visits):
        part.lapse(case, at=at)


def _recounted(size):
    return list(Case.objects.filter(recount=True).order_by("pk")[:size])


def _released(size):
    """Parents with all their own work done, held up by linked cases of which none is open any more."""
    open_child = Case.objects.filter(parent=OuterRef("pk")).exclude(status__in=[Case.Status.RESOLVED, *Case.ENDED])
    open_order = WorkOrder.objects.open().filter(case=OuterRef("pk"))
    waiting = Case.objects.filter(status=Case.Status.IN_HANDLING, waits_for_linked=True)
    return list(waiting.filter(~Exists(open_child), ~Exists(open_order)).order_by("pk")[:size])


def _end(case, at):
    if case.status == Case.Status.MERGED:
        handling.end_orders(case, move="close_merged", sentence=f"随并案关闭，由事项 {case.merged_into.number} 继续", at=at)
    elif case.status == Case.Status.WITHDRAWN:
        handling.end_orders(case, move="cancel", sentence="随撤回关闭", at=at)
    elif case.status == Case.Status.DECLINED:
        handling.end_orders(case, move="cancel", sentence="随不予受理关闭", at=at)
    else:
        supervision.lapse(case, at=at)


def _count(case, at):
    facts.recount(case, at=at)
    Case.objects.filter(pk=case.pk).update(recount=False)


def _finish(case, at):
    handling.finish(case, by=None, at=at)


WATCHES = (
    ringing.open_rings,
    ringing.ring_due,
    ringing.watch_unseen,
    ringing.alarm_unseen,
    ringing.alarm_untaken,
    urgent_reports.alarm_late,
)


def watch_duty(*, at):
    """值守: ring what is urgent, alarm for what nobody looked at, took over or sent; one that fails does not stop the others."""
    done = 0
    for watch in WATCHES:
        try:
            done += watch(at=at)
        except Exception:
            log.exception("%s failed; it is tried again next minute", watch.__name__)
    return done


def write_briefs(*, at):
    """书记专报: within the first two hours of work, each secretary once a day; how many were written."""
    on = timezone.localdate(at)
    started = _at_work(at, on)
    posts = Posting.objects.current(on).filter(role__in=briefing.READERS, organisation__in=started, user__is_active=True)
    posts = posts.exclude(user__in=Brief.objects.filter(on=on).values("user")).select_related("user")
    seats = defaultdict(list)
    for post in posts.order_by("user"):
        seats[post.user].append((post.role, post.organisation_id))
    waiting = briefing.gather(started, at) if seats else {}
    return sum(_brief(user, [*held, user.pk], waiting, on, at) for user, held in seats.items())


def _brief(user, keys, waiting, on, at):
    """One person's; a failure does not stop the others."""
    try:
        found = [one for key in keys for one in waiting.get(key, ())]
        return int(bool(found) and briefing.write(user, found, on=on, at=at) is not None)
    except Exception:
        log.exception("the brief of user %s was not written", user.pk)
        return 0


def _at_work(at, on):
    """Ids of the organisations at which work began within the last two hours, each by the calendar that counts for it."""
    units = {unit.pk: unit for unit in Organisation.objects.select_related("calendar__base").filter(active=True)}
    begun: dict = {}

    def calendar(unit):
        while unit is not None and unit.calendar_id is None:
            unit = units.get(unit.parent_id)
        return unit and unit.calendar

    def works(unit):
        own = calendar(unit)
        key = own.pk if own else None
        if key not in begun:
            spans = (own or Calendar.objects.get(code="national")).working().spans(on)
            begun[key] = bool(spans) and spans[0][0] <= at < spans[0][0] + BRIEF_WINDOW
        return begun[key]

    return [pk for pk, unit in units.items() if unit.kind in READING_KINDS and works(unit)]
