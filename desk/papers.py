"""公文页: a paper to read and print, as DOCX, as PDF; an issued one always as it was issued."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from desk.doors import MATTERS, for_roles
from dispatch.actions import issuing
from dispatch.models import Checkpoint, Extension, IssuedPaper, Letter, Mediation, OrderReturn, UrgentReport, Whistle, WorkOrder
from dispatch.papers import pdf, sheets, urgent, whistle_sheet
from dispatch.papers.layouts import SHEETS, TEXTS
from dispatch.papers.letters import RELATED, letter_facts
from dispatch.papers.render import render as set_in_docx
from grievance.media import write_whole
from grievance.models import Case

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass
class Paper:
    """一份公文: its facts and, where it was issued, what is kept of it."""

    facts: dict
    template: str
    name: str
    address: str
    kept: IssuedPaper | None = None

    def docx(self, at):
        """The kept bytes of an issued paper, else set now."""
        if self.kept is None:
            return set_in_docx(self.template, self.facts)
        self.kept = issuing.make(self.kept, at=at)
        with self.kept.file.open("rb") as file:
            return file.read()

    def pdf(self, at):
        """PDF bytes, None without LibreOffice; that of an issued paper is converted once."""
        content = self.docx(at)
        if self.kept is None:
            return pdf.to_pdf(content)
        beside = Path(default_storage.path(self.kept.file.name)).with_suffix(".pdf")
        if not beside.exists() and (made := pdf.to_pdf(content)) is not None:
            write_whole(beside, made)
        return beside.read_bytes() if beside.exists() else None


@dataclass(frozen=True)
class Source:
    """表单来源: the rows one may see, what is fetched with each, and the facts of one."""

    rows: Callable[[Any], Any]
    related: tuple
    facts: Callable[[Any], dict]


def _orders(user):
    return WorkOrder.objects.visible_to(user).filter(case__in=Case.objects.visible_to(user))


def _on_orders(model, **which):
    return lambda user: model.objects.filter(order__in=_orders(user), **which)


def _through(path, *names):
    return tuple(f"{path}{name}" for name in names)


OF_ORDER = ("handler", "accepted_by", "dispatched_by", "completed_by", "authority__leader", *_through("case__", *sheets.OF_CASE))
OF_ASK = ("asked_by", "decided_by", *_through("order__", *OF_ORDER))
OF_MEDIATION = ("unit", "mediator", *_through("case__", *sheets.OF_CASE))
SOURCES = {
    "order": Source(_orders, OF_ORDER, sheets.order_facts),
    "completion": Source(lambda user: _orders(user).filter(completed_at__isnull=False), OF_ORDER, sheets.completion_facts),
    "extension": Source(_on_orders(Extension), OF_ASK, sheets.extension_facts),
    "return": Source(_on_orders(OrderReturn), (*OF_ASK, "suggested"), sheets.return_facts),
    "chase": Source(
        _on_orders(Checkpoint, fired_at__isnull=False, rung__measure="chase"),
        ("rung", "deadline", *_through("order__", *OF_ORDER)), sheets.chase_facts,
    ),
    "whistle": Source(
        lambda user: Whistle.objects.visible_to(user).prefetch_related("units__organisation", "units__confirmed_by"),
        ("drafted_by", "signed_by", *_through("case__", *sheets.OF_CASE)), whistle_sheet.whistle_facts,
    ),
    "urgent": Source(
        lambda user: UrgentReport.objects.filter(case__street__in=user.scope.streets),
        ("drafted_by", "signed_by", *_through("case__", *sheets.OF_CASE)), urgent.urgent_facts,
    ),
    "record": Source(
        lambda user: Mediation.objects.visible_to(user), OF_MEDIATION,
        sheets.record_facts,
    ),
    "application": Source(lambda user: Mediation.objects.visible_to(user), OF_MEDIATION, sheets.application_facts),
    "agreement": Source(
        lambda user: Mediation.objects.visible_to(user).filter(status=Mediation.Status.AGREED),
        OF_MEDIATION, sheets.agreement_facts,
    ),
    "advice": Source(
        lambda user: Case.objects.filter(street__in=user.scope.streets, status=Case.Status.DECLINED), sheets.OF_CASE,
        sheets.advice_facts,
    ),
}  # fmt: skip


def letter_paper(user, pk):
    """公文 that one may see, its kept facts where it was issued. 404 otherwise."""
    # Of a case that was handed over by law the register keeps the number alone
    there = Letter.objects.visible_to(user).exclude(case__status=Case.Status.TRANSFERRED)
    row = get_object_or_404(there.select_related("paper", *RELATED), pk=pk)
    kept = getattr(row, "paper", None)
    facts = kept.facts if kept else letter_facts(row)
    return Paper(facts, facts["template"], f"{facts['noun']} {row.number or row.case.number}", f"/desk/papers/{pk}", kept)


def sheet_paper(user, kind, pk):
    """表单 that one may see. 404 otherwise."""
    source = SOURCES.get(kind)
    if source is None:
        raise Http404
    facts = source.facts(get_object_or_404(source.rows(user).select_related(*source.related), pk=pk))
    title = (SHEETS.get(kind) or TEXTS[kind]).title
    return Paper(facts, kind, f"{title} {facts.get('order_number') or facts['case_number']}", f"/desk/papers/{kind}/{pk}")


def _found(request, kind, pk):
    return sheet_paper(request.user, kind, pk) if kind else letter_paper(request.user, pk)


@for_roles(MATTERS)
@require_safe
def view(request, pk, kind=""):
    """公文页: to read, and to print where there is no LibreOffice."""
    paper = _found(request, kind, pk)
    sheet, text = SHEETS.get(paper.template), TEXTS.get(paper.template)
    context = {
        "paper": paper, "facts": paper.facts, "pdf": pdf.office() is not None, "sheet": sheet, "text": text,
        "rows": [[_cell(paper, sheet, *pair) for pair in row] for row in (sheet.rows if sheet else ())],
        "seal": paper.facts[sheet.seal] if sheet and sheet.seal else "",
        "blocks": [(heading, paper.facts[field]) for heading, field in text.blocks] if text else [],
    }  # fmt: skip
    return render(request, "letters/print.html", context)


def _cell(paper, sheet, label, field):
    return label, paper.facts[field], field in sheet.tall


@for_roles(MATTERS)
@require_safe
def docx(request, pk, kind=""):
    """DOCX 下载."""
    paper = _found(request, kind, pk)
    return _file(paper.docx(timezone.now()), DOCX, f"{paper.name}.docx")


@for_roles(MATTERS)
@require_safe
def as_pdf(request, pk, kind=""):
    """PDF 下载; where none can be made, the page to print from."""
    paper = _found(request, kind, pk)
    content = paper.pdf(timezone.now())
    if content is None:
        messages.warning(request, "这台服务器没有 LibreOffice 或者没有转换成功，请从本页打印。")
        return redirect(f"{paper.address}/")
    return _file(content, "application/pdf", f"{paper.name}.pdf")


def _file(content, content_type, name):
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
