"""What the data and the delivery log hold once machines have nothing left to do by an instant, or so many seconds later, as JSON:
`python -m tests.journeys.month.audit <instant> <seconds>` on the stack's data."""

import json
import sys
import threading
import time
from collections import Counter
from datetime import datetime

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import F  # noqa: E402

from dispatch.models import Checkpoint, Letter, WorkOrder  # noqa: E402
from feedback.models import Callback  # noqa: E402
from grievance.models import Case, Event, Grievance, Notice  # noqa: E402


def grievances():
    """Every grievance: the key it was sent with, its number and receipt, the case it lies in."""
    for row in Grievance.objects.select_related("case", "complainant"):
        yield {"key": row.key, "number": row.number, "receipt": row.receipt, "case": row.case.number, "pk": row.pk}


def cases():
    """Every case: where it stands, and how often it was resolved."""
    resolved = Counter(Event.objects.filter(kind="case.resolve").values_list("case__number", flat=True))
    for row in Case.objects.all():
        yield {"number": row.number, "status": row.status, "round": row.round, "resolved": resolved[row.number]}


def orders():
    """Every order: its case, whether it leads, and how often each move was made on it."""
    moves = Counter(Event.objects.filter(kind__startswith="workorder.").values_list("subject", "kind"))
    for row in WorkOrder.objects.select_related("case"):
        made = {kind.split(".")[1]: n for (subject, kind), n in moves.items() if subject == f"workorder:{row.pk}"}
        yield {
            "number": row.number, "pk": row.pk, "case": row.case.number, "lead": row.lead, "round": row.round,
            "status": row.status, "moves": made,
        }  # fmt: skip


def checkpoints(at):
    """Checkpoints that fell due by `at`, with what each left behind."""
    events = Counter(Event.objects.filter(kind__startswith="checkpoint.").values_list("subject", flat=True))
    keys = set(Notice.objects.filter(key__startswith="checkpoint:").values_list("key", flat=True))
    due = Checkpoint.objects.filter(due_at__lte=at).select_related("rung", "case").prefetch_related("letter")
    ended = {row.pk: row.ended_at for row in Case.objects.exclude(ended_at=None)}
    for row in due:
        over = row.case_id in ended and row.fired_at is not None and ended[row.case_id] <= row.fired_at
        yield {
            "pk": row.pk, "measure": row.rung.measure, "fired": row.fired_at is not None, "failures": row.failures, "over": over,
            "events": events[f"checkpoint:{row.pk}"], "notice": f"checkpoint:{row.pk}" in keys, "letter": hasattr(row, "letter"),
        }  # fmt: skip


def letters():
    """Every letter."""
    for row in Letter.objects.order_by("pk"):
        yield {"pk": row.pk, "kind": row.kind, "status": row.status, "number": row.number, "drafted_by_clock": row.checkpoint_id}


def callbacks():
    """Every callback: whose, of which round, with which answer."""
    for row in Callback.objects.select_related("grievance", "case"):
        yield {
            "pk": row.pk, "grievance": row.grievance.number, "case": row.case.number, "round": row.round, "status": row.status,
            "content": row.content,
        }  # fmt: skip


def notices(at):
    """{key: whether its time had come by `at`}, and the keys of those not sent although it had."""
    unsent = Notice.objects.filter(not_before__lte=at, sent_at=None).values_list("key", flat=True)
    return {row.key: row.not_before <= at for row in Notice.objects.all()}, list(unsent)


def delivered():
    """{key: how often it left the house} by the delivery log; a line cut short by a kill counts as nothing."""
    log, found = settings.DATA_DIR / "outbox.log", Counter()
    for line in log.read_text().splitlines() if log.exists() else []:
        found[json.loads(line)["key"]] += 1
    return found


def waiting(at):
    """How much is still to be done by machines alone."""
    resolved = Case.objects.filter(status=Case.Status.RESOLVED).exclude(callbacks__round=F("round"))
    return {
        "due": Checkpoint.objects.filter(due_at__lte=at, fired_at=None).count(),
        "unsent": Notice.objects.filter(not_before__lte=at, sent_at=None).count(),
        "unstudied": Case.objects.unstudied().count(),
        "unasked": resolved.count(),
    }


def everything(at):
    """All of it, as it is now."""
    # Asked before and after: a sweep that ends while the tables are read would show half of what it did
    before = waiting(at)
    told, unsent = notices(at)
    return {
        "grievances": list(grievances()), "cases": list(cases()), "orders": list(orders()), "checkpoints": list(checkpoints(at)),
        "letters": list(letters()), "callbacks": list(callbacks()), "notices": told, "unsent": unsent, "delivered": delivered(),
        "waiting": {what: number + before[what] for what, number in waiting(at).items()},
    }  # fmt: skip


def main(instant, seconds):
    """Print everything once nothing waits any more, else the last state."""
    at, until, pause = datetime.fromisoformat(instant), time.monotonic() + float(seconds), threading.Event()
    while any((found := everything(at))["waiting"].values()) and time.monotonic() < until:
        while any(waiting(at).values()) and time.monotonic() < until:
            pause.wait(0.5)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
