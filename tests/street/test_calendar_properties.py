"""What holds for every calendar and every instant, and a brute-force count of the minutes of 2023 to compare with."""

from bisect import bisect_left
from datetime import date, datetime, timedelta

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from street.calendar import BEIJING, Day, Hours, Unit, WorkingCalendar
from street.calendar_file import shipped

some = settings(deadline=None, max_examples=100, derandomize=True)
many = settings(deadline=None, max_examples=400, derandomize=True)

XINJIANG = shipped("xinjiang")
FIRST = datetime(2023, 1, 1, tzinfo=BEIJING)
MINUTE = timedelta(minutes=1)

instants = st.integers(0, 330 * 86_400_000).map(lambda milliseconds: FIRST + timedelta(milliseconds=milliseconds))
durations = st.integers(1, 60 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds))
amounts = st.integers(1, 30)


@st.composite
def spans(draw):
    edges = draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw):
    """Any week, any hours, any days off and make-up days of 2023."""
    starts = draw(st.lists(st.sampled_from(["01-01", "03-15", "05-01", "10-01"]), min_size=1, unique=True))
    hours = [Hours(start, draw(spans())) for start in starts]
    if draw(st.booleans()):
        hours.append(Hours("2023-06-06", draw(spans())))
    dates = st.dates(date(2023, 1, 1), date(2024, 3, 31))
    days = draw(st.dictionaries(dates, st.booleans().map(lambda work: Day(work, "节")), max_size=40))
    weekly = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return WorkingCalendar("any", tuple(hours), days=days, weekly=weekly)


@some
@given(calendars(), instants, instants, amounts, st.sampled_from(Unit))
def test_what_starts_later_is_never_due_earlier(calendar, one, other, amount, unit):
    first, last = sorted([one, other])
    assert calendar.add(first, amount, unit) <= calendar.add(last, amount, unit)


@some
@given(calendars(), instants, amounts, amounts, st.sampled_from(Unit))
def test_a_longer_limit_is_never_due_earlier(calendar, start, one, other, unit):
    shorter, longer = sorted([one, other])
    assert start < calendar.add(start, shorter, unit) <= calendar.add(start, longer, unit)


@some
@given(calendars(), instants, durations, durations)
def test_working_time_added_in_two_parts_is_the_same_as_at_once(calendar, start, one, other):
    in_parts = calendar.add_working_time(calendar.add_working_time(start, one), other)
    assert in_parts == calendar.add_working_time(start, one + other)


@some
@given(calendars(), instants, durations)
def test_working_time_that_was_added_is_what_lies_between(calendar, start, duration):
    assert calendar.working_hours_between(start, calendar.add_working_time(start, duration)) == duration


@some
@given(calendars(), instants, instants, instants)
def test_working_time_between_instants_adds_up(calendar, one, two, three):
    between = calendar.working_hours_between
    assert between(one, two) + between(two, three) == between(one, three)


@some
@given(calendars(), instants, amounts, st.sampled_from([Unit.WORKING_DAY, Unit.WORKING_HOUR]))
def test_working_limits_end_while_people_work(calendar, start, amount, unit):
    due = calendar.add(start, amount, unit)
    assert any(opens < due <= closes for opens, closes in calendar.spans(calendar.last_day(due)))


@some
@given(calendars(), instants, amounts, st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]), st.booleans())
def test_explanation_of_days_counts_what_was_asked_and_ends_where_it_is_due(calendar, start, amount, unit, roll_over):
    steps = calendar.explain(start, amount, unit, roll_over)
    assert sum(step.counted for step in steps) == amount
    assert steps[-1].date == calendar.last_day(calendar.add(start, amount, unit, roll_over))


@some
@given(calendars(), instants, amounts)
def test_explanation_of_hours_adds_up_to_what_was_asked(calendar, start, amount):
    counted = [step.counted for step in calendar.explain(start, amount, Unit.WORKING_HOUR)]
    assert sum(counted, timedelta(0)) == timedelta(hours=amount)


def works_in_xinjiang(day):
    """2023 in Xinjiang by the package's national days and the notice's own, nothing of ours."""
    return chinese_calendar.is_workday(day) and f"{day:%m-%d}" not in {"04-21", "06-28", "06-29", "06-30"}


def worked_minutes():
    """Every minute of 2023 in which people work, counted one by one from the start of the year."""
    for number in range(365 * 1440):
        day, minute = date(2023, 1, 1) + timedelta(days=number // 1440), number % 1440
        afternoon = range(960, 1200) if date(2023, 5, 1) <= day < date(2023, 10, 1) else range(930, 1170)
        if (minute in range(600, 840) or minute in afternoon) and works_in_xinjiang(day):
            yield number


WORKED = list(worked_minutes())
WORKED_DAYS = sorted({minute // 1440 for minute in WORKED})


def at_minute(number):
    return FIRST + number * MINUTE


@many
@given(st.integers(0, 330 * 1440), st.integers(1, 80))
def test_working_hours_agree_with_a_count_of_minutes(start, half_hours):
    due = WORKED[bisect_left(WORKED, start) + half_hours * 30 - 1] + 1
    assert XINJIANG.add(at_minute(start), half_hours / 2, Unit.WORKING_HOUR) == at_minute(due)


@many
@given(st.integers(0, 330 * 1440), st.integers(1, 15))
def test_working_days_agree_with_a_count_of_minutes(start, amount):
    day = [day for day in WORKED_DAYS if day > start // 1440][amount - 1]
    due = WORKED[bisect_left(WORKED, (day + 1) * 1440) - 1] + 1
    assert XINJIANG.add(at_minute(start), amount, Unit.WORKING_DAY) == at_minute(due)


@many
@given(st.integers(0, 330 * 1440), st.integers(0, 330 * 1440))
def test_working_time_between_agrees_with_a_count_of_minutes(one, other):
    first, last = sorted([one, other])
    counted = bisect_left(WORKED, last) - bisect_left(WORKED, first)
    assert XINJIANG.working_hours_between(at_minute(first), at_minute(last)) == counted * MINUTE


@many
@given(st.integers(0, 330 * 1440), st.integers(1, 20))
def test_calendar_days_agree_with_a_count_of_minutes(start, amount):
    day = next(day for day in WORKED_DAYS if day >= start // 1440 + amount)
    assert XINJIANG.add(at_minute(start), amount, Unit.CALENDAR_DAY) == at_minute((day + 1) * 1440)
