"""同意公开 by the holder of a receipt: given with the pictures chosen, or taken back; both come back to the follow page."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from grievance.actions import board_consent
from grievance.views.follow import grievance_of, must_be_own
from grievance.wake import wake


# Exempt: the receipt in the address is the whole right to act; there is no session that a foreign page could borrow
@csrf_exempt
@never_cache
@require_POST
def consent(request, receipt):
    """同意公开: `agreed` gives it, with the `photos` that may be shown; without the tick it is taken back, from any phone.

    Refused `code_needed` where a forwarded link would give it."""
    grievance, at = grievance_of(receipt), timezone.now()
    if "agreed" in request.POST:
        must_be_own(request, grievance, receipt)
        chosen = [int(pk) for pk in request.POST.getlist("photos") if pk.isdecimal() and len(pk) < 19]
        board_consent.give(grievance, photos=chosen, at=at)
    else:
        board_consent.take_back(grievance, at=at)
    wake("grievance.tasks.deliver")
    return HttpResponseRedirect(reverse("grievance:follow", args=[receipt]) + "#board")
