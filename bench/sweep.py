"""清扫快慢: how long one sweep takes with 1,000 checkpoints due, among 1,000,000 open ones and among 100,000.

    .venv/bin/python -m bench.sweep [--open 1000000 100000] [--due 1000] [--rounds 7] [--far 9000000]

`--far` adds so many open checkpoints that fall due much later to another copy of the first layout: ten million in all.

Everything a sweep writes is written: notices, drafts with their own clocks, supervision, events. bench/README.md says what the
figures mean.
"""

import argparse
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from unittest import mock

from bench import machine
from tests.clock import instant

STEP = timedelta(seconds=1)
"""Checkpoints fall due one after the other, so that the clock alone makes 1,000 of them due and nothing has to be changed."""
START = instant("2023-03-14 10:20")
SCATTER = 7919
"""A prime: with it, neighbours in time lie far apart in the table and in different cases, which is the worst that can happen."""


class Copies:
    """Copies of the rows of one order, in a few statements."""

    def __init__(self, order, rows, scattered):
        self.order, self.rows, self.scattered = order, rows, scattered
        self.clock = order.deadlines.get(anchor="completion")
        self.rungs = self.clock.checkpoints.count()
        self.cases = f"(SELECT id FROM grievance_case WHERE id <> {order.case_id}) c"

    def copy(self, model, rows, beside, **changes):
        """Copy the `rows` of a table, called `t`, once for each row of `beside`, with some columns changed."""
        from django.db import connection

        table = model._meta.db_table
        columns = [field.column for field in model._meta.local_concrete_fields if not field.primary_key]
        values = ", ".join(changes.get(column, f"t.{column}") for column in columns)
        numbered = f"(SELECT *, row_number() OVER (ORDER BY id) - 1 AS rank FROM {table} WHERE {rows}) t"
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {numbered}, {beside}")

    def work(self):
        """Cases, each with its order and the clock of its completion."""
        from dispatch.models import Deadline, WorkOrder
        from grievance.models import Case

        order, clock = self.order.pk, self.clock.pk
        self.copy(Case, f"id = {self.order.case_id}", f"generate_series(1, {self.rows // self.rungs}) i", number="'A' || i")
        self.copy(WorkOrder, f"id = {order}", self.cases, case_id="c.id", number="'Z' || c.id")
        orders = f"(SELECT id, case_id FROM dispatch_workorder WHERE id <> {order}) o"
        self.copy(Deadline, f"id = {clock}", orders, case_id="o.case_id", order_id="o.id")

    def turn(self):
        """Which checkpoint falls due as the how manieth, as SQL over the clock `d` and the rung `t`."""
        if self.scattered:
            return f"((d.rank * {self.rungs} + t.rank) * {SCATTER} % {self.rows} + 1)"
        # Those dispatched together are due together, each rung at its own distance
        cases = self.rows // self.rungs
        return f"((d.rank + t.rank * {cases // self.rungs}) % {cases} * {self.rungs} + t.rank + 1)"

    def checkpoints(self):
        """The ladder of each, falling due one after the other; what the first order had is taken away."""
        from dispatch.models import Checkpoint

        clocks = f"""(SELECT id, case_id, order_id, row_number() OVER (ORDER BY id) - 1 AS rank FROM dispatch_deadline
            WHERE anchor = 'completion' AND id <> {self.clock.pk}) d"""
        self.copy(
            Checkpoint, f"deadline_id = {self.clock.pk}", clocks, case_id="d.case_id", order_id="d.order_id", deadline_id="d.id",
            occasion="'deadline:' || d.id",
            due_at=f"'{START.isoformat()}'::timestamptz + {self.turn()} * interval '{STEP.seconds} s'",
        )  # fmt: skip
        Checkpoint.objects.filter(case=self.order.case).delete()

    def far(self, count):
        """Open checkpoints due a year on, beside the others of the same clocks: rows and entries of indexes, and no wider."""
        from dispatch.models import Checkpoint

        if not count:
            return
        beside = f"generate_series(1, {-(-count // Checkpoint.objects.count())}) g"
        due = f"t.due_at + interval '1 year' + g * interval '{self.rows} s'"
        self.copy(Checkpoint, "fired_at IS NULL", beside, occasion="t.occasion || '/' || g", due_at=due)

    def story(self):
        """What has happened and been sent so far."""
        from grievance.models import CaseUnit, Event, Notice

        mine = f"case_id = {self.order.case_id}"
        self.copy(Event, mine, self.cases, case_id="c.id")
        self.copy(Notice, mine, self.cases, case_id="c.id", key="t.key || '/' || c.id", sent_at="t.created_at")
        self.copy(CaseUnit, mine, self.cases, case_id="c.id")


