"""扫码说事: the page behind a code."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grievance import classify, own_phone, proof, scans, throttle
from grievance.actions import intake
from grievance.actions.uploads import Draft
from grievance.casework import Refused
from grievance.classify import matters
from grievance.forms import ReportForm, new_key
from grievance.models import CallRequest, ConfidentialReport, Grievance, QRCode
from grievance.views.page import of_street
from grievance.wake import wake


def usable(code):
    """The code itself. Refused `unknown_code` 404 for None, `revoked_code` 410."""
    if code is None:
        raise Refused(
            "unknown_code", "没有这个说事码：链接可能不完整。请重新扫码，或在首页选您的社区；也可以直接打街道电话。", status=404
        )
    if not code.live:
        raise intake.revoked()
    return code


# Exempt: a resident has no session whose rights a foreign page could borrow, and cookies may be off inside WeChat
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, token):
    """我要说事: GET shows the form, POST takes what was said and goes on to the receipt."""
    code = _read(token)
    if code is not None:
        # One out of use is counted too: whoever scans it shows that the old sheet still hangs
        scans.note(request, code, at=timezone.now())
    code = usable(code)
    if request.method != "POST":
        form = ReportForm(at=timezone.now())
        # From a search: the part of the place that has no code of its own
        form.initial["address"] = request.GET.get("address", "")[:40]
        return shown(request, code, form)
    at = timezone.now()
    form = ReportForm(request.POST, at=at)
    if not form.is_valid():
        return shown(request, code, form, status=400)
    try:
        grievance = _submit(request, code, form, at)
    except Refused as refused:
        form.refuse(refused)
        return shown(request, code, form, status=refused.status, headers=getattr(refused, "headers", {}))
    wake_for(grievance)
    there = HttpResponseRedirect(reverse("grievance:follow", args=[grievance.receipt]) + "?new=1")
    return noted_here(request, there, grievance)


def noted_here(request, response, grievance):
    """记在本机: this phone reported it. A confidential report leaves no trace on the phone."""
    if isinstance(grievance, ConfidentialReport):
        return response
    return own_phone.remember(request, response, [grievance.receipt], own_phone.REPORTED)


def _read(token):
    read = QRCode.objects.select_related("place__parent__parent__parent", "place__street", "place__community__public_page")
    return read.filter(token=token).first()


def code_behind(token):
    """说事码 behind an address, its place read; no scan of it is counted. Refused as `usable`."""
    return usable(_read(token))


def wake_for(grievance):
    """Have it studied now, and the first message sent where there is one; the order's own messages follow it."""
    if isinstance(grievance, ConfidentialReport):
        return
    wake("dispatch.tasks.route_submitted")
    if Grievance.complainant.is_cached(grievance) and grievance.complainant.phone:
        wake("grievance.tasks.deliver")


def _submit(request, code, form, at):
    if form.cleaned_data["website"]:
        # Shown to nobody, so a program filled it in, or a browser's helper did: the person need only press again
        raise Refused("looks_automatic", "这份提交像是程序自动填写的，还没有登记。请核对后再按一次“发送”。", status=400)
    key = form.cleaned_data["key"] or new_key()
    proven = proof.holds(form.cleaned_data["challenge"], form.cleaned_data["proof"], key, at)
    doubt = throttle.lane(request.META["REMOTE_ADDR"], proven=proven, at=at)
    return intake.submit(
        code, **form.typed(), photos=request.FILES.getlist("photos"), voice=request.FILES.get("voice"),
        video=request.FILES.get("video"), draft=Draft(form.cleaned_data["draft"], tuple(request.POST.getlist("uploads"))),
        sensitive=form.cleaned_data["sensitive"], key=key, at=at, doubt=doubt,
    )  # fmt: skip


def shown(request, code, form, more=None, *, status=200, headers=None):
    """The page with this form in it; `more` is what else it shows. One query for what is already being worked on here."""
    said = form.data.get("description", "")
    page = {
        **of_street(code.place.street),
        "place": code.place,
        "form": form,
        "token": code.token,
        "similar": matters.ranked_open(code.place, said, timezone.now()),
        "call_times": CallRequest.Time.choices,
        "call_languages": code.place.street.call_languages,
        "emergency": classify.advice_in(said),
        **(more or {}),
    }
    response = render(request, "grievance/report.html", page, status=status)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response
