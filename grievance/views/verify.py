"""确认是本人: a code to the number that was left, before a phone that did not report may take back, judge or ask for more."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grievance import own_phone, throttle
from grievance.actions import phone_codes
from grievance.casework import Refused
from grievance.views.follow import grievance_of
from grievance.views.page import of_street
from grievance.wake import wake

ONWARD = {"survey": "survey/", "reopen": "reopen/"}


# Exempt, as the follow page is: the receipt and the code are the whole right, and no session is borrowed
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request, receipt):
    """确认是本人: POST sends a code to the number of the grievance, or checks the one typed and remembers this phone.

    Refused `unknown_receipt` 404, `phone_missing` where no number was left."""
    grievance, at = grievance_of(receipt), timezone.now()
    phone = grievance.phone
    if not phone:
        raise Refused("phone_missing", "这件事没有留电话，凭链接就能办，不用验证码。", status=404)
    if request.method != "POST":
        return _page(request, grievance)
    try:
        throttle.count(request.META["REMOTE_ADDR"], at=at, purpose="code")
        if "code" not in request.POST:
            phone_codes.ask(phone, grievance=grievance, at=at)
            wake("grievance.tasks.deliver")
            return _page(request, grievance, sent=True)
        phone_codes.check(phone, request.POST["code"], grievance=grievance, at=at)
    except Refused as refused:
        return _page(request, grievance, sent="code" in request.POST or refused.code == "asked_recently", refused=refused)
    phone_codes.verified([grievance], at=at)
    wake("grievance.tasks.deliver")
    follow = reverse("grievance:follow", args=[receipt])
    onward = ONWARD.get(request.POST.get("for", ""))
    there = HttpResponseRedirect(follow + onward if onward else f"{follow}?done=verified")
    return own_phone.remember(request, there, [receipt], own_phone.VERIFIED)


def _page(request, grievance, *, sent=False, refused=None):
    page = {
        **of_street(grievance.case.street), "grievance": grievance, "sent": sent,
        "what": request.POST.get("for", request.GET.get("for", "")), "phone": grievance.complainant.masked_phone,
        "follow": request.path.removesuffix("verify/"), "errors": [refused.message] if refused else [],
    }  # fmt: skip
    return render(request, "grievance/verify.html", page, status=refused.status if refused else 200)
