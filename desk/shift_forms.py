"""交接班和值班表的表单: a note, a month of shifts, a table from a spreadsheet, a swap, the rules of the watch."""

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django import forms
from django.utils import timezone

from desk.forms import words
from dispatch.actions.shifts import MOST_DAYS
from dispatch.models import DutyNote, DutyRule, ShiftSwap
from grievance.casework import Refused

KINDS = "早班 08:00-16:00\n中班 16:00-24:00\n夜班 00:00-08:00"
KIND = re.compile(r"(\S{1,12})\s+(\d{1,2}):(\d{2})\s*[-–—至]\s*(\d{1,2}):(\d{2})$")
COLUMNS = ("日期", "班次", "起", "止", "带班领导", "值班员", "值班电话")
EPOCH = date(1899, 12, 30)
"""Day nought of a spreadsheet."""


class Plain(forms.Form):
    """表单 of a page of its own."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def sentence(self):
        """The first thing that is wrong, as one sentence for people."""
        field, errors = next(iter(self.errors.items()))
        return f"{self.fields[field].label}：{errors[0]}" if field in self.fields else errors[0]


class Note(Plain):
    """留言、答应回电."""

    kind = forms.ChoiceField(label="记什么", choices=DutyNote.Kind.choices, initial=DutyNote.Kind.NOTE)
    text = words("内容", rows=2)
    number = forms.CharField(label="事项编号（可不填）", max_length=24, required=False)
    due_at = forms.DateTimeField(
        label="答应几点前回电", required=False, input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


class Rota(Plain):
    """排一个月: kinds of shifts, and who follows whom."""

    first = forms.DateField(label="从哪天起", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    days = forms.IntegerField(label="排几天", min_value=1, max_value=MOST_DAYS, initial=30)
    kinds = words("班次（每行一个：名称 起-止）", rows=3, help_text="止早于或等于起的，算到第二天。")
    officers = words("值班员轮序（每行一人）", rows=5, help_text="一班接一班往下轮。")
    leaders = words("带班领导轮序（每行一人）", rows=4, help_text="一天换一人。")
    phone = forms.CharField(label="值班电话", max_length=30, required=False)

    def clean_kinds(self):
        """[(name, start, end)]."""
        return [_kind(line.strip()) for line in self.cleaned_data["kinds"].splitlines() if line.strip()] or _wrong("请写班次")

    def people(self, candidates):
        """({part: users in the order given}); Refused `person_unknown` with the line that names nobody."""
        return {part: _named(self.cleaned_data[f"{part}s"], candidates[part]) for part in ("officer", "leader")}


def _wrong(sentence):
    raise forms.ValidationError(sentence)


def _kind(line):
    found = KIND.match(line)
    if not found:
        _wrong(f"“{line}”看不懂，请写成：早班 08:00-16:00")
    name, *numbers = found.groups()
    hour, minute, to_hour, to_minute = map(int, numbers)
    if hour > 23 or to_hour > 24 or minute > 59 or to_minute > 59:
        _wrong(f"“{line}”的时间不对")
    return name, time(hour, minute), time(to_hour % 24, to_minute)


def _named(text, candidates):
    return [person(line.strip(), candidates) for line in text.splitlines() if line.strip()] or _nobody()


def _nobody():
    raise Refused("person_missing", "值班员和带班领导各至少写一人。", status=400)


def person(name, candidates, where=""):
    """人 by name or user name among those who may sit there. Refused `person_unknown`, `person_twice`."""
    found = [user for user in candidates if name in (str(user), user.username)]
    if not found:
        known = "、".join(map(str, candidates)) or "没有"
        raise Refused("person_unknown", f"{where}“{name}”不在可排的人里（{known}）。请核对姓名，或先登记任职。", status=400)
    if len(found) > 1:
        names = "、".join(user.username for user in found)
        raise Refused("person_twice", f"{where}有 {len(found)} 位“{name}”，请改写用户名：{names}。", status=400)
    return found[0]


def rows_of(sheet, candidates):
    """导入的班次 of a table with the columns of COLUMNS. Refused 400 with the line that cannot be read; all or none."""
    if not sheet.rows:
        raise Refused("empty_file", "表里没有内容。", status=400)
    (_, head), *body = sheet.rows
    missing = [name for name in COLUMNS[:6] if name not in head]
    if missing:
        raise Refused("columns_missing", f"第一行要有这些列：{'、'.join(COLUMNS)}；缺少{'、'.join(missing)}。", status=400)
    places = {name: head.index(name) for name in COLUMNS if name in head}
    named = [(line, {name: cells[n] if n < len(cells) else "" for name, n in places.items()}) for line, cells in body]
    return [_row(line, cells, candidates) for line, cells in named]


def _row(line, cells, candidates):
    where = f"第 {line} 行："
    try:
        day, start, end = _date(cells["日期"]), _time(cells["起"]), _time(cells["止"])
    except ValueError as error:
        sentence = f"{where}日期写 2023-03-14，起止写 08:00（{error}）。"
        raise Refused("row_unreadable", sentence, status=400) from error
    zone = timezone.get_current_timezone()
    starts, ends = datetime.combine(day, start, zone), datetime.combine(day + timedelta(days=end <= start), end, zone)
    return (
        cells["班次"] or "值班", starts, ends,
        person(cells["带班领导"], candidates["leader"], where), person(cells["值班员"], candidates["officer"], where),
        cells.get("值班电话", ""),
    )  # fmt: skip


def _date(text):
    """A day as people write it, or as a spreadsheet counts it."""
    number = text.removesuffix(".0")
    if number.isdigit() and len(number) == 5:
        return EPOCH + timedelta(days=int(number))
    return date.fromisoformat("-".join(part.zfill(2) for part in re.split(r"[-/.年月]", text.strip().rstrip("日"))))


def _time(text):
    """An hour as people write it, or as a part of a day."""
    if re.fullmatch(r"[01]?(\.\d+)?", text.strip()) and text.strip():
        minutes = round(float(text) * 1440) % 1440
        return time(minutes // 60, minutes % 60)
    hour, _, minute = text.strip().replace("：", ":").partition(":")
    return time(int(hour) % 24, int(minute[:2] or 0))


class Table(Plain):
    """导入."""

    table = forms.FileField(label="值班表（.xlsx 或 .csv）", help_text=f"第一行是列名：{'、'.join(COLUMNS)}。")


class Swap(Plain):
    """换班."""

    shift = forms.ChoiceField(label="哪一班")
    part = forms.ChoiceField(label="换谁", choices=ShiftSwap.Part.choices)
    to = forms.ChoiceField(label="换成")
    reason = forms.CharField(label="原因", max_length=100, required=False)

    def __init__(self, *args, shifts, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.shifts, self.people = {str(row.pk): row for row in shifts}, {str(user.pk): user for user in people}
        self.fields["shift"].choices = [("", "请选择"), *((key, _said(row)) for key, row in self.shifts.items())]
        self.fields["to"].choices = [("", "请选择"), *((key, str(user)) for key, user in self.people.items())]

    def chosen(self):
        """(shift, keywords of `ask_swap`)."""
        got = self.cleaned_data
        return self.shifts[got["shift"]], {"part": got["part"], "to": self.people[got["to"]], "reason": got["reason"]}


def _said(row):
    starts = timezone.localtime(row.starts_at)
    return f"{starts:%-m月%-d日} {row.name} {starts:%H:%M} {row.officer}（带班{row.leader}）"


NUMBERS = (
    "ring_minutes", "leader_rings", "secretary_rings", "takeover_minutes", "report_first_minutes", "report_follow_minutes",
)  # fmt: skip
STEPS = ("unseen_urgent", "unseen_usual")


class Rule(Plain):
    """值班规则: numbers; the steps of 无人查看 as minutes with commas."""

    def __init__(self, *args, rule, **kwargs):
        super().__init__(*args, **kwargs)
        for name in NUMBERS:
            label = DutyRule._meta.get_field(name).verbose_name
            self.fields[name] = forms.IntegerField(label=label, min_value=1, max_value=10_000, initial=getattr(rule, name))
        for name in STEPS:
            label = DutyRule._meta.get_field(name).verbose_name
            first = "，".join(map(str, getattr(rule, name)))
            self.fields[name] = forms.CharField(label=label, max_length=60, initial=first, help_text="由小到大，用逗号隔开。")

    def clean(self):
        """Steps as rising numbers."""
        got = super().clean()
        for name in STEPS:
            steps = [int(part) for part in re.findall(r"\d+", got.get(name, ""))]
            if not steps or any(one >= other for one, other in pairwise(steps)):
                self.add_error(name, "请写由小到大的分钟数，如：5，15")
            got[name] = steps
        return got
