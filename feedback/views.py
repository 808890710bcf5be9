"""Pages of the verdict: the resident's survey, and the desk from which callers ring."""

from functools import wraps

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import asking
from feedback.actions import callback as actions
from feedback.actions import doubts, reopening, visiting
from feedback.forms import LANGUAGES, CallForm, SurveyForm
from feedback.models import CallAttempt, Callback, CallbackVoice, InboundCount
from grievance import media
from grievance.actions import board_consent, closing
from grievance.casework import RESIDENT, Refused
from grievance.models import Case, ConfidentialReport, Grievance
from grievance.own_phone import needs_code
from grievance.sealing import fingerprint
from grievance.serving import serve
from grievance.views.follow import grievance_of, must_be_own
from grievance.views.page import of_street
from grievance.wake import wake
from street.models import Organisation, Role

ON_A_PAGE = 50
# What a caller may note of a try; 已接通 is written down with the answer
TRIES = [choice for choice in CallAttempt.Result.choices if choice[0] != CallAttempt.Result.ANSWERED]


# Exempt, as the follow page is: the secret in the address is the whole right to answer, and needs no cookie
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey_by_receipt(request, receipt):
    """评价页 for the holder of the receipt, on a phone that reported or has answered a code. Refused `unknown_receipt` 404."""
    grievance = grievance_of(receipt)
    return _to_code(request, grievance, receipt, "survey") or _survey(
        request, grievance, url=reverse("grievance:follow", args=[receipt]), mine=not needs_code(request, grievance, receipt)
    )


def _to_code(request, grievance, receipt, what):
    """The page that sends a code, for a phone that must show first whose it is; None where it need not, or has typed already."""
    if request.method == "POST" or not _still_asked(grievance, what) or not needs_code(request, grievance, receipt):
        return None
    return HttpResponseRedirect(reverse("grievance:verify", args=[receipt]) + f"?for={what}")


def _still_asked(grievance, what):
    if what == "survey" and grievance.asked_again_at is not None:
        return True
    return grievance.case.status == (Case.Status.RESOLVED if what == "survey" else Case.Status.CLOSED)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request, receipt):
    """要求重办 of a closed matter by the one who raised it. Refused `unknown_receipt` 404 and those of `reopening.reopen`."""
    grievance = grievance_of(receipt)
    if ask_first := _to_code(request, grievance, receipt, "reopen"):
        return ask_first
    at = timezone.now()
    if request.method != "POST":
        return _reopen_page(request, grievance)
    try:
        must_be_own(request, grievance, receipt)
        made = reopening.reopen(grievance, text=request.POST.get("text", ""), at=at)
    except Refused as refused:
        return _reopen_page(request, grievance_of(receipt), refused=refused)
    wake("dispatch.tasks.fire_due_checkpoints", "grievance.tasks.deliver")
    if isinstance(made, ConfidentialReport):
        return HttpResponseRedirect(_receipt_of(made))
    return HttpResponseRedirect(reverse("grievance:follow", args=[receipt]) + "?done=reopen")