def load(rows, *, scattered=False, far=0):
    """A street with its policy, and `rows` open checkpoints with the cases, orders, clocks, events and notices they come from.

    One order is made by the real actions; the others are copies of its rows."""
    from dispatch.models import Checkpoint, Deadline, WorkOrder
    from grievance.models import Case, CaseUnit, Event, Notice

    copies = Copies(one_order(), rows, scattered)
    with machine.loading(Case, WorkOrder, Deadline, Checkpoint, Event, Notice, CaseUnit):
        copies.work()
        copies.checkpoints()
        copies.far(far)
        copies.story()


def one_order():
    """An order under the small street's policy, by the real actions."""
    from dispatch.actions import handling
    from grievance.actions import triage
    from tests.dispatch import scene

    street = scene.a_street()
    leader = street.who("leader")
    case = triage.admit(scene.a_case(street), by=leader, at=START)
    return handling.dispatch(case, to=street.luxi, limit_class="U4", by=leader, at=START)


@contextmanager
def watched():
    """Yields the list of seconds that each claim took."""
    from dispatch.models import checkpoint

    claim, seconds = checkpoint.CheckpointQuerySet.claim, []

    def timed(self, at, size):
        start = time.perf_counter()
        try:
            return claim(self, at, size)
        finally:
            seconds.append(time.perf_counter() - start)

    with mock.patch.object(checkpoint.CheckpointQuerySet, "claim", timed):
        yield seconds


@dataclass(frozen=True)
class Round:
    """One sweep: seconds on the wall, seconds of processor (worker and database), seconds of each claim, rows written."""

    seconds: float
    processor: float
    claims: list
    rows: dict


def one_round(at):
    """Sweep as the task does."""
    from dispatch import sweeps

    before, processes = written(), (os.getpid(), machine.database_server())
    with watched() as claims:
        start, spent = time.perf_counter(), machine.processor_seconds(*processes)
        while sweeps.fire_batch(at=at):
            pass
        seconds, spent = time.perf_counter() - start, machine.processor_seconds(*processes) - spent
    # The last claim finds nothing
    return Round(seconds, spent, claims[:-1], {name: count - before[name] for name, count in written().items()})


def written():
    """How many rows there are of what a sweep leaves behind."""
    from dispatch.models import Checkpoint, Deadline, Letter, Supervision
    from grievance.models import Event, Notice

    fired = Checkpoint.objects.filter(fired_at__isnull=False).count()
    others = {model.__name__: model.objects.count() for model in (Notice, Letter, Supervision, Deadline, Event)}
    return {"fired": fired, **others}


def measure(names, due, rounds):
    """{name: Rounds}: one sweep after the other, the databases in turn, whatever else the machine does meets them alike."""
    found = {name: [] for name in names}
    for number in range(1, rounds + 1):
        for name in names:
            machine.use(name)
            found[name].append(one_round(START + number * due * STEP))
    return found


def report(found):
    """The table of bench/README.md."""
    print("| 未触发 | 一次清扫 | 其中认领合计 | 一次认领 | 占用处理器 | 一次清扫写下 |")
    print("|---|---|---|---|---|---|")
    for name, runs in found.items():
        parts = [
            spread([run.seconds for run in runs]),
            spread([sum(run.claims) for run in runs]),
            spread([claim for run in runs for claim in run.claims]),
            spread([run.processor for run in runs]),
            "、".join(f"{count} {name}" for name, count in runs[-1].rows.items()),
        ]
        print(f"| {name} | {' | '.join(parts)} |")
    wall, spent = ([median(getattr(run, name) for run in runs) for runs in found.values()] for name in ("seconds", "processor"))
    print(f"\n第一行与最后一行之比：用时 {wall[0] / wall[-1]:.2f}，处理器 {spent[0] / spent[-1]:.2f}")


def spread(seconds):
    """Milliseconds: the median, and the worst."""
    return f"{median(seconds) * 1000:.0f} ms（{max(seconds) * 1000:.0f}）"


def layouts_of(sizes, far):
    """{name: (open checkpoints, whether scattered, how many more that are due much later)}."""
    first = sizes[0]
    if far:
        return {f"{first + far:,}": (first, False, far), f"{first:,}": (first, False, 0)}
    others = {f"{rows:,}": (rows, False, 0) for rows in sizes[1:]}
    return {f"{first:,}": (first, False, 0), f"{first:,}，散": (first, True, 0), **others}


def main():
    """Start a private PostgreSQL, load it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--open", type=int, nargs="+", default=[1_000_000, 100_000])
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--far", type=int, default=0)
    options = parser.parse_args()
    layouts = layouts_of(options.open, options.far)
    with machine.postgres():
        for name, (rows, scattered, far) in layouts.items():
            machine.create(name)
            load(rows, scattered=scattered, far=far)
        report(measure(list(layouts), options.due, options.rounds))
        print(machine.facts())


if __name__ == "__main__":
    main()
