"""整片制码: upload a table, look at what would be made, confirm. Nothing is written in between."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grievance import estate, spreadsheet, workbook
from grievance.actions import codes, estates
from grievance.casework import Refused
from grievance.views.codes import permit
from grievance.views.page import of_street
from street.models import Organisation, Place

SALT = "codes.wizard"
GOOD_FOR = 3600
"""Seconds that a preview may be confirmed."""
TEMPLATE = "说事码点位样表.xlsx"
ADVICE = [
    ["列", "怎么填"],
    ["社区", "必填。写社区全称、简称或代码"],
    ["小区", "必填。小区的名称；道路、路口、工地、沿街商户所在的路，也写在这一列"],
    ["楼栋", "如 3号楼。只给整个小区做码，就空着"],
    ["单元/门牌", "如 2单元；商户写店名"],
    ["类型", f"可以空着；要写就写：{'、'.join(Place.Kind.labels)}"],
    ["网格", "可以空着。网格的名称或代码"],
    ["纬度、经度、坐标系", "可以空着；要写就三项都写。坐标系写 CGCS2000、WGS-84 或 GCJ-02"],
    ["一行一个码", "每行的点位做一个码；所在的小区、楼栋没有的话一并新建，但不做码。要做，另填一行"],
    ["再传一遍", "同一个点位的码不变，墙上贴的仍然有效"],
]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wizard(request):
    """整片制码: GET asks for the table, POST previews it line by line."""
    permit(request.user, codes.KEEPERS)
    if request.method != "POST":
        return _page(request)
    upload = request.FILES.get("table")
    try:
        if upload is None:
            spreadsheet.refuse("no_file", "没有选文件。请选填好的点位表，再按“预览”。")
        lines = estate.lines_of(spreadsheet.read(upload))
        plan = estates.preview(lines, by=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, error=refused.message, status=refused.status)
    return _page(request, plan=plan, table=upload.name, sealed=_sealed(plan, request.user) if plan.sound else "")


def _page(request, *, plan=None, status=200, **facts):
    streets = list(Organisation.objects.filter(pk__in=request.user.scope.where(codes.KEEPERS))[:2])
    page = {
        **of_street(streets[0] if len(streets) == 1 else None), **facts, "plan": plan, "most": spreadsheet.MAX_ROWS,
        "megabytes": spreadsheet.MAX_BYTES // 1024 // 1024, "advice": ADVICE[1:],
    }  # fmt: skip
    if plan:
        page["wrong"] = sum(bool(line.errors) for line in plan.lines)
        page["counts"] = {name: sum(line.outcome == name for line in plan.lines) for name in ("new", "code", "kept")}
    return render(request, "grievance/codes_wizard.html", page, status=status)


def _sealed(plan, user):
    """The lines as the page carries them to the confirmation: signed, so that what is made is what was shown."""
    rows = [[line.number, line.words] for line in plan.lines]
    return signing.dumps({"by": user.pk, "rows": rows}, salt=SALT, compress=True)


@login_required
@require_POST
def confirm(request):
    """确认制作: make what was previewed, all or none."""
    permit(request.user, codes.KEEPERS)
    lines = _opened(request.POST.get("lines", ""), request.user)
    try:
        made = estates.make(lines, by=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, error=refused.message, status=refused.status)
    messages.success(request, f"新建点位 {made.places} 个，制作新码 {made.codes} 个；{made.kept} 个点位已有码，保持不变。")
    names = {line.community.code for line in lines}
    only = f"?{urlencode({'community': names.pop()})}" if len(names) == 1 else ""
    return HttpResponseRedirect(reverse("grievance:code_register") + only)


def _opened(sealed, user):
    try:
        carried = signing.loads(sealed, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        carried = {"by": None}
    if carried["by"] != user.pk:
        raise Refused("preview_over", "预览已经过期，什么都没有写入。请重新上传点位表，核对后再确认。")
    return [estate.Line(number, words) for number, words in carried["rows"]]


@login_required
@require_safe
def template(request):
    """下载样表: the headings, and on a second sheet what goes where."""
    permit(request.user, codes.KEEPERS)
    content = workbook.workbook({"点位": [list(estate.COLUMNS.values())], "填写说明": ADVICE})
    response = HttpResponse(content, content_type=workbook.CONTENT_TYPE)
    response.headers["Content-Disposition"] = content_disposition_header(True, TEMPLATE)
    return response
