"""资料文件: a TOML file that people write by hand. Every mistake is answered with file, line and reason, in Chinese."""

import re
import tomllib
from datetime import date, time
from decimal import Decimal
from pathlib import Path

KINDS = {
    str: "文字",
    bool: "true 或 false",
    int: "整数",
    Decimal: "数字",
    date: "日期（如 2022-12-01）",
    time: "时间（如 10:00:00）",
    list: "方括号列表",
    dict: "一张表",
}
CODE = re.compile(r"[A-Za-z0-9_-]+")


class DataFileError(Exception):
    """资料有误: which file, which line (0: the file as a whole), and what is wrong."""

    def __init__(self, path, line, reason):
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path} 第 {line} 行：{reason}" if line else f"{path}：{reason}")


class DataFile:
    """资料文件: its tables as rows that know their lines."""

    def __init__(self, path, text):
        """`text` is parsed at once; DataFileError where it is no TOML."""
        self.path, self.text = str(path), text
        self.lines = text.splitlines()
        try:
            self.tree = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise DataFileError(path, int(line[1]) if line else len(self.lines), f"不是合法的 TOML：{error}") from error

    @classmethod
    def read(cls, path):
        """Read a file; DataFileError where it cannot be read."""
        try:
            return cls(path, Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise DataFileError(path, 0, f"读不了这个文件：{error}") from error

    def only(self, *names):
        """Refuse top-level tables of any other name."""
        for name in self.tree:
            if name not in names:
                line = self._first(rf"\s*\[?\[?\s*{re.escape(name)}\b")
                raise DataFileError(self.path, line, f"不认识的表“{name}”，可用：{'、'.join(names)}。")

    def table(self, name, *, required=True):
        """The row of a `[name]` table; an empty one where it is absent and need not be there."""
        line = self._first(rf"\s*\[\s*{name}\s*\]")
        row = Row(self, self.tree.get(name, {}), line, self._end(line), f"[{name}]")
        if required and name not in self.tree:
            row.fail(f"缺少 [{name}] 表。")
        return row

    def rows(self, name):
        """The rows of `[[name]]` tables, in the order of the file."""
        values = self.tree.get(name, [])
        starts = [number for number, line in enumerate(self.lines, 1) if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line)]
        if not isinstance(values, list) or len(starts) != len(values):
            raise DataFileError(self.path, self._first(rf"\s*\[?\s*{name}\b"), f"“{name}”须写成 [[{name}]]，一行资料一个表。")
        return [Row(self, value, start, self._end(start), f"[[{name}]]") for value, start in zip(values, starts, strict=True)]

    def take(self, error):
        """Whether mistakes are collected, so that what follows a wrong row is read as well; a file ends at its first."""
        return False

    def _first(self, pattern):
        return next((number for number, line in enumerate(self.lines, 1) if re.match(pattern, line)), 0)

    def _end(self, start):
        """The line after a table: its sub-tables (`[name.sub]`) still belong to it."""
        rest = enumerate(self.lines[start:], start + 1)
        return next((number for number, line in rest if re.match(r"\s*\[\[?[\w-]+\]", line)), len(self.lines) + 1)


