"""页面快慢: the secretary's page and the registers of cases and papers at 1,000,000 cases and at 10,000.

    .venv/bin/python -m bench.pages [--cases 1000000 10000] [--rounds 7]

Of a hundred cases ninety-six are closed, as after some years; the others are open, one in four of them late. Each page is opened
as its reader opens it, through the whole product, in one process; the databases take turns.
"""

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from bench import machine
from bench.sweep import START, Copies, one_order
from tests.clock import travel

NOW = START + timedelta(days=3)
PAGES = [
    ("事项登记册", "leader", "/desk/cases/"),
    ("全部未了", "leader", "/desk/cases/?status=open"),
    ("超期", "leader", "/desk/cases/?queue=overdue"),
    ("第三百页", "leader", "/desk/cases/?page=300"),
    ("一个社区", "leader", "/desk/cases/?community=luxi"),
    ("单位的事项", "luxi", "/desk/cases/"),
    ("单位未了", "luxi", "/desk/cases/?status=open"),
    ("只有旧事项的单位", "xisheng", "/desk/cases/"),
    ("按编号", "leader", "/desk/cases/?q=A77"),
    ("工作台", "leader", "/admin/"),
    ("书记的页面", "secretary", "/phone/secretary/"),
    ("公文登记册", "leader", "/desk/letters/"),
    ("督办单", "leader", "/desk/letters/?kind=supervise"),
    ("单位的公文", "luxi", "/desk/letters/"),
    ("单位的工单，手机", "luxi", "/phone/orders/"),
    ("单位的事项，接口", "luxi", "/api/v1/cases/"),
    ("单位的工单，接口", "luxi", "/api/v1/orders/"),
    ("数字", "leader", "/desk/figures/"),
]
"""Name, reader, address."""


class Street(Copies):
    """A street after some years: copies of one case with its grievance, order and clocks."""

    def years(self):
        """Cases with an end each, spread over the years before."""
        from dispatch.models import Deadline, Letter, WorkOrder
        from grievance.models import Case, CaseUnit, Grievance, Notice
        from street.models import Organisation

        mine, closed = f"case_id = {self.order.case_id}", "(i % 100 >= 4)"
        self.copy(
            Case, f"id = {self.order.case_id}", f"generate_series(1, {self.rows}) i", number="'A' || i",
            status=f"CASE WHEN {closed} THEN 'closed' ELSE t.status END",
            ended_at=f"CASE WHEN {closed} THEN '{START.isoformat()}'::timestamptz END",
            submitted_at=f"'{START.isoformat()}'::timestamptz - i * interval '90 s'",
        )  # fmt: skip
        cases = f"(SELECT id, status = 'closed' AS over, id % 4 AS turn FROM grievance_case WHERE id <> {self.order.case_id}) c"
        self.copy(Grievance, mine, cases, case_id="c.id", first_case_id="c.id", number="'S' || c.id", key="'k' || c.id",
                  receipt_salt="decode(md5(c.id::text), 'hex')", receipt_hash="md5(c.id::text)")  # fmt: skip
        late = f"CASE WHEN c.turn = 0 THEN '{START.isoformat()}'::timestamptz ELSE t.due_at END"
        self.copy(WorkOrder, f"id = {self.order.pk}", cases, case_id="c.id", number="'Z' || c.id", due_at=late,
                  status="CASE WHEN c.over THEN 'done' ELSE 'accepted' END")  # fmt: skip
        self.copy(CaseUnit, mine, cases, case_id="c.id")
        self.copy(Notice, mine, cases, case_id="c.id", key="t.key || '/' || c.id", sent_at="t.created_at")
        # A unit that was told of the oldest ones alone: whoever looks for its newest among everybody's reads them all
        old = f"(SELECT id FROM grievance_case WHERE id <> {self.order.case_id} ORDER BY submitted_at LIMIT {self.rows // 100}) c"
        xisheng = Organisation.objects.get(code="xisheng").pk
        self.copy(CaseUnit, f"{mine} AND organisation_id = {self.order.handler_id}", old, case_id="c.id",
                  organisation_id=str(xisheng))  # fmt: skip
        orders = f"""(SELECT o.id, o.case_id, o.status = 'done' AS over, o.due_at FROM dispatch_workorder o
            WHERE o.id <> {self.order.pk}) o"""
        self.copy(Deadline, f"id = {self.clock.pk}", orders, case_id="o.case_id", order_id="o.id", due_at="o.due_at",
                  met_at="CASE WHEN o.over THEN o.due_at END")  # fmt: skip
        self._papers(Letter, cases)

    def _papers(self, letter, cases):
        """A paper for every twentieth case, issued long ago; and before the secretary what a street has at a time."""
        from dispatch.models import Supervision

        leader = self.order.dispatched_by_id
        row = letter.objects.create(
            kind="supervise", case=self.order.case, order=self.order, issuer=self.order.case.street, to=self.order.handler,
            subject="督办单", body="请办理", drafted_at=START,
        )  # fmt: skip
        self.copy(letter, f"id = {row.pk}", f"(SELECT * FROM {cases} WHERE c.id % 20 = 0) c", case_id="c.id",
                  status="'issued'", number="'N' || c.id", signed_by_id=str(leader), signed_at="t.drafted_at")  # fmt: skip
        for case in self.order.case.street.cases.filter(status="in_handling").order_by("pk")[:12]:
            Supervision.objects.create(case=case, level="street", holder=case.street, reason="超期", raised_at=START)


