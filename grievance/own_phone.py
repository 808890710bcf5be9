"""本机: which matters this phone reported or showed to be its own. A signed cookie, no account: the server keeps no such list.

Each receipt in it has a mark: `r` reported here, `v` a code to the number was answered here, `o` only put into the list. The
first two may do what a forwarded receipt may not."""

from django.conf import settings
from django.core import signing

from grievance.models import Grievance
from grievance.sealing import fingerprint

COOKIE, SALT = "mine", "shuoshi.own-phone"
MOST = 20
KEPT_SECONDS = 400 * 86_400
"""提案: as long as browsers keep any cookie."""
REPORTED, VERIFIED, OPENED = "r", "v", "o"
OWN = (REPORTED, VERIFIED)


def held(request):
    """{receipt: mark}, the latest first; empty where the cookie is missing or was not signed by us."""
    if COOKIE not in request.COOKIES:
        return {}
    try:
        pairs = signing.loads(request.COOKIES[COOKIE], salt=SALT)
        return {receipt: mark for receipt, mark in pairs if isinstance(receipt, str) and isinstance(mark, str)}
    except (signing.BadSignature, ValueError, TypeError):
        return {}


def remember(request, response, receipts, mark):
    """记在本机: these receipts come first; of one that is there already the stronger mark stays. The oldest beyond twenty go."""
    known = held(request)
    fresh = {receipt: known[receipt] if known.get(receipt) in OWN and mark == OPENED else mark for receipt in receipts}
    _keep(response, {**fresh, **{receipt: old for receipt, old in known.items() if receipt not in fresh}})
    return response


def forget(request, response, receipts=None):
    """从本机移除: these receipts, or all. Nothing is written where nothing was there."""
    known = held(request)
    left = {receipt: mark for receipt, mark in known.items() if receipts is not None and receipt not in receipts}
    if left:
        _keep(response, left)
    elif known:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _keep(response, receipts):
    value = signing.dumps(list(receipts.items())[:MOST], salt=SALT)
    response.set_cookie(
        COOKIE, value, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )  # fmt: skip


def grievances(request):
    """本机的事 as they now stand, the latest first: [(receipt, grievance)]. A confidential report is never among them."""
    receipts = {fingerprint(receipt): receipt for receipt in held(request)}
    read = Grievance.objects.select_related("case__promised_by", "case__place__parent__parent", "case__street")
    found = read.filter(receipt_hash__in=receipts).order_by("-submitted_at", "-pk")
    return [(receipts[grievance.receipt_hash], grievance) for grievance in found]


def needs_code(request, grievance, receipt):
    """是否要验证码: this phone did not report it and showed nothing, while a number was left that a text can reach.

    Receipts get forwarded: reading and adding stay open to whoever holds one, taking back and judging do not."""
    return _texted(grievance) and held(request).get(receipt) not in OWN


def _texted(grievance):
    return len(grievance.phone) == 11 and grievance.phone.startswith("1")


def verifiable(grievance):
    """可验证号码: nothing is texted to the number before its holder has typed a code back, and one still may."""
    going = grievance.withdrawn_at is None and not grievance.case.ended
    return settings.VERIFY_NUMBERS and going and _texted(grievance) and grievance.complainant.verified_at is None