class Row:
    """一行资料: one table of a file, read key by key; what nobody reads is refused by `only`."""

    def __init__(self, file, values, line, end, name):
        self.file, self.values, self.line, self.end, self.name = file, values, line, end, name
        if not isinstance(values, dict):
            self.fail(f"{name} 的每一项都应是一张表。")

    def __contains__(self, key):
        return key in self.values

    def passes(self, step, *more):
        """Whether `step(row, *more)` finds nothing wrong; a mistake goes on up, unless the file collects them."""
        try:
            step(self, *more)
        except DataFileError as error:
            if not self.file.take(error):
                raise
            return False
        return True

    def fail(self, reason, key=""):
        """Refuse the file for a reason, at the line of `key` where that can be found."""
        raise DataFileError(self.file.path, self.line_of(key), reason)

    def line_of(self, key):
        """The line of a key in this row, else the row's own."""
        lines = range(self.line, self.end)
        pattern = re.compile(rf"\s*(\[[\w-]+\.)?{re.escape(key)}\b") if key else None
        return next((number for number in lines if pattern and pattern.match(self.file.lines[number - 1])), self.line)

    def only(self, *keys):
        """Refuse keys of any other name."""
        for key in self.values:
            if key not in keys:
                self.fail(f"{self.name} 不认识的项目“{key}”，可用：{'、'.join(keys)}。", key)

    def get(self, key, kind=str, default=None, *, required=False):
        """A value of one kind; `default` where it is absent and not required."""
        if key not in self.values:
            if required:
                self.fail(f"{self.name} 缺少“{key}”。")
            return default
        value = self.values[key]
        if kind is Decimal and type(value) is int:
            value = Decimal(value)
        if type(value) is not kind:
            self.fail(f"“{key}”应写{KINDS[kind]}，现在是 {value!r}。", key)
        return value

    def text(self, key, *, required=True, most=200):
        """文字: not blank where required, at most `most` characters."""
        value = self.get(key, str, "", required=required).strip()
        if required and not value:
            self.fail(f"“{key}”不能为空。", key)
        if len(value) > most:
            self.fail(f"“{key}”最多 {most} 个字，现在 {len(value)} 个。", key)
        return value

    def code(self, key, *, required=True, most=60):
        """代码: letters, digits, `-` and `_`."""
        value = self.text(key, required=required, most=most)
        if value and not CODE.fullmatch(value):
            self.fail(f"“{key}”只能用英文字母、数字、- 和 _，现在是“{value}”。", key)
        return value

    def choice(self, key, choices, *, required=True, default=""):
        """选项: one of a Django TextChoices (or any {value: label})."""
        labels = dict(getattr(choices, "choices", choices))
        value = self.text(key, required=required) or default
        if value and value not in labels:
            known = "、".join(f"{name}（{label}）" for name, label in labels.items())
            self.fail(f"“{key}”没有“{value}”这一种，可用：{known}。", key)
        return value

    def count(self, key, *, default=None, least=0):
        """个数: a whole number of at least `least`."""
        value = self.get(key, int, default)
        if value is not None and value < least:
            self.fail(f"“{key}”不能小于 {least}，现在是 {value}。", key)
        return value

    def amount(self, key, *, least=0, most=9999, whole=False):
        """数量 as plain digits (`0.25`, `24`): within bounds, at most two decimals, whole where days or persons are counted."""
        amount = self.get(key, Decimal, Decimal(0), required=True)
        if not amount.is_finite() or not Decimal(str(least)) <= amount <= most:
            self.fail(f"“{key}”应在 {least} 至 {most} 之间，现在是 {amount}。", key)
        if amount != amount.quantize(Decimal("0.01")):
            self.fail(f"“{key}”最多两位小数，现在是 {amount}。", key)
        if whole and amount != int(amount):
            self.fail(f"“{key}”按日或按个数计算时应是整数，现在是 {amount}。", key)
        return f"{amount.normalize():f}"

    def texts(self, key):
        """几个词: a list of texts, none blank, none twice."""
        values = self.get(key, list, [])
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.fail(f"“{key}”里只能写不为空的文字，现在有 {value!r}。", key)
            if values.count(value) > 1:
                self.fail(f"“{key}”里“{value}”写了两次。", key)
        return values

    def rows(self, key):
        """The rows of an inline list `key = [ { … }, { … } ]`, one to a line."""
        values = self.get(key, list, [])
        starts = self._starts(key)
        lines = [starts[n] if n < len(starts) else self.line_of(key) for n in range(len(values))]
        return [Row(self.file, value, line, line + 1, key) for value, line in zip(values, lines, strict=True)]

    def _starts(self, key):
        first = self.line_of(key)
        pattern = re.compile(rf"\s*({re.escape(key)}\s*=\s*\[\s*)?\{{")
        return [number for number in range(first, self.end) if pattern.match(self.file.lines[number - 1])]


class Names:
    """登记: codes already taken, so that a second one is refused with the line of the first."""

    def __init__(self, what):
        self.what = what
        self.lines = {}

    def add(self, row, value, key="code"):
        """Take `value`, or refuse it as taken."""
        if value in self.lines:
            row.fail(f"{self.what}“{value}”与第 {self.lines[value]} 行重复。", key)
        self.lines[value] = row.line
