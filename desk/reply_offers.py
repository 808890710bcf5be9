"""答复模板 offered in the forms whose words a resident reads, and 办理提示 beside a category.

A template only fills a field: nothing goes by itself."""

from dataclasses import dataclass

from django.urls import reverse

from desk.moves import kind_of
from grievance import replies
from grievance.models import CategoryNote, ReplyTemplate

FIELDS = {
    ("case", "hold"): "question",
    ("case", "ask_resident"): "text",
    ("remark", "answer_question"): "text",
    ("case", "decline"): "reason",
    ("workorder", "add_progress"): "text",
    ("workorder", "complete"): "public_answer",
}
"""Moves whose words a resident reads, and the field in which they are written."""


@dataclass
class Offer:
    """一条可用的模板, filled for this case."""

    name: str
    text: str


def offer(cards, case, street, at):
    """给出模板: to the cards of moves whose words a resident reads; one query, and none where there are no such moves."""
    wanted = [card for card in cards if _act(card) in FIELDS]
    if not wanted:
        return
    rows = ReplyTemplate.objects.in_force(street)
    code = case.category.code if case.category else ""
    for card in wanted:
        fitting = [row for row in rows if row.use == card.name and (not row.category or code.startswith(row.category))]
        # What is meant for this very kind of matter comes first
        fitting.sort(key=lambda row: (-len(row.category), row.code))
        card.replies = [Offer(row.name, replies.filled(row.text, case, at)) for row in fitting]
        card.writes = card.form[FIELDS[_act(card)]].id_for_label
        card.preview = reverse("desk:preview", args=[case.number])


def _act(card):
    """Table and move, as the acts are named: a meeting is held, too, and asks a resident nothing."""
    return kind_of(card.row), card.name


def note_for(category, street):
    """办理提示 of a category, the nearest one above it where it has none; None where there is none at all. One query."""
    if category is None:
        return None
    fitting = [row for row in CategoryNote.objects.in_force(street) if category.code.startswith(row.code)]
    return max(fitting, key=lambda row: len(row.code), default=None)
