"""逐分钟核对: random clocks with pauses and extensions, counted minute by minute, against what the product computes.

    python -m bench.oracle            100,000 cases, the report on standard output (kept in bench/oracle.txt)
    python -m bench.oracle 2000 7     so many cases from another seed

The count knows nothing of the product: national days come from the package chinese_calendar, the region's own days off and hours
of 2023 are typed in below, 2024 follows the nation. It steps through minutes and days one by one and, for a pause, asks what was
left when the clock stopped and steps on from where it runs again; the product adds the pause's length to the due time."""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import chinese_calendar

from dispatch import reckoning
from street.calendar import Unit
from street.calendar_file import shipped

FIRST = datetime(2023, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = 1440
DAYS = 731
REGION_OFF = {date(2023, 4, 21), date(2023, 6, 28), date(2023, 6, 29), date(2023, 6, 30)}
CALENDAR = shipped("xinjiang")
LAST_START = 400 * DAY
"""Starts lie in the first 400 days, so that everything ends within the two years."""


def _worked():
    minutes = bytearray(DAYS * DAY)
    for number in range(DAYS):
        day = date(2023, 1, 1) + timedelta(days=number)
        if not chinese_calendar.is_workday(day) or day in REGION_OFF:
            continue
        afternoon = range(960, 1200) if 5 <= day.month < 10 else range(930, 1170)
        for minute in (*range(600, 840), *afternoon):
            minutes[number * DAY + minute] = 1
    return minutes


WORKED = _worked()
WORKED_DAYS = [any(WORKED[number * DAY : (number + 1) * DAY]) for number in range(DAYS)]


@dataclass(frozen=True)
class Clock:
    """一个时限 in minutes from 2023-01-01 00:00: limit, a pause, an extension, a second pause; a pause is (from, to)."""

    start: int
    unit: str
    amount: int
    first: tuple | None
    days: int
    second: tuple | None

    @property
    def pauses(self):
        """The pauses it has."""
        return sum(pause is not None for pause in (self.first, self.second))


def random_clock(rng):
    """随机时限: every unit as likely; four of five are paused or extended."""
    unit = rng.choice(list(Unit))
    most = {Unit.CLOCK_HOUR: 96, Unit.WORKING_HOUR: 40, Unit.WORKING_DAY: 15, Unit.CALENDAR_DAY: 60}[unit]
    start = rng.randrange(LAST_START)
    first = _pause(rng, start) if rng.random() < 0.6 else None
    second = _pause(rng, first[1] if first else start) if rng.random() < 0.3 else None
    return Clock(start, unit, rng.randint(1, most), first, rng.randint(1, 10) if rng.random() < 0.4 else 0, second)


def _pause(rng, after):
    begin = after + rng.randrange(1, 6 * DAY)
    return begin, begin + rng.randrange(1, 20 * DAY)


def counted(clock):
    """逐分钟数: the due minute of a clock."""
    due = _base(clock)
    due = _paused(clock, due, clock.first)
    if clock.days:
        due = _extended(clock, due)
    return _paused(clock, due, clock.second)


def _base(clock):
    if clock.unit == Unit.CLOCK_HOUR:
        return clock.start + clock.amount * 60
    if clock.unit == Unit.WORKING_HOUR:
        return _step(clock.start, clock.amount * 60)
    if clock.unit == Unit.WORKING_DAY:
        return _close(_step_days(clock.start // DAY, clock.amount))
    return _end_of(clock.start // DAY + clock.amount)


def _paused(clock, due, pause):
    if pause is None or due <= pause[0]:
        return due
    begin, end = pause
    if clock.unit == Unit.CLOCK_HOUR:
        return end + (due - begin)
    if clock.unit == Unit.CALENDAR_DAY:
        return _end_of(end // DAY + ((due - 1) // DAY - begin // DAY))
    left = 0
    for minute in range(begin, due):
        left += WORKED[minute]
    return _step(end, left)


def _extended(clock, due):
    last = (due - 1) // DAY
    return _end_of(last + clock.days) if clock.unit == Unit.CALENDAR_DAY else _close(_step_days(last, clock.days))


def _step(minute, left):
    while left:
        left -= WORKED[minute]
        minute += 1
    return minute


def _step_days(day, left):
    while left:
        day += 1
        left -= WORKED_DAYS[day]
    return day


def _close(day):
    minute = (day + 1) * DAY
    while not WORKED[minute - 1]:
        minute -= 1
    return minute


def _end_of(day):
    while not WORKED_DAYS[day]:
        day += 1
    return (day + 1) * DAY


def reckoned(clock):
    """产品算的: the due minute of the same clock."""
    due = CALENDAR.add(_at(clock.start), clock.amount, clock.unit)
    due = _after(clock, due, clock.first)
    if clock.days:
        unit = Unit.CALENDAR_DAY if clock.unit == Unit.CALENDAR_DAY else Unit.WORKING_DAY
        due = CALENDAR.extend(due, clock.days, unit)
    due = _after(clock, due, clock.second)
    return round((due - FIRST) / timedelta(minutes=1))


def _after(clock, due, pause):
    if pause is None:
        return due
    return reckoning.after_pause(due, _at(pause[0]), _at(pause[1]), clock.unit, CALENDAR, roll_over=True)


def _at(minute):
    return FIRST + timedelta(minutes=minute)


def disagreements(cases, seed):
    """不一致的: those of `cases` random clocks for which the two due minutes differ, and how many of each kind were tried."""
    rng, tried, wrong = Random(seed), Counter(), []
    for _ in range(cases):
        clock = random_clock(rng)
        tried[f"{clock.unit} 挂账{clock.pauses}次 {'有' if clock.days else '无'}延期"] += 1
        if (one := counted(clock)) != (other := reckoned(clock)):
            wrong.append((clock, one, other))
    return wrong, tried


def main(cases=100_000, seed=2023):
    """报告: kinds tried, disagreements, time; exit status 1 where there is one."""
    began = time.perf_counter()
    wrong, tried = disagreements(cases, seed)
    print(f"逐分钟核对 {cases:,} 个随机时限（种子 {seed}），2023–2024 年新疆日历，Python {sys.version.split()[0]}")
    for kind, count in sorted(tried.items()):
        print(f"  {kind}：{count:,}")
    for clock, one, other in wrong[:20]:
        print(f"  不一致：{clock} 逐分钟 {_at(one)} 产品 {_at(other)}")
    print(f"不一致 {len(wrong)} 个；用时 {time.perf_counter() - began:.0f} 秒")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
