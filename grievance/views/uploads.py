"""边写边传: where the phone sends each file while its owner still writes. Answers are JSON, read by the page's script."""

from urllib.parse import unquote

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grievance import throttle
from grievance.actions import uploads as waiting
from grievance.casework import Refused
from grievance.models import QRCode
from grievance.views.report import usable


# Exempt: the draft's secret in the request is the whole right to act; no other page can send these headers
@csrf_exempt
@never_cache
@require_http_methods(["POST", "DELETE"])
def uploads(request, token):
    """暂存文件: POST one file as the body, DELETE takes it back; `X-Draft`, `X-Upload`, `X-Kind`, `X-Name` say which.

    201 {"size"}; errors {"code", "message"}. Headers, since addresses are logged."""
    at = timezone.now()
    try:
        code = usable(QRCode.objects.scanned(token))
        if request.method == "DELETE":
            waiting.take_back(*_secrets(request))
            return HttpResponse(status=204)
        throttle.glance(request.META["REMOTE_ADDR"], at=at, purpose="file")
        row = _kept(request, code, at)
    except Refused as refused:
        body = {"code": refused.code, "message": refused.message}
        return JsonResponse(body, status=refused.status, headers=getattr(refused, "headers", {}))
    return JsonResponse({"size": row.size}, status=201)


def _secrets(request):
    return request.headers.get("X-Draft", ""), request.headers.get("X-Upload", "")


def _kept(request, code, at):
    length = request.META.get("CONTENT_LENGTH") or "0"
    return waiting.keep(
        code, *_secrets(request), kind=request.headers.get("X-Kind", ""), name=unquote(request.headers.get("X-Name", "")),
        stream=request, length=int(length) if length.isdigit() else 0, at=at,
    )  # fmt: skip
