"""答复模板 offered in the forms whose words a resident reads, and 办理提示 beside a category.

A template only fills a field: nothing goes by itself."""

from dataclasses import dataclass

from django.urls import reverse

from grievance import replies
from grievance.models import CategoryNote, ReplyTemplate

FIELDS = {
    "hold": "question",
    "ask_resident": "text",
    "answer_question": "text",
    "decline": "reason",
    "add_progress": "text",
    "complete": "public_answer",
}
"""Moves whose words a resident reads, and the field in which they are written."""


@dataclass
class Offer:
    """一条可用的模板, filled for this case."""

    name: str
    text: str


def offer(cards, case, street, at):
    """给出模板: to the cards of moves whose words a resident reads; one query, and none where there are no such moves."""
    # Two tables may know a move of one name; only one of them writes to a resident
    wanted = [card for card in cards if FIELDS.get(card.name) in card.form.fields]
    if not wanted:
        return
    rows = ReplyTemplate.objects.in_force(street)
    code = case.category.code if case.category else ""
    for card in wanted:
        fitting = [row for row in rows if row.use == card.name and (not row.category or code.startswith(row.category))]
        # What is meant for this very kind of matter comes first
        fitting.sort(key=lambda row: (-len(row.category), row.code))
        card.replies = [Offer(row.name, replies.filled(row.text, case, at)) for row in fitting]
        card.writes = card.form[FIELDS[card.name]].id_for_label
        card.preview = reverse("desk:preview", args=[case.number])


def note_for(category, street):
    """办理提示 of a category, the nearest one above it where it has none; None where there is none at all. One query."""
    if category is None:
        return None
    fitting = [row for row in CategoryNote.objects.in_force(street) if category.code.startswith(row.code)]
    return max(fitting, key=lambda row: len(row.code), default=None)
