"""推演的钟: people act on a grid of instants, and between these the sweeps run at every minute at which something is due."""

import heapq
from collections import Counter
from datetime import timedelta
from itertools import count
from random import Random

from django.db.models import Min
from django.utils import timezone

from config.demo.stage import Stage
from dispatch import deadlines, sweeps
from dispatch.models import Checkpoint, Suspension, WorkOrder
from feedback import sweeps as feedback
from feedback.models import Callback
from grievance import sweeps as outbox
from grievance.casework import Refused
from grievance.models import Case, Notice
from street.calendar import Unit
from street.models import Posting

GRID = timedelta(minutes=15)
"""People act at whole quarters of an hour: what falls due between them does so at its own minute."""
MINUTE = timedelta(minutes=1)


BATCH = 200


def fire(at):
    """到期即触发: batch after batch; what a batch makes due at once comes in the next minute's."""
    while sweeps.fire_batch(at=at, size=BATCH) == BATCH:
        pass


def deliver(at):
    """发出到时间的通知, likewise."""
    while outbox.deliver(at=at, size=BATCH) == BATCH:
        pass


def route(at):
    """自动派单."""
    sweeps.route_submitted(at=at)


def reconcile(at):
    """对账."""
    sweeps.reconcile(at=at)


def ask(at):
    """开始回访."""
    feedback.open_callbacks(at)


def end(at):
    """评价到期与收口."""
    feedback.expire(at)
    feedback.settle(at)


BEAT = (route, reconcile, fire, ask, end, deliver)
"""What beat runs each minute, in its order; here at the minutes at which one of them may find something, and all of them four
times a day whether or not."""
PATIENT = {reconcile, end, deliver}
"""What may run late without anybody deciding otherwise for it; a span in a hurry leaves these to the four times a day."""
WOKEN_BY = {
    "intake.submit": {route},
    "intake.add_remark": {route},
    "intake.withdraw": {reconcile, end},
    "triage.merge": {reconcile, ask, end},
    "returns.decide_return": {route},
    "handling.review": {reconcile, ask, end},
    "callback.record": {reconcile, end},
    "callback.attempt": {end},
    "supervision.unlist": {reconcile},
}
"""Which sweeps have something to do after a person's move; checkpoints and notices are asked for by their time."""


