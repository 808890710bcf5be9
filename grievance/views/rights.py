"""我的信息: what is kept of a grievance, a copy of it, and asking that it be taken away (个人信息保护法 art. 44–47)."""

import io
import json
import zipfile

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from grievance import timeline
from grievance.actions import retention
from grievance.casework import Refused, beijing
from grievance.views.follow import grievance_of
from grievance.views.page import of_street
from grievance.wake import wake


# Exempt: the receipt in the address is the whole right to act; there is no session that a foreign page could borrow
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rights(request, receipt):
    """我的信息: what is kept; a POST asks that it be taken away."""
    grievance = grievance_of(receipt)
    if request.method != "POST":
        return _page(request, grievance)
    try:
        retention.ask(grievance, at=timezone.now())
    except Refused as refused:
        return _page(request, grievance_of(receipt), refused=refused)
    wake("grievance.tasks.deliver")
    return HttpResponseRedirect(request.path)


def _page(request, grievance, refused=None):
    page = {
        **of_street(grievance.case.street), "grievance": grievance, "kept": _kept(grievance), "refused": refused,
        "asked": grievance.erasures.order_by("-pk").first(), "gone": getattr(grievance, "tombstone", None),
        "until": retention.kept_until(grievance.case), "years": retention.rule_for(grievance.case.street_id).personal_days // 365,
        "follow": request.path.removesuffix("data/"),
    }  # fmt: skip
    return render(request, "grievance/rights.html", page, status=refused.status if refused else 200)


def _kept(grievance):
    """[(what, as it may be shown to whoever holds the link)]: a forwarded link gives nobody a number in clear."""
    known, told = getattr(grievance, "complainant", None), getattr(grievance, "on_behalf", None)
    rows = [
        ("诉求编号", grievance.number), ("提交时间", f"{beijing(grievance.submitted_at)}（北京时间）"),
        ("类型", grievance.get_kind_display()), ("内容", grievance.description), ("具体位置", grievance.address),
        ("姓名", known.masked_name if known else ""), ("电话", known.masked_phone if known else ""),
        ("由谁代录", f"工作人员（{told}）" if told else ""), ("代译", told.masked_interpreter if told else ""),
        ("联系语言", known.language if known else told.language if told else ""), ("附件", f"{grievance.attachments.count()} 件"),
        ("补充", f"{grievance.remarks.filter(author=None).count()} 条"),
    ]  # fmt: skip
    return [(label, value) for label, value in rows if value and not value.startswith("0 ")]


@never_cache
@require_safe
def copy(request, receipt):
    """导出: what was said and done, and one's own pictures, as a ZIP; number and name as the page shows them."""
    grievance = grievance_of(receipt)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("我的信息.json", json.dumps(_told(grievance), ensure_ascii=False, indent=2))
        for number, file in enumerate(grievance.attachments.all(), 1):
            with file.file.open("rb") as content:
                archive.writestr(f"附件{number}{file.suffix}", content.read())
    name = f'attachment; filename="{grievance.number}.zip"'
    return HttpResponse(body.getvalue(), content_type="application/zip", headers={"Content-Disposition": name})


def _told(grievance):
    course = [
        {"时间": beijing(entry.at), "经过": entry.text, "您写的": entry.words} for entry in timeline.entries(grievance)
    ]  # fmt: skip
    return {**dict(_kept(grievance)), "办理经过（北京时间）": course}
