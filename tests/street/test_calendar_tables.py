"""Calendars in the database: loaded from files, read back in few queries, replaced in every process when they change."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError

from street.calendar import Day, Year
from street.calendar_file import CalendarData, shipped
from street.checks import provisional_calendar_years
from street.models import Calendar, CalendarDay, CalendarHours, CalendarYear
from tests.clock import BEFORE_QURBAN, instant, travel

DUE = ["due", "--from", "2023-06-27T10:00+08:00", "--amount", "1", "--unit", "working_day", "--calendar", "xinjiang"]


def run(*command):
    out, err = StringIO(), StringIO()
    call_command(*command, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def rows():
    return [list(model.objects.values_list()) for model in (Calendar, CalendarYear, CalendarDay, CalendarHours)]


@pytest.fixture
def loaded(db):
    run("load_calendar")


def test_loading_twice_changes_nothing(loaded):
    before = rows()
    out, _ = run("load_calendar")
    assert out == "全国日历（national）：没有变化\n新疆日历（xinjiang）：没有变化\n"
    assert rows() == before


def test_a_loaded_calendar_counts_like_its_file(loaded):
    for code in ("national", "xinjiang"):
        assert Calendar.objects.working(code) == shipped(code)


def test_a_calendar_that_was_never_loaded_is_the_shipped_one(db):
    assert Calendar.objects.working("xinjiang") == shipped("xinjiang")


def test_a_calendar_is_built_once_and_then_costs_one_query(loaded, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("street.models.calendar_day._built", {})
    with django_assert_num_queries(4):
        first = Calendar.objects.working("xinjiang")
    with django_assert_num_queries(1):
        assert Calendar.objects.working("xinjiang") is first


def test_a_changed_day_reaches_the_calendar_after_its_stamp(loaded):
    xinjiang = Calendar.objects.get(code="xinjiang")
    assert Calendar.objects.working("xinjiang").is_working_day(date(2026, 3, 20))
    xinjiang.days.create(date=date(2026, 3, 20), kind=CalendarDay.Kind.OFF, name="肉孜节")
    xinjiang.stamp()
    assert Calendar.objects.working("xinjiang").reason(date(2026, 3, 20)) == "肉孜节放假"


def test_a_changed_base_reaches_the_calendars_over_it(loaded):
    assert Calendar.objects.working("xinjiang").is_working_day(date(2023, 9, 1))
    national = Calendar.objects.get(code="national")
    national.days.create(date=date(2023, 9, 1), kind=CalendarDay.Kind.OFF, name="试验")
    national.stamp()
    assert not Calendar.objects.working("xinjiang").is_working_day(date(2023, 9, 1))


def test_rows_without_a_stamp_are_never_kept(db):
    calendar = Calendar.objects.create(code="new", name="新日历")
    calendar.hours.create(starts_on="01-01", spans="09:00-17:00")
    assert calendar.working().is_working_day(date(2023, 3, 14))
    calendar.days.create(date=date(2023, 3, 14), kind=CalendarDay.Kind.OFF, name="停工")
    assert not calendar.working().is_working_day(date(2023, 3, 14))


def test_a_new_year_can_be_loaded_alone(loaded):
    notice = CalendarData(
        "xinjiang",
        "新疆日历",
        base="national",
        years={2026: Year(False, "通知到了")},
        days={date(2026, 3, 20): Day(False, "肉孜节")},
    )
    assert Calendar.objects.load(notice)
    working = Calendar.objects.working("xinjiang")
    assert working.provisional(2026) == ""
    assert not working.is_working_day(date(2026, 3, 20))
    assert working.add(BEFORE_QURBAN, 1, "working_day") == instant("2023-07-03 20:00")


def test_a_day_that_left_the_file_leaves_the_table(loaded):
    without = CalendarData("xinjiang", "新疆日历", base="national", years={2023: Year(False, "更正")})
    assert Calendar.objects.load(without)
    assert Calendar.objects.working("xinjiang").is_working_day(date(2023, 6, 28))
    assert not Calendar.objects.working("xinjiang").is_working_day(date(2025, 6, 6))


def test_a_file_with_a_mistake_changes_nothing(loaded, tmp_path):
    before = rows()
    bad = tmp_path / "bad.toml"
    bad.write_text('code = "national"\nname = "全国日历"\n\n[[hours]]\nfrom = "01-01"\nspans = "9点到5点"\n', encoding="utf-8")
    with pytest.raises(CommandError, match="bad.toml:4：时段“9点到5点”写法不对"):
        run("load_calendar", str(bad))
    assert rows() == before


def test_a_region_is_refused_before_its_base(db, tmp_path):
    region = tmp_path / "region.toml"
    region.write_text('code = "region"\nname = "某地"\nbase = "national"\n', encoding="utf-8")
    with pytest.raises(CommandError, match="请先载入 national"):
        run("load_calendar", str(region))


def test_calendars_lie_one_over_one_and_no_deeper(loaded):
    with pytest.raises(ValueError, match="只能叠一层"):
        Calendar.objects.load(CalendarData("county", "某县", base="xinjiang"))


def test_hours_that_cannot_be_read_are_refused_in_a_form(loaded):
    hours = CalendarHours(calendar=Calendar.objects.get(code="xinjiang"), starts_on="05-01", spans="10点")
    with pytest.raises(ValidationError, match="写法不对"):
        hours.clean()


def test_due_prints_the_due_time_and_nothing_else(loaded):
    assert run(*DUE) == ("2023-07-03T20:00+08:00\n", "")


def test_due_answers_where_nothing_is_loaded(db):
    assert run(*DUE) == ("2023-07-03T20:00+08:00\n", "")


def test_due_answers_where_there_are_no_tables_yet(monkeypatch):
    def no_table(self, code):
        raise OperationalError("no such table: street_calendar")

    monkeypatch.setattr("street.models.calendar_day.CalendarQuerySet.working", no_table)
    assert run(*DUE) == ("2023-07-03T20:00+08:00\n", "")


def test_due_uses_what_is_loaded_rather_than_what_is_shipped(loaded):
    Calendar.objects.load(CalendarData("xinjiang", "新疆日历", base="national", years={2023: Year(False, "更正")}))
    assert run(*DUE)[0] == "2023-06-28T20:00+08:00\n"


def test_due_explains_itself_and_names_provisional_years_beside_the_answer(loaded):
    out, err = run(
        "due", "--from", "2026-12-31T10:00+08:00", "--amount", "1", "--unit", "working_day", "--calendar=national", "--explain"
    )
    assert out == "2027-01-04T18:00+08:00\n"
    assert err.splitlines()[:2] == ["2026-12-31 0 当日不计", "2027-01-01 0 元旦放假"]
    assert err.splitlines()[-1].startswith("提示：国务院办公厅2027年放假通知尚未录入")


def test_due_takes_half_hours_and_the_roll_over_switch(loaded):
    assert run("due", "--from", "2023-03-14T14:30+08:00", "--amount=0.5", "--unit=working_hour", "--calendar=xinjiang")[0] == (
        "2023-03-14T16:00+08:00\n"
    )
    days = ["due", "--from", "2023-06-20T10:00+08:00", "--amount=8", "--unit=calendar_day", "--calendar=xinjiang"]
    assert run(*days)[0] == "2023-07-04T00:00+08:00\n"
    assert run(*days, "--no-roll-over")[0] == "2023-06-29T00:00+08:00\n"


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--from", "yesterday", "写法不对"),
        ("--from", "2023-06-27T10:00", "没有时区"),
        ("--from", "9999-12-31T10:00+08:00", "超出可计算的范围"),
        ("--amount", "-1", "必须大于零"),
        ("--amount", "x", "不是数字"),
        ("--unit", "fortnight", "没有“fortnight”这种时限单位"),
        ("--calendar", "mars", "没有代码为“mars”的日历"),
    ],
)
def test_due_says_what_is_wrong_with_a_question(loaded, option, value, sentence):
    question = list(DUE)
    question[question.index(option) + 1] = value
    with pytest.raises(CommandError, match=sentence):
        run(*question)


def test_check_warns_of_the_provisional_years_of_the_next_ninety_days(loaded):
    with travel(instant("2026-11-23 09:00")):
        warnings = [warning.msg for warning in provisional_calendar_years(None)]
    assert [message.split(" 的")[0].split("年")[0] for message in warnings] == [
        "全国日历 2027 ",
        "新疆日历 2026 ",
        "新疆日历 2027 ",
    ]


def test_check_is_silent_while_every_notice_is_known(loaded):
    with travel(instant("2025-03-01 09:00")):
        assert provisional_calendar_years(None) == []


def test_check_is_silent_before_migrate(monkeypatch):
    def no_table(self, on):
        raise OperationalError("no such table: street_calendar")

    monkeypatch.setattr("street.models.calendar_day.CalendarQuerySet.provisional_years", no_table)
    assert provisional_calendar_years(None) == []


def test_asking_for_provisional_years_again_costs_one_query(loaded, django_assert_num_queries):
    on = date(2026, 11, 23) + timedelta(days=1)
    first = Calendar.objects.provisional_years(on)
    with django_assert_num_queries(1):
        assert Calendar.objects.provisional_years(on) == first
