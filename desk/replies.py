"""先看诉求人看到的: what the resident will read, shown before anything is sent. It is no second wording: the move itself is made,
read off, and taken back."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from desk import acting
from desk import case as case_page
from desk.doors import MATTERS, for_roles, page
from desk.moves import perform
from grievance.models import Event, Notice

FRAGMENT = "X-Preview"


@dataclass
class Seen:
    """诉求人看到的: sentences on the page one follows, and messages; `quiet` where none of it reaches anybody."""

    sentences: list
    messages: list

    @property
    def quiet(self):
        """Whether the resident sees nothing of it."""
        return not self.sentences


@for_roles(MATTERS)
@require_POST
def preview(request, number):
    """先看一看: the move is made, what the resident would get is read off it, and all of it is taken back."""
    at = timezone.now()
    case = get_object_or_404(case_page.everything(request.user), number=number)
    request.POST = request.POST.copy()
    request.POST["act"] = request.GET.get("act", "")
    rows = [(row, None) for row in case_page.rows_of(case, request.user)]
    tried = acting.submit(request, rows, at, make=rehearse)
    context = {"seen": tried.made, "refusal": tried.refusal}
    if request.headers.get(FRAGMENT):
        return render(request, "desk/_preview.html", context)
    tried.card.seen = tried.made
    story = case_page.story(get_object_or_404(case_page.everything(request.user), number=number), request.user, at, tried, {})
    return page(request, "desk/case.html", story, status=tried.refusal.status if tried.refusal else 200)


def rehearse(row, name, data, *, files=None, by, at):
    """演一遍: make a move and take it back; what it would have told. Refused as the move itself would be."""
    case = row.case_id
    last = {model: model.objects.filter(case=case).aggregate(last=Max("pk"))["last"] or 0 for model in (Event, Notice)}
    with transaction.atomic():
        made = perform(row, name, data, by=by, at=at)
        sentences = list(_new(Event, case, last).exclude(public="").values_list("public", flat=True))
        told = _new(Notice, case, last).filter(grievance__isnull=False)
        messages = [text.replace("{follow}", "（查询链接）") for text in dict.fromkeys(told.values_list("text", flat=True))]
        if name == "complete":
            sentences.append(made.public_answer)
        transaction.set_rollback(True)
    return Seen(sentences, messages)


def _new(model, case, last):
    return model.objects.filter(case=case, pk__gt=last[model]).order_by("pk")
