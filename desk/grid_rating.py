"""帮居民评价 (手机): the person answers for themselves on the phone of somebody who had no part in the work.

The number on the person's own receipt opens the questions; nothing that was said is shown, and there is no list."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import phone
from desk.phone import WALKERS, phone_page
from feedback.actions import callback as actions
from feedback.forms import SurveyForm
from feedback.models import Callback
from grievance.casework import Refused
from grievance.wake import wake


@phone_page(WALKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request):
    """帮居民评价: the number first, then the questions of the survey, which the person reads and taps."""
    number = request.POST.get("number", "").strip().upper()
    if not number:
        return _shown(request)
    row = _asked(request.user, number)
    if row is None:
        # One sentence for all: a number tells nobody whether there is such a matter
        told = "没有可以在这里评价的：编号不对，还没有办结，已经评价过，或者是您本人、您的单位办的。本人可以扫码或者打热线评价。"
        return _shown(request, number=number, problem=told, status=400)
    sent = (request.POST, request.FILES) if "resolved" in request.POST or "send" in request.POST else (None, None)
    form = SurveyForm(*sent, put=actions.put(row), pledge=row.pledge)
    del form.fields["voice"]
    if not form.is_valid():
        return _shown(request, number=number, row=row, form=form, status=400 if form.is_bound else 200)
    return _recorded(request, row, form, number)


def _asked(user, number):
    """The open callback of the grievance of that number which one may assist; None where there is none."""
    rows = Callback.objects.to_assist(user).filter(grievance__number=number, grievance__withdrawn_at__isnull=True)
    return rows.select_related("case__category", "case__promised_by", "case__place", "grievance").first()


def _recorded(request, row, form, number):
    try:
        actions.record(row, **form.answer, way=Callback.Way.ASSISTED, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _shown(request, number=number, row=row, form=form, problem=refusal.message, status=refusal.status)
    wake("grievance.tasks.deliver")
    messages.success(request, "评价已登记，谢谢。请把手机还给网格员。")
    return redirect("phone-grid")


def _shown(request, *, number="", row=None, form=None, problem="", status=200):
    context = {"number": number, "row": row, "form": form, "problem": problem}
    return phone.show(request, "desk/grid_rating.html", context, current="phone-grid", status=status)
