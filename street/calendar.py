"""工作日历: pure arithmetic of working time. No Django, no clock, no database; everything it needs is in its arguments.

How the four clocks count (派单当日不计; 民法典 201–203 for calendar days; the limits themselves are policy, not here):
- 工作日: neither the day of dispatch nor a day off counts; due when the last working period of the n-th day closes.
- 工作时: runs inside the working periods only; dispatched outside them, it starts at the next opening.
- 小时: round the clock, holidays included.
- 自然日: the day of dispatch does not count; due at 24:00 of the last day, or, where that is a day off and `roll_over` is on,
  at 24:00 of the next working day. 24:00 is written as 00:00 of the following day; `last_day` gives the day that is meant.
"""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain, pairwise
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
MONDAY_TO_FRIDAY = frozenset(range(5))
WEEKDAY_NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
LARGEST_AMOUNT = 10_000
MINUTES_A_DAY = 24 * 60
PERIOD = re.compile(r"([01]\d|2[0-4]):([0-5]\d)\s*[-–—]\s*([01]\d|2[0-4]):([0-5]\d)")
ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)


class CalendarError(ValueError):
    """日历错误: a stable English `code` for programs, a Chinese sentence for people."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


class Unit(enum.StrEnum):
    """时限单位: the four clocks that real rules use; `label` is the word on the screen."""

    CLOCK_HOUR = "clock_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"

    @property
    def label(self):
        """单位名称: 小时、工作时、工作日、日（自然日）."""
        return UNIT_LABELS[self]


UNIT_LABELS = {
    Unit.CLOCK_HOUR: "小时",
    Unit.WORKING_HOUR: "工作时",
    Unit.WORKING_DAY: "工作日",
    Unit.CALENDAR_DAY: "自然日",
}
DAY_UNITS = frozenset({Unit.WORKING_DAY, Unit.CALENDAR_DAY})


class Day(NamedTuple):
    """特别日: a date that breaks the weekly rule: off (放假) or, with `work`, a make-up day (调休上班)."""

    work: bool
    name: str


class Year(NamedTuple):
    """年度: where the days of one year come from, and whether that is still provisional (通知未到)."""

    provisional: bool
    source: str


class Step(NamedTuple):
    """一步: one day of a count: what it added (a timedelta for hours, 0 or 1 for days) and why."""

    date: date
    counted: timedelta | int
    reason: str


class Hours(NamedTuple):
    """作息: working periods, minutes of the day, in force from `starts_on`: `05-01` every year or `2024-05-06` once."""

    starts_on: str
    periods: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, starts_on, spans):
        """读作息: from `05-01` and `10:00-14:00,16:00-20:00`; CalendarError `bad_start` or `bad_spans`."""
        return cls(_start(starts_on), parse_spans(spans))

    @property
    def yearly(self):
        """每年: whether these hours start anew each year."""
        return len(self.starts_on) == 5

    def last_start(self, day):
        """最近一次起用: the last date up to `day` on which these hours started; None if there is none."""
        if not self.yearly:
            start = date.fromisoformat(self.starts_on)
            return start if start <= day else None
        start = date.fromisoformat(f"{day.year:04}-{self.starts_on}")
        return start if start <= day else start.replace(year=day.year - 1)


@dataclass(frozen=True)
class WorkingCalendar:
    """工作日历: an immutable value: days that break the weekly rule, the weekly rule, hours by season, years."""

    code: str
    hours: tuple[Hours, ...]
    days: Mapping[date, Day] = field(default_factory=dict)
    years: Mapping[int, Year] = field(default_factory=dict)
    name: str = ""
    zone: ZoneInfo = BEIJING
    weekly: frozenset[int] = MONDAY_TO_FRIDAY

    def __post_init__(self):
        if not self.weekly or not any(hours.yearly for hours in self.hours):
            raise CalendarError("no_working_time", f"日历 {self.code} 没有每周工作日或每年起用的作息时间，无法计算期限。")
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))
        object.__setattr__(self, "years", MappingProxyType(dict(self.years)))

    def is_working_day(self, day):
        """工作日: whether people work on this date; an entry of the table goes before the weekly rule."""
        entry = self.days.get(day)
        return entry.work if entry else day.weekday() in self.weekly

    def reason(self, day):
        """缘由: why this date is worked or not, in words (`古尔邦节放假`, `劳动节调休上班`, `周六休息`)."""
        entry = self.days.get(day)
        if entry:
            return f"{entry.name}{'调休上班' if entry.work else '放假'}"
        return "工作日" if day.weekday() in self.weekly else f"{WEEKDAY_NAMES[day.weekday()]}休息"

    def provisional(self, year):
        """暂定年度: a sentence saying why the days of this year may still change; empty when they are certain."""
        known = self.years.get(year)
        if known is None:
            return f"{self.name or self.code}没有 {year} 年的放假通知，暂按已录入的日子和周一至周五计算。"
        return known.source if known.provisional else ""

    def provisional_between(self, first, last):
        """暂定年度: {year: sentence} for the provisional years from instant `first` to instant `last`."""
        years = range(self._local(first).year, self._local(last).year + 1)
        return {year: sentence for year in years if (sentence := self.provisional(year))}

    def spans(self, day):
        """工作时段: the (start, end) of each working period of this date, aware; none on a day off."""
        if not self.is_working_day(day):
            return []
        midnight = datetime.combine(day, time(), self.zone)
        return [
            (midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
            for opens, closes in self._hours_on(day).periods
        ]

    def is_working_time(self, at):
        """上班时间: whether people work at this instant (closing instants excluded)."""
        at = self._local(at)
        return any(opens <= at < closes for opens, closes in self.spans(at.date()))

    def working_instant(self, at):
        """最近的上班时刻: `at` itself while people work, else when they next begin, aware, in this calendar's zone."""
        at = self._local(at)
        return next(max(opens, at) for opens, closes in self._spans_from(at.date()) if at < closes)

    def add(self, start, amount, unit, roll_over=True):
        """期限: when `amount` of `unit` from `start` falls due, an aware instant of this calendar's zone.

        Days must be whole; hours may be fractions (int, float, Decimal or their text). `roll_over` is for calendar days only.
        CalendarError: unknown_unit, bad_amount, amount_not_positive, amount_too_large, day_not_whole, naive_datetime.
        """
        start, amount, unit = self._local(start), _amount(amount, unit), Unit(unit)
        if unit is Unit.CLOCK_HOUR:
            return (start.astimezone(UTC) + _hours(amount)).astimezone(self.zone)
        if unit is Unit.WORKING_HOUR:
            return self.add_working_time(start, _hours(amount))
        *_, last = self._count_days(start, int(amount), unit, roll_over)
        if unit is Unit.CALENDAR_DAY:
            return datetime.combine(last.date + ONE_DAY, time(), self.zone)
        return self.spans(last.date)[-1][1]

    def extend(self, due, amount, unit, roll_over=True):
        """延期: `amount` of `unit` on top of an earlier due time, errors as `add`; 24:00 counts as the day it ends."""
        if unit in DAY_UNITS:
            due = datetime.combine(self.last_day(due), time(), self.zone)
        return self.add(due, amount, unit, roll_over)

    def last_day(self, due):
        """最后一天: the date of a due time as people say it; 00:00 is 24:00 of the day before."""
        local = self._local(due)
        return local.date() - ONE_DAY if local.time() == time() else local.date()

    def add_working_time(self, start, duration):
        """工作时: the instant at which `duration` (timedelta ≥ 0) of working time after `start` has passed."""
        start = self._local(start)
        if duration < NOTHING:
            raise CalendarError("negative_duration", "要增加的工作时间不能为负。")
        if not duration:
            return start
        for opens, closes in self._spans_from(start.date()):
            begin = max(opens, start)
            if closes - begin >= duration:
                return begin + duration
            duration -= max(closes - begin, NOTHING)
        raise AssertionError("working periods never end")

    def working_hours_between(self, first, last):
        """工作时长: exact working time from `first` to `last`, a timedelta, negative when `last` comes before `first`."""
        first, last = self._local(first), self._local(last)
        if last < first:
            return -self.working_hours_between(last, first)
        total = NOTHING
        for opens, closes in self._spans_from(first.date()):
            if opens >= last:
                break
            total += max(min(closes, last) - max(opens, first), NOTHING)
        return total

    def explain(self, start, amount, unit, roll_over=True):
        """算法说明: the count of `add` day by day, a list of Step; same arguments, same errors."""
        start, amount, unit = self._local(start), _amount(amount, unit), Unit(unit)
        if unit is Unit.CLOCK_HOUR:
            return [Step(start.date(), _hours(amount), "不分昼夜和节假日，连续计算")]
        if unit is Unit.WORKING_HOUR:
            return list(self._count_hours(start, self.add_working_time(start, _hours(amount))))
        return list(self._count_days(start, int(amount), unit, roll_over))

    def _local(self, at):
        if at.tzinfo is None or at.utcoffset() is None:
            raise CalendarError("naive_datetime", f"时间 {at.isoformat()} 没有时区，请写明，例如 +08:00。")
        return at.astimezone(self.zone)

    def _hours_on(self, day):
        started = [(start, not hours.yearly, hours) for hours in self.hours if (start := hours.last_start(day))]
        return max(started)[-1]

    def _spans_from(self, day) -> Iterator[tuple[datetime, datetime]]:
        while True:
            yield from self.spans(day)
            day += ONE_DAY

    def _count_days(self, start, amount, unit, roll_over) -> Iterator[Step]:
        every_day, day, counted = unit is Unit.CALENDAR_DAY, start.date(), 0
        yield Step(day, 0, "当日不计")
        while counted < amount:
            day += ONE_DAY
            counts = every_day or self.is_working_day(day)
            counted += counts
            yield Step(day, int(counts), self.reason(day))
        while roll_over and not self.is_working_day(day):
            day += ONE_DAY
            yield Step(day, 0, f"末日不上班，顺延；{self.reason(day)}")

    def _count_hours(self, start, due) -> Iterator[Step]:
        day = start.date()
        while day <= due.date():
            midnight = datetime.combine(day, time(), self.zone)
            worked = self.working_hours_between(max(start, midnight), min(due, midnight + ONE_DAY))
            yield Step(day, worked, self.reason(day))
            day += ONE_DAY


