"""The four clocks of a limit, by the due times that the ten stories state (domain research, §9)."""

from datetime import UTC, date, timedelta
from decimal import Decimal

import pytest

from street.calendar import CalendarError, Day, Hours, Unit, WorkingCalendar, Year, parse_spans
from street.calendar_file import shipped
from tests.clock import instant

XINJIANG = shipped("xinjiang")
NATIONAL = shipped("national")
SUMMER = Hours.parse("05-01", "10:00-14:00,16:00-20:00")
WINTER = Hours.parse("10-01", "10:00-14:00,15:30-19:30")


def due(start, amount, unit, calendar=XINJIANG, **options):
    return f"{calendar.add(instant(start), amount, unit, **options):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("story", "start", "amount", "expected"),
    [
        ("ice", "2023-03-14 10:20", 5, "2023-03-21 19:30"),
        ("lights, over 肉孜节, a worked Sunday and 劳动节", "2023-04-11 11:00", 15, "2023-05-05 20:00"),
        ("late fee, over 国庆节 to a worked Saturday", "2023-09-22 12:00", 5, "2023-10-07 19:30"),
        ("fence", "2023-10-30 09:00", 5, "2023-11-06 19:30"),
        ("heat, the rework asked in the 春节 holiday", "2023-01-27 10:00", 3, "2023-01-30 19:30"),
        ("wages", "2023-12-18 09:05", 5, "2023-12-25 19:30"),
        ("manhole, over 古尔邦节", "2023-06-27 10:00", 5, "2023-07-07 20:00"),
        ("manhole, one step", "2023-06-27 10:00", 1, "2023-07-03 20:00"),
        ("objection to a referral", "2023-11-01 10:00", 5, "2023-11-08 19:30"),
    ],
)
def test_working_days_of_the_stories(story, start, amount, expected):
    assert due(start, amount, "working_day") == expected


def test_national_calendar_knows_neither_the_regional_holidays_nor_the_hours():
    assert due("2023-04-11 11:00", 15, "working_day", NATIONAL) == "2023-05-04 18:00"
    assert due("2023-06-27 10:00", 1, "working_day", NATIONAL) == "2023-06-28 18:00"


def test_heating_is_due_after_24_hours_in_spite_of_the_holiday():
    assert due("2023-01-25 23:10", 24, "clock_hour") == "2023-01-26 23:10"


@pytest.mark.parametrize(
    ("start", "amount", "last_day"),
    [
        ("2023-11-01 10:00", 15, date(2023, 11, 16)),
        ("2023-11-06 10:00", 60, date(2024, 1, 5)),
    ],
)
def test_statutory_days_end_at_midnight_of_the_last_day(start, amount, last_day):
    end = XINJIANG.add(instant(start), amount, "calendar_day")
    assert XINJIANG.last_day(end) == last_day
    assert end == instant(f"{last_day} 00:00") + timedelta(days=1)


def test_extension_of_statutory_days_counts_from_the_last_day_and_ends_on_a_worked_sunday():
    end = XINJIANG.add(instant("2023-11-06 10:00"), 60, "calendar_day")
    assert XINJIANG.last_day(XINJIANG.extend(end, 30, "calendar_day")) == date(2024, 2, 4)
    assert XINJIANG.reason(date(2024, 2, 4)) == "春节调休上班"


def test_extension_in_working_days_counts_from_the_day_that_midnight_ends():
    friday_midnight = instant("2023-03-18 00:00")
    assert XINJIANG.extend(friday_midnight, 1, "working_day") == instant("2023-03-20 19:30")


def test_extension_in_working_hours_runs_on_from_the_old_due_time():
    assert XINJIANG.extend(instant("2023-03-14 19:30"), 2, "working_hour") == instant("2023-03-15 12:00")


def test_calendar_days_that_end_on_a_day_off_roll_over_unless_told_not_to():
    # 2023-06-28 至 30 古尔邦节，7 月 1、2 日是周末
    assert due("2023-06-20 10:00", 8, "calendar_day") == "2023-07-04 00:00"
    assert due("2023-06-20 10:00", 8, "calendar_day", roll_over=False) == "2023-06-29 00:00"


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2023-03-14 10:20", 4, "2023-03-14 15:50"),
        ("2023-03-14 10:00", 4, "2023-03-14 14:00"),
        ("2023-03-14 14:30", Decimal("0.5"), "2023-03-14 16:00"),
        ("2023-03-14 18:00", 4, "2023-03-15 12:30"),
        ("2023-03-14 07:00", 1.5, "2023-03-14 11:30"),
        ("2023-03-17 19:30", "2", "2023-03-20 12:00"),
        ("2023-06-27 19:00", 2, "2023-07-03 11:00"),
    ],
)
def test_working_hours_run_only_while_people_work(start, amount, expected):
    assert due(start, amount, "working_hour") == expected


