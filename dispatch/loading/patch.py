"""改原文: one value, one row at a time, where it stands in the text; every other line, and every comment, stays as it was."""

import json
import re
import tomllib
from decimal import Decimal

from street.datafile import DataFile, DataFileError

NAME = "政策原文"
WIDE = 70
"""Longer lists are written over several lines."""


class Patch:
    """一份原文的修改: rows are found anew after each change, so that lines are never counted twice."""

    def __init__(self, text):
        """DataFileError where `text` is no TOML."""
        self.lines = text.splitlines()
        self.file = DataFile(NAME, text)

    @property
    def text(self):
        """The text as it now is."""
        return "\n".join(self.lines) + "\n"

    def put(self, table, index, key, value):
        """Make `key` of one row say `value`; None takes it away. `index` is None for a table that stands once (`[callback]`)."""
        row = self._row(table, index)
        found = self._extent(row, key)
        made = [] if value is None else lines_of(key, value)
        if found:
            first, last = found
            comment = _comment(self.lines[first], key) if last - first == 1 and len(made) == 1 else ""
            self._replace(first, last, [line + comment for line in made])
        elif made:
            at = self._end_of_keys(row)
            self._replace(at, at, made)

    def words(self, table, index, weights):
        """Make the word list (`[table.words]`) of one row say {weight: [word …]}; an empty one goes."""
        row = self._row(table, index)
        head = f"[{table}.words]"
        made = [line for weight, words in weights.items() for line in lines_of(str(weight), list(words))]
        block = [head, *made] if made else []
        start = next((n for n in range(row.line, row.end - 1) if self.lines[n].strip().startswith(head)), None)
        if start is None:
            start = end = self._end_of_keys(row)
        else:
            end = _content_end(self.lines, start, row.end - 1)
        self._replace(start, end, block)

    def drop(self, table, index):
        """Take one row away, with the blank line after it."""
        row = self._row(table, index)
        end = _content_end(self.lines, row.line - 1, row.end - 1)
        end += end < len(self.lines) and not self.lines[end].strip()
        self._replace(row.line - 1, end, [])

    def add(self, table, values, words=None):
        """Write one more row after the last of its kind, else at the end."""
        block = ["", f"[[{table}]]", *(line for key, value in values.items() for line in lines_of(key, value))]
        if words:
            block += [f"[{table}.words]", *(line for weight, some in words.items() for line in lines_of(str(weight), list(some)))]
        rows = self.file.rows(table) if table in self.file.tree else []
        at = _content_end(self.lines, rows[-1].line - 1, rows[-1].end - 1) if rows else len(self.lines)
        self._replace(at, at, block)

    def _row(self, table, index):
        if index is None:
            if table not in self.file.tree:
                self._replace(len(self.lines), len(self.lines), ["", f"[{table}]"])
            return self.file.table(table)
        rows = self.file.rows(table)
        if not 0 <= index < len(rows):
            raise DataFileError(NAME, 0, f"原文里没有第 {index + 1} 行 [[{table}]]。请刷新页面。")
        return rows[index]

    def _replace(self, first, last, lines):
        self.lines[first:last] = lines
        self.file = DataFile(NAME, self.text)

    def _own(self, row):
        """Indexes of the lines of the row itself, its sub-tables apart."""
        for number in range(row.line, row.end - 1):
            if re.match(r"\s*\[[\w-]+\.", self.lines[number]):
                return
            yield number

    def _extent(self, row, key):
        for number in self._own(row):
            if re.match(rf"\s*{re.escape(key)}\s*=", self.lines[number]):
                return number, self._value_end(number)
        return None

    def _value_end(self, first):
        for last in range(first + 1, len(self.lines) + 1):
            if _reads("\n".join(self.lines[first:last])):
                return last
        return first + 1

    def _end_of_keys(self, row):
        at, number = row.line, row.line
        own = list(self._own(row))
        while number in own:
            if re.match(r"\s*[\w-]+\s*=", self.lines[number]):
                at = number = self._value_end(number)
            else:
                number += 1
        return at


def _reads(text):
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _comment(line, key):
    """What stands behind the value on its line, with the spaces before it."""
    whole = _reads(line)
    for found in re.finditer(r"\s*#", line):
        if _reads(line[: found.start()]) == whole:
            return line[found.start() :]
    return ""


def _content_end(lines, first, end):
    """The line after the last one that says something; comments before the next row belong to that row."""
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def lines_of(key, value):
    """A key and its value as TOML writes them; a long list over several lines."""
    line = f"{key} = {written(value)}"
    if not isinstance(value, list) or len(line) <= WIDE:
        return [line]
    rows = [""]
    for one in map(written, value):
        if len(rows[-1]) + len(one) > WIDE:
            rows.append("")
        rows[-1] += f"{one}, "
    return [f"{key} = [", *(f"  {row.rstrip()}" for row in rows), "]"]


def written(value):
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    return json.dumps(str(value), ensure_ascii=False)
