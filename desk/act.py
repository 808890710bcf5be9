"""办法: how a move is done, and what a module of moves gives to `desk.moves`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from desk import forms
from grievance.casework import Move


@dataclass(frozen=True)
class Act:
    """办法: how a move is done: `call(row, by=, at=, **what the form asks)`.

    `offered(row, user, at)` is a fact without which the table's move would be refused all the same."""

    call: Callable[..., Any]
    form: type[forms.MoveForm] = forms.MoveForm
    offered: Callable[[Any, Any, Any], bool] = lambda row, user, at: True


@dataclass(frozen=True)
class Handed:
    """当场交付: what a move hands to the one who made it, once, in the answer itself: a link, a way of contact.

    Never in a message or an address, which are kept."""

    label: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Hung:
    """挂在事项上的: rows of one kind on the page of a case. `of(case, user)` reads those the reader may see, `template` shows one
    of them as a `Block` named `one`."""

    template: str
    of: Callable[[Any, Any], list]


@dataclass(frozen=True)
class Chapter:
    """一类动作: the acts of one subject, its tables of moves by model, and the moves that stand beside the tables.

    `beside(row, user)` yields those of `loose` that are open to `user` on `row`."""

    acts: dict[tuple[str, str], Act]
    tables: dict = field(default_factory=dict)
    loose: tuple[Move, ...] = ()
    beside: Callable[[Any, Any], list[Move]] = lambda row, user: []
    hung: tuple[Hung, ...] = ()
