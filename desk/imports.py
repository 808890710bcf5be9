"""表格导入: upload a table of a register, look at what each line would do, then all of it or nothing; recorded."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from desk.doors import for_roles, page
from dispatch.actions import replan
from dispatch.actions.leaving import KEEPERS
from grievance import spreadsheet, workbook
from grievance.casework import Refused
from street import first_passwords
from street.admin import covers_every_street
from street.loading.books import BOOKS, CHANGED, CREATED, UNCHANGED
from street.loading.calendar_book import Days
from street.loading.tables import Line, lines_of
from street.models import Calendar, Organisation
from street.scope import covered

SALT = "desk.imports"
GOOD_FOR = 3600
"""Seconds that a preview may be confirmed."""
SHOWN = 300
"""So many lines that change nothing are listed; those that change something, or are wrong, all are."""
HEADS = 4
ALL = {**BOOKS, Days.name: Days}


@dataclass
class Looked:
    """预览: the lines with what would become of each, and what all of it together would do."""

    table: Any
    book: Any
    name: str
    seen: str = ""
    shifts: tuple = ()

    @property
    def wrong(self):
        """有错的行."""
        return self.table.wrong

    @property
    def counts(self):
        """{新建, 变更, 未变: 几行}."""
        lines = self.table.lines.values()
        return {word: sum(line.outcome == word for line in lines) for word in (CREATED, CHANGED, UNCHANGED)}

    @property
    def quiet(self):
        """Whether nothing would change."""
        return not self.wrong and self.counts[CREATED] + self.counts[CHANGED] == 0

    @property
    def heads(self):
        """The first columns that the table has, by which one knows a line again."""
        said = {key for line in self.table.lines.values() for key in line.words}
        return [column for column in self.book.columns if column.key in said][:HEADS]

    @property
    def rows(self):
        """(line, the words of its first columns)."""
        return [(line, [line.words.get(column.key, "") for column in self.heads]) for line in self.listed]

    @property
    def listed(self):
        """What is shown: first what is wrong, then what changes, then some of the rest."""
        ranks = {CREATED: 1, CHANGED: 1}
        lines = sorted(
            self.table.lines.values(), key=lambda line: (0 if line.mistakes else ranks.get(line.outcome, 2), line.number)
        )
        telling = sum(bool(line.mistakes) or line.outcome in ranks for line in lines)
        return lines[: max(SHOWN, telling)]


@for_roles(KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def importing(request, kind):
    """导入: GET asks for the table, POST with `step=look` previews it, `do` writes it, `errors` gives its wrong lines back."""
    book, calendar = _asked(request, kind)
    if request.method != "POST":
        return _page(request, book, calendar)
    step = {"do": _do, "errors": _errors}.get(request.POST.get("step", ""), _look)
    try:
        return step(request, book, calendar)
    except Refused as refused:
        return _page(request, book, calendar, error=refused.message, status=refused.status)


def _asked(request, kind):
    if kind not in ALL:
        raise Http404
    if kind != Days.name:
        return ALL[kind], None
    if not covers_every_street(request.user):
        raise Http404
    calendars = Calendar.objects.select_related("base")
    code = request.GET.get("calendar") or request.POST.get("calendar")
    return Days, get_object_or_404(calendars, code=code) if code else calendars.order_by("code").first()


def _look(request, book, calendar):
    upload = request.FILES.get("table")
    if upload is None:
        spreadsheet.refuse("no_file", "没有选文件。请选填好的表格，再按“预览”。")
    lines = read_lines(upload, book)
    with transaction.atomic():
        looked = run(request.user, book, calendar, lines, upload.name)
        transaction.set_rollback(True)
    sealed = signing.dumps(
        {"by": request.user.pk, "book": book.name, "calendar": calendar.code if calendar else "", "name": upload.name,
         "seen": looked.seen, "lines": [[line.number, line.words] for line in lines]}, salt=SALT, compress=True,
    )  # fmt: skip
    return _page(request, book, calendar, looked=looked, sealed=sealed)


def read_lines(upload, book):
    """读表: the lines of an upload. Refused 400 where it is no table, not safe, too long, or without headings."""
    sheet = spreadsheet.read(upload)
    try:
        lines = lines_of(sheet.rows, book.columns)
    except ValueError as error:
        raise Refused("bad_table", str(error), status=400) from error
    if len(lines) > spreadsheet.MAX_ROWS:
        spreadsheet.refuse("too_many_rows", f"一次最多 {spreadsheet.MAX_ROWS} 行，请分成几个表，分次上传。")
    if sheet.merged:
        spreadsheet.refuse("merged_cells", f"表里有合并单元格（{sheet.merged[0]}）。请取消合并，把每一行都填全，再上传。")
    return lines


def run(user, book, calendar, lines, name, at=None):
    """读进去: every line checked and written, inside the caller's transaction; the Looked."""
    at = at or timezone.now()
    reader = book(lines, covered(user, KEEPERS), at)
    if calendar is not None:
        reader.calendar = calendar
    looked = Looked(reader.read(name), reader, name)
    if len(getattr(reader, "newcomers", ())) > first_passwords.MOST:
        raise Refused("too_many_newcomers", f"一次最多新建 {first_passwords.MOST} 人，请分成几个表，分次上传。", status=400)
    looked.seen = fingerprint(looked.table)
    if calendar is not None and not looked.wrong:
        looked.shifts = tuple(_shifts(calendar, at))
    return looked


