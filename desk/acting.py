"""动作卡: the open moves of the rows a page shows, each with its form; what was typed survives a refusal."""

from dataclasses import dataclass, field

from django import forms

from desk.moves import form_for, kind_of, move_named, moves_open, perform
from grievance.casework import Move, Refused


@dataclass
class Card:
    """动作卡: one move of one row, with the form that makes it; `refused` says why the last try did not."""

    row: object
    move: Move
    form: forms.Form
    refused: str = ""
    kept: bool = False
    label: str = ""
    replies: list = field(default_factory=list)
    """答复模板 that fit, and below: the field they fill, where the preview is asked for, and what it showed."""
    writes: str = ""
    preview: str = ""
    seen: object = None

    @property
    def key(self):
        """The value by which the page's form names row and move."""
        return f"{kind_of(self.row)}-{self.row.pk}-{self.move.name}"

    @property
    def name(self):
        """The move's name."""
        return self.move.name

    @property
    def bare(self):
        """一键: nothing to fill in."""
        return not self.form.fields


@dataclass
class Try:
    """一次提交: what came of a POST: done, or refused with everything typed still in hand."""

    card: Card
    refusal: Refused | None = None
    made: object = None


def cards(rows, user, at, *, last=None):
    """动作卡 for `rows`, a list of (row, names shown or None for all), in that order; a refused try stays open and filled.

    Where the refused move is no longer open, its card comes first and is only kept for the words in it."""
    found = [
        Card(row, move, _form(row, move.name, at)) for row, shown in rows for move in moves_open(row, user, at=at)
        if shown is None or move.name in shown
    ]  # fmt: skip
    if last is None:
        return found
    for place, card in enumerate(found):
        if card.key == last.card.key:
            found[place] = last.card
            return found
    last.card.kept = True
    return [last.card, *found]


def submit(request, rows, at, *, first=lambda name: None, make=perform):
    """提交: make the move that the POST names on one of `rows`; a Try. Refused `unknown_move` where the page has no such row.

    `first` is asked with the move's name before it is made, and may refuse; `make` makes it."""
    kind, _, rest = request.POST.get("act", "").partition("-")
    pk, _, name = rest.partition("-")
    row = next((row for row, _ in rows if (kind_of(row), str(row.pk)) == (kind, pk)), None)
    if row is None:
        raise Refused("unknown_move", "没有这个操作，请返回刷新页面后重试。", status=404)
    form = _form(row, name, at, data=request.POST, files=request.FILES)
    card = Card(row, move_named(row, name), form)
    try:
        first(name)
        made = make(row, name, request.POST, files=request.FILES, by=request.user, at=at)
    except Refused as refusal:
        card.form.is_valid()
        card.refused = refusal.message
        return Try(card, refusal)
    return Try(card, made=made)


def _form(row, name, at, **more):
    # Several forms on one page: each field's id carries its row and move
    return form_for(row, name, at=at, auto_id=f"id_{kind_of(row)}_{row.pk}_{name}_%s", **more)
