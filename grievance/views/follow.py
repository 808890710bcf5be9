"""查询页: what the holder of a receipt sees and may do. The receipt is the only key; it stays out of referrers and caches."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from grievance import classify, serving, timeline
from grievance.actions import confidential, consent, intake
from grievance.casework import Refused
from grievance.models import Case, ConfidentialReport, Grievance
from grievance.views.page import of_street
from grievance.wake import wake

DONE = {
    "remark": "已补充，承办单位和街道专班都能看到。",
    "urge": "已催办，承办单位和街道专班都能看到。",
    "withdraw": "已撤回，不再办理和回访。",
    "share": "已同意。随时可以在本页收回。",
    "unshare": "已收回同意，社会单位不能再查看。",
}


PLAIN = {"urge": intake.urge, "withdraw": intake.withdraw, "share": consent.share, "unshare": consent.unshare}
"""Actions that ask for nothing more than the receipt."""


@dataclass(frozen=True)
class Said:
    """A line above the page, in the shape of Django's messages, which would need a cookie."""

    message: str
    level_tag: str = "success"

    def __str__(self):
        return self.message


def grievance_of(receipt):
    """凭查询码: the grievance with its case, unit and street. Refused `unknown_receipt` 404."""
    read = Grievance.objects.select_related("case__promised_by", "case__street", "complainant")
    grievance = read.with_receipt(receipt).first()
    if grievance is None:
        raise Refused(
            "unknown_receipt", "没有找到这个查询码。请核对链接是否完整；找不到了，请打街道电话，报诉求编号。", status=404
        )
    return grievance


# Exempt: the receipt in the address is the whole right to act; there is no session that a foreign page could borrow
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request, receipt):
    """查询页: GET shows how it stands, POST with `action` remark, urge, withdraw, share or unshare does that and comes back."""
    try:
        grievance = grievance_of(receipt)
    except Refused:
        if report := ConfidentialReport.objects.with_receipt(receipt).first():
            return _confidential_page(request, report, receipt)
        raise
    if request.method != "POST":
        page = _receipt_page if "new" in request.GET else _follow_page
        return page(request, grievance, receipt)
    action = request.POST.get("action", "")
    try:
        made = _act(request, grievance, action, timezone.now())
    except Refused as refused:
        return _follow_page(request, grievance_of(receipt), receipt, refused=refused)
    if isinstance(made, ConfidentialReport):
        return HttpResponseRedirect(reverse("grievance:follow", args=[made.receipt]) + "?new=1")
    wake("dispatch.tasks.route_submitted", "dispatch.tasks.reconcile", "grievance.tasks.deliver")
    return HttpResponseRedirect(f"{request.path}?done={action}")


def _act(request, grievance, action, at):
    if action == "remark":
        return intake.add_remark(grievance, text=request.POST.get("text", ""), photos=request.FILES.getlist("photos"), at=at)
    if action in PLAIN:
        PLAIN[action](grievance, at=at)
    else:
        raise Refused("unknown_action", "没有这个操作，请返回后重试。", status=400)
    return None


def _confidential_page(request, report, receipt):
    """检举控告件: no unit, no promised time, nothing to urge: only that it lies with the discipline office."""
    page = {
        "report": report,
        "url": f"{settings.SITE_URL}{reverse('grievance:follow', args=[receipt])}",
        "forwarded": report.status == ConfidentialReport.Status.FORWARDED,
        "late": report.events.filter(kind=confidential.FOUND_LATE).exists(),
    }
    return render(request, "grievance/confidential.html", page)


def _receipt_page(request, grievance, receipt):
    case = grievance.case
    page = {
        **of_street(case.street),
        "grievance": grievance,
        "url": f"{settings.SITE_URL}{reverse('grievance:follow', args=[receipt])}",
        "unit": case.promised_by,
        "due": case.promised_at,
        "emergency": [alert.advice for alert in classify.alerts_in(grievance.description) if alert.advice],
    }
    return render(request, "grievance/receipt.html", page)


def _follow_page(request, grievance, receipt, *, refused=None):
    case, standing = grievance.case, grievance.withdrawn_at is None
    done = DONE.get(request.GET.get("done", ""))
    page = {
        **of_street(case.street),
        "grievance": grievance,
        "receipt": receipt,
        "status_text": timeline.state(grievance),
        "unit": case.promised_by if standing else None,
        "due": case.promised_at if standing and not case.ended else None,
        "entries": _entries(grievance, receipt),
        "survey_url": f"{request.path}survey/" if standing and case.status == Case.Status.RESOLVED else "",
        "can_remark": standing and not case.ended,
        "can_urge": intake.may_be_urged(grievance, at=timezone.now()),
        "can_withdraw": intake.may_be_withdrawn(grievance),
        "text": request.POST.get("text", ""),
        **_consent(grievance),
        "messages": [Said(done)] if done else [],
        "errors": _errors(request, refused),
    }
    return render(request, "grievance/follow.html", page, status=refused.status if refused else 200)


def _consent(grievance):
    """Asked only where there is a firm to be told, each one named; what was given can always be taken back."""
    given = getattr(getattr(grievance, "complainant", None), "shared_at", None)
    if given or not consent.askable(grievance):
        return {"shared_at": given}
    return {"firms": consent.firms(grievance.case)}


def _entries(grievance, receipt):
    entries = timeline.entries(grievance)
    for entry in entries:
        for file in entry.files:
            file.url = reverse("grievance:attachment", args=[receipt, file.pk])
    return entries


def _errors(request, refused):
    if refused is None:
        return []
    lost = ["照片需要重新选一次，您写的还在。"] if request.FILES else []
    return [refused.message, *lost]


@never_cache
@require_safe
def attachment(request, receipt, pk):
    """附件: one's own picture or recording, by one's own receipt; anything else is not there."""
    return serving.serve(request, get_object_or_404(grievance_of(receipt).attachments, pk=pk))
