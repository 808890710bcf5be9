"""答复模板与办理提示: each change is a version more; what was shipped stays as it was, and a street's own stands before it."""

from django.db import transaction

from grievance import replies
from grievance.actions.privacy import masked
from grievance.casework import Refused
from grievance.models import Category, CategoryNote, ReplyTemplate
from street.models import Role

EDITORS = frozenset({Role.SHIFT_LEADER, Role.SUPERVISOR})


def may_edit(street, user):
    """Whether `user` may change the texts of a street's office."""
    return street is not None and street.pk in user.scope.where(EDITORS)


@transaction.atomic
def put(model, code, *, street, by, at, retired=False, **fields):
    """写一版: the new text of a code, beside all earlier ones; the same text again is the same version."""
    rows = model.objects.select_for_update().filter(code=code, street=street)
    own = rows.filter(current=True).first()
    if own and own.retired == retired and all(getattr(own, name) == value for name, value in fields.items()):
        return own
    rows.update(current=False)
    version = own.version + 1 if own else 1
    return model.objects.create(code=code, street=street, version=version, retired=retired, by=by, at=at, **fields)


def edit_reply(*, code, use, category, name, text, street, seen, by, at):
    """改答复模板. Refused `role_missing`, `text_wrong`, `changed_meanwhile`."""
    text, name = text.replace("\r\n", "\n").strip(), " ".join(name.split())
    _may(street, by)
    if use not in ReplyTemplate.Use.values or not 0 < len(name) <= 40:
        raise Refused("text_wrong", "请写明模板名称（40 字以内）和用在哪里。", status=400)
    if category and not Category.objects.filter(code=category).exists():
        raise Refused("text_wrong", f"没有代码为“{category[:20]}”的类别，请重新选择。", status=400)
    if problem := replies.problem(text, use):
        raise Refused("text_wrong", problem, status=400)
    _no_number(name, text)
    code = code or f"own-{at:%y%m%d%H%M%S%f}"
    _fresh(ReplyTemplate, code, street, seen)
    return put(ReplyTemplate, code, street=street, by=by, at=at, use=use, category=category, name=name, text=text)


def retire_reply(row, *, street, seen, by, at):
    """停用答复模板: it is offered no more in this street; its versions stay."""
    _may(street, by)
    _fresh(ReplyTemplate, row.code, street, seen)
    kept = {"use": row.use, "category": row.category, "name": row.name, "text": row.text}
    return put(ReplyTemplate, row.code, street=street, by=by, at=at, retired=True, **kept)


def edit_note(*, category, law, ring, look, street, seen, by, at):
    """改办理提示: an empty one takes it off. Refused `role_missing`, `text_wrong`, `changed_meanwhile`."""
    _may(street, by)
    fields = {"law": law.strip(), "ring": ring.strip(), "look": look.strip()}
    for name, value in fields.items():
        field = CategoryNote._meta.get_field(name)
        if len(value) > field.max_length:
            raise Refused("text_wrong", f"“{field.verbose_name}”最多 {field.max_length} 个字，请改短。", status=400)
    if not Category.objects.filter(code=category).exists():
        raise Refused("text_wrong", "请选择一个类别。", status=400)
    _no_number(*fields.values())
    _fresh(CategoryNote, category, street, seen)
    return put(CategoryNote, category, street=street, by=by, at=at, retired=not any(fields.values()), **fields)


def _may(street, by):
    if not may_edit(street, by):
        raise Refused("role_missing", "答复模板和办理提示由本街道的值班长、督办员修改。", status=403)


def _no_number(*texts):
    if any(masked(text) != text for text in texts):
        raise Refused("text_wrong", "里面有手机号码。模板和提示会用在很多件事上，请写办公电话或不写号码。", status=400)


def _fresh(model, code, street, seen):
    known = sorted(model.objects.of(street).filter(code=code, current=True), key=lambda row: row.street_id is None)
    if known and str(known[0].pk) != str(seen):
        who = known[0].by or "系统"
        raise Refused("changed_meanwhile", f"{who}刚刚改过这一条，请刷新后在新的一版上改，免得盖掉别人的。")
