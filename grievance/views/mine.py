"""本机的事: what was reported or found again on this phone, listed without an account; no list for anyone else."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grievance import own_phone, timeline
from grievance.views.page import of_the_only_street


# Exempt: the cookie is not sent along by another site (SameSite=Lax), and without it nothing happens
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request):
    """本机的事: GET lists them; POST with `forget` (a receipt, or all) removes from this phone and from nowhere else."""
    if request.method == "POST":
        what = request.POST.get("forget", "")
        here = HttpResponseRedirect(request.path)
        return own_phone.forget(request, here, None if what == "all" else [what])
    return render(
        request, "grievance/mine.html", {**of_the_only_street(), "rows": [_row(*one) for one in own_phone.grievances(request)]}
    )


def _row(receipt, grievance):
    """Where, when and how it stands; never what was said: someone may look over the shoulder."""
    case = grievance.case
    going = grievance.withdrawn_at is None and not case.ended
    return {
        "receipt": receipt, "number": grievance.number, "kind": grievance.get_kind_display(), "at": grievance.submitted_at,
        "place": case.place.full_name if case.place and case.pk == grievance.first_case_id else "",
        "state": timeline.state(grievance), "unit": case.promised_by if going else None,
        "due": case.promised_at if going else None, "url": reverse("grievance:follow", args=[receipt]),
    }  # fmt: skip