def test_an_order_dispatched_on_a_day_off_has_the_same_limit_as_one_of_the_day_before():
    assert due("2023-03-18 12:00", 1, "working_day") == due("2023-03-17 12:00", 1, "working_day") == "2023-03-20 19:30"


def test_an_instant_means_the_same_in_any_zone():
    start = instant("2023-06-27 10:00")
    assert XINJIANG.add(start.astimezone(UTC), 1, "working_day") == XINJIANG.add(start, 1, "working_day")


def test_the_season_changes_the_hours_on_its_first_day():
    assert [f"{end:%H:%M}" for _, end in XINJIANG.spans(date(2023, 4, 28))] == ["14:00", "19:30"]
    assert [f"{end:%H:%M}" for _, end in XINJIANG.spans(date(2023, 5, 4))] == ["14:00", "20:00"]
    assert [f"{end:%H:%M}" for _, end in XINJIANG.spans(date(2023, 10, 7))] == ["14:00", "19:30"]


def test_a_make_up_day_has_the_hours_of_its_season_and_a_day_off_none():
    assert len(XINJIANG.spans(date(2023, 4, 23))) == 2
    assert XINJIANG.spans(date(2023, 4, 21)) == []


def test_hours_of_one_year_stand_until_the_next_season():
    once = Hours.parse("2024-05-01", "09:00-17:00")
    calendar = WorkingCalendar("once", (SUMMER, WINTER, once))
    opening = {day: calendar.spans(day)[0][0].hour for day in (date(2024, 4, 30), date(2024, 9, 30), date(2025, 5, 1))}
    assert opening == {date(2024, 4, 30): 10, date(2024, 9, 30): 9, date(2025, 5, 1): 10}


def test_the_week_is_part_of_the_calendar():
    six_days = WorkingCalendar("six", (SUMMER,), weekly=frozenset(range(6)))
    assert due("2023-05-12 10:00", 1, "working_day", six_days) == "2023-05-13 20:00"
    assert six_days.reason(date(2023, 5, 14)) == "周日休息"


def test_the_largest_limit_is_still_counted():
    assert due("2023-01-01 00:00", 10_000, "clock_hour") == "2024-02-21 16:00"


def test_a_period_may_last_until_midnight():
    night = WorkingCalendar("night", (Hours.parse("01-01", "00:00-24:00"),))
    end = night.add(instant("2023-03-17 10:00"), 1, "working_day")
    assert (end, night.last_day(end)) == (instant("2023-03-21 00:00"), date(2023, 3, 20))


def test_working_time_between_two_instants_is_exact_and_signed():
    first, last = instant("2023-03-17 19:00"), instant("2023-03-20 11:00") + timedelta(seconds=1)
    assert XINJIANG.working_hours_between(first, last) == timedelta(hours=1, minutes=30, seconds=1)
    assert XINJIANG.working_hours_between(last, first) == -timedelta(hours=1, minutes=30, seconds=1)


def test_no_working_time_is_added_at_once():
    night = instant("2023-03-14 03:00")
    assert XINJIANG.add_working_time(night, timedelta(0)) == night


def test_people_work_from_the_opening_until_the_closing():
    hours = ["09:59", "10:00", "13:59", "14:00", "15:30", "19:30"]
    worked = [hour for hour in hours if XINJIANG.is_working_time(instant(f"2023-03-14 {hour}"))]
    assert worked == ["10:00", "13:59", "15:30"]


def test_explanation_names_each_day_and_why():
    steps = XINJIANG.explain(instant("2023-06-27 10:00"), 1, "working_day")
    assert [(step.date.day, step.counted, step.reason) for step in steps] == [
        (27, 0, "当日不计"),
        (28, 0, "古尔邦节放假"),
        (29, 0, "古尔邦节放假"),
        (30, 0, "古尔邦节放假"),
        (1, 0, "周六休息"),
        (2, 0, "周日休息"),
        (3, 1, "工作日"),
    ]


def test_explanation_of_hours_says_how_many_each_day_gave():
    steps = XINJIANG.explain(instant("2023-03-14 18:00"), 4, "working_hour")
    assert [step.counted for step in steps] == [timedelta(hours=1.5), timedelta(hours=2.5)]


