"""导出与打印: what the register of cases shows, as a file or on paper: streamed, veiled, and written down."""

from django.conf import settings
from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from desk import filters, ledger
from desk.doors import MATTERS, for_roles, page
from desk.pager import Register
from desk.saved_views import home_of
from grievance import counting, sheet_stream
from grievance.actions import desk_records
from grievance.casework import Refused
from grievance.models import Case, DeskRecord

PRINTED = 500
"""So many rows one print holds; beyond it a file is the better way."""
KINDS = {DeskRecord.Kind.XLSX: sheet_stream.XLSX_TYPE, DeskRecord.Kind.CSV: sheet_stream.CSV_TYPE}


@for_roles(MATTERS)
@require_POST
def export(request):
    """导出台账: Refused 400 where a condition was not understood, nothing or too much is found, or much without a reason."""
    at, user, kind = timezone.now(), request.user, request.POST.get("kind", "")
    if kind not in KINDS:
        raise Refused("unknown_kind", "请选择导出 XLSX 或 CSV。", status=400)
    ask = filters.Ask(QueryDict(request.POST.get("query", "")), user, at)
    rows = _narrowed(ask)
    reason = _reason(request.POST.get("reason", ""), counting.upto(rows, settings.EXPORT_MOST))
    record = desk_records.open_record(kind, about=ask.words(), reason=reason, posting=home_of(user), by=user, at=at)
    columns = ledger.columns()
    cells = ([column.value(line) for column in columns] for line in ledger.lines(rows, user, at))
    head = [column.heading for column in columns]
    written = desk_records.counted(record, cells)
    if kind == DeskRecord.Kind.XLSX:
        body = sheet_stream.xlsx("事项台账", head, written, [column.width for column in columns])
    else:
        body = sheet_stream.csv_lines(head, written)
    response = StreamingHttpResponse(body, content_type=KINDS[kind])
    response["Content-Disposition"] = content_disposition_header(True, f"事项台账-{timezone.localtime(at):%Y%m%d-%H%M}.{kind}")
    return response


def _narrowed(ask):
    if ask.problems:
        raise Refused("filter_wrong", f"{ask.problems[0]}请改好再导出，免得导出的比想要的多。", status=400)
    return ask.narrow(Case.objects.visible_to(ask.user))


def _reason(reason, number):
    reason = " ".join(reason.split())
    if not number:
        raise Refused("nothing_found", "没有符合条件的事项，没有可导出的。", status=400)
    if number > settings.EXPORT_MOST:
        raise Refused("too_many_rows", f"一次最多导出 {settings.EXPORT_MOST:,} 行。请缩小范围，如按月份分几次导。", status=400)
    if number > settings.EXPORT_REASON_FROM and len(reason) < 4:
        raise Refused(
            "reason_missing",
            f"一次导出超过 {settings.EXPORT_REASON_FROM} 行，请写明用途（如“报区信访局月度台账”）再导出。",
            status=400,
        )
    return reason


@for_roles(MATTERS)
@require_safe
def printed(request):
    """打印一览表: the newest of what is shown, on A4 lying down."""
    at, user = timezone.now(), request.user
    ask = filters.Ask(request.GET, user, at)
    rows = _narrowed(ask)
    number = counting.upto(rows)
    columns = [column for column in ledger.columns() if column.printed]
    lines = [[column.value(line) for column in columns] for line in ledger.lines(rows, user, at, most=PRINTED)]
    record = desk_records.open_record(DeskRecord.Kind.PRINT, about=ask.words(), reason="", posting=home_of(user), by=user, at=at)
    desk_records.close(record, len(lines))
    context = {
        "title": "事项一览表", "columns": columns, "lines": lines, "about": ask.words(), "at": at, "number": number,
        "printed": PRINTED, "posting": home_of(user), "query": ask.canonical(),
    }  # fmt: skip
    return page(request, "desk/cases_print.html", context)


@for_roles(MATTERS)
@require_safe
def records(request):
    """导出与共享记录: one's own, and those of whom one oversees."""
    rows = DeskRecord.objects.visible_to(request.user).select_related("by", "organisation")
    shown = Register(rows, "at").asked(request.GET)
    return page(request, "desk/desk_records.html", {"title": "导出与共享记录", "page": shown, "kept": ""})
