"""公文模板页: each template with its versions; a new one is tried when it comes, seen as PDF, enabled by another person."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from desk.doors import for_roles, page
from desk.papers import DOCX
from desk.policy import READERS
from dispatch.actions import letter_templates as action
from dispatch.actions.policies import EDITORS, ISSUERS, reaches
from dispatch.models import LetterTemplate
from dispatch.papers import pdf
from dispatch.papers.editions import NAMES, labels_of, sample_of
from dispatch.papers.render import render, template_of
from grievance.casework import Refused


@for_roles(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request, template=""):
    """公文模板: the list; with `template`, its versions and the moves on them."""
    if template and template not in NAMES:
        raise Http404
    refusal = None
    if request.method == "POST":
        try:
            return _done(request, template)
        except Refused as refused:
            refusal = refused
    return _shown(request, template, refusal)


def _done(request, template):
    at = timezone.now()
    if request.POST.get("enable"):
        row = _version(request.POST["enable"], template)
        action.enable(row, by=request.user, at=at)
        messages.success(request, f"“{NAMES[template]}”现在用第{row.number}版；已签发的公文不变。")
    else:
        content = _uploaded(request, template)
        row = action.upload(template, content, note=request.POST.get("note", ""), by=request.user, at=at)
        messages.success(request, f"第{row.number}版已上传，用样例内容试排通过。请预览后由另一人启用；现在用的没有变。")
    return redirect("desk:letter_template", template)


def _uploaded(request, template):
    file = request.FILES.get("file")
    if not template or file is None:
        raise Refused("file_missing", "请选一个 .docx 文件。", status=400)
    if file.size > action.LARGEST:
        raise Refused("too_large", "模板最大 1 MB。", status=400)
    return file.read()


def _version(pk, template):
    return get_object_or_404(LetterTemplate, pk=pk if str(pk).isdigit() else 0, name=template)


def _shown(request, template, refusal):
    rows = LetterTemplate.objects.defer("content").select_related("made_by", "enabled_by").order_by("name", "-number")
    used = {row.name: row for row in sorted(rows.filter(enabled_at__isnull=False), key=lambda one: (one.enabled_at, one.number))}
    context = {
        "title": "公文模板", "names": [(name, label, used.get(name)) for name, label in NAMES.items()], "template": template,
        "label": NAMES.get(template, ""), "versions": rows.filter(name=template), "used": used.get(template), "refusal": refusal,
        "fields": labels_of(template).items() if template else [], "may_edit": reaches(request.user, EDITORS, None),
        "may_issue": reaches(request.user, ISSUERS, None), "pdf": pdf.office() is not None,
    }  # fmt: skip
    return page(request, "desk/letter_templates.html", context, status=refusal.status if refusal else 200)


@for_roles(READERS)
@require_safe
def template_file(request, template, number, ending):
    """模板本身 (docx) to edit, or the sample set in it (pdf). Number 0: the one in use."""
    if template not in NAMES:
        raise Http404
    content = bytes(get_object_or_404(LetterTemplate, name=template, number=number).content) if number else template_of(template)
    name = f"{NAMES[template]}-第{number}版" if number else NAMES[template]
    if ending == "docx":
        return _file(content, DOCX, f"{name}.docx")
    made = pdf.to_pdf(render(template, sample_of(template), content))
    if made is None:
        messages.warning(request, "这台服务器没有 LibreOffice 或者没有转换成功，请下载后用 Word 打开看。")
        return redirect("desk:letter_template", template)
    return _file(made, "application/pdf", f"{name}（样例）.pdf", inline=True)


def _file(content, content_type, name, inline=False):
    disposition = content_disposition_header(as_attachment=not inline, filename=name)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
