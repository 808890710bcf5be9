"""短信回复接口: where the office's SMS gateway posts what residents reply. Plain Django; the secret in the header is the key."""

import json
from hmac import compare_digest

from django.conf import settings
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from feedback.actions import replies
from feedback.models import InboundCount
from grievance import throttle
from grievance.casework import Refused
from grievance.wake import wake

MOST_BYTES = 20_000
BEARER = "Bearer "


# Exempt: nobody is signed in here; who has the secret is the gateway
@csrf_exempt
@require_POST
def sms_reply(request):
    """POST one reply as JSON or as a form, `id`, `phone` and `text`: 200 with `outcome` whatever came of it.

    401 `secret_wrong`; 400 for what is no message; 429 with Retry-After; 404 without a secret. Errors: {"code", "message"}."""
    if not settings.SMS_INBOUND_SECRET:
        raise Http404
    at = timezone.now()
    try:
        _must_be_gateway(request, at)
        outcome = replies.receive(**_message(request), at=at)
    except throttle.Throttled as refused:
        body = {"code": refused.code, "message": refused.message}
        return JsonResponse(body, status=refused.status, headers=refused.headers)
    if outcome != InboundCount.Outcome.UNKNOWN:
        wake("grievance.tasks.deliver")
    return JsonResponse({"outcome": outcome})


def _must_be_gateway(request, at):
    given = request.headers.get("Authorization", "")
    if compare_digest(given.encode(), f"{BEARER}{settings.SMS_INBOUND_SECRET}".encode()):
        return
    InboundCount.objects.one_more(timezone.localdate(at), InboundCount.Outcome.FORGED)
    throttle.count(request.META["REMOTE_ADDR"], at=at, purpose="sms-door")
    raise Refused("secret_wrong", "口令不对，没有收下。请核对 Authorization 头和 SMS_INBOUND_SECRET。", status=401)


def _message(request):
    """id, phone and text of one message. Refused `bad_json`, `bad_field`."""
    try:
        data = json.loads(request.body[:MOST_BYTES]) if request.content_type == "application/json" else request.POST
    except ValueError as error:
        raise Refused("bad_json", "请求正文不是有效的 JSON（UTF-8）。", status=400) from error
    found = {name: data.get(name, "") for name in ("id", "phone", "text")} if hasattr(data, "get") else {}
    if not found or not all(isinstance(value, str) for value in found.values()):
        raise Refused("bad_field", "需要 id、phone、text 三项文字。", status=400)
    return {"message": found["id"][:200], "phone": found["phone"], "text": found["text"]}
