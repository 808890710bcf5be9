"""政策台: the versions of a street's policy, the one draft, and what can be done with each: draft, issue, withdraw, go back."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from desk.doors import for_roles, page
from dispatch.actions import policies
from dispatch.actions.policies import EDITORS, ISSUERS, reaches
from dispatch.models import Policy, PolicyText
from grievance.casework import Refused
from street.models import Organisation, Role

READERS = EDITORS | ISSUERS | {Role.DISPATCHER}
ON_A_PAGE = 30
"""So many versions are listed."""


@dataclass
class Bench:
    """一个街道的政策台: whose text it is (`owner` None: shared by all streets) and what this person may do with it."""

    street: Organisation
    owner: Organisation | None
    may_edit: bool
    may_issue: bool
    at: datetime

    @property
    def texts(self):
        """Every text of the owner."""
        return PolicyText.objects.of(self.owner).select_related("street", "saved_by", "issued_by", "base", "policy")

    @property
    def draft(self):
        """The one open draft, None where there is none."""
        return self.texts.drafts().first()

    def text(self, pk):
        """One text of this bench. 404 for any other."""
        return get_object_or_404(self.texts, pk=pk if str(pk).isdigit() else 0)


def streets_of(user):
    """可见的街道."""
    return [street for street in Organisation.objects.streets().order_by("path") if reaches(user, READERS, street)]


def bench_for(request, code):
    """The bench of one street. 404 outside one's scope."""
    street = next((one for one in streets_of(request.user) if one.code == code), None)
    if street is None:
        raise Http404
    own = Policy.objects.filter(street=street, issued_at__isnull=False).exists() or PolicyText.objects.of(street).exists()
    owner, user = (street if own else None), request.user
    return Bench(street, owner, reaches(user, EDITORS, owner), reaches(user, ISSUERS, owner), timezone.now())


@for_roles(READERS)
@require_safe
def policies_of_streets(request):
    """政策: the street one answers for, or a list of several."""
    streets = streets_of(request.user)
    if len(streets) == 1:
        return redirect("desk:policy_street", streets[0].code)
    return page(request, "desk/policy_streets.html", {"title": "政策", "streets": streets})


@for_roles(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def versions(request, street):
    """各版政策, and the moves on them."""
    bench = bench_for(request, street)
    if request.method != "POST":
        return _shown(request, bench)
    move = MOVES.get(request.POST.get("do", ""))
    if move is None:
        raise Http404
    try:
        return move(request, bench)
    except Refused as refusal:
        return _shown(request, bench, refusal=refusal)


def _shown(request, bench, refusal=None):
    # First: a policy loaded before texts were kept gets its text now
    now, draft = policies.in_force(bench.owner, at=bench.at), bench.draft
    kept = list(bench.texts.exclude(status="draft").exclude(number=None)[:ON_A_PAGE])
    latest = policies.latest(bench.owner, at=bench.at)
    own = draft is not None and request.user.pk in draft.hands
    context = {
        "title": "政策", "bench": bench, "now": now, "draft": draft, "kept": kept, "refusal": refusal, "asked": request.POST,
        "newer": latest if draft and draft.base_id != latest.pk else None, "own": own,
    }  # fmt: skip
    return page(request, "desk/policy.html", context, status=refusal.status if refusal else 200)


def _open(request, bench):
    source = bench.text(request.POST["source"]) if request.POST.get("source") else None
    policies.open_draft(bench.owner, by=request.user, at=bench.at, source=source)
    return redirect("desk:policy_draft", bench.street.code)


def _discard(request, bench):
    policies.discard(_draft(bench), revision=_revision(request), by=request.user, at=bench.at)
    return _done(request, bench, "草稿已弃用，现行政策没有变。")


def _rebase(request, bench):
    draft = policies.rebase(_draft(bench), revision=_revision(request), by=request.user, at=bench.at)
    return _done(request, bench, f"已记下：草稿核对过{draft.base}。")


def _issue(request, bench):
    start = None if request.POST.get("when") != "later" else _instant(request.POST.get("start", ""))
    text = policies.issue(
        _draft(bench), revision=_revision(request), by=request.user, at=bench.at, start=start,
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    late = text.effective_from > bench.at
    when = f"自 {timezone.localtime(text.effective_from):%Y-%m-%d %H:%M} 起生效" if late else "已生效"
    return _done(request, bench, f"{text}已发布，{when}。已派的工单仍按派单时的时限；要改，请到“重排时限”。")


def _withdraw(request, bench):
    text = policies.withdraw(bench.text(request.POST.get("text", "")), by=request.user, at=bench.at)
    return _done(request, bench, f"{text}已撤下，不会生效。")


MOVES = {"open": _open, "discard": _discard, "rebase": _rebase, "issue": _issue, "withdraw": _withdraw}


def _draft(bench):
    draft = bench.draft
    if draft is None:
        raise Refused("draft_gone", "草稿已经发布或弃用。请刷新页面。")
    return draft


def _revision(request):
    return int(request.POST["revision"]) if request.POST.get("revision", "").isdigit() else None


def _instant(text):
    try:
        return timezone.make_aware(datetime.fromisoformat(text))
    except ValueError as error:
        raise Refused("start_missing", "请写明从什么时候起生效。", status=400) from error


def _done(request, bench, sentence):
    messages.success(request, sentence)
    return redirect("desk:policy_street", bench.street.code)


@for_roles(READERS)
@require_safe
def download(request, street, pk):
    """下载原文."""
    text = bench_for(request, street).text(pk)
    name = f"政策-{street}-{text}.toml"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(text.text, content_type="application/toml; charset=utf-8", headers={"Content-Disposition": disposition})
