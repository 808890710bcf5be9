"""列: what may stand in a cell of a register's table, and how its words become the values of the street file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from street.datafile import CODE

CLEAR = ("清空", "（空）")
"""Words that take a value away; an empty cell leaves it as it is."""
YES, NO = ("是", "在用", "true", "1"), ("否", "撤销", "已撤销", "false", "0")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?$")
SERIAL = re.compile(r"(\d{5})(?:\.0+)?$")
FIRST = date(1899, 12, 30)
"""Day 0 of the numbers by which spreadsheets store dates."""


class Unreadable(Exception):
    """看不懂: the words of a cell cannot be the value its column holds."""


@dataclass(frozen=True)
class Column:
    """列: its key in the street file, its heading and other headings it goes by, what it holds and an example."""

    key: str
    label: str
    read: Callable
    hint: str = ""
    example: str = ""
    must: bool = False
    others: tuple = ()
    refers: str = ""


def words(text):
    """文字 as it stands."""
    return text


def number(text):
    """整数."""
    plain = text.removesuffix(".0")
    if not plain.isdecimal() or len(plain) > 9:
        raise Unreadable(f"“{text}”不是整数，或者太大")
    return int(plain)


def degrees(text):
    """度数, to six decimals."""
    try:
        value = Decimal(text).quantize(Decimal("0.000001"))
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise Unreadable(f"“{text}”不是数字")
    return value


def truth(text):
    """是 or 否."""
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise Unreadable(f"“{text}”应写 是 或 否")


def day(text):
    """日期, as people write it or as spreadsheets store it."""
    try:
        if stored := SERIAL.match(text):
            return FIRST + timedelta(days=int(stored[1]))
        if written := DAY.match(text):
            return date(*map(int, written.groups()))
    except ValueError:
        pass
    raise Unreadable(f"“{text}”不是日期，请写成 2026-01-31")


def several(text):
    """几个词, parted by 、 or ，."""
    return list(dict.fromkeys(part.strip() for part in re.split(r"[、，,;；]", text) if part.strip()))


def one_of(choices):
    """选项: a label of a TextChoices, or its value."""
    known = {label: value for value, label in choices.choices} | {value: value for value in choices.values}

    def read(text):
        if text not in known:
            raise Unreadable(f"没有“{text}”这一种，可以写：{'、'.join(choices.labels)}")
        return known[text]

    return read


class Names:
    """名称 → 代码: so that a table may say 西盛社区 where the street file says xisheng."""

    def __init__(self, rows):
        """`rows` are (code, names) of what may be named."""
        self.codes: set = set()
        self.named: dict = {}
        for code, names in rows:
            self.add(code, *names)

    def add(self, code, *names):
        """Take one in."""
        self.codes.add(code)
        for name in filter(None, names):
            self.named.setdefault(name, set()).add(code)

    def code_of(self, text, what):
        """The code meant; Unreadable where there is none within reach, or more than one."""
        if text in self.codes:
            return text
        found = self.named.get(text, set())
        if len(found) > 1:
            raise Unreadable(f"有 {len(found)} 个{what}叫“{text}”，请改写代码")
        if not found:
            near = "" if CODE.fullmatch(text) else "（也没有叫这个名称的）"
            raise Unreadable(f"没有{what}“{text}”{near}，或不在您管理的范围")
        return next(iter(found))
