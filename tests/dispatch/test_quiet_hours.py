"""静默时段: people are told when they are at work; the clock, the papers and supervision never wait."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import deadlines, sweeps
from dispatch.actions import handling
from dispatch.models import Anchor, Checkpoint, Letter, Supervision, TimeLimit
from grievance.actions import triage
from grievance.models import Case, Notice
from street.models import CalendarDay
from tests.clock import instant
from tests.dispatch.rungs import a_quiet_street, a_rung, fired
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db
NIGHT = instant("2023-03-15 02:00")
OPENING = instant("2023-03-15 10:00")


@pytest.fixture
def scene():
    return a_quiet_street()


def sent_at(scene, at, *, limit_class="U4", measure="chase", to="handler", **more):
    """An order whose checkpoint falls due at `at`; the notice that came of it."""
    rung = a_rung(scene, "after", 0, anchor="completion", unit="clock_hour", measure=measure, to=to, **more)
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    order = handling.dispatch(case, to=scene.luxi, limit_class=limit_class, by=scene.who("dispatcher"), at=TUESDAY)
    Checkpoint.objects.filter(rung=rung, order=order).update(due_at=at)
    return order


def notice(at):
    fired(at)
    return Notice.objects.get(key__startswith="checkpoint:")


@pytest.mark.parametrize("measure", ["remind", "chase"])
def test_at_night_it_is_written_at_once_and_sent_in_the_morning(scene, measure):
    order = sent_at(scene, NIGHT, measure=measure)
    row = notice(NIGHT)
    assert (row.created_at, row.not_before) == (NIGHT, OPENING)
    assert order.case.events.get(kind=f"checkpoint.{measure}").at == NIGHT
    assert row not in Notice.objects.due(OPENING - timedelta(seconds=1))
    assert row in Notice.objects.due(OPENING)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2023-03-15 10:00", "2023-03-15 10:00"),
        ("2023-03-15 13:59", "2023-03-15 13:59"),
        ("2023-03-15 14:00", "2023-03-15 15:30"),  # 午休
        ("2023-03-15 19:30", "2023-03-16 10:00"),
        ("2023-03-17 19:30", "2023-03-20 10:00"),  # 周末
        ("2023-06-27 20:00", "2023-07-03 10:00"),  # 古尔邦节和周末, which only Xinjiang's calendar knows
    ],
)
def test_the_streets_own_calendar_says_when_people_are_at_work(scene, at, opening):
    sent_at(scene, instant(at))
    assert notice(instant(at)).not_before == instant(opening)


def test_another_day_off_in_the_calendar_moves_the_morning(scene):
    calendar = scene.street.calendar
    CalendarDay.objects.create(calendar=calendar, date=OPENING.date(), kind="off", name="停电")
    calendar.stamp()
    sent_at(scene, NIGHT)
    assert notice(NIGHT).not_before == OPENING + timedelta(days=1)


@pytest.mark.parametrize(("awake", "when"), [(["U1", "U2"], NIGHT), (["U1"], OPENING), ([], OPENING)])
def test_which_classes_wake_people_is_the_policys_word(scene, awake, when):
    scene.policy.awake_classes = awake
    scene.policy.save()
    sent_at(scene, NIGHT, limit_class="U2")
    assert notice(NIGHT).not_before == when


def test_an_urgent_matter_wakes_people_whatever_its_class(scene):
    order = sent_at(scene, NIGHT)
    Case.objects.filter(pk=order.case_id).update(urgency="urgent")
    assert notice(NIGHT).not_before == NIGHT


def test_the_desk_works_by_day_too_where_a_row_speaks_to_it(scene):
    sent_at(scene, NIGHT, to="desk")
    assert notice(NIGHT).not_before == OPENING


def test_papers_and_supervision_do_not_wait_and_nor_does_who_must_sign(scene):
    sent_at(scene, NIGHT, measure="draft", to="unit_head", paper="caution", code="draft")
    sent_at(scene, NIGHT, measure="escalate", to="street_secretary", code="climb")
    fired(NIGHT)
    assert set(Letter.objects.values_list("drafted_at", flat=True)) == {NIGHT}
    assert set(Supervision.objects.values_list("raised_at", flat=True)) == {NIGHT}
    assert set(Notice.objects.filter(key__startswith="checkpoint:").values_list("not_before", flat=True)) == {NIGHT}


def test_the_class_of_a_clock_without_an_order_counts(scene):
    TimeLimit.objects.create(policy=scene.policy, limit_class="W3", anchor="answer", amount=1, unit="clock_hour")
    scene.policy.awake_classes = ["W3"]
    scene.policy.save()
    order = sent_at(scene, instant("2024-01-01 00:00"))
    a_rung(scene, "after", 0, anchor="answer", unit="clock_hour", to="handler", code="answer")
    deadlines.start_for(order, Anchor.ANSWER, "W3", unit=scene.luxi, at=NIGHT - timedelta(hours=1))
    assert notice(NIGHT).not_before == NIGHT


def test_nine_times_as_many_at_night_cost_no_statement_more(scene):
    for number in range(20):
        sent_at(scene, NIGHT, code=f"rung-{number}")
    Checkpoint.objects.filter(due_at__gt=NIGHT).delete()
    costs = []
    for size in (2, 18):
        with CaptureQueriesContext(connection) as seen:
            assert sweeps.fire_batch(at=NIGHT, size=size) == size
        costs.append(len(seen))
    assert costs[0] == costs[1]
