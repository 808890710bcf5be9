"""接话时的提示: what to ring at once, what the same number said before, what is already being worked on there, who will do it."""

from dataclasses import dataclass, field

from django.db.models import Q

from desk.triage_queue import twins
from dispatch.outlook import Outlook, look
from grievance import classify, said
from grievance.actions import privacy
from grievance.casework import Refused, posting_for
from grievance.classify.screening import suspected
from grievance.models import Case, Category, Complainant
from grievance.sealing import blind_index
from grievance.workflow import CASE

SHOWN = 5


@dataclass
class Twin:
    """相似事项: an open one at that place, and whether the reader may let this one join it."""

    case: Case
    title: str
    may_join: bool


@dataclass
class Hints:
    """All that stands beside the form."""

    number: str = ""
    earlier: list = field(default_factory=list)
    twins: list = field(default_factory=list)
    outlook: Outlook = field(default_factory=Outlook)


def of(form, user, at):
    """提示 for what has been typed so far; nothing is written."""
    text = said.clean(form["description"].value())
    number = number_in(form["phone"].value())
    return Hints(
        number=number,
        earlier=earlier(number, user),
        twins=similar(sketched(text, form, at), user),
        outlook=_outlook(text, form, at),
    )


def _outlook(text, form, at):
    if form.chosen is None:
        return Outlook(emergency=classify.advice_in(text))
    about = {"place": form.chosen, "address": said.clean(form["address"].value()), "kind": form["kind"].value()}
    return look(text, **about, at=at)


def number_in(typed):
    """The number as it is kept, empty where none or none yet is typed."""
    try:
        return said.phone(typed)
    except Refused:
        return ""


def sketched(text, form, at):
    """草稿事项: the matter this would become, never saved; None without words and place, and for what only the discipline
    office may read."""
    place, address = form.chosen, said.clean(form["address"].value())
    if not text or place is None or suspected(f"{text}\n{address}", at):
        return None
    found = classify.suggest_words(text, place=place, address=address, kind=form["kind"].value())
    return Case(place=place, category=Category.objects.filter(code=found.category_code).first(), submitted_at=at)


def earlier(number, user):
    """此前事项 of exactly this number, the latest first, within the reader's own scope, so that nobody repeats themselves.

    To a unit those who asked not to be named are not found: trying numbers would tell who they are."""
    if not number:
        return []
    same = Complainant.objects.filter(phone_index=blind_index(number))
    same = same.filter(Q(confidential=False) | Q(grievance__case__street__in=user.scope.streets))
    rows = Case.objects.visible_to(user).filter(pk__in=set(same.values_list("grievance__case", flat=True)))
    return list(rows.select_related("promised_by", "category").order_by("-submitted_at")[:SHOWN])


def similar(sketch, user):
    """相似事项: as the triage page finds them."""
    if sketch is None:
        return []
    merge = CASE.moves["merge"]
    return [
        Twin(case, privacy.words_for(case.title, case, user), posting_for(merge, case, user) is not None)
        for case in twins(sketch, user)
    ]
