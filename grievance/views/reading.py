"""读者的选择: language and letter size, kept on the phone alone."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from street.wording import ELDER_COOKIE, LANGUAGE_COOKIE, helpers

YEAR = 365 * 24 * 3600


# Exempt: nothing is changed but how this phone shows its pages
@csrf_exempt
@never_cache
@require_POST
def choose(request):
    """选择: `language` (empty: Chinese alone) and `elder` (1 or empty), each kept for a year; then back to `next`."""
    response = HttpResponseRedirect(_back(request))
    if "language" in request.POST:
        code = request.POST["language"]
        _keep(response, LANGUAGE_COOKIE, code if code in helpers() else "")
    if "elder" in request.POST:
        _keep(response, ELDER_COOKIE, "1" if request.POST["elder"] == "1" else "")
    return response


def _back(request):
    # In the body and not in the address: a page's address may hold a receipt, and addresses are logged
    page = request.POST.get("next", "")
    inside = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if inside else "/"


def _keep(response, name, value):
    if value:
        response.set_cookie(name, value, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")
