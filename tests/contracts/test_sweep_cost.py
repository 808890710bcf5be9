"""What a sweep costs follows what is due, in statements that do not grow with it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import sweeps
from dispatch.actions import handling
from dispatch.models import Checkpoint, Letter, Supervision
from grievance.actions import triage
from grievance.models import Notice
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_street

pytestmark = pytest.mark.django_db
LATE = instant("2023-04-03 12:00")


@pytest.fixture
def scene():
    return a_street()


def late_orders(scene, count):
    """So many orders of which every timed rung is due: reminders, chases, drafts, and both secretaries."""
    leader = scene.who("leader")
    for _ in range(count):
        case = triage.admit(a_case(scene), by=leader, at=TUESDAY)
        handling.dispatch(case, to=scene.luxi, limit_class="U4", by=leader, at=TUESDAY)


def statements_of_a_sweep(size):
    with CaptureQueriesContext(connection) as seen:
        assert sweeps.fire_batch(at=LATE, size=size) == size
    return len(seen)


def test_nine_times_as_many_due_cost_no_statement_more(scene):
    late_orders(scene, 10)
    # Six rungs of each order are due; in the same instant, they go by order
    Checkpoint.objects.filter(due_at__lte=LATE).update(due_at=LATE)
    few = statements_of_a_sweep(6)
    many = statements_of_a_sweep(54)
    assert Notice.objects.filter(key__startswith="checkpoint:").count() == 60
    assert (Letter.objects.count(), Supervision.objects.count()) == (20, 20)
    assert many == few
    assert few <= 30


def test_what_is_not_due_is_not_touched(scene):
    late_orders(scene, 3)
    with CaptureQueriesContext(connection) as seen:
        assert sweeps.fire_batch(at=TUESDAY) == 0
    assert len(seen) <= 4
