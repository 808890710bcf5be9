"""删除申请: residents who want nothing of theirs kept; a leader answers, with the ground where it is refused."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk.doors import for_roles, page
from grievance.actions import retention
from grievance.casework import Refused
from grievance.models import ErasureRequest

MOST = 100


@for_roles(retention.DECIDE.roles)
@require_http_methods(["GET", "HEAD", "POST"])
def erasures(request):
    """删除申请: those that wait first; a POST answers one. A refusal keeps what was written."""
    if request.method != "POST":
        return _page(request)
    row = get_object_or_404(ErasureRequest.objects.visible_to(request.user), pk=request.POST.get("request", "0"))
    agreed, opinion = request.POST.get("answer") == "agree", request.POST.get("opinion", "")
    try:
        retention.decide(row, agreed=agreed, opinion=opinion, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _page(request, refusal=refusal, tried=row.pk, opinion=opinion)
    messages.success(request, "已答复，诉求人能在查询页看到。")
    return redirect("desk:erasures")


def _page(request, *, refusal=None, tried=None, opinion=""):
    mine = ErasureRequest.objects.visible_to(request.user).select_related("grievance__case__street", "decided_by")
    context = {
        "title": "删除申请", "waiting": [(row, retention.kept_until(row.grievance.case)) for row in mine.waiting()[:MOST]],
        "answered": mine.filter(agreed__isnull=False).order_by("-decided_at")[:20], "refusal": refusal, "tried": tried,
        "opinion": opinion,
    }  # fmt: skip
    return page(request, "desk/erasures.html", context, status=refusal.status if refusal else 200)
