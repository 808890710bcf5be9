"""上门回访 (手机): an officer of a unit that had no part in the matter goes to the person and asks the three questions."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk import phone
from desk.phone import HANDLERS, phone_page
from feedback.actions import callback as actions
from feedback.forms import LANGUAGES, CallForm
from feedback.models import Callback
from grievance import media
from grievance.casework import Refused
from grievance.wake import wake


@phone_page(HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request, pk):
    """上门回访单: where to go, what was answered publicly, and the questions; the number is not shown."""
    rows = Callback.objects.to_visit(request.user)
    read = ("case__category", "case__place", "case__promised_by", "grievance__complainant", "pledge__unit")
    row = get_object_or_404(rows.select_related(*read), pk=pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CallForm(*sent, initial={"way": Callback.Way.VISIT}, put=actions.put(row), pledge=row.pledge)
    del form.fields["way"]
    if not form.is_valid():
        return _shown(request, row, form, status=400 if form.is_bound else 200)
    try:
        voice = form.cleaned_data.get("voice")
        kept = media.keep_voice(voice) if voice else None
        actions.record(row, **form.answer, recording=kept, way=Callback.Way.VISIT, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _shown(request, row, form, problem=refusal.message, status=refusal.status)
    wake("grievance.tasks.deliver")
    messages.success(request, "上门回访已登记，谢谢。")
    return redirect("phone-orders")


def _shown(request, row, form, *, problem="", status=200):
    context = {"row": row, "form": form, "problem": problem, "languages": LANGUAGES}
    return phone.show(request, "desk/visiting.html", context, current="phone-orders", status=status)
