"""计划快慢: what planning the clocks of an order costs, in statements and in time, beside the bare insert of one row.

    .venv/bin/python -m bench.plan [--orders 200]

Under the policy as shipped, for a lead order of each common class. The two are measured in turn, so that whatever else the
machine does meets them alike.
"""

import argparse
import time
from dataclasses import dataclass
from statistics import median

from bench import machine
from tests.clock import instant

START = instant("2023-03-14 10:20")
CLASSES = ("U2", "U3", "U5")


@dataclass(frozen=True)
class Cost:
    """Of one class: milliseconds of a plan and of a bare insert, statements of a plan, rows it leaves."""

    plan: float
    insert: float
    statements: int
    rows: int


def load():
    """The sample street and policy, and one case."""
    from django.core.management import call_command

    from config.replay.district import POLICY, STREET
    from grievance.actions import intake, triage
    from grievance.models import Category, QRCode
    from street.models import User

    for command in (["load_calendar"], ["load_street", STREET], ["load_policy", POLICY]):
        call_command(*command, verbosity=0)
    case = intake.submit(QRCode.objects.first(), description="物业不作为", key="bench", at=START).case
    return triage.admit(case, category=Category.objects.get(code="A1"), by=User.objects.get(username="paidan1"), at=START)


def an_order(case, limit_class):
    """An order whose clocks are still to be planned; given up with the transaction around it."""
    from dispatch.models import Policy, WorkOrder
    from street.models import Organisation, User

    return WorkOrder.objects.create(
        number=f"B{limit_class}", case=case, handler=Organisation.objects.get(code="qms-luxi"), policy=Policy.objects.get(),
        limit_class=limit_class, dispatched_at=START, dispatched_by=User.objects.get(username="paidan1"),
    )  # fmt: skip


def measure(case, limit_class, orders):
    """Plan and bare insert in turn, each in a transaction that is given up."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from dispatch import deadlines
    from dispatch.models import Checkpoint, Deadline
    from grievance.models import Counter

    plans, inserts = [], []
    for number in range(orders):
        with transaction.atomic():
            order = an_order(case, limit_class)
            start = time.perf_counter()
            deadlines.plan(order)
            plans.append(time.perf_counter() - start)
            rows = Checkpoint.objects.filter(case=case).count() + Deadline.objects.filter(case=case).count()
            start = time.perf_counter()
            Counter.objects.create(series=f"bench:{number}")
            inserts.append(time.perf_counter() - start)
            transaction.set_rollback(True)
    with transaction.atomic():
        order = an_order(case, limit_class)
        with CaptureQueriesContext(connection) as asked:
            deadlines.plan(order)
        transaction.set_rollback(True)
    return Cost(median(plans) * 1000, median(inserts) * 1000, len(asked), rows)


def main():
    """Start a private PostgreSQL, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=200)
    options = parser.parse_args()
    with machine.postgres():
        machine.create("plan")
        case = load()
        print("| 时限等级 | 计划一张工单 | 语句 | 写下的行 | 裸插一行 | 之比 |")
        print("|---|---|---|---|---|---|")
        for limit_class in CLASSES:
            cost = measure(case, limit_class, options.orders)
            ratio = cost.plan / cost.insert
            print(
                f"| {limit_class} | {cost.plan:.1f} ms | {cost.statements} | {cost.rows} | {cost.insert:.2f} ms | {ratio:.0f} |"
            )
        print(machine.facts())


if __name__ == "__main__":
    main()
