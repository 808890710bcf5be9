"""报告: 日报、周报、月报、季报、年报 of a street: drafted from the figures, edited, signed by a leader, sent; as DOCX and PDF."""

import re
from datetime import date
from pathlib import Path

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from desk.doors import MATTERS, for_roles, page
from desk.papers import DOCX
from desk.typed import number
from dispatch.papers import pdf
from dispatch.papers.period_report import SECTIONS, TABLES
from feedback.actions import reports as actions
from feedback.models import Report
from feedback.reporting import REPORT, WRITERS
from grievance.casework import Refused
from grievance.media import write_whole
from street.models import STREET_ROLES, Organisation, Role

MOST = 60
TO_ROLES = sorted(STREET_ROLES, key=lambda role: list(Role).index(role))
NOTICE = re.compile(r"^report:(\d+):")


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request):
    """报告一览; a POST drafts one; `notice` in the address leads to the report that a notice speaks of."""
    if found := NOTICE.match(request.GET.get("notice", "")):
        return redirect("desk:report", int(found[1]))
    if request.method != "POST":
        return _register(request)
    try:
        street = get_object_or_404(_streets(request.user), pk=number(request.POST.get("street")))
        row = actions.draft(street, kind=_kind(request), day=_day(request), by=request.user, at=timezone.now())
    except Refused as refusal:
        return _register(request, refusal)
    messages.success(request, "已由数字写成草稿。请逐段改好，再请领导签发。")
    return redirect("desk:report", row.pk)


def _kind(request):
    if request.POST.get("kind") in Report.Kind.values:
        return request.POST["kind"]
    raise Refused("no_kind", "请选日报、周报、月报、季报或年报。", status=400)


def _day(request):
    try:
        return date.fromisoformat(request.POST.get("day", ""))
    except ValueError as error:
        raise Refused("no_day", "没有看懂日期，请写成 2026-11-01 这样。", status=400) from error


def _streets(user):
    return Organisation.objects.streets().filter(pk__in=user.scope.where(WRITERS)).order_by("path")


def _register(request, refusal=None):
    rows = Report.objects.visible_to(request.user).select_related("street", "signed_by", "drafted_by")
    context = {
        "title": "报告", "rows": rows[:MOST], "streets": list(_streets(request.user)), "kinds": Report.Kind.choices,
        "day": request.POST.get("day") or timezone.localdate(timezone.now()).isoformat(), "refusal": refusal,
        "kind": request.POST.get("kind", "month"),
    }  # fmt: skip
    return page(request, "desk/reports.html", context, status=refusal.status if refusal else 200)


@for_roles(MATTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, pk):
    """一份报告; a POST saves, picks, counts again, signs, discards or sends. A refusal keeps what was written."""
    row = _found(request, pk)
    if request.method != "POST":
        return _shown(request, row)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        messages.success(request, deed(row, request, timezone.now()))
    except Refused as refusal:
        return _shown(request, row, refusal)
    return redirect("desk:report", row.pk)


def _found(request, pk):
    rows = Report.objects.visible_to(request.user).select_related("street__parent", "signed_by", "drafted_by", "replaces")
    return get_object_or_404(rows, pk=pk)


def _texts(request):
    return {key: request.POST[f"text-{key}"] for key in SECTIONS if f"text-{key}" in request.POST}


def _save(row, request, at):
    revision = number(request.POST.get("revision"))
    actions.edit(row, texts=_texts(request), revision=revision, by=request.user, at=at)
    return "已保存。"


def _recount(row, request, at):
    actions.recount(row, by=request.user, at=at)
    return "已重新取数；人改过的段落没有动。"


def _pick(row, request, at):
    actions.pick(row, numbers=request.POST.getlist("case"), by=request.user, at=at)
    return "已写进“典型事项”，请改好文字。"


def _sign(row, request, at):
    made = actions.sign(row, revision=number(request.POST.get("revision")), by=request.user, at=at)
    return f"已签发，文号 {made.number}。以后事项再变，这份报告不变。"


def _discard(row, request, at):
    actions.discard(row, by=request.user, at=at)
    return "这份草稿不用了，仍可查看。"


def _send(row, request, at):
    units = actions.sendable(row).filter(pk__in=[number(one) for one in request.POST.getlist("unit")])
    roles = [role for role in request.POST.getlist("role") if role in TO_ROLES]
    actions.send(row, units=list(units), roles=roles, by=request.user, at=at)
    return "已发送；发给谁、什么时候发的，记在下面。"


DEEDS = {"save": _save, "recount": _recount, "pick": _pick, "sign": _sign, "discard": _discard, "send": _send}


def _shown(request, row, refusal=None):
    open_to = {move.name for move in REPORT.open_to(row, request.user)}
    facts = row.facts or actions.facts_of(row)
    written = _texts(request) if refusal else {}
    context = {
        "title": str(row), "row": row, "facts": facts, "open": open_to, "refusal": refusal, "pdf": pdf.office() is not None,
        "sections": [_section(row, facts, key, written) for key in SECTIONS],
        "candidates": [(number, line, number in row.picked) for number, line in row.candidates],
        "copies": row.copies.select_related("organisation", "sent_by"),
        "units": actions.sendable(row) if "send" in open_to else [],
        "roles": [(role.value, role.label) for role in TO_ROLES],
    }  # fmt: skip
    return page(request, "desk/report.html", context, status=refusal.status if refusal else 200)


def _section(row, facts, key, written):
    section, text = SECTIONS[key], row.texts.get(key, "")
    return {
        "key": key, "heading": section.heading, "text": written.get(key, text), "said": facts[f"said_{key}"],
        "edited": text != row.generated.get(key, ""),
        "tables": [(TABLES[name], facts[f"rows_{name}"]) for name in section.tables if facts[f"rows_{name}"]],
        "lines": max(2, len(text) // 42 + text.count("\n") + 1),
    }  # fmt: skip


@for_roles(MATTERS)
@require_safe
def docx(request, pk):
    """DOCX 下载; an issued one always as it was issued."""
    row = _found(request, pk)
    return _file(actions.make(row), DOCX, f"{_name(row)}.docx")


@for_roles(MATTERS)
@require_safe
def as_pdf(request, pk):
    """PDF 下载; where none can be made, back to the page."""
    row = _found(request, pk)
    content = _pdf(row)
    if content is None:
        messages.warning(request, "这台服务器没有 LibreOffice 或者没有转换成功，请下载 DOCX 打印。")
        return redirect("desk:report", pk)
    return _file(content, "application/pdf", f"{_name(row)}.pdf")


def _pdf(row):
    content = actions.make(row)
    if not row.file:
        return pdf.to_pdf(content)
    beside = Path(default_storage.path(row.file.name)).with_suffix(".pdf")
    if not beside.exists() and (made := pdf.to_pdf(content)) is not None:
        write_whole(beside, made)
    return beside.read_bytes() if beside.exists() else None


def _name(row):
    return f"{row.street.name}{row}{'' if row.number else '草稿'}"


def _file(content, content_type, name):
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