def parse_spans(text):
    """读时段: `10:00-14:00,16:00-20:00` as (open, close) minutes of the day, in order and apart; CalendarError `bad_spans`."""
    periods = tuple(_period(part.strip()) for part in re.split("[,，]", text))
    minutes = list(chain.from_iterable(periods))
    if any(later <= earlier for earlier, later in pairwise(minutes)) or minutes[-1] > MINUTES_A_DAY:
        raise CalendarError("bad_spans", f"时段“{text}”有重叠、倒置或超过 24:00，应按先后写明，例如 10:00-14:00,16:00-20:00。")
    return periods


def _period(part):
    match = PERIOD.fullmatch(part)
    if match is None:
        raise CalendarError("bad_spans", f"时段“{part}”写法不对，应写成 10:00-14:00。")
    opens, opens_minute, closes, closes_minute = map(int, match.groups())
    return opens * 60 + opens_minute, closes * 60 + closes_minute


def _start(text):
    complete = f"2001-{text}" if re.fullmatch(r"\d\d-\d\d", text) else text
    try:
        date.fromisoformat(complete)
    except ValueError:
        complete = ""
    if len(complete) != 10:
        raise CalendarError("bad_start", f"起用日“{text}”写法不对，应写成 05-01（每年，02-29 除外）或 2024-05-06（一次）。")
    return text


def _amount(amount, unit):
    """A checked Decimal; the unit is checked first, since it decides what an amount may be."""
    if unit not in UNIT_LABELS:
        raise CalendarError("unknown_unit", f"没有“{unit}”这种时限单位，可用：{'、'.join(UNIT_LABELS)}。")
    number = _number(amount)
    if number <= 0:
        raise CalendarError("amount_not_positive", f"时限必须大于零，现在是 {amount}。")
    if number > LARGEST_AMOUNT:
        raise CalendarError("amount_too_large", f"时限不能超过 {LARGEST_AMOUNT}，现在是 {amount}。")
    if unit in DAY_UNITS and number != int(number):
        raise CalendarError("day_not_whole", f"按日计算的时限必须是整数，现在是 {amount}。")
    return number


def _number(amount):
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise CalendarError("bad_amount", f"时限“{amount}”不是数字。")
    return number


def _hours(amount):
    return timedelta(microseconds=round(amount * 3_600_000_000))
