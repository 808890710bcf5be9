"""查验说事码: does what hangs on this wall still lead here? For staff who walk past it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grievance.models import QRCode
from grievance.views.codes import PRINTERS, permit
from grievance.views.page import of_street

LINK = re.compile(r"(?:(?P<site>\S*?)/q/)?(?P<token>[A-Za-z0-9_-]{16,40})/?(?:[?#]\S*)?")
LINK_MAX = 500


@dataclass(frozen=True)
class Verdict:
    """查验结果: how it stands (good, warn, bad), said in a heading and a sentence; the code where one may see it."""

    how: str
    heading: str
    sentence: str
    code: QRCode | None = None
    successor: QRCode | None = None


@login_required
@require_safe
def check(request):
    """查验说事码: `?link=` is the printed link, or its last part."""
    permit(request.user, PRINTERS)
    link = request.GET.get("link", "").strip()[:LINK_MAX]
    page = {**of_street(None), "link": link, "verdict": verdict(link, request.user) if link else None}
    return render(request, "grievance/codes_check.html", page)


def verdict(link, user):
    """Which place a printed link leads to, or why it leads to none."""
    match = LINK.fullmatch(link)
    if match is None or (match["site"] and not host_of(match["site"])):
        shape = "说事码的链接里有“/q/”，后面是一串字母和数字。请重新扫一次，把整个链接粘贴进来。"
        return Verdict("warn", "看不出是说事码", shape)
    site = match["site"]
    elsewhere = bool(site) and host_of(site) != host_of(settings.SITE_URL)
    code = QRCode.objects.visible_to(user).select_related("place__parent__parent", "place__community")
    found = code.filter(token=match["token"]).first()
    if found is not None:
        return _known(found, elsewhere, host_of(site or ""))
    return _unknown(QRCode.objects.filter(token=match["token"]).exists(), elsewhere, host_of(site or ""))


def host_of(address):
    """The host (and port) of an address, with or without its scheme; empty for none."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").netloc.lower()
    except ValueError:
        return ""


def _known(code, elsewhere, host):
    if not code.live:
        fresh = QRCode.objects.live().filter(place=code.place_id).first()
        then = "这个点位已有新码，请打印新码换上，并撕下这张。" if fresh else "这个点位现在没有码，请先制作，再换上。"
        return Verdict("bad", "已停用", f"扫这张码的人会看到“已经停用”。{then}", code, fresh)
    if elsewhere:
        ours = host_of(settings.SITE_URL)
        now = f"码是本系统的，但印着的网址是 {host}，现在的网址是 {ours}。"
        return Verdict("bad", "网址不对", f"{now}居民扫了可能打不开，也可能有人冒用。请撕下，重新打印张贴。", code)
    return Verdict("good", "有效", "扫这张码，就到下面这个点位的说事页面。", code)


def _unknown(known_here, elsewhere, host):
    if known_here:
        return Verdict("warn", "不在您的范围", "这是本系统别的街道或社区的码，您看不到它的点位。请交给张贴它的街道处理。")
    if elsewhere:
        why = f"它通向 {host}。可能是别处的说事系统，也可能是有人冒贴。"
        return Verdict("bad", "不是本系统的码", f"{why}请拍照留存，报值班长核实后处理。")
    return Verdict("bad", "没有这个码", "本系统没有制作过这个码：链接可能不完整。请重新扫一次；还是这样，就撕下来重新打印张贴。")
