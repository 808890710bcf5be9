"""诉求接口: public JSON intake, for channels other than the page. Plain Django: this is the path that has to be fast."""

import json

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from grievance import throttle
from grievance.actions import intake
from grievance.casework import Refused
from grievance.forms import new_key
from grievance.models import Case, QRCode
from grievance.views.report import noted_here, usable, wake_for

TEXTS = ("kind", "description", "address", "name", "phone")
YES = {True, "true", "1", "on", "yes"}


# Exempt: nobody is signed in here, so there is no session that a foreign page could borrow
@csrf_exempt
def submit(request, token):
    """POST a grievance as JSON, form or multipart (files only so): 201 with number, receipt and url.

    `Idempotency-Key`: a retry with the same body gets the same answer, another body 409. Errors: {"code", "message"}."""
    if request.method != "POST":
        body = {"code": "method_not_allowed", "message": "这个地址只接受 POST。"}
        return JsonResponse(body, status=405, headers={"Allow": "POST"})
    at = timezone.now()
    try:
        throttle.count(request.META["REMOTE_ADDR"], at=at)
    except throttle.Throttled as refused:
        body = {"code": refused.code, "message": refused.message}
        return JsonResponse(body, status=refused.status, headers=refused.headers)
    data, files = _received(request)
    grievance = intake.submit(
        usable(QRCode.objects.scanned(token)), **_texts(data), confidential=_yes(data.get("confidential")), **files,
        key=request.META.get("HTTP_IDEMPOTENCY_KEY") or new_key(), at=at, source=Case.Source.API,
    )  # fmt: skip
    wake_for(grievance)
    receipt = grievance.receipt
    answer = {"number": grievance.number, "receipt": receipt, "url": f"{settings.SITE_URL}/r/{receipt}/"}
    return noted_here(request, JsonResponse(answer, status=201), grievance)


def _received(request):
    """Fields and files, however they were sent. Refused `bad_json`, `files_need_multipart`, `too_large` 413."""
    if request.content_type != "application/json":
        one = {kind: request.FILES.get(kind) for kind in ("voice", "video")}
        return request.POST, {"photos": request.FILES.getlist("photos"), **one}
    try:
        data = json.loads(request.body)
    except RequestDataTooBig as error:
        raise Refused("too_large", "内容过大。文字最多 5000 字，照片和语音请用 multipart/form-data 上传。", status=413) from error
    except ValueError as error:
        raise Refused("bad_json", "请求正文不是有效的 JSON（UTF-8）。", status=400) from error
    if not isinstance(data, dict):
        raise Refused("bad_json", "请求正文应是一个 JSON 对象。", status=400)
    if data.get("photos") or data.get("voice") or data.get("video"):
        raise Refused("files_need_multipart", "照片和语音请用 multipart/form-data 上传，不能放在 JSON 里。", status=400)
    return data, {}


def _texts(data):
    texts = {name: data[name] for name in TEXTS if data.get(name) is not None}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise Refused("bad_field", f"字段 {name} 应是文字。", status=400)
    return texts


def _yes(value):
    return isinstance(value, bool | str) and value in YES
