"""The shipped calendars against two independent sources, and what a file with a mistake is told."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from street.calendar import CalendarError, Day
from street.calendar_file import SHIPPED, CalendarFileError, read, shipped

NATIONAL = shipped("national")
XINJIANG = shipped("xinjiang")
GOOD = """\
code = "county"
name = "某县日历"

[[hours]]
from = "01-01"
spans = "09:00-12:00,13:00-18:00"

[[year]]
year = 2023
provisional = false
source = "县里的通知"
holidays = [
  { name = "春节", first = 2023-01-21, last = 2023-01-27, work = [2023-01-28, 2023-01-29] },
  { name = "清明节", first = 2023-04-05 },
]
"""


def days_of(first_year, last_year):
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        yield day
        day += timedelta(days=1)


def test_national_days_agree_with_chinesecalendar_on_every_day():
    differing = [day for day in days_of(2023, 2026) if NATIONAL.is_working_day(day) != chinese_calendar.is_workday(day)]
    assert differing == []


def test_national_days_agree_with_holidays_on_every_day_and_in_the_provisional_years():
    theirs = holidays.country_holidays("CN", years=range(2023, 2029))
    assert [day for day in days_of(2023, 2028) if NATIONAL.is_working_day(day) != theirs.is_working_day(day)] == []


def test_xinjiang_differs_from_the_nation_only_by_its_own_holidays():
    differing = {f"{day:%m-%d}" for day in days_of(2023, 2023) if XINJIANG.is_working_day(day) != NATIONAL.is_working_day(day)}
    assert differing == {"04-21", "06-28", "06-29", "06-30"}
    differing = {f"{day:%m-%d}" for day in days_of(2025, 2025) if XINJIANG.is_working_day(day) != NATIONAL.is_working_day(day)}
    assert differing == {"03-31", "06-06", "06-09", "06-10"}


def test_the_shipped_years_without_a_notice_are_provisional():
    assert [year for year in range(2023, 2030) if NATIONAL.provisional(year)] == [2027, 2028, 2029]
    assert [year for year in range(2023, 2030) if XINJIANG.provisional(year)] == [2024, 2026, 2027, 2028, 2029]


def test_a_calendar_that_is_not_shipped_is_refused_with_those_that_are():
    with pytest.raises(CalendarError, match="national、xinjiang") as refused:
        shipped("mars")
    assert refused.value.code == "unknown_calendar"


def written(folder, text):
    path = folder / "county.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_row_by_row(tmp_path):
    data = read(written(tmp_path, GOOD))
    assert (data.code, data.name, data.time_zone, data.base) == ("county", "某县日历", "Asia/Shanghai", "")
    assert data.days[date(2023, 1, 27)] == Day(False, "春节")
    assert data.days[date(2023, 1, 28)] == Day(True, "春节")
    assert len(data.days) == 10
    assert data.years[2023].source == "县里的通知"


def test_the_fingerprint_follows_the_content_and_not_the_writing(tmp_path):
    rows = GOOD.splitlines(keepends=True)
    swapped = "".join([*rows[:12], rows[13], rows[12], *rows[14:]])
    before = read(written(tmp_path, GOOD)).fingerprint()
    assert read(written(tmp_path, "# 注释\n" + swapped)).fingerprint() == before
    assert read(written(tmp_path, GOOD.replace("09:00", "09:30"))).fingerprint() != before


@pytest.mark.parametrize(
    ("right", "wrong", "line", "reason"),
    [
        ('code = "county"', "code = county", 1, "不是合法的 TOML"),
        ('code = "county"', 'code = "某县"', 1, "code 只能用"),
        ('code = "county"', 'colour = "red"', 1, "缺少 code"),
        ('name = "某县日历"', 'name = "某县日历"\ncolour = "red"', 1, "不认识的项目 colour"),
        ('name = "某县日历"', 'name = ""', 1, "name 不能为空"),
        ('name = "某县日历"', 'name = "某县日历"\ntime_zone = "Asia/Nowhere"', 3, "没有时区"),
        ('name = "某县日历"', 'name = "某县日历"\nbase = "county"', 3, "base 不能是日历自己"),
        ('from = "01-01"', 'from = "2023-01-01"', 4, "每年起用的作息"),
        ('from = "01-01"', 'from = "02-30"', 4, "起用日“02-30”写法不对"),
        ("13:00-18:00", "11:00-18:00", 4, "重叠"),
        ("year = 2023", 'year = "2023"', 8, "year 的写法不对"),
        ("year = 2023", "year = 20233", 8, "year 应在"),
        ("provisional = false\n", "", 8, "缺少 provisional"),
        ('source = "县里的通知"', f'source = "{"长" * 201}"', 8, "source 超过 200 字"),
        ("{ name", "{ title", 13, "缺少 name"),
        ("first = 2023-04-05", "first = 2024-04-05", 14, "不在 2023 年"),
        ("first = 2023-04-05", "first = 2023-01-27", 14, "2023-01-27 写了两次"),
        ("last = 2023-01-27", "last = 2023-01-20", 13, "在第一天 2023-01-21 之前"),
        ("last = 2023-01-27", "last = 2023-12-27", 13, "超过 31 天"),
        ("2023-01-29]", '"2023-01-29"]', 13, "work 应是日期"),
        ("first = 2023-04-05", "first = 2023-04-05T10:00:00", 14, "first 的写法不对"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_reason(tmp_path, right, wrong, line, reason):
    path = written(tmp_path, GOOD.replace(right, wrong, 1))
    with pytest.raises(CalendarFileError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}:{line}：")
    assert reason in refused.value.reason


def test_a_year_written_twice_is_told_at_its_second_place(tmp_path):
    again = '\n[[year]]\nyear = 2023\nprovisional = true\nsource = "再来一次"\n'
    with pytest.raises(CalendarFileError, match=":17：2023 年写了两次"):
        read(written(tmp_path, GOOD + again))


def test_a_mistake_in_a_later_year_is_told_at_its_own_line(tmp_path):
    rows = ["[[year]]", "year = 2024", "provisional = false", 'source = "通知"', "holidays = [", '  { name = "元旦" },', "]"]
    with pytest.raises(CalendarFileError, match=":22：缺少 first"):
        read(written(tmp_path, GOOD + "\n" + "\n".join(rows)))


def test_a_file_cut_off_in_the_middle_is_told_at_its_last_line(tmp_path):
    with pytest.raises(CalendarFileError, match=":13：不是合法的 TOML"):
        read(written(tmp_path, "".join(GOOD.splitlines(keepends=True)[:12])))


def test_a_file_that_is_not_text_or_not_there_is_told_so(tmp_path):
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (binary, tmp_path / "absent.toml"):
        with pytest.raises(CalendarFileError, match="读不了这个文件"):
            read(path)


def test_every_shipped_file_bears_its_code():
    assert {path.stem: read(path).code for path in SHIPPED.glob("*.toml")} == {"national": "national", "xinjiang": "xinjiang"}
