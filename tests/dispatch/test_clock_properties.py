"""What holds for every clock under every calendar, paused or not: Hypothesis over any week, hours, days off and make-up days.

Beside it a count minute by minute, which knows nothing of the product (bench/oracle.py, 100,000 cases by command)."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench import oracle
from dispatch import reckoning
from street.calendar import Unit
from tests.street.test_calendar_properties import amounts, calendars, instants

some = settings(deadline=None, max_examples=100, derandomize=True)
WORKING = [Unit.WORKING_DAY, Unit.WORKING_HOUR]
units = st.sampled_from(Unit)
lengths = st.integers(1, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
shares = st.integers(0, 100).map(lambda percent: percent / 100)


@st.composite
def pauses(draw):
    """A pause that begins at some instant: (from, to)."""
    begin = draw(instants)
    return begin, begin + draw(lengths)


def a_clock(calendar, start, amount, unit, *still):
    """A clock as the lights see it, with its pauses in order."""
    due = calendar.add(start, amount, unit, roll_over=False)
    for first, last in still:
        due = reckoning.after_pause(due, first, last, unit, calendar)
    return SimpleNamespace(starts_at=start, due_at=due, limit=SimpleNamespace(unit=unit), stood_still=list(still))


def in_working_time(calendar, due):
    return any(opens < due <= closes for opens, closes in calendar.spans(calendar.last_day(due)))


@some
@given(calendars(), instants, amounts, units, pauses())
def test_pause_shifts_by_exactly_its_length_in_the_clocks_own_time(calendar, start, amount, unit, pause):
    due = calendar.add(start, amount, unit, roll_over=False)
    assume(due > pause[0])
    moved = reckoning.after_pause(due, *pause, unit, calendar)
    worth = reckoning.length(*pause, unit, calendar)
    between = calendar.working_hours_between(due, moved) if unit in WORKING else moved - due
    assert between == worth


@some
@given(calendars(), instants, amounts, units, pauses())
def test_what_was_left_when_it_stopped_is_left_when_it_runs_on(calendar, start, amount, unit, pause):
    due = calendar.add(start, amount, unit, roll_over=False)
    assume(due > pause[0])
    moved = reckoning.after_pause(due, *pause, unit, calendar)
    assert reckoning.length(pause[1], moved, unit, calendar) == reckoning.length(pause[0], due, unit, calendar)


@some
@given(calendars(), instants, amounts, units, pauses(), lengths)
def test_two_pauses_on_end_are_one(calendar, start, amount, unit, pause, more):
    due, end = calendar.add(start, amount, unit, roll_over=False), pause[1] + more
    assume(due > pause[0])
    once = reckoning.after_pause(due, pause[0], end, unit, calendar)
    first = reckoning.after_pause(due, *pause, unit, calendar)
    # What is left of a day clock may be less than a day: then it has run out by the end of the first pause
    assume(first > pause[1])
    assert reckoning.after_pause(first, pause[1], end, unit, calendar) == once


@some
@given(calendars(), instants, amounts, units, pauses(), lengths)
def test_longer_pause_is_never_due_earlier(calendar, start, amount, unit, pause, more):
    due = calendar.add(start, amount, unit)
    shorter = reckoning.after_pause(due, *pause, unit, calendar, roll_over=True)
    longer = reckoning.after_pause(due, pause[0], pause[1] + more, unit, calendar, roll_over=True)
    assert due <= shorter <= longer


@some
@given(calendars(), instants, instants, amounts, units, pauses())
def test_what_starts_later_is_never_due_earlier_under_the_same_pause(calendar, one, other, amount, unit, pause):
    first, last = sorted([one, other])
    assume(last <= pause[0] and calendar.add(first, amount, unit) > pause[0])
    due = [reckoning.after_pause(calendar.add(at, amount, unit), *pause, unit, calendar, roll_over=True) for at in (first, last)]
    assert due[0] <= due[1]


@some
@given(calendars(), instants, amounts, units, lengths, lengths)
def test_clock_that_has_run_out_is_not_moved(calendar, start, amount, unit, after, length):
    due = calendar.add(start, amount, unit)
    assert reckoning.after_pause(due, due, due + length, unit, calendar, roll_over=True) == due
    assert reckoning.after_pause(due, due + after, due + after + length, unit, calendar, roll_over=True) == due


@some
@given(calendars(), instants, amounts, st.sampled_from(WORKING), pauses(), st.integers(1, 10), pauses())
def test_working_clock_ends_while_people_work_paused_and_extended(calendar, start, amount, unit, first, days, second):
    due = reckoning.after_pause(calendar.add(start, amount, unit), *first, unit, calendar)
    assert in_working_time(calendar, due)
    due = reckoning.after_pause(calendar.extend(due, days, Unit.WORKING_DAY), *second, unit, calendar)
    assert in_working_time(calendar, due)


@some
@given(calendars(), instants, amounts, pauses())
def test_day_clock_that_rolls_over_never_ends_on_a_day_off(calendar, start, amount, pause):
    due = reckoning.after_pause(
        calendar.add(start, amount, Unit.CALENDAR_DAY), *pause, Unit.CALENDAR_DAY, calendar, roll_over=True
    )
    assert calendar.is_working_day(calendar.last_day(due))


@some
@given(calendars(), instants, amounts, st.sampled_from(WORKING), pauses())
def test_pause_outside_working_time_gives_nothing(calendar, start, amount, unit, pause):
    assume(not calendar.working_hours_between(*pause))
    due = calendar.add(start, amount, unit)
    assert reckoning.after_pause(due, *pause, unit, calendar) == due


@some
@given(calendars(), instants, amounts, units, pauses())
def test_time_zone_of_an_instant_changes_nothing(calendar, start, amount, unit, pause):
    def due(zone):
        moved = calendar.add(start.astimezone(zone), amount, unit)
        return reckoning.after_pause(moved, *(at.astimezone(zone) for at in pause), unit, calendar, roll_over=True)

    assert due(ZoneInfo("UTC")) == due(ZoneInfo("Asia/Shanghai")) == due(ZoneInfo("America/New_York"))


@some
@given(calendars(), instants, st.integers(2, 30), st.sampled_from([*WORKING, Unit.CLOCK_HOUR]), pauses(), shares)
def test_share_of_the_time_is_reached_at_its_instant_and_in_no_pause(calendar, start, amount, unit, pause, share):
    assume(start < pause[0] < calendar.add(start, amount, unit))
    clock = a_clock(calendar, start, amount, unit, pause)
    at = reckoning.share_instant(clock, share, calendar)
    assert abs(reckoning.share_used(clock, at, calendar) - share) < 1e-6
    assert not pause[0] < at < pause[1]
    assert start <= at <= clock.due_at


@some
@given(calendars(), instants, st.integers(2, 30), st.sampled_from([*WORKING, Unit.CLOCK_HOUR]), pauses())
def test_paused_clock_has_used_no_more_at_the_end_of_the_pause_than_at_its_beginning(calendar, start, amount, unit, pause):
    assume(start < pause[0] < calendar.add(start, amount, unit))
    clock = a_clock(calendar, start, amount, unit, pause)
    assert reckoning.used(clock, pause[0], calendar) == reckoning.used(clock, pause[1], calendar)
    assert reckoning.share_used(clock, clock.due_at, calendar) == 1


@some
@given(calendars(), instants, instants, instants, amounts, units)
def test_used_time_never_shrinks(calendar, start, one, other, amount, unit):
    clock = a_clock(calendar, start, amount, unit)
    first, last = sorted([one, other])
    assert reckoning.used(clock, first, calendar) <= reckoning.used(clock, last, calendar)


def test_two_thousand_random_clocks_agree_with_a_count_minute_by_minute():
    wrong, tried = oracle.disagreements(2_000, seed=7)
    assert wrong == []
    assert len(tried) == 24  # every unit, with no, one and two pauses, extended and not


def test_count_minute_by_minute_knows_the_hours_of_a_winter_monday():
    start = datetime(2023, 3, 13, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    minutes = round((start - oracle.FIRST) / timedelta(minutes=1))
    due = oracle.counted(oracle.Clock(minutes, Unit.WORKING_HOUR, 6, None, 0, None))
    assert oracle.FIRST + timedelta(minutes=due) == datetime(2023, 3, 13, 17, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
