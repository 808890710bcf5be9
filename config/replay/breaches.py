"""超期必有果: the ladder reckoned anew from the clocks themselves, beside what was planned and fired."""

from collections import defaultdict

from django.db.models import Q

from config.replay.invariants import BEAT
from dispatch import deadlines
from dispatch.models import Checkpoint, Deadline
from dispatch.models.policy import Trigger

SHARED = ["case__street", "case__category", "order__policy", "order__handler", "limit__policy"]
"""What many clocks have in common is read and built once."""


class Breaches:
    """逐条阶梯: for each clock and each rung that speaks of it, whether it has fired once its instant had come."""

    def __init__(self):
        self.good, self.instants, self.rungs, self.calendars = set(), {}, {}, {}

    def __call__(self, audit, at):
        """Every instant of the ladder that had come before its clock ended has fired."""
        ended = audit.since(at, "met_at") | audit.since(at, "dropped_at")
        clocks = Deadline.objects.filter(ended | Q(met_at=None, dropped_at=None), starts_at__lt=at)
        clocks = list(clocks.select_related("case", "order").defer("case__suggestion").prefetch_related(*SHARED))
        missing = defaultdict(list)
        for clock in clocks:
            missing[clock.pk] = list(self._owed(clock, clock.met_at or clock.dropped_at or at - BEAT))
        yield from self._unfired(clocks, missing)

    def _owed(self, clock, until):
        policy = deadlines.policy_of(clock)
        for rung in self._ladder(policy, clock.anchor):
            if (clock.pk, rung.code) in self.good or (rung.trigger == Trigger.AFTER and clock.due_at >= until):
                continue
            if deadlines.fits(rung, clock.case, clock.order) and self._instant(clock, rung) < until:
                yield rung

    def _unfired(self, clocks, missing):
        fired = Checkpoint.objects.filter(deadline__in=[pk for pk, rungs in missing.items() if rungs], fired_at__isnull=False)
        done = set(fired.values_list("deadline", "rung__code"))
        for clock in clocks:
            for rung in missing[clock.pk]:
                if (clock.pk, rung.code) in done:
                    self.good.add((clock.pk, rung.code))
                elif not clock.case.ended:
                    what = clock.order or clock.letter or clock.case
                    yield f"{what} 的{clock.get_anchor_display()}时限 {clock.due_at} 已到“{rung.code}”，却没有触发"

    def _ladder(self, policy, anchor):
        key = policy.pk, anchor
        if key not in self.rungs:
            self.rungs[key] = [rung for rung in policy.rungs.filter(anchor=anchor) if rung.timed]
        return self.rungs[key]

    def _instant(self, clock, rung):
        key = clock.pk, rung.code, clock.starts_at, clock.due_at, len(clock.pauses)
        if key not in self.instants:
            street = clock.case.street
            if street.pk not in self.calendars:
                self.calendars[street.pk] = deadlines.calendar_of(street)
            self.instants[key] = deadlines.instant(rung, clock, self.calendars[street.pk])
        return self.instants[key]
