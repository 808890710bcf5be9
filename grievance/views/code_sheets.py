"""打印说事码: sheets in the sizes that are put up, and the words that stand on them."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from grievance import qr
from grievance.actions import codes
from grievance.forms import SheetTextForm
from grievance.models import QRCode, SheetText
from grievance.views.codes import PRINTERS, address_of, choices, permit, places_of
from grievance.views.page import of_street
from street.models import Organisation, Role

PER_PRINT = 240
"""Codes on one page of the browser: drawing one takes some 7 ms, and printers jam."""


@dataclass(frozen=True)
class Layout:
    """版式: how many codes a sheet of paper holds."""

    name: str
    label: str
    paper: str
    each: int


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("poster", "每张一个（贴公告栏）", "A4 纵向", 1),
        Layout("sheet", "每张四个（贴单元门）", "A4 纵向", 4),
        Layout("a5", "A5 一个（贴电梯、柜台）", "A5 纵向", 1),
        Layout("sticker", "不干胶 80×100 毫米，每张六个", "A4 横向", 6),
    )
}


@login_required
@require_safe
def sheets(request):
    """打印说事码: live codes in one's scope, narrowed by `community`, `estate`, `kind` or `place`; `layout` is the paper."""
    permit(request.user, PRINTERS)
    visible = QRCode.objects.live().visible_to(request.user).narrowed(request.GET).order_by("place__code")
    visible = visible.select_related("place__parent__parent__parent", "place__street")
    pages = Paginator(visible, PER_PRINT).get_page(request.GET.get("part"))
    layout = LAYOUTS.get(request.GET.get("layout", ""), LAYOUTS["poster"])
    found = _codes(pages.object_list)
    page = {
        **of_street(pages[0].place.street if pages else None),
        "codes": found,
        "papers": [found[start : start + layout.each] for start in range(0, len(found), layout.each)],
        "pages": pages,
        "layout": layout,
        "layouts": LAYOUTS.values(),
        "back_url": reverse("grievance:code_register"),
        **choices(places_of(request.user), request.GET),
    }
    return render(request, "grievance/codes_print.html", page)


def _codes(rows):
    """What is printed of each code: a street's own words, or the usual ones."""
    texts = {text.street_id: text for text in SheetText.objects.filter(street__in={row.place.street_id for row in rows})}
    return [
        {
            "place": row.place, "url": address_of(row), "svg": qr.svg(address_of(row)),
            "text": texts.get(row.place.street_id) or SheetText(), "phone": of_street(row.place.street)["office_phone"],
        }
        for row in rows
    ]  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wording(request, street):
    """张贴文字: what the sheets of a street say beside the code."""
    permit(request.user, codes.KEEPERS)
    ours = Organisation.objects.filter(pk__in=request.user.scope.where(codes.KEEPERS))
    unit = get_object_or_404(ours, code=street)
    text = SheetText.objects.filter(street=unit).first() or SheetText(street=unit)
    approves = request.user.scope.posting_for({Role.SYSTEM_ADMIN}, unit.pk) is not None
    form = SheetTextForm(request.POST if request.method == "POST" else None, instance=text, approves=approves)
    if request.method == "POST" and form.is_valid():
        codes.word(unit, **form.typed(), by=request.user, at=timezone.now())
        messages.success(request, "张贴文字已保存，下次打印起用。已经张贴的不受影响。")
        return HttpResponseRedirect(reverse("grievance:code_register"))
    page = {**of_street(unit), "form": form, "unit": unit, "usual": SheetText.USUAL}
    return render(request, "grievance/codes_wording.html", page, status=400 if form.is_bound else 200)
