"""答复模板与办理提示 as pages: read by the street's desk, changed by the shift leader and the supervisor, every version kept."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from desk.doors import for_roles, page
from grievance import replies
from grievance.actions import office_texts
from grievance.casework import Refused
from grievance.models import Category, CategoryNote, ReplyTemplate
from street.models import STREET_ROLES, Organisation


@dataclass
class Entry:
    """一条: what is in force, how it looks when filled, and its versions, the latest first."""

    row: object
    looks: str = ""
    versions: list = field(default_factory=list)


def street_of(user):
    """The street for which one reads and writes: where one may edit, else where one is posted."""
    held = user.scope.where(office_texts.EDITORS) & user.scope.streets
    return get_object_or_404(Organisation, pk=min(held or user.scope.streets))


def entries(model, street):
    """在用的 with their earlier versions; two queries."""
    versions: dict = {}
    for row in model.objects.of(street).select_related("by", "street").order_by("-at", "-pk"):
        versions.setdefault(row.code, []).append(row)
    return [Entry(row, versions=versions[row.code]) for row in model.objects.in_force(street)]


@for_roles(STREET_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request):
    """答复模板: by what they are used for; a POST writes or retires one."""
    at, street = timezone.now(), street_of(request.user)
    if request.method == "POST":
        return _write(request, _edit_reply, street, at, "desk:replies")
    found = entries(ReplyTemplate, street)
    for one in found:
        one.looks = replies.example(one.row.text)
    groups = [(label, [one for one in found if one.row.use == use]) for use, label in ReplyTemplate.Use.choices]
    context = {
        "title": "答复模板", "groups": groups, "uses": ReplyTemplate.Use.choices, "street": street, "categories": _categories(),
        "holders": [(name, example) for name, (_, example) in replies.HOLDERS.items()],
        "edits": office_texts.may_edit(street, request.user),
    }  # fmt: skip
    return page(request, "desk/reply_templates.html", context)


@for_roles(STREET_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request):
    """办理提示: by category; a POST writes one."""
    at, street = timezone.now(), street_of(request.user)
    if request.method == "POST":
        return _write(request, _edit_note, street, at, "desk:notes")
    names = {row.code: row.name for row in Category.objects.all()}
    found = entries(CategoryNote, street)
    for one in found:
        one.looks = names.get(one.row.code, "")
    chosen = request.GET.get("category", "")
    context = {
        "title": "办理提示", "entries": found, "street": street, "categories": _categories(), "chosen": chosen,
        "edits": office_texts.may_edit(street, request.user), "noted": {one.row.code for one in found},
    }  # fmt: skip
    return page(request, "desk/category_notes.html", context)


def _categories():
    return list(Category.objects.filter(active=True))


def _write(request, edit, street, at, name):
    typed = {key: value for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    edit(typed, street=street, by=request.user, at=at)
    messages.success(request, "已保存为新的一版。")
    return redirect(reverse(name))


def _edit_reply(typed, *, street, by, at):
    seen, code = typed.get("seen", ""), typed.get("code", "")
    if typed.get("act") == "retire":
        row = ReplyTemplate.objects.of(street).filter(code=code, current=True).first()
        if row is None:
            raise Refused("text_gone", "没有这一条模板，请刷新页面。", status=404)
        return office_texts.retire_reply(row, street=street, seen=seen, by=by, at=at)
    fields = {name: typed.get(name, "") for name in ("use", "category", "name", "text")}
    return office_texts.edit_reply(code=code, seen=seen, street=street, by=by, at=at, **fields)


def _edit_note(typed, *, street, by, at):
    fields = {name: typed.get(name, "") for name in ("category", "law", "ring", "look")}
    return office_texts.edit_note(seen=typed.get("seen", ""), street=street, by=by, at=at, **fields)
