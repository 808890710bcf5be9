"""保密信箱: the discipline officer's page. What is sealed is opened with the officer's own key, for one answer, and not kept."""

import base64
import io
import zipfile
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from desk.doors import for_roles, page
from grievance import sealed_box
from grievance.actions import confidential, intake
from grievance.casework import Refused
from grievance.models import ConfidentialReport, Grievance, InboxKey
from grievance.wake import wake
from street.models import Role

OFFICERS = frozenset({Role.DISCIPLINE})
LABELS = {
    "description": "内容", "place": "说事码所在", "address": "具体位置", "name": "姓名", "phone": "电话", "kind": "选的类型",
    "confidential": "要求保密", "record": "转入前的案卷",
}  # fmt: skip
LARGEST_KEY = 10_000
MOST = 200


@dataclass
class Opened:
    """启封的一件, for this answer alone."""

    said: list = field(default_factory=list)
    files: list = field(default_factory=list)


@for_roles(OFFICERS)
@require_safe
def inbox(request):
    """信箱: number, time and state, and nothing more: all the rest is sealed."""
    reports = list(ConfidentialReport.objects.visible_to(request.user).select_related("sealed_to")[:MOST])
    keys = InboxKey.objects.filter(office__in=request.user.scope.where(OFFICERS), retired_at__isnull=True).select_related(
        "office"
    )
    return page(request, "desk/confidential.html", {"title": "保密信箱", "reports": reports, "keys": list(keys)})


@sensitive_post_parameters("passphrase")
@for_roles(OFFICERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, number):
    """一件: open it with the key, take its files, pass it on, or give it back to the ordinary track."""
    at = timezone.now()
    row = get_object_or_404(ConfidentialReport.objects.visible_to(request.user).select_related("sealed_to"), number=number)
    if request.method != "POST":
        return _page(request, row)
    try:
        return DOING.get(request.POST.get("action", ""), _unknown)(request, row, at)
    except Refused as refusal:
        return _page(request, row, refusal=refusal)


def _page(request, row, *, opened=None, refusal=None):
    events = row.events.select_related("actor")
    context = {
        "title": row.number, "report": row, "opened": opened, "refusal": refusal, "events": events,
        "to": request.POST.get("to", ""),
    }  # fmt: skip
    return page(request, "desk/confidential_report.html", context, status=refusal.status if refusal else 200)


def _open(request, row, at):
    said, files = confidential.read(row, key=_key(request), by=request.user, at=at)
    row.refresh_from_db()
    words = [(LABELS[name], _worded(name, said[name])) for name in LABELS if said.get(name)]
    return _page(request, row, opened=Opened(words, [file["name"] for file in files]))


def _worded(name, value):
    if name == "kind":
        return Grievance.Kind(value).label if value in Grievance.Kind.values else value
    return "是" if name == "confidential" else value


def _take_files(request, row, at):
    _, files = confidential.read(row, key=_key(request), by=request.user, at=at)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for number, file in enumerate(files, 1):
            archive.writestr(f"{number}-{file['name'].replace('/', '_')}", base64.b64decode(file["body"]))
    headers = {"Content-Disposition": f'attachment; filename="{row.number}.zip"', "Cache-Control": "no-store"}
    return HttpResponse(body.getvalue(), content_type="application/zip", headers=headers)


def _forward(request, row, at):
    confidential.forward(row, to=request.POST.get("to", ""), by=request.user, at=at)
    messages.success(request, "已记录转出；举报人凭查询码能看到“已转有权机关”。")
    return redirect("desk:confidential")


def _release(request, row, at):
    said, files = confidential.read(row, key=_key(request), by=request.user, at=at)
    uploads = [(file["type"], SimpleUploadedFile(file["name"], base64.b64decode(file["body"]), file["type"])) for file in files]
    intake.release(row, said_there=said, files=uploads, by=request.user, at=at)
    wake("dispatch.tasks.route_submitted")
    messages.success(request, "已转回普通诉求，由街道专班研判；原查询码照常使用。")
    return redirect("desk:confidential")


def _unknown(request, row, at):
    raise Refused("unknown_move", "没有这个操作，请刷新页面后重试。", status=404)


DOING = {"open": _open, "files": _take_files, "forward": _forward, "release": _release}


def _key(request):
    upload = request.FILES.get("key")
    if upload is None or upload.size > LARGEST_KEY:
        raise Refused("key_missing", "请选择您的钥匙文件（.pem），再输入口令。", status=400)
    try:
        return sealed_box.unlock(upload.read(), request.POST.get("passphrase", ""))
    except sealed_box.NotTheKey as error:
        raise Refused("not_the_key", "钥匙文件或口令不对，没有打开。请核对后再试。", status=400) from error
