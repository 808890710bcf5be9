"""答复模板和办理提示的文件: read whole and checked before the first row is written."""

from django.db import transaction

from grievance import replies
from grievance.actions.office_texts import put
from grievance.models import Category, CategoryNote, ReplyTemplate
from street.datafile import DataFile, Names

NOTE = {"law": 300, "ring": 200, "look": 300}
"""提示的三栏, and how many characters each holds."""


@transaction.atomic
def load(path, *, at):
    """载入: (templates, notes) of the file, for every street; DataFileError on the first mistake, and nothing changes."""
    file = DataFile.read(path)
    file.only("reply", "note")
    known = set(Category.objects.values_list("code", flat=True))
    templates = _checked(file.rows("reply"), "答复模板代码", _reply, known)
    notes = _checked(file.rows("note"), "办理提示的类别", _note, known)
    for model, found in ((ReplyTemplate, templates), (CategoryNote, notes)):
        for code, fields in found:
            put(model, code, street=None, by=None, at=at, **fields)
    return len(templates), len(notes)


def _checked(rows, noun, read, known):
    names, found = Names(noun), []
    for row in rows:
        code, fields = read(row, known)
        names.add(row, code, "code" if "code" in row else "category")
        found.append((code, fields))
    return found


def _category(row, known, *, required):
    code = row.code("category", required=required, most=20)
    if code and code not in known:
        row.fail(f"没有代码为“{code}”的类别：请先载入政策文件，或改正代码。", "category")
    return code


def _reply(row, known):
    row.only("code", "use", "category", "name", "text")
    use, text = row.choice("use", ReplyTemplate.Use), row.text("text", most=replies.MOST)
    if wrong := replies.problem(text, use):
        row.fail(wrong, "text")
    fields = {"use": use, "category": _category(row, known, required=False), "name": row.text("name", most=40), "text": text}
    return row.code("code"), fields


def _note(row, known):
    row.only("category", *NOTE)
    fields = {name: row.text(name, required=False, most=most) for name, most in NOTE.items()}
    if not any(fields.values()):
        row.fail("三栏都空着，请至少写一栏，或删去这一条。")
    return _category(row, known, required=True), fields
