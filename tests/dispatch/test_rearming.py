"""再次呈送: a secretary who sets supervision aside is asked again after the rung's own time, as long as the work is owed."""

from datetime import timedelta

import pytest

from dispatch import deadlines, sweeps
from dispatch.actions import handling, supervision
from dispatch.models import Checkpoint, Supervision
from grievance.models import Event
from tests.dispatch.paperwork import an_order
from tests.dispatch.scene import TUESDAY, a_street

pytestmark = pytest.mark.django_db
LONG_AFTER = TUESDAY + timedelta(days=20)


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def late(scene):
    """An order so late that it lies before the street's secretary, who has nothing else coming."""
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=TUESDAY)
    while (due := Checkpoint.objects.waiting().filter(due_at__lte=LONG_AFTER).order_by("due_at").first()) is not None:
        sweeps.fire_batch(at=due.due_at)
    return order


def before_the_secretary(order):
    return Supervision.objects.get(case=order.case, level="street", status__in=["raised", "active"])


def again(order):
    return Checkpoint.objects.waiting().filter(order=order, occasion__startswith="again:")


def test_lifted_while_the_work_is_owed_it_comes_back_after_the_rungs_own_time(scene, late):
    row = supervision.lift(before_the_secretary(late), outcome="已约定下周完成", by=scene.who("secretary"), at=LONG_AFTER)
    waiting = again(late).get()
    calendar = deadlines.calendar_of(scene.street)
    assert waiting.rung.code == "secretary" and waiting.due_at == calendar.add(LONG_AFTER, 5, "working_day")
    assert Event.objects.filter(kind="supervision.again", subject=f"supervision:{row.pk}").count() == 1
    sweeps.fire_batch(at=waiting.due_at)
    assert before_the_secretary(late).pk != row.pk


def test_work_reported_in_time_takes_it_away(scene, late):
    supervision.lift(before_the_secretary(late), outcome="已约定下周完成", by=scene.who("secretary"), at=LONG_AFTER)
    handling.complete(late, public_answer="已办好", by=scene.who("luxi"), at=LONG_AFTER + timedelta(hours=1))
    assert not again(late).exists()


def test_lifted_after_the_work_is_done_nothing_comes_back(scene, late):
    handling.complete(late, public_answer="已办好", by=scene.who("luxi"), at=LONG_AFTER)
    supervision.lift(before_the_secretary(late), outcome="已办好", by=scene.who("secretary"), at=LONG_AFTER)
    assert not again(late).exists()
