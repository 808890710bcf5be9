"""查询码图形: the follow link as a code, for the picture that a resident saves of the receipt."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from grievance import qr
from grievance.models import ConfidentialReport
from grievance.views.follow import grievance_of


@cache_control(private=True, no_store=True)
@require_safe
def code(request, receipt):
    """查询码图形: PNG that opens the follow page; to whoever already has the receipt, and kept by no cache."""
    if not ConfidentialReport.objects.with_receipt(receipt).exists():
        grievance_of(receipt)
    address = f"{settings.SITE_URL}{reverse('grievance:follow', args=[receipt])}"
    return HttpResponse(qr.png(address), content_type="image/png")