def test_explanation_says_that_the_last_day_rolled_over():
    steps = XINJIANG.explain(instant("2023-03-13 10:00"), 5, "calendar_day")
    assert [step.reason for step in steps[-2:]] == ["末日不上班，顺延；周日休息", "末日不上班，顺延；工作日"]


def test_explanation_of_clock_hours_is_one_step():
    assert [step.counted for step in XINJIANG.explain(instant("2023-03-14 18:00"), 2, "clock_hour")] == [timedelta(hours=2)]


@pytest.mark.parametrize(
    ("amount", "unit", "code"),
    [
        (1, "fortnight", "unknown_unit"),
        (1, None, "unknown_unit"),
        (0, "working_day", "amount_not_positive"),
        (-1, "clock_hour", "amount_not_positive"),
        (1.5, "working_day", "day_not_whole"),
        (Decimal("0.5"), "calendar_day", "day_not_whole"),
        ("soon", "clock_hour", "bad_amount"),
        (True, "clock_hour", "bad_amount"),
        (float("nan"), "clock_hour", "bad_amount"),
        (float("inf"), "clock_hour", "bad_amount"),
        (10_001, "working_hour", "amount_too_large"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(amount, unit, code):
    for count in (XINJIANG.add, XINJIANG.explain):
        with pytest.raises(CalendarError) as refused:
            count(instant("2023-03-14 10:00"), amount, unit)
        assert refused.value.code == code
        assert isinstance(refused.value, ValueError)
        assert refused.value.message.endswith("。")


def test_a_time_without_zone_is_refused():
    naive = instant("2023-03-14 10:00").replace(tzinfo=None)
    with pytest.raises(CalendarError, match="没有时区"):
        XINJIANG.add(naive, 1, "working_day")
    with pytest.raises(CalendarError, match="没有时区"):
        XINJIANG.working_hours_between(naive, naive)


def test_working_time_cannot_be_taken_away():
    with pytest.raises(CalendarError, match="不能为负"):
        XINJIANG.add_working_time(instant("2023-03-14 10:00"), -timedelta(hours=1))


@pytest.mark.parametrize(
    "spans",
    [
        "",
        "10:00",
        "14:00-10:00",
        "10:00-14:00,13:00-18:00",
        "10:00-14:00,14:00-18:00",
        "25:00-26:00",
        "10:60-11:00",
        "20:00-24:30",
    ],
)
def test_hours_that_cannot_be_read_are_refused(spans):
    with pytest.raises(CalendarError) as refused:
        parse_spans(spans)
    assert refused.value.code == "bad_spans"


@pytest.mark.parametrize("start", ["5-1", "02-29", "13-01", "20240501", "2024-02-30", ""])
def test_a_season_needs_a_first_day(start):
    with pytest.raises(CalendarError) as refused:
        Hours.parse(start, "10:00-14:00")
    assert refused.value.code == "bad_start"


@pytest.mark.parametrize(
    "parts",
    [{"hours": ()}, {"hours": (Hours.parse("2024-05-01", "10:00-14:00"),)}, {"hours": (SUMMER,), "weekly": frozenset()}],
)
def test_a_calendar_without_working_time_cannot_be_made(parts):
    with pytest.raises(CalendarError) as refused:
        WorkingCalendar("empty", **parts)
    assert refused.value.code == "no_working_time"


def test_a_calendar_does_not_change_with_what_it_was_built_from():
    days = {date(2023, 3, 14): Day(False, "停工")}
    calendar = WorkingCalendar("kept", (SUMMER,), days=days)
    days.clear()
    assert not calendar.is_working_day(date(2023, 3, 14))


def test_years_without_a_notice_are_provisional_and_counted_by_the_weekly_rule():
    assert XINJIANG.provisional(2023) == ""
    assert "2026" in XINJIANG.provisional(2026)
    assert "2035 年" in XINJIANG.provisional(2035)
    assert due("2035-03-14 10:00", 1, "working_day") == "2035-03-15 19:30"


def test_provisional_years_of_a_count_are_named():
    calendar = WorkingCalendar("two", (SUMMER,), years={2023: Year(False, "通知"), 2024: Year(True, "未到")})
    assert calendar.provisional_between(instant("2023-12-30 10:00"), instant("2025-01-02 10:00")) == {
        2024: "未到",
        2025: "two没有 2025 年的放假通知，暂按已录入的日子和周一至周五计算。",
    }


def test_every_unit_has_a_name_for_the_screen():
    assert [unit.label for unit in Unit] == ["小时", "工作时", "工作日", "自然日"]
