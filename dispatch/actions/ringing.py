"""响铃: an urgent matter rings until somebody on duty has confirmed; a matter nobody has looked at goes to the shift's leader.

Clocks are rows: each carries the instant at which it acts next, is claimed with its case and moved on in the same transaction, so
that a sweep may run twice, late or beside itself and an interval still rings once. The clock presses; it never confirms."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from dispatch import deadlines
from dispatch.duty import RING, on_duty, to_leaders, to_officers
from dispatch.models import DutyRule, FirstLook, Ring, Shift
from dispatch.teamwork import must_say
from grievance.casework import Refused, beijing, lock, notice_for, notify, record
from grievance.models import Case, Notice, Urgency
from street.calendar import Unit
from street.models import Role

log = logging.getLogger(__name__)
WAITING = (Case.Status.SUBMITTED, Case.Status.HELD, Case.Status.ADMITTED, Case.Status.IN_HANDLING)
"""Matters in which something may still have to be done at once."""
CLAIM = {"skip_locked": True, "no_key": True, "of": ("self", "case")}
"""认领: the row with its case; what others hold is passed over."""
STUDY_TIME = timedelta(minutes=5)
"""Until then the machine has said how urgent a matter is, or it has failed to."""


def open_rings(*, at, size=200):
    """开始响铃: every urgent matter that is open, that does not ring and that nobody has confirmed; how many there were."""
    known = Ring.objects.filter(case=OuterRef("pk")).exclude(status=Ring.Status.LAPSED)
    silent = Case.objects.open().filter(~Exists(known), urgency=Urgency.URGENT, status__in=WAITING).order_by("-submitted_at")
    rows = [Ring(case_id=pk, started_at=at, next_at=at) for pk in silent.values_list("pk", flat=True)[:size]]
    return len(Ring.objects.bulk_create(rows, ignore_conflicts=True))


def ring_due(*, at, size=200):
    """响铃: whatever is due by `at`, once each; one that fails does not stop the others. How many rang."""
    due = Ring.objects.filter(status=Ring.Status.RINGING, next_at__lte=at).order_by("next_at").values_list("pk", flat=True)
    return _each(list(due[:size]), _ring, at)


def _each(keys, act, at):
    done = 0
    for pk in keys:
        try:
            done += act(pk, at)
        except Exception:
            log.exception("%s of %s failed; it is tried again next minute", act.__name__, pk)
    return done


@transaction.atomic
def _ring(pk, at):
    """Claimed with its case, as checkpoints are; moved on by compare-and-set, since SQLite knows no row locks."""
    free = Ring.objects.filter(pk=pk, status=Ring.Status.RINGING, next_at__lte=at)
    row = free.select_for_update(**CLAIM).select_related("case__street").first()
    if row is None:
        return 0
    if row.case.status not in WAITING:
        return _lapse(row, at)
    rule = DutyRule.objects.in_force(row.case.street, at)
    following = {"next_at": at + timedelta(minutes=rule.ring_minutes), "times": F("times") + 1}
    if not Ring.objects.filter(pk=pk, status=Ring.Status.RINGING, next_at=row.next_at).update(**following):
        return 0
    _tell(row, row.times + 1, rule, at)
    return 1


def _tell(row, times, rule, at):
    case = row.case
    since = f"已{int((at - row.started_at).total_seconds() // 60)}分钟无人确认，" if times > 1 else ""
    text = f"特急事项 {case.number} {since}请立即查看处置，并点“已知悉处置”。（第{times}次）"
    notify(
        *(
            notice_for(f"ring:{row.pk}:{times}:{mark}", "ring", case, text, at=at, **to)
            for mark, to in whom(case.street, times, rule, at)
        )
    )
    for step, level in ((rule.leader_rings, "带班领导"), (rule.secretary_rings, "街道党工委书记")):
        if times == step:
            record(case, "ring.climb", at=at, by=None, subject=row, sentence=f"特急响铃第{times}次仍无人确认，已告{level}。")


def whom(street, times, rule, at):
    """叫谁: the officer on duty; from so many rings on the leader of the shift as well, in the end the secretary; the policy's
    row says from which."""
    found = to_officers(street, at)
    if times >= rule.leader_rings:
        found += to_leaders(street, at)
    if times >= rule.secretary_rings:
        found.append((Role.STREET_SECRETARY.value, {"role": Role.STREET_SECRETARY}))
    return list(dict(found).items())


def _lapse(row, at):
    """The matter is over, or goes on in another: what that other is, rings by itself."""
    RING.apply("lapse", row, by=None, at=at, sentence="事项已了结，特急响铃停止，无人点过“已知悉处置”。")
    _silence(row, at)
    into = row.case.merged_into
    if into is not None and into.status in WAITING:
        Ring.objects.bulk_create([Ring(case=into, started_at=row.started_at, next_at=at)], ignore_conflicts=True)
    return 0


def _silence(row, at):
    """What was to be sent about it and has not left yet, leaves no more."""
    Notice.objects.filter(key__startswith=f"ring:{row.pk}:", sent_at=None, lapsed_at=None).update(lapsed_at=at)


@transaction.atomic
def confirm(ring, *, done, by, at):
    """已知悉处置: a person on duty says what was done; the matter rings no more. Refused `text_missing`, `not_on_duty`.

    Where the roster names nobody for this hour, whoever holds the role confirms."""
    must_say(done, "请写明做了什么：谁到了现场、通知了谁，再点“已知悉处置”。")
    ring = lock(ring)
    RING.check("confirm", ring, by=by, at=at)
    _must_be_on_duty(ring.case.street, by, at)
    RING.apply(
        "confirm", ring, by=by, at=at, confirmed_by=by, confirmed_at=at, done=done.strip(),
        sentence=f"特急事项已知悉处置，响铃{ring.times}次后停止。",
    )  # fmt: skip
    _silence(ring, at)
    return ring


def _must_be_on_duty(street, by, at):
    here = on_duty(street, at)
    secretary = by.scope.posting_for({Role.STREET_SECRETARY}, street.pk)
    if here.people and not here.holds(by) and secretary is None:
        names = "、".join(map(str, here.people))
        raise Refused("not_on_duty", f"现在当班的是{names}，特急事项由当班的人确认。请打电话告诉他们，或先换班。", status=403)


def looked(case, *, at):
    """首次查看: somebody of the desk has opened a waiting matter; once, without a name. One query where it was opened before."""
    if case.status not in (Case.Status.SUBMITTED, Case.Status.HELD):
        return
    known = FirstLook.objects.filter(case=case).values_list("looked_at")
    first = known.first()
    if first is None:
        FirstLook.objects.bulk_create([FirstLook(case=case, looked_at=at)], ignore_conflicts=True)
    elif first[0] is None:
        known.filter(looked_at__isnull=True).update(looked_at=at, next_at=None)


@transaction.atomic
def watch_unseen(*, at, size=500):
    """无人查看的钟: a row for every waiting matter that has none yet; how many."""
    watched = Exists(FirstLook.objects.filter(case=OuterRef("pk")))
    ready = Q(studied_at__isnull=False) | Q(submitted_at__lte=at - STUDY_TIME)
    waiting = Case.objects.filter(ready, ~watched, status=Case.Status.SUBMITTED)
    cases = list(waiting.select_related("street__parent", "street__calendar__base").order_by("submitted_at")[:size])
    rules, calendars = {}, {}
    for case in cases:
        if case.street_id not in rules:
            rules[case.street_id] = DutyRule.objects.in_force(case.street, at)
            calendars[case.street_id] = deadlines.calendar_of(case.street)
    rows = [FirstLook(case=case, next_at=unseen_at(case, 0, rules[case.street_id], calendars[case.street_id])) for case in cases]
    FirstLook.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def unseen_at(case, step, rule, calendar):
    """报警时刻 of a step (from 0): by urgency, around the clock for the urgent, else in working time; None after the last."""
    urgent = case.urgency == Urgency.URGENT
    minutes = (rule.unseen_urgent if urgent else rule.unseen_usual)[step : step + 1]
    if not minutes:
        return None
    if urgent:
        return case.submitted_at + timedelta(minutes=minutes[0])
    return calendar.add(case.submitted_at, minutes[0] / 60, Unit.WORKING_HOUR)


def alarm_unseen(*, at, size=200):
    """无人查看报警: to the leader of the shift, once for each step; how many."""
    due = FirstLook.objects.filter(next_at__lte=at, looked_at__isnull=True).order_by("next_at").values_list("pk", flat=True)
    return _each(list(due[:size]), _alarm, at)


@transaction.atomic
def _alarm(pk, at):
    free = FirstLook.objects.filter(pk=pk, looked_at__isnull=True, next_at__lte=at)
    row = free.select_for_update(**CLAIM).select_related("case__street").first()
    if row is None:
        return 0
    case, step = row.case, row.step
    still = case.status == Case.Status.SUBMITTED
    rule = DutyRule.objects.in_force(case.street, at)
    following = unseen_at(case, step + 1, rule, deadlines.calendar_of(case.street)) if still else None
    claimed = FirstLook.objects.filter(pk=pk, next_at=row.next_at, looked_at__isnull=True)
    if not claimed.update(next_at=following, step=step + still) or not still:
        return 0
    text = f"事项 {case.number} 于{beijing(case.submitted_at)}上报，还没有人打开看过，请安排人看。"
    _, to = to_leaders(case.street, at)[0]
    notify(notice_for(f"unseen:{case.pk}:{step}", "unseen", case, text, at=at, **to))
    return 1


def alarm_untaken(*, at, size=50):
    """无人接班报警: a shift whose time has come and that nobody has taken over; to its leader, once. No clock takes it over."""
    open_rows = Shift.objects.filter(status=Shift.Status.PLANNED, alarmed_at__isnull=True).covering(at)
    return sum(_alarm_shift(row, at) for row in open_rows.select_related("street", "leader", "officer")[:size])


@transaction.atomic
def _alarm_shift(row, at):
    rule = DutyRule.objects.in_force(row.street, at)
    if at < row.starts_at + timedelta(minutes=rule.takeover_minutes):
        return 0
    if not Shift.objects.filter(pk=row.pk, status=Shift.Status.PLANNED, alarmed_at__isnull=True).update(alarmed_at=at):
        return 0
    text = f"{row.street}{row.name}（{beijing(row.starts_at)}起，值班员{row.officer}）还没有人接班，请立即联系。"
    to = {"user": row.leader} if row.leader.is_active else to_leaders(row.street, at)[0][1]
    notify(notice_for(f"shift:{row.pk}:untaken", "shift", None, text, at=at, **to))
    return 1
