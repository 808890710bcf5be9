"""日历文件: a calendar as a TOML file (street/data/calendars/*.toml show the format); errors name file, line and reason."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from street.calendar import CalendarError, Day, Hours, WorkingCalendar, Year

SHIPPED = Path(__file__).parent / "data" / "calendars"
LONGEST_HOLIDAY = 31
LONGEST_TEXT = 200
YEARS = range(2000, 2101)


class CalendarFileError(CalendarError):
    """日历文件错误: which file, which line (0 = the file itself), what is wrong and what to write instead."""

    def __init__(self, path, line, reason):
        super().__init__("bad_calendar_file", f"{path}:{line}：{reason}" if line else f"{path}：{reason}")
        self.path, self.line, self.reason = path, line, reason


@dataclass(frozen=True)
class CalendarData:
    """日历数据: one calendar as written down, before it is laid over its base; the same from a file or from the tables."""

    code: str
    name: str
    time_zone: str = "Asia/Shanghai"
    base: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[date, Day] = field(default_factory=dict)
    years: Mapping[int, Year] = field(default_factory=dict)

    def working(self, base=None):
        """工作日历: the WorkingCalendar of this data laid over `base` (CalendarData): own days, hours and years go first."""
        hours = self.hours or (base.hours if base else {})
        return WorkingCalendar(
            code=self.code,
            name=self.name,
            zone=ZoneInfo(self.time_zone),
            hours=tuple(Hours.parse(start, spans) for start, spans in hours.items()),
            days={**(base.days if base else {}), **self.days},
            years=self.years,
        )

    def fingerprint(self):
        """内容指纹: a positive integer that changes whenever the content does, whoever changed it and in whatever order."""
        rows = [self.code, self.name, self.time_zone, self.base]
        rows += [str(sorted(part.items())) for part in (self.hours, self.days, self.years)]
        return int.from_bytes(hashlib.sha256("\n".join(rows).encode()).digest()[:7])


def shipped(code):
    """随附日历: the WorkingCalendar of the shipped file of that code; CalendarError `unknown_calendar`."""
    known = {path.stem: path for path in SHIPPED.glob("*.toml")}
    if code not in known:
        raise CalendarError("unknown_calendar", f"没有代码为“{code}”的日历，可用：{'、'.join(sorted(known))}。")
    data = read(known[code])
    return data.working(read(known[data.base]) if data.base else None)


def read(path):
    """读日历文件: CalendarData of a TOML file, checked row by row; CalendarFileError on the first thing wrong."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise CalendarFileError(path, int(line[1]) if line else _last_line(text), f"不是合法的 TOML：{error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarFileError(path, 0, f"读不了这个文件：{error}") from error
    return _Reader(path, text).data(tree)


class _Reader:
    """Checks the tree of one file; `where` follows along so that an error can name its line."""

    HEAD = {"code": str, "name": str, "time_zone": str, "base": str, "hours": list, "year": list}
    HOURS = {"from": str, "spans": str}
    YEAR = {"year": int, "provisional": bool, "source": str, "holidays": list}
    HOLIDAY = {"name": str, "first": date, "last": date, "work": list}

    def __init__(self, path, text):
        self.path = path
        self.lines = text.splitlines()
        self.line = 1

    def data(self, tree):
        self.expect(tree, self.HEAD, {"code", "name"})
        self.head(tree)
        hours = self.hours(tree)
        days: dict = {}
        years: dict = {}
        for number, row in enumerate(tree.get("year", [])):
            self.line = self.header("year", number)
            self.expect(row, self.YEAR, {"year", "provisional", "source"})
            self.check(row["year"] in YEARS, f"year 应在 {YEARS[0]} 至 {YEARS[-1]} 之间")
            self.check(row["year"] not in years, f"{row['year']} 年写了两次")
            years[row["year"]] = Year(row["provisional"], row["source"])
            self.holidays(row, days)
        head = {key: tree[key] for key in ("code", "name", "time_zone", "base") if key in tree}
        return CalendarData(**head, hours=hours, days=days, years=years)

    def head(self, tree):
        self.line = self.key("code")
        self.check(re.fullmatch(r"[-\w]{1,40}", tree["code"], re.ASCII), "code 只能用英文字母、数字、横线和下划线")
        self.line = self.key("time_zone")
        try:
            ZoneInfo(tree.get("time_zone", "Asia/Shanghai"))
        except (ValueError, ZoneInfoNotFoundError):
            self.check(False, f"没有时区“{tree['time_zone']}”")
        self.line = self.key("base")
        self.check(tree.get("base") != tree["code"], "base 不能是日历自己")

    def hours(self, tree):
        hours = {}
        for number, row in enumerate(tree.get("hours", [])):
            self.line = self.header("hours", number)
            self.expect(row, self.HOURS, set(self.HOURS))
            self.check(row["from"] not in hours, f"起用日 {row['from']} 写了两次")
            try:
                Hours.parse(row["from"], row["spans"])
            except CalendarError as error:
                self.check(False, error.message)
            hours[row["from"]] = row["spans"]
        self.line = self.header("hours", 0)
        self.check(
            tree.get("base") or any(len(start) == 5 for start in hours), "没有 base 时至少要有一段每年起用的作息 [[hours]]"
        )
        return hours

    def holidays(self, row, days):
        header = self.line
        for number, holiday in enumerate(row.get("holidays", [])):
            self.line = self.row(header, number)
            self.expect(holiday, self.HOLIDAY, {"name", "first"})
            for day, work in self.dates(holiday):
                self.check(day.year == row["year"], f"{day} 不在 {row['year']} 年")
                self.check(day not in days, f"{day} 写了两次")
                days[day] = Day(work, holiday["name"])

    def dates(self, holiday):
        first, last, work = holiday["first"], holiday.get("last", holiday["first"]), holiday.get("work", [])
        self.check(first <= last, f"最后一天 {last} 在第一天 {first} 之前")
        self.check((last - first).days < LONGEST_HOLIDAY, f"{first} 至 {last} 超过 {LONGEST_HOLIDAY} 天")
        self.check(all(type(day) is date for day in work), "work 应是日期，例如 [2023-01-28, 2023-01-29]")
        off = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return [(day, False) for day in off] + [(day, True) for day in work]

    def expect(self, row, kinds, required):
        self.check(isinstance(row, dict), "这里应是一张表")
        for key in required:
            self.check(key in row, f"缺少 {key}")
        for key, value in row.items():
            self.check(key in kinds, f"不认识的项目 {key}，可用：{'、'.join(kinds)}")
            self.check(type(value) is kinds[key], f"{key} 的写法不对：{value!r}")
            self.check(value != "", f"{key} 不能为空")
            self.check(kinds[key] is not str or len(value) <= LONGEST_TEXT, f"{key} 超过 {LONGEST_TEXT} 字")

    def check(self, good, reason):
        if not good:
            raise CalendarFileError(self.path, self.line, f"{reason}。".replace("。。", "。"))

    def header(self, table, number):
        found = self.matching(rf"\s*\[\[\s*{table}\s*\]\]")
        return found[number] if number < len(found) else 1

    def row(self, header, number):
        """The line of the n-th `{ … }` row below a header; the header's own where rows are not one to a line."""
        found = [line for line in self.matching(r"\s*\{") if line > header]
        return found[number] if number < len(found) else header

    def key(self, name):
        return next(iter(self.matching(rf"\s*{name}\s*=")), 1)

    def matching(self, pattern):
        return [number for number, line in enumerate(self.lines, 1) if re.match(pattern, line)]


def _last_line(text):
    return text.count("\n") + 1
