"""先看看会派给谁: answers a page's script in JSON, and a button in the page itself, with everything typed still in it."""

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dispatch import outlook
from grievance import said, throttle
from grievance.forms import ReportForm
from grievance.models import Grievance
from grievance.views.report import code_behind, shown
from street.templatetags.beijing import beijing


# Exempt as the report page is: nothing is written, and there is no session
@csrf_exempt
@never_cache
@require_POST
def look(request, token):
    """预计: POST description, address and kind; `Accept: application/json` gets JSON, anybody else the page again."""
    code, at = code_behind(token), timezone.now()
    throttle.glance(request.META["REMOTE_ADDR"], at=at, purpose="outlook")
    found = outlook.look(
        said.clean(request.POST.get("description", ""))[: said.DESCRIPTION_MAX], place=code.place,
        address=said.clean(request.POST.get("address", ""))[: said.ADDRESS_MAX], kind=_kind(request.POST.get("kind")), at=at,
    )  # fmt: skip
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_plain(found))
    form = ReportForm(request.POST, at=at)
    form.errors.clear()
    return shown(request, code, form, {"outlook": found})


def _kind(kind):
    return kind if kind in Grievance.Kind.values else Grievance.Kind.REPORT


def _plain(found):
    return {
        "unit": str(found.unit.name) if found.unit else "", "limit": found.limit, "due": beijing(found.due),
        "emergency": [{"text": advice.text, "phones": advice.phones} for advice in found.emergency],
    }  # fmt: skip
