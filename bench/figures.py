"""数字快慢: overview, metrics and reports over very many cases, read from what the sweeps keep added up; beside a bare list.

    .venv/bin/python -m bench.figures [--cases 1000000 20000] [--rounds 7] [--check 20000]

The street of `bench.pages` with an answer for every closed case. All of it is counted once by `keeping.recount`, as after a
change of the rules; then pages are opened as their readers open them, and a month's report is drafted. `--check 20000` works
out anew what counts in every street of at most so many cases, and compares it with what is stored.
"""

import argparse
import os
import time
from collections import defaultdict
from datetime import timedelta

from bench import machine
from bench.pages import BARE, NOW, Opened, Street, a_reader, middle, opened
from bench.sweep import START, one_order
from tests.clock import travel

PAGES = [
    ("总览", "leader", "/desk/overview/"),
    ("大屏", "leader", "/desk/overview/?screen=1"),
    ("指标，上月", "leader", "/desk/metrics/?month=2023-02"),
    ("数字", "leader", "/desk/figures/"),
    ("报告一览", "leader", "/desk/reports/"),
    ("一份月报", "leader", "/desk/reports/{report}/"),
    ("类案", "leader", "/desk/topics/"),
]
DRAFT = "起草月报"


SPREAD = """
    UPDATE dispatch_workorder o SET dispatched_at = c.submitted_at, accepted_at = c.submitted_at + interval '2 hours',
        contacted_at = c.submitted_at + interval '3 hours', completed_at = c.submitted_at + interval '1 day',
        ended_at = c.submitted_at + interval '1 day', accept_due_at = c.submitted_at + interval '4 hours',
        contact_due_at = c.submitted_at + interval '1 day',
        due_at = c.submitted_at + CASE WHEN c.id % 20 = 0 THEN interval '12 hours' ELSE interval '5 days' END
    FROM grievance_case c WHERE o.case_id = c.id AND o.status = 'done';
    UPDATE grievance_case SET ended_at = submitted_at + interval '2 days' WHERE status = 'closed'"""
"""Each is done a day after it came, one in twenty of them late."""


class Years(Street):
    """As for the pages, with what those who spoke said of it."""

    def answers(self):
        """An answer for every closed case, one in ten of them unhappy, a day after it came."""
        from feedback.models import Callback
        from grievance.models import Grievance

        case = self.order.case
        row = Callback.objects.create(
            case=case, grievance=Grievance.objects.get(case=case), round=1, opened_at=START, expires_at=START + timedelta(days=7),
            token_salt=bytes(16), token_hash="0" * 64,
        )  # fmt: skip
        spoke = f"""(SELECT g.id AS grievance, c.id, c.submitted_at FROM grievance_case c
            JOIN grievance_grievance g ON g.case_id = c.id WHERE c.status = 'closed' AND c.id <> {case.pk}) c"""
        good = "CASE WHEN c.id % 10 = 0 THEN 'no' ELSE 'yes' END"
        self.copy(
            Callback, f"id = {row.pk}", spoke, case_id="c.id", grievance_id="c.grievance", status="'answered'", way="'survey'",
            token_hash="md5(c.id::text) || md5(c.id::text)", opened_at="c.submitted_at", resolved=good, satisfaction=good,
            reason="CASE WHEN c.id % 10 = 0 THEN 'unsolved' ELSE '' END", ended_at="c.submitted_at + interval '1 day'",
            replied="true",
        )  # fmt: skip


def load(size):
    """The small street with so many cases, counted; seconds that the counting took."""
    from django.db import connection

    from dispatch.models import Deadline, Letter, WorkOrder
    from feedback.figures import keeping
    from feedback.models import Callback, TallyMark
    from grievance.models import Case, CaseUnit, Complainant, Event, Grievance, Notice, SearchText

    street = Years(one_order(), size, scattered=False)
    with machine.loading(Case, Grievance, WorkOrder, CaseUnit, Notice, Deadline, Letter, Complainant, SearchText, Callback):
        street.years()
        street.answers()
        with connection.cursor() as cursor:
            cursor.execute(SPREAD)
    start = time.perf_counter()
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    TallyMark.objects.update_or_create(key=1, defaults={"event": last or 0, "digest": keeping.digest_of_rules()})
    keeping.recount()
    return time.perf_counter() - start


def drafted():
    """(Opened of one draft of last month's report, its key): thrown away again by whoever measures."""
    from django.db import connection

    from feedback.actions import reports
    from street.models import Organisation, User
    from street.scope import stand

    leader = User.objects.get(username="leader")
    street = Organisation.objects.get(code="street")
    stand(leader, NOW)
    asked = []
    with connection.execute_wrapper(lambda execute, *rest: (asked.append(1), execute(*rest))[1]):
        start = time.perf_counter()
        row = reports.draft(street, kind="month", day=(START - timedelta(days=20)).date(), by=leader, at=NOW)
        spent = time.perf_counter() - start
    return Opened(spent * 1000, len(asked), 0, ""), row


def measure(sizes, rounds):
    """{page: {size: [Opened]}}, the first of each left out."""
    from feedback.actions import reports

    found = defaultdict(lambda: defaultdict(list))
    for number in range(rounds + 1):
        for size in sizes:
            machine.use(f"{size:,}")
            once, report = drafted()
            took = {DRAFT: once}
            for label, reader, address in [BARE, *PAGES]:
                took[label] = opened(a_reader(reader), address.format(report=report.pk))
            with travel(NOW):
                reports.discard(report, by=report.drafted_by, at=NOW)
            if number:
                for label, one in took.items():
                    found[label][size].append(one)
    return found


def report(found, sizes):
    """The table of bench/README.md."""
    heads = " | ".join(f"{size:,} 件 | 语句" for size in sizes)
    print(f"| | {heads} | 用时之比 |")
    print("|---|" + "---|---|" * len(sizes) + "---|")
    for label in [BARE[0], *(page[0] for page in PAGES), DRAFT]:
        cells = " | ".join(f"{middle(found[label][size]):.0f} ms | {found[label][size][-1].statements}" for size in sizes)
        growth = middle(found[label][sizes[0]]) / middle(found[label][sizes[-1]])
        print(f"| {label} | {cells} | {growth:.2f} |", flush=True)


def main():
    """Start a private PostgreSQL, load it, count it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000_000, 20_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--check", type=int, default=20_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.site"
    with machine.postgres():
        from feedback.figures import keeping

        for size in options.cases:
            machine.create(f"{size:,}")
            print(f"{size:,} 件：全部重计 {load(size):.0f} 秒", flush=True)
        report(measure(options.cases, options.rounds), options.cases)
        for size in (size for size in options.cases if size <= options.check):
            machine.use(f"{size:,}")
            wrong = keeping.differences()
            print(f"{size:,} 件：由事项重算，与所存的不一致 {len(wrong)} 处", flush=True)
        print(machine.facts())


if __name__ == "__main__":
    main()
