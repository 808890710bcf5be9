"""报事页上的两条近路: to join what is already being worked on here, and to be rung instead of writing."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from grievance import throttle
from grievance.actions import calls, joining
from grievance.casework import Refused
from grievance.forms import ReportForm, new_key
from grievance.views.report import code_behind, noted_here, shown, wake_for


# Exempt as the report page is: a resident has no session
@csrf_exempt
@never_cache
@require_POST
def join(request, token):
    """我也遇到: POST matter, key, and perhaps description and phone; on to the receipt, or the page again with what was typed."""
    code, at = code_behind(token), timezone.now()
    matter = request.POST.get("matter", "")
    typed = {name: request.POST.get(name, "") for name in ("description", "phone")}
    try:
        doubt = throttle.lane(request.META["REMOTE_ADDR"], proven=False, at=at)
        grievance = joining.join(
            code, matter=int(matter) if matter.isdecimal() else 0, **typed, key=request.POST.get("key") or new_key(), at=at,
            doubt=doubt,
        )  # fmt: skip
    except Refused as refused:
        return _again(request, code, refused, {"join": {**typed, "matter": matter, "error": refused.message}}, typed, at)
    return _on(request, grievance)


@csrf_exempt
@never_cache
@require_POST
def call(request, token):
    """请给我回电: POST phone, language, best_time and key; on to the receipt, or the page again with what was typed."""
    code, at = code_behind(token), timezone.now()
    typed = {name: request.POST.get(name, "") for name in ("phone", "language", "best_time")}
    try:
        throttle.lane(request.META["REMOTE_ADDR"], proven=False, at=at)
        grievance = calls.ask(code, **typed, key=request.POST.get("key") or new_key(), at=at)
    except Refused as refused:
        return _again(request, code, refused, {"call": {**typed, "error": refused.message}}, {}, at)
    return _on(request, grievance)


def _on(request, grievance):
    wake_for(grievance)
    there = HttpResponseRedirect(reverse("grievance:follow", args=[grievance.receipt]) + "?new=1")
    return noted_here(request, there, grievance)


def _again(request, code, refused, more, typed, at):
    """Typed words that could not join stand in the form for a new matter, with a key of their own."""
    form = ReportForm({**typed, "key": new_key(), "kind": "report"} if any(typed.values()) else None, at=at)
    if form.is_bound:
        form.errors.clear()
    return shown(request, code, form, more, status=refused.status, headers=getattr(refused, "headers", {}))