@dataclass(frozen=True)
class Opened:
    """One page opened: milliseconds and statements."""

    milliseconds: float
    statements: int


def opened(browser, address):
    """Open it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with travel(NOW), CaptureQueriesContext(connection) as asked:
        start = time.perf_counter()
        answer = browser.get(address)
        spent = time.perf_counter() - start
    assert answer.status_code == 200, (address, answer.status_code)
    return Opened(spent * 1000, len(asked))


def a_reader(name):
    """A browser signed in as somebody of the small street."""
    from django.test import Client

    from street.models import User

    browser = Client(HTTP_HOST="localhost")
    with travel(NOW):
        browser.force_login(User.objects.get(username=name))
    return browser


def measure(sizes, rounds):
    """{page: {size: [Opened]}}, the first of each left out."""
    found = defaultdict(lambda: defaultdict(list))
    for number in range(rounds + 1):
        for size in sizes:
            machine.use(f"{size:,}")
            for label, reader, address in PAGES:
                once = opened(a_reader(reader), address)
                if number:
                    found[label][size].append(once)
    return found


def load(size):
    """The small street with so many cases."""
    from dispatch.models import Deadline, Letter, WorkOrder
    from grievance.models import Case, CaseUnit, Grievance, Notice

    street = Street(one_order(), size, scattered=False)
    with machine.loading(Case, Grievance, WorkOrder, CaseUnit, Notice, Deadline, Letter):
        street.years()


def report(found, sizes):
    """The table of bench/README.md."""
    heads = " | ".join(f"{size:,} 件 | 语句" for size in sizes)
    print(f"| 页面 | {heads} | 用时之比 |")
    print("|---|" + "---|---|" * len(sizes) + "---|")
    for label, by_size in found.items():
        middle = [median(one.milliseconds for one in by_size[size]) for size in sizes]
        cells = " | ".join(f"{ms:.0f} ms | {by_size[size][-1].statements}" for ms, size in zip(middle, sizes, strict=True))
        print(f"| {label} | {cells} | {middle[0] / middle[-1]:.2f} |", flush=True)


def main():
    """Start a private PostgreSQL, load it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000_000, 10_000])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with machine.postgres():
        for size in options.cases:
            machine.create(f"{size:,}")
            load(size)
        report(measure(options.cases, options.rounds), options.cases)
        print(machine.facts())


if __name__ == "__main__":
    main()