def fingerprint(table):
    """预览的指纹: the same as long as the same lines would do the same."""
    told = [[line.number, line.outcome, line.changes, [one.sentence for one in line.mistakes]] for line in table.lines.values()]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, default=str).encode()).hexdigest()[:16]


def _shifts(calendar, at):
    """会动的时限: (street, clocks that a person could move afterwards, orders) for each street that counts by the calendar."""
    counted = [calendar, *calendar.regional.all()]
    for street in Organisation.objects.streets().filter(calendar__in=counted).select_related("calendar__base", "parent"):
        moving = [shift for shift in replan.preview(street, at=at) if not shift.held]
        yield street, len(moving), len({shift.order.pk for shift in moving})


def _opened(request, book):
    try:
        held = signing.loads(request.POST.get("lines", ""), salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature as error:
        raise Refused("preview_gone", "预览已经过期或不完整，什么都没有写入。请重新上传。", status=400) from error
    if (held["by"], held["book"]) != (request.user.pk, book.name):
        raise Refused("preview_gone", "这不是您这次的预览，什么都没有写入。请重新上传。", status=400)
    return held, [Line(number, words) for number, words in held["lines"]]


def _do(request, book, calendar):
    held, lines = _opened(request, book)
    if calendar is not None:
        calendar = get_object_or_404(Calendar.objects.select_related("base"), code=held["calendar"])
    with transaction.atomic():
        _lock()
        looked = run(request.user, book, calendar, lines, held["name"])
        if looked.wrong or looked.seen != held["seen"]:
            raise Refused("plan_changed", "预览之后资料变了，什么都没有写入。请重新上传核对。")
        given = first_passwords.give(looked.book.newcomers) if hasattr(looked.book, "newcomers") else []
        _log(request.user, looked)
    return _page(request, book, calendar, done=looked, given=given)


def _lock():
    # Two who confirm at once would each find the rows missing
    list(Organisation.objects.select_for_update(no_key=True).filter(parent__isnull=True).order_by("pk"))


def _log(user, looked):
    """配置变更记录: one row for each line that changed something, for the auditor; what it says are headings, not values."""
    LogEntry.objects.bulk_create(_entry(user, looked, number, row) for number, row in looked.book.objects.items())


def _entry(user, looked, number, row):
    line = looked.table.lines[number]
    what = "、".join(label for label, _, _ in line.changes)
    return LogEntry(
        user=user, content_type=ContentType.objects.get_for_model(row), object_id=row.pk, object_repr=str(row)[:200],
        action_flag=ADDITION if line.outcome == CREATED else CHANGE,
        change_message=f"表格导入“{looked.name}”第 {number} 行：{line.outcome}{f'（{what}）' if what else ''}",
    )  # fmt: skip


def _errors(request, book, calendar):
    """错误表: the wrong lines as they were, with a column that says what to mend."""
    held, lines = _opened(request, book)
    with transaction.atomic():
        looked = run(request.user, book, calendar, lines, held["name"])
        transaction.set_rollback(True)
    columns = [column for column in book.columns if any(column.key in line.words for line in lines)]
    rows = [["原行号", *(column.label for column in columns), "错误"]]
    for line in looked.wrong:
        said = "；".join(f"{one.column}：{one.sentence}" if one.column else one.sentence for one in line.mistakes)
        rows.append([line.number, *(plain(line.words.get(column.key, "")) for column in columns), said])
    return _file({"要改的行": rows}, f"{book.label}_错误.xlsx")


def plain(words):
    """Words for a cell: what a spreadsheet might take for a formula is kept apart from it."""
    return f"'{words}" if words[:1] in ("=", "+", "-", "@") else words


@for_roles(KEEPERS)
@require_safe
def sample(request, kind):
    """样表: headings with an example line, and how each column is filled in."""
    book, _ = _asked(request, kind)
    columns = list(book.columns)
    rows = [[column.label for column in columns], [column.example for column in columns]]
    advice = [["列", "必填", "怎么填"], *([column.label, "是" if column.must else "", column.hint] for column in columns)]
    return _file({book.label: rows, "说明": advice}, f"{book.label}_样表.xlsx")


def _file(sheets, name):
    response = HttpResponse(workbook.workbook(sheets), content_type=workbook.CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _page(request, book, calendar, *, status=200, **facts):
    context = {
        "title": f"{book.label}：从表格导入", "book": {"name": book.name, "label": book.label}, "columns": book.columns,
        "calendar": calendar,
        "calendars": Calendar.objects.order_by("code") if book is Days else [], "most": spreadsheet.MAX_ROWS,
        "megabytes": spreadsheet.MAX_BYTES // 1024 // 1024, "replans": request.user.scope.roles & replan.ROLES, **facts,
    }  # fmt: skip
    response = page(request, "desk/import.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