class Rounds(Stage):
    """一次推演: the same seed gives the same span, whoever else is at work on the machine."""

    def __init__(self, seed, *, hurried=False):
        super().__init__()
        self.hurried = hurried
        self.seed, self.ranks, self.waiting = seed, count(), []
        self.refused, self.done, self.left = Counter(), Counter(), {}
        self.names, self.taken, self.posts, self.calendars = {}, {}, (None, {}), {}
        self.woken, self.looked = set(), None

    def chance(self, *names):
        """A source of chance that belongs to one matter: what happens elsewhere does not move it."""
        return Random("/".join(map(str, (self.seed, *names))))

    def spawn(self, story):
        """Another story begins; it goes on at the instant that it yields."""
        instant = next(story, None)
        if instant is not None:
            heapq.heappush(self.waiting, (_up(instant, GRID), self.rank(), story))

    def rank(self):
        """Who comes first of those who act at the same instant."""
        return next(self.ranks)

    def play(self, stories, *, since, until, each_night=None):
        """Play from `since` to `until`; `each_night(at)` at every midnight between them and at the end."""
        self.at = since
        for story in stories:
            self.spawn(story)
        for night in _nights(since, until):
            self._until(night)
            self.at, self.looked = night, None
            self._sweep(set(BEAT))
            if each_night is not None:
                each_night(night)

    def _until(self, night):
        while (instant := self._following()) is not None and instant < night:
            self.at = instant
            self._sweep(self._due_now())
            self._people_act()
            self._sweep(self.woken)
            self.woken = set()

    def _sweep(self, wanted):
        quarter = (timezone.localdate(self.at), timezone.localtime(self.at).hour // 6)
        if quarter != self.looked:
            self.looked, wanted = quarter, set(BEAT)
        elif self.hurried:
            wanted = wanted - PATIENT
        for sweep in BEAT:
            if sweep in wanted:
                self.run(sweep)

    def _following(self):
        """The next minute at which somebody acts or something is due."""
        self.left = {name: instant for name, instant in self._due().items() if instant is not None}
        found = [max(_up(instant, MINUTE), self.at + MINUTE) for instant in self.left.values()]
        found += [self._next_quarter()] if self.hurried else []
        return min([*found, *(instant for instant, _, _ in self.waiting[:1])], default=None)

    def _due_now(self):
        return {sweep for name, instant in self.left.items() if instant <= self.at for sweep in SERVED_BY[name]}

    def _due(self):
        if self.hurried:
            return {"checkpoints": _first(Checkpoint.objects.waiting(), "due_at")}
        return _due(self.at)

    def _next_quarter(self):
        local = timezone.localtime(self.at)
        return local.replace(hour=local.hour // 6 * 6, minute=0, second=0, microsecond=0) + timedelta(hours=6)

    def _people_act(self):
        while self.waiting and self.waiting[0][0] <= self.at:
            self.spawn(heapq.heappop(self.waiting)[2])

    def run(self, sweep):
        """One sweep now; those who test what survives a kill or a rival do it otherwise."""
        sweep(self.at)

    def do(self, action, *args, **facts):
        """One person makes one move now. What the rules refuse is counted, and None."""
        name = f"{action.__module__.rsplit('.', 1)[-1]}.{action.__name__}"
        try:
            made = self.act(action, *args, at=self.at, **facts)
        except Refused as refusal:
            self.refused[f"{name}: {refusal.code}"] += 1
            return None
        self.done[name] += 1
        self.woken |= WOKEN_BY.get(name, set())
        return made

    def act(self, action, *args, **facts):
        """The move itself; see `run`."""
        return action(*args, **facts)

    def holder(self, role, organisation):
        """Who holds a role at an organisation today; None where the post is vacant."""
        today = timezone.localdate(self.at)
        if self.posts[0] != today:
            held = Posting.objects.current(today).select_related("user").order_by("-pk")
            self.posts = today, {(row.organisation_id, row.role): row.user for row in held}
        return self.posts[1].get((organisation.pk, role))

    def hand_of(self, unit, *, again=False):
        """The one who handles for a unit, else its head; the head first where work is done again."""
        roles = ("handler", "unit_head", "community_secretary")
        found = (self.holder(role, unit) for role in (reversed(roles) if again else roles))
        return next((user for user in found if user), None)

    def calendar(self, street):
        """工作日历 of a street, read once."""
        if street.pk not in self.calendars:
            self.calendars[street.pk] = deadlines.calendar_of(street)
        return self.calendars[street.pk]

    def worked(self, street, hours):
        """The instant so many working hours from now."""
        return self.calendar(street).add(self.at, round(hours * 4) / 4 or 0.25, Unit.WORKING_HOUR)

    def share(self, order, since, due, part):
        """The instant at which `part` of the time is over; of an ordinary order, when the office is open."""
        at = max(since + (due - since) * part, self.at)
        if order.limit_class in ("U1", "U2"):
            return at
        return self.calendar(order.case.street).add(at, 0.25, Unit.WORKING_HOUR)

    def take_up(self, case):
        """Units begin with orders that nobody of theirs has looked at yet."""
        from config.replay.units import handle

        rows = WorkOrder.objects.filter(case=case, status=WorkOrder.Status.DISPATCHED)
        rows = rows.select_related("handler", "case__street", "case__place__community")
        for order in [row for row in rows.order_by("round", "-lead", "handler__code") if row.pk not in self.taken]:
            name = f"{self.names[case.pk]}/{sum(pk == case.pk for pk in self.taken.values())}"
            self.taken[order.pk] = case.pk
            self.spawn(handle(self, order, self.chance(name)))

    def fresh(self, case):
        """A case as it now stands."""
        return Case.objects.select_related("street", "place__community", "category").get(pk=case.pk)


SERVED_BY = {"checkpoints": {fire}, "suspensions": {reconcile}, "callbacks": {end, reconcile}, "notices": {deliver}}


def _due(at):
    """When the next row of each kind falls due by itself; None where none does."""
    running = Suspension.objects.running()
    ends = (_first(running, "cap_at"), _first(running.filter(reviewed_at__isnull=True), "review_at"))
    return {
        "checkpoints": _first(Checkpoint.objects.waiting(), "due_at"),
        "suspensions": min(filter(None, ends), default=None),
        "callbacks": _first(Callback.objects.open().filter(expires_at__gt=at), "expires_at"),
        "notices": _first(Notice.objects.unsent(), "not_before"),
    }


def _first(rows, field):
    return rows.aggregate(first=Min(field))["first"]


def _up(instant, step):
    """`instant`, or the next whole step after it."""
    over = (instant - instant.replace(hour=0, minute=0, second=0, microsecond=0)) % step
    return instant + (step - over) if over else instant


def _nights(since, until):
    night = timezone.localtime(since).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while night < until:
        yield night
        night += timedelta(days=1)
    yield until
