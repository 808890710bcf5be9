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

from grievance import classify, own_phone, serving, timeline
from grievance.actions import asking, board_consent, closing, confidential, consent, intake, talk
from grievance.casework import Refused
from grievance.models import Case, ConfidentialReport, Grievance
from grievance.views.page import of_street
from grievance.wake import wake
from street.models import Place

DONE = {
    "remark": "已补充，承办单位和街道专班都能看到。",
    "urge": "已催办，承办单位和街道专班都能看到。",
    "withdraw": "已撤回，不再办理和回访。",
    "ask": "已提问，有人答复后会写在这里。",
    "reply": "已回答，承办单位和街道专班都能看到。",
    "thank": "您的感谢已经转到，谢谢您告诉他们。",
    "reopen": "已退回重新办理，新的办结时间写在本页。",
    "verified": "已确认是您本人，可以继续了。",
    "keep": "已放进“本机的事”，从首页就能找到。",
    "forget": "已从这部手机移除。链接还在您手里，照样能打开。",
    "share": "已同意。随时可以在本页收回。",
    "unshare": "已收回同意，社会单位不能再查看。",
}


PLAIN = {"urge": intake.urge, "withdraw": intake.withdraw, "share": consent.share, "unshare": consent.unshare}
"""Actions that ask for nothing but the press."""
SPOKEN = {"ask": talk.ask, "thank": talk.thank, "reply": asking.reply}
KEPT = ("keep", "forget")


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
    """查询页: GET shows how it stands; POST with `action` remark, ask, reply, thank, urge, withdraw, share, unshare, keep or
    forget does that and comes back."""
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
    back = HttpResponseRedirect(f"{request.path}?done={action}")
    if action in KEPT:
        return _keep(request, back, receipt, action)
    try:
        made = _act(request, grievance, action, timezone.now())
    except Refused as refused:
        return _follow_page(request, grievance_of(receipt), receipt, refused=refused)
    if isinstance(made, ConfidentialReport):
        return HttpResponseRedirect(reverse("grievance:follow", args=[made.receipt]) + "?new=1")
    wake("dispatch.tasks.route_submitted", "dispatch.tasks.reconcile", "grievance.tasks.deliver")
    return back


def _keep(request, back, receipt, action):
    if action == "keep":
        return own_phone.remember(request, back, [receipt], own_phone.OPENED)
    return own_phone.forget(request, back, [receipt])


def _act(request, grievance, action, at):
    text = request.POST.get("text", "")
    if action == "remark":
        return intake.add_remark(grievance, text=text, photos=request.FILES.getlist("photos"), at=at)
    if action in SPOKEN:
        return SPOKEN[action](grievance, text=text, at=at)
    if action == "withdraw":
        must_be_own(request, grievance, request.resolver_match.kwargs["receipt"])
    if action in PLAIN:
        PLAIN[action](grievance, at=at)
    else:
        raise Refused("unknown_action", "没有这个操作，请返回后重试。", status=400)
    return None


def must_be_own(request, grievance, receipt):
    """本人: Refused `code_needed` 403 on a phone that has not shown that it is the one the grievance came from."""
    if own_phone.needs_code(request, grievance, receipt):
        raise Refused(
            "code_needed", "这部手机没有反映过这件事，请先点“确认是我本人”，用短信验证码确认，再来办这一步。", status=403
        )


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
        "what": " ".join(grievance.description.split())[:60] or case.title,
        "where": Place.objects.select_related("parent__parent__parent").get(pk=case.place_id).full_name,
        "url": f"{settings.SITE_URL}{reverse('grievance:follow', args=[receipt])}",
        "unit": case.promised_by,
        "due": case.promised_at,
        "verifiable": own_phone.verifiable(grievance),
        "emergency": classify.advice_in(grievance.description),
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
        **_told(grievance, receipt),
        "survey_url": _survey_url(request, grievance),
        **_open(request, grievance, receipt),
        **_typed(request),
        **_consent(grievance),
        "board": board_consent.asked(grievance),
        "messages": [Said(done)] if done else [],
        "errors": _errors(request, refused),
    }
    return render(request, "grievance/follow.html", page, status=refused.status if refused else 200)


def _survey_url(request, grievance):
    """Open while the work is being judged, and again when what was promised has fallen due."""
    asked = grievance.case.status == Case.Status.RESOLVED or grievance.asked_again_at is not None
    return f"{request.path}survey/" if asked and grievance.withdrawn_at is None else ""


def _told(grievance, receipt):
    """The course, why the promise moved, what staff want to know, and whether thanks and a question may be said now."""
    entries, case = _entries(grievance, receipt), grievance.case
    standing = grievance.withdrawn_at is None
    thanked = any(one.remark and (one.remark.kind, one.remark.round) == ("thanks", case.round) for one in entries)
    question = timeline.waiting_question(entries)
    return {
        "entries": entries, "moved": timeline.moved(entries) if standing and not case.ended else "",
        "asked": timeline.asked(grievance, entries), "question": question if standing and not case.ended else None,
        "can_ask": standing and not case.ended and case.status != Case.Status.HELD and question is None,
        "staff_question": timeline.staff_question(grievance, entries),
        "can_thank": standing and case.status in talk.DONE and not thanked,
    }  # fmt: skip


def _open(request, grievance, receipt):
    """What the holder of the receipt may do now, and what this phone knows of it."""
    case, at = grievance.case, timezone.now()
    standing = grievance.withdrawn_at is None
    return {
        "can_remark": standing and not case.ended,
        "can_urge": intake.may_be_urged(grievance, at=at),
        "can_withdraw": intake.may_be_withdrawn(grievance),
        "reopen_url": f"{request.path}reopen/" if closing.reopenable(grievance, at=at) else "",
        "closed": standing and case.status == Case.Status.CLOSED,
        "needs_code": own_phone.needs_code(request, grievance, receipt),
        "verifiable": own_phone.verifiable(grievance),
        "kept_here": receipt in own_phone.held(request),
    }


def _typed(request):
    """What was typed comes back into the box it was typed into."""
    box = {"ask": "question_text", "thank": "thanks_text", "reply": "reply_text"}.get(request.POST.get("action", ""), "text")
    return {box: request.POST.get("text", "")}


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
