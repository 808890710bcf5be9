"""表格登记: rows of a table go through the very checks of the street file; every mistake is found, with its line and column."""

import re
from dataclasses import dataclass, field

from street.datafile import DataFileError, Row
from street.loading.columns import CLEAR, Unreadable

KEY = re.compile(r"“([a-z_]+)”")
LOST = re.compile(r"所指的“([^”]+)”不存在")
HEADING_WITHIN = 10
"""Lines in which the headings must come: above them a title may stand."""


@dataclass(frozen=True)
class Mistake:
    """一处错: in which column, and what to write instead."""

    column: str
    sentence: str


class CellError(DataFileError):
    """单元格有误: the mistake with the key of its column."""

    def __init__(self, path, line, reason, key):
        super().__init__(path, line, reason)
        self.key = key


@dataclass
class Line:
    """一行: as it was written, and what became of it. `changes` are (heading, was, is)."""

    number: int
    words: dict
    outcome: str = ""
    changes: list = field(default_factory=list)
    mistakes: list = field(default_factory=list)


class Table:
    """表格: stands where a file of the street stands, and collects what is wrong with its lines."""

    def __init__(self, name, columns, lines):
        self.path, self.columns = name, {column.key: column for column in columns}
        self.lines = {line.number: line for line in lines}
        self.broken: set = set()

    def take(self, error):
        """Collected, each sentence once: the reading goes on with the next line."""
        heading = self.columns.get(getattr(error, "key", ""))
        line = self.lines[error.line]
        self.broken.add(line.words.get("code", ""))
        mistake = Mistake(heading.label if heading else "", error.reason)
        if mistake not in line.mistakes:
            line.mistakes.append(mistake)
        return True

    @property
    def wrong(self):
        """有错的行."""
        return [line for line in self.lines.values() if line.mistakes]


class TableRow(Row):
    """表格的一行资料, read by the loaders as they read a file's."""

    def __init__(self, table, line, values):
        super().__init__(table, values, line.number, line.number + 1, f"第 {line.number} 行")

    def line_of(self, key):
        """The line of the table."""
        return self.line

    def fail(self, reason, key=""):
        """Refuse the row, in the words of its headings."""
        lost = LOST.search(reason)
        if lost and lost[1] in self.file.broken:
            reason = f"“{key}”所指的“{lost[1]}”那一行有错，先改好那一行。"
        labels = {name: column.label for name, column in self.file.columns.items()}
        said = KEY.sub(lambda found: f"“{labels.get(found[1], found[1])}”", reason)
        raise CellError(self.file.path, self.line, said, key)


def lines_of(rows, columns):
    """表格的行: those below the headings, as {key: words}. ValueError with a sentence where headings or lines are missing."""
    by_word = {name: column.key for column in columns for name in (column.label, *column.others)}
    for at, (_, cells) in enumerate(rows[:HEADING_WITHIN]):
        keys = [by_word.get(re.sub(r"\s+|\*|（.*?）$", "", cell)) for cell in cells]
        known = [key for key in keys if key]
        if {column.key for column in columns if column.must} <= set(known):
            if len(set(known)) < len(known):
                raise ValueError("表头有两列是一个意思。请合成一列，或用下载的样表。")
            return _below(rows[at + 1 :], keys)
    needed = "、".join(column.label for column in columns if column.must)
    raise ValueError(f"没有找到表头：要有一行写着“{needed}”等列名。请用下载的样表填写。")


def _below(rows, keys):
    found = [
        Line(number, {key: cells[n] if n < len(cells) else "" for n, key in enumerate(keys) if key}) for number, cells in rows
    ]
    found = [line for line in found if any(line.words.values())]
    if not found:
        raise ValueError("表头下面没有内容。请一行填一项，再上传。")
    return found


def values_of(line, columns, names):
    """一行的值 for the loaders, and the keys that are taken away; mistakes of cells are noted on the line."""
    values: dict = {}
    cleared = set()
    for column in columns:
        text = line.words.get(column.key, "").strip()
        if text in CLEAR:
            cleared.add(column.key)
        elif text:
            _put(values, column, text, names, line)
    return values, cleared


def over_known(values, cleared, known, columns, line):
    """覆盖: an empty cell leaves what is known; what must be there and is not is noted on the line."""
    values = {**{key: value for key, value in known.items() if key not in cleared}, **values}
    for column in columns:
        if column.must and column.key not in values and not any(one.column == column.label for one in line.mistakes):
            line.mistakes.append(Mistake(column.label, f"没有写“{column.label}”。"))
    return values


def _put(values, column, text, names, line):
    try:
        if column.refers:
            text = names[column.refers].code_of(text, column.refers)
        values[column.key] = column.read(text)
    except Unreadable as error:
        line.mistakes.append(Mistake(column.label, f"{error}。"))
