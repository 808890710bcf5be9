"""按手机号找回: who lost the link gets the matters of a number back by a code sent to it.

The answer is the same whether or not anybody ever left the number, and is worked out in the same few steps."""

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
from grievance.views.page import of_the_only_street
from grievance.wake import wake


# Exempt: nobody is signed in here, so there is no session that a foreign page could borrow
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request):
    """按手机号找回: POST with `phone` has a code sent; with `code` as well, the matters of the number are put into this phone."""
    if request.method != "POST":
        return _page(request)
    at, phone = timezone.now(), request.POST.get("phone", "")
    try:
        throttle.count(request.META["REMOTE_ADDR"], at=at, purpose="code")
        if "code" not in request.POST:
            phone_codes.ask(phone, at=at)
            wake("grievance.tasks.deliver")
            return _page(request, sent=True)
        phone_codes.check(phone, request.POST["code"], at=at)
    except Refused as refused:
        return _page(request, sent="code" in request.POST or refused.code == "asked_recently", refused=refused)
    found = phone_codes.of_number(phone)
    phone_codes.verified(found, at=at)
    there = HttpResponseRedirect(reverse("grievance:mine"))
    return own_phone.remember(request, there, [one.receipt for one in found], own_phone.VERIFIED)


def _page(request, *, sent=False, refused=None):
    page = {
        **of_the_only_street(), "sent": sent, "phone": request.POST.get("phone", ""),
        "errors": [refused.message] if refused else [],
    }  # fmt: skip
    return render(request, "grievance/find.html", page, status=refused.status if refused else 200)
