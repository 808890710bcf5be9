"""日历的表格: days off and make-up days of a calendar, a year's or a month's; days that the table does not name stay."""

from datetime import date
from typing import Any

from street.loading.books import Book, wrong
from street.loading.columns import Column, Unreadable, day, words
from street.loading.ledger import CHANGED, CREATED, UNCHANGED
from street.models import CalendarDay, CalendarYear

USUAL = "照常"
"""Takes a special day away: the weekly rule counts again."""
KINDS = {"放假": "off", "休": "off", "调休上班": "work", "上班": "work", "班": "work", USUAL: USUAL}
SAID = {"off": "放假", "work": "调休上班", None: USUAL}
WEEKDAYS = "一二三四五六日"


def arrangement(text):
    """安排."""
    if text not in KINDS:
        raise Unreadable(f"没有“{text}”这一种，可以写：放假、调休上班、{USUAL}")
    return KINDS[text]


class Days(Book):
    """放假和调休 of one calendar (`calendar`, set before it is read)."""

    name, label, key = "calendar", "日历", "date"
    columns = (
        Column("date", "日期", day, "如 2026-10-01，一天一行", "2026-10-01", must=True),
        Column("kind", "安排", arrangement, f"放假、调休上班；写“{USUAL}”的取消特别安排", "放假", must=True),
        Column("name", "节日", words, "", "国庆节"),
        Column("source", "依据", words, "放假通知的文号；写了就不再是暂定", ""),
    )
    calendar: Any = None

    def read(self, name):
        self.days = {row.date: row for row in self.calendar.days.all()}
        self.seen: dict = {}
        table = super().read(name)
        self._name_years(table)
        self.calendar.stamp()
        return table

    def check(self, line, values, known):
        on = values.get("date")
        if on is None:
            return
        if on in self.seen:
            wrong(line, "日期", f"与第 {self.seen[on]} 行是同一天，请删去一行。")
        self.seen[on] = line.number
        if values.get("kind") in ("off", "work") and not values.get("name") and on not in self.days:
            wrong(line, "节日", "没有写“节日”。")
        if not 2000 <= on.year <= 2100:
            wrong(line, "日期", f"{on.year} 年不像是对的。")
        if values.get("kind") == "work" and on.weekday() < 5:
            wrong(line, "安排", f"{on} 是星期{WEEKDAYS[on.weekday()]}，本来就上班，不用写“调休上班”。")

    def put(self, rows, table):
        for row in rows:
            self._put(table.lines[row.line], row.values["date"], row.values["kind"], row.values.get("name", ""))

    def _put(self, line, on: date, kind, name):
        was = self.days.get(on)
        if kind == USUAL:
            if was is None:
                return self.settle(line, UNCHANGED, {}, None)
            CalendarDay.objects.filter(pk=was.pk).delete()
            return self.settle(line, CHANGED, {"kind": (SAID[was.kind], USUAL)}, self.calendar)
        if was is None:
            CalendarDay.objects.create(calendar=self.calendar, date=on, kind=kind, name=name)
            return self.settle(line, CREATED, {}, self.calendar)
        name = name or was.name
        if (was.kind, was.name) == (kind, name):
            return self.settle(line, UNCHANGED, {}, None)
        changes = {"kind": (SAID[was.kind], SAID[kind]), "name": (was.name, name)}
        CalendarDay.objects.filter(pk=was.pk).update(kind=kind, name=name)
        return self.settle(line, CHANGED, {key: pair for key, pair in changes.items() if pair[0] != pair[1]}, self.calendar)

    def _name_years(self, table):
        """年度: a year that had no row gets one, provisional until its notice is named."""
        for line in self.lines:
            source = line.words.get("source", "").strip()[:200]
            if line.mistakes or not line.outcome:
                continue
            year = day(line.words["date"]).year
            row, made = CalendarYear.objects.get_or_create(
                calendar=self.calendar, year=year, defaults={"provisional": not source, "source": source or "表格导入，未写依据"}
            )
            if source and not made and (row.provisional or row.source != source):
                CalendarYear.objects.filter(pk=row.pk).update(provisional=False, source=source)
