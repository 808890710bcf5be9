"""The sample street with its policy, loaded once, and a clock that every journey runs on."""

from contextlib import ExitStack

import pytest
from django.core.management import call_command
from django.db import transaction

from config.first_start import POLICY, STREET
from dispatch import tasks as dispatch_tasks
from dispatch.models import Checkpoint
from feedback import tasks as feedback_tasks
from grievance import tasks as grievance_tasks
from tests.clock import instant, travel
from tests.journeys import planner
from tests.stack import Embedded


@pytest.fixture(scope="package")
def street_and_policy(django_db_setup, django_db_blocker):
    """骑马山街道 as shipped: loading takes seconds, so every test of this folder lives inside one transaction that holds it."""
    with django_db_blocker.unblock():
        planner.forgets()
        with transaction.atomic():
            call_command("load_calendar", verbosity=0)
            call_command("load_street", str(STREET), verbosity=0)
            call_command("load_policy", str(POLICY), verbosity=0)
            yield
            transaction.set_rollback(True)


class Clock:
    """The scripted clock. Between two instants everything falls due at its own time, as beat would have it."""

    def __init__(self):
        self.standing = ExitStack()
        self.at = None

    def reach(self, text):
        """Let the time pass until that instant of Beijing: what falls due on the way acts at its own instant."""
        to = instant(text)
        assert self.at is None or to >= self.at, f"{text} is over"
        if self.at is not None:
            self.sweep()
        while due := Checkpoint.objects.waiting().filter(due_at__lte=to).order_by("due_at").first():
            self.stand(max(due.due_at, self.at or due.due_at))
            self.sweep()
        self.stand(to)
        self.sweep()

    def stand(self, at):
        """Every edge reads `at` from now on."""
        self.standing.close()
        self.at = self.standing.enter_context(travel(at))

    def sweep(self):
        """What beat runs within a minute."""
        dispatch_tasks.route_submitted()
        dispatch_tasks.reconcile()
        dispatch_tasks.fire_due_checkpoints()
        feedback_tasks.open_callbacks()
        grievance_tasks.deliver()


@pytest.fixture
def clock(street_and_policy, db):
    """A clock over the sample street."""
    clock = Clock()
    with clock.standing:
        yield clock


@pytest.fixture(scope="package")
def running(started_before):
    """`manage.py up` as a fresh machine runs it, without the demo; mark such tests `own_servers`."""
    with Embedded(started_before("running"), INTAKE_THROTTLE="") as stack:
        yield stack
