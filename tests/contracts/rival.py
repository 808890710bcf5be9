"""One process of the race in test_sweeps_race.py. It speaks JSON lines: `ready`, then what it did once it is told to start."""

import contextlib
import json
import logging
import random
import sys
import threading
from collections import Counter

import django

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Count, Q  # noqa: E402

from dispatch import sweeps  # noqa: E402
from dispatch.actions import handling  # noqa: E402
from dispatch.models import Checkpoint, EscalationRung, Letter, Supervision, WorkOrder  # noqa: E402
from grievance.actions import triage  # noqa: E402
from grievance.casework import Refused  # noqa: E402
from grievance.models import Case, Event, Notice  # noqa: E402
from street.models import Organisation, User  # noqa: E402
from tests.clock import instant  # noqa: E402
from tests.dispatch import scene  # noqa: E402

LATE = instant("2023-04-03 12:00")
"""Every timed rung of every order has fallen due by then, and nothing that is planned at that instant has."""
BATCH = 7
"""Small, so that the workers meet each other and the handlers many times."""
WHO = {"luxi": "luxi", "xisheng": "xisheng", "heat": "heat"}


def say(**facts):
    """One line to the test."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def load(orders):
    """Orders of two units, all late; one in eight carries a rung that cannot be carried out."""
    here = scene.a_street()
    EscalationRung.objects.create(
        policy=here.policy, code="broken", trigger="after", anchor="completion", amount=1, unit="clock_hour",
        category=here.heating, measure="escalate", to="handler", sentence="没有这一级。",
    )  # fmt: skip
    leader = here.who("leader")
    for number in range(int(orders)):
        category, unit = (here.heating, here.heat) if number % 8 == 0 else (here.damages, here.luxi)
        case = triage.admit(scene.a_case(here, category=category), by=leader, at=scene.TUESDAY)
        handling.dispatch(case, to=unit, limit_class="U4", by=leader, at=scene.TUESDAY)
    say(checkpoints=Checkpoint.objects.filter(due_at__lte=LATE).count())


def sweep(_):
    """Fire what is due until nothing is, as a worker does."""
    logging.disable(logging.CRITICAL)
    pause, fired, outcomes = threading.Event(), 0, Counter()
    while Checkpoint.objects.waiting().filter(due_at__lte=LATE).exists():
        try:
            claimed = sweeps.fire_batch(at=LATE, size=BATCH)
        except Exception as error:
            outcomes[f"{type(error).__name__}: {error}"] += 1
            continue
        fired += claimed
        if not claimed:
            # What is left is held by others at this moment
            pause.wait(0.01)
    say(fired=fired, failed=outcomes)


def handle(seed):
    """Work on all orders in an order of one's own, as busy people do; what came of it, by kind."""
    chance, outcomes = random.Random(int(seed)), Counter()
    for _ in range(2):
        orders = list(WorkOrder.objects.open().order_by("pk").values_list("pk", flat=True))
        chance.shuffle(orders)
        for pk in orders:
            outcomes[_tried(chance.choice(DEEDS), pk)] += 1
    say(outcomes=outcomes)


def _tried(deed, pk):
    try:
        order = WorkOrder.objects.select_related("case", "handler").get(pk=pk)
        # The clock of an order that carries a planted failure is left to run, so that the failure stays due
        (_progress if order.handler.code == "heat" else deed)(order)
        return "done"
    except Refused as no:
        return f"refused {no.code}"
    except Exception as error:
        return f"failed {type(error).__name__}: {error}"


def _unit_of(order):
    return User.objects.get(username=WHO[order.handler.code])


def _accept(order):
    handling.accept(order, by=_unit_of(order), at=LATE)


def _progress(order):
    if order.status == WorkOrder.Status.DISPATCHED:
        _accept(order)
    handling.add_progress(order, text="已上门。", public=True, by=_unit_of(order), at=LATE)


def _complete(order):
    if order.status == WorkOrder.Status.DISPATCHED:
        _accept(order)
    handling.complete(order, public_answer="已办好。", by=_unit_of(order), at=LATE)


def _review(order):
    _complete(order)
    handling.review(order, passed=True, by=User.objects.get(username="supervisor"), at=LATE)


def _transfer(order):
    to = Organisation.objects.get(code="xisheng" if order.handler.code == "luxi" else "luxi")
    handling.transfer(order, to=to, reason="属地不符", by=User.objects.get(username="leader"), at=LATE)


DEEDS = [_accept, _accept, _progress, _complete, _review, _transfer]


def tally(_):
    """What the database holds in the end; every list is of what should not be there."""
    due = Q(due_at__lte=LATE)
    broken = Checkpoint.objects.filter(rung__code="broken")
    fired = Checkpoint.objects.filter(fired_at__isnull=False, case__in=Case.objects.open())
    events = Counter(Event.objects.filter(kind__startswith="checkpoint.").values_list("subject", flat=True))
    twice = Supervision.objects.open().values("case", "level").annotate(n=Count("pk")).filter(n__gt=1)
    drafted = fired.filter(rung__measure="draft")
    say(
        fired=fired.count(),
        left=list(Checkpoint.objects.waiting().filter(due).values_list("pk", flat=True)),
        without_one_event=[pk for pk in fired.values_list("pk", flat=True) if events[f"checkpoint:{pk}"] != 1],
        events_without_a_fired_checkpoint=len(events) - fired.filter(pk__in=_keys(events)).count(),
        pressed_without_notice=_silent(fired.filter(rung__measure__in=["remind", "chase", "draft"])),
        drafted_without_letter=list(drafted.filter(letter=None).values_list("pk", flat=True)),
        letters_of_no_draft=Letter.objects.exclude(checkpoint__in=fired).count(),
        supervised_twice=list(twice),
        broken_fired=broken.filter(fired_at__isnull=False).count(),
        broken_not_postponed=broken.exclude(failures=1, due_at__gt=LATE).count(),
        broken=broken.count(),
    )


def _keys(events):
    return [int(subject.split(":")[1]) for subject in events]


def _silent(checkpoints):
    told = set(Notice.objects.values_list("key", flat=True))
    return [pk for pk in checkpoints.values_list("pk", flat=True) if f"checkpoint:{pk}" not in told]


def main(name, argument="", wait=""):
    """Run one part; with `wait` it first says that it is ready and starts on a line from the test."""
    if wait:
        connection.ensure_connection()
        say(ready=True)
        sys.stdin.readline()
    {"load": load, "sweep": sweep, "handle": handle, "tally": tally}[name](argument)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(*sys.argv[1:])