def _reopen_page(request, grievance, *, refused=None):
    if refused is None and not closing.reopenable(grievance, at=timezone.now()):
        refused = reopening.over(grievance)
    page = {
        **of_street(grievance.case.street), "grievance": grievance, "unit": grievance.case.promised_by,
        "until": grievance.case.reopen_until, "follow": request.path.removesuffix("reopen/"),
        "text": request.POST.get("text", ""), "errors": [refused.message] if refused else [],
        "open": refused is None or refused.code in {"code_needed", "description_too_long"},
    }  # fmt: skip
    return render(request, "feedback/reopen.html", page, status=refused.status if refused else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey_by_token(request, token):
    """评价页 for the holder of a survey link, which opens nothing else; 404 where nobody was sent it."""
    read = Grievance.objects.select_related("case__promised_by", "case__street")
    return _survey(request, get_object_or_404(read, callbacks__token_hash=fingerprint(token)), url="")


def _survey(request, grievance, *, url, mine=True):
    callback = _question(grievance)
    page = {**of_street(grievance.case.street), "grievance": grievance, "callback": callback, "url": url}
    if request.method != "POST":
        if callback.status == Callback.Status.ANSWERED:
            return render(request, "feedback/thanks.html", {**page, "rework": not callback.content})
        _must_be_waiting(callback)
        page["board_tick"] = board_consent.askable(grievance)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SurveyForm(*sent, put=actions.put(callback), pledge=callback.pledge)
    if form.is_valid() and mine:
        return _answered(request, callback, form)
    if form.is_valid():
        page["errors"] = ["这部手机没有反映过这件事，评价还没有提交。请从进展页重新点“现在评价”，用短信验证码确认是您本人。"]
        return render(request, "feedback/survey.html", {**page, "form": form}, status=403)
    return render(request, "feedback/survey.html", {**page, "form": form}, status=400 if form.is_bound else 200)


def _question(grievance):
    """The callback the page asks for: the latest, or a new one where the sweep has not come by since the case was resolved."""
    case = grievance.case
    latest = (
        grievance.callbacks.select_related("case__promised_by", "case__street", "pledge__unit")
        .order_by("-opened_at", "-pk")
        .first()
    )
    asked = latest is not None and (latest.case_id, latest.round) == (case.pk, case.round)
    if case.status == Case.Status.RESOLVED and not asked:
        return Callback(case=case, grievance=grievance, round=case.round)
    if latest is None:
        raise Refused("not_resolved", "这件事还在办理，办结后会请您评价。")
    latest.grievance = grievance
    if latest.case_id == case.pk:
        latest.case = case
    return latest


def _must_be_waiting(callback):
    if callback.status == Callback.Status.SUPERSEDED and callback.case.status != Case.Status.RESOLVED:
        raise Refused("being_redone", "这件事正在重新办理，办好以后会再请您评价。")
    actions.may_still_answer(callback)


def _answered(request, callback, form):
    at, resolved_at = timezone.now(), callback.case.resolved_at
    try:
        row = callback if callback.pk else actions.open_callback(callback.grievance, at=at)
        made = actions.record(row, **form.answer, recording=_recorded(form), way=Callback.Way.SURVEY, by=RESIDENT, at=at)
        doubts.witness(row, **_came_from(request), resolved_at=resolved_at, at=at)
    except Refused as no:
        # A second tap finds the answer that the first one left
        if no.code != "already_answered":
            raise
        made = row
    if "agreed" in request.POST:
        _agree(row, at)
    wake("grievance.tasks.deliver")
    return HttpResponseRedirect(_receipt_of(made) if isinstance(made, ConfidentialReport) else request.path)


def _recorded(form):
    """录音, kept before the answer is written down; None where nothing was said aloud. Refused as `media.keep_voice`."""
    voice = form.cleaned_data.get("voice")
    return media.keep_voice(voice) if voice else None


def _came_from(request):
    meta = request.META
    return {"address": meta["REMOTE_ADDR"], "agent": meta.get("HTTP_USER_AGENT", ""), "user": request.user}


def _receipt_of(report):
    return reverse("grievance:follow", args=[report.receipt]) + "?new=1"


def _agree(callback, at):
    """同意公开 by the tick below the answer; where the work is done again there is nothing to show; the answer counts."""
    try:
        board_consent.give(callback.grievance, at=at)
    except Refused as no:
        if no.code != "not_public":
            raise


def caller_only(view):
    """回访员: signed in and posted as a caller somewhere; 403 for others, whatever else they may do."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.scope.where({Role.CALLER}):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@caller_only
@require_safe
def callbacks(request):
    """回访名单: whom to ring, in the order in which the work was finished."""
    waiting = (
        Callback.objects.to_call(request.user)
        .select_related("case__category", "case__place", "grievance__complainant")
        .annotate(tries=Count("attempts"), last_try=Max("attempts__at"))
    )
    page = Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page"))
    at = timezone.now()
    context = {"page": page, "now": at, "replies": InboundCount.objects.of(timezone.localdate(at)) if asking.replies_on() else []}
    return render(request, "desk/callbacks.html", {**admin.site.each_context(request), **context})


@caller_only
@require_http_methods(["GET", "HEAD", "POST"])
def callback(request, pk):
    """回访单: what was said and done, the three questions, and the tries so far."""
    row = _row(request, pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = _blank(row, *sent)
    if not form.is_valid():
        return _page(request, row, form, status=400 if form.is_bound else 200)
    try:
        actions.record(row, **form.answer, recording=_recorded(form), by=request.user, at=timezone.now())
    except Refused as no:
        return _page(request, row, form, refusal=no, status=no.status)
    wake("grievance.tasks.deliver")
    messages.success(request, f"诉求 {row.grievance} 的回访已登记。")
    return redirect("feedback:callbacks")


@caller_only
@require_POST
def attempt(request, pk):
    """登记拨打: the result of a try that reached nobody."""
    row = _row(request, pk)
    try:
        actions.attempt(row, result=request.POST.get("result", ""), by=request.user, at=timezone.now())
    except Refused as no:
        return _page(request, row, _blank(row), refusal=no, status=no.status)
    messages.success(request, f"诉求 {row.grievance} 的拨打结果已登记。")
    return redirect("feedback:callbacks")


@caller_only
@require_POST
def phone(request, pk):
    """查看电话: shows the full number once; that it was read is written down."""
    row = _row(request, pk)
    try:
        number = actions.reveal_phone(row, by=request.user, at=timezone.now())
    except Refused as no:
        return _page(request, row, _blank(row), refusal=no, status=no.status)
    return _page(request, row, _blank(row), number=number)


@caller_only
@require_POST
def officer(request, pk):
    """请另一单位上门, or take it back: the unit that goes has had no part in the matter."""
    row = _row(request, pk)
    unit = Organisation.objects.filter(code=request.POST.get("unit", ""), active=True).first()
    try:
        visiting.send(row, unit=unit, by=request.user, at=timezone.now())
    except Refused as no:
        return _page(request, row, _blank(row), refusal=no, status=no.status)
    wake("grievance.tasks.deliver")
    messages.success(request, f"诉求 {row.grievance} 已{f'请{unit}上门' if unit else '收回，由回访员拨打'}。")
    return redirect("feedback:callback", pk) if unit is None else redirect("feedback:callbacks")


def _blank(row, data=None, files=None):
    """The questions as the policy puts them; the language that the person is known to speak is there already."""
    known = getattr(getattr(row.grievance, "complainant", None), "language", "")
    first = {"way": Callback.Way.PHONE, "language": known}
    return CallForm(data, files, initial=first, put=actions.put(row), pledge=row.pledge)


@caller_only
@require_safe
def voice(request, pk):
    """回访录音: for those who ring, and for nobody who had a part in the matter."""
    return serve(request, get_object_or_404(CallbackVoice, callback=_row(request, pk)))


def _row(request, pk):
    rows = Callback.objects.for_caller(request.user).select_related(
        "case__category",
        "case__place",
        "case__promised_by",
        "grievance__complainant",
        "grievance__on_behalf",
        "recorded_by",
        "visitor",
        "voice",
        "pledge__unit",
        "case__street",
    )
    return get_object_or_404(rows, pk=pk)


def _page(request, row, form, *, number="", refusal=None, status=200):
    context = {
        **admin.site.each_context(request), "callback": row, "form": form,
        "languages": LANGUAGES,
        "units": visiting.offered(row) if row.status == Callback.Status.OPEN and row.visitor is None else [],
        "tries": TRIES, "attempts": row.attempts.select_related("by"),
        "complainant": getattr(row.grievance, "complainant", None), "number": number, "refusal": refusal,
    }  # fmt: skip
    return render(request, "desk/callback.html", context, status=status)
