"""离任交接页: what is open in a leaver's name and in the office, who takes it, and one button that hands over all of it.

The keeper of posts reads how many pieces there are and never which matters; the successor reads which, on a page of their own."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from desk import queues
from desk.doors import MATTERS, for_roles, page
from desk.registers import postings_in, reach, recent
from dispatch.actions import leaving
from dispatch.actions.leaving import KEEPERS
from grievance.casework import Refused
from grievance.models import Case
from grievance.wake import wake
from street.models import HandOver, Role, User
from street.scope import Scope, within

MOST_OFFERED = 100
MOST_LISTED = 50


class HandOverForm(forms.Form):
    """交接表: to whom, and which day was the last."""

    colleague = forms.ChoiceField(label="接手人（本单位的人）", required=False)
    username = forms.CharField(label="或写接手人的用户名（别单位调来的）", required=False, max_length=60)
    last_day = forms.DateField(
        label="最后一天",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写最后一天。"},
    )

    def __init__(self, *args, people, paths, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.people, self.paths = {person.username: person for person in people}, paths
        self.fields["colleague"].choices = [
            ("", "（不指定）"),
            *((name, f"{who}（{name}）") for name, who in self.people.items()),
        ]

    def clean(self):
        """接手人: chosen, or named; only one whom the keeper reaches, or who is posted nowhere yet."""
        data = super().clean()
        name = data.get("username", "").strip()
        data["to"] = self.people.get(data.get("colleague"))
        if name:
            data["to"] = people_in(self.paths).filter(username=name).first()
            if data["to"] is None:
                self.add_error("username", f"您管理的范围里没有用户名“{name}”。新来的人请先在“人员”里新建。")
        return data


def people_in(paths):
    """人员 posted within reach, and those posted nowhere yet; each once."""
    return User.objects.filter(within(paths, "postings__organisation__") | Q(postings__isnull=True)).distinct()


@dataclass(frozen=True)
class Waiting:
    """岗位待办: a queue of the office, how many wait in it, and whether somebody else stands in it too."""

    label: str
    count: int


@for_roles(KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request, pk):
    """离任交接: GET shows what is open, POST with `step=look` shows what would happen, with `step=do` does it."""
    at = timezone.now()
    paths = reach(request.user)
    posting = get_object_or_404(postings_in(paths).select_related("user", "organisation", "grid"), pk=pk)
    if hasattr(posting, "hand_over"):
        return _page(request, posting, at)
    form = HandOverForm(
        request.POST if request.method == "POST" else None, people=colleagues(posting, at), paths=paths,
        initial={"last_day": timezone.localdate(at)},
    )  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return _page(request, posting, at, form=form, status=400 if form.is_bound else 200)
    if request.POST.get("step") != "do":
        return _page(request, posting, at, form=form, asked=form.cleaned_data)
    try:
        row = leaving.hand_over(
            posting,
            to=form.cleaned_data["to"],
            last_day=form.cleaned_data["last_day"],
            by=request.user,
            at=at,
            expected=counted(request.POST.get("seen", "")),
        )
    except Refused as refusal:
        return _page(request, posting, at, form=form, refusal=refusal, status=refusal.status)
    _log(request.user, row)
    wake("grievance.tasks.deliver")
    messages.success(request, f"{posting.user}的任职已交接：{row.words or '名下没有未了的工作'}。")
    return redirect("desk:leave", pk=pk)


def colleagues(posting, at):
    """接手人选: those posted at the same organisation, the same office first."""
    today = timezone.localdate(at)
    held = type(posting).objects.current(today).filter(organisation=posting.organisation_id, user__is_active=True)
    held = held.exclude(user=posting.user_id).select_related("user")[:MOST_OFFERED]
    return list({row.user_id: row.user for row in sorted(held, key=lambda row: (row.role != posting.role, row.pk))}.values())


def waiting_in(posting, at):
    """岗位待办: what waits for the office, by the queues of whoever holds nothing but this posting."""
    nobody = User(pk=posting.user_id)
    nobody.scope = Scope([posting])
    return [Waiting(queue.label, count) for queue, count in queues.counts(nobody, at) if count]


def seen(counts):
    """件数 as the page carries them to the confirmation."""
    return ";".join(f"{noun}={count}" for noun, count in sorted(counts.items()))


def counted(words):
    """件数 as they were shown; what cannot be read matches nothing."""
    pairs = [pair.partition("=") for pair in words.split(";") if pair]
    return {noun: int(count) if count.isdigit() else -1 for noun, _, count in pairs}


def _page(request, posting, at, *, form=None, asked=None, refusal=None, status=200):
    done = getattr(posting, "hand_over", None)
    counts = leaving.counts(posting, at) if not done else {}
    others = list(leaving.others_in(posting, at)[:10])
    context = {
        "title": "离任交接", "posting": posting, "form": form, "asked": asked, "refusal": refusal, "done": done, "counts": counts,
        "seen": seen(counts), "waiting": waiting_in(posting, at) if not done else [], "others": others,
        "deputies": posting.deputies.current(timezone.localdate(at)).select_related("user"),
        "keeps_key": posting.role == Role.DISCIPLINE, "recent": recent(reach(request.user)),
        "stays": posting.user.postings.current(timezone.localdate(at)).exclude(pk=posting.pk).select_related("organisation"),
    }  # fmt: skip
    return page(request, "desk/leaving.html", context, status=status)


def _log(user, row):
    """配置变更记录: who ended which post, for the auditor."""
    said = f"离任交接：{row.words or '名下没有未了的工作'}；接手人{row.successor.user if row.successor else '（无）'}"
    LogEntry.objects.log_actions(user.pk, type(row.posting).objects.filter(pk=row.posting_id), CHANGE, said, single_object=True)


@for_roles(MATTERS)
@require_safe
def handed(request):
    """我接手的: which matters came to the reader by whose leaving; only what the reader may see."""
    rows = HandOver.objects.filter(successor__user=request.user).select_related("posting__user", "posting__organisation")[:20]
    visible = Case.objects.visible_to(request.user)
    blocks = [(row, _cases(visible, row)) for row in rows]
    return page(request, "desk/handed.html", {"title": "我接手的", "blocks": blocks})


def _cases(visible, row):
    marked = visible.filter(events__kind="posting.hand_over", events__subject=f"posting:{row.posting_id}").distinct()
    return list(marked.select_related("category", "place__community", "promised_by")[:MOST_LISTED])
