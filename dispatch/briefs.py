"""书记专报: which three matters one person reads of in the morning, and in what words. Pure: no clock, no table is read here.

A line is made of the level, the community, the category and days; of nothing that a resident or a secretary has written."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

MOST = 3


class Press(IntEnum):
    """轻重: what stands first. A decision that others wait for, before what is late, before what was only asked."""

    DECIDE = 0
    LATE = 1
    UNANSWERED = 2
    JUDGE = 3


@dataclass(frozen=True)
class Waiting:
    """一件待定: one reason why a matter needs this person, since when, and what is to be decided."""

    case: int
    press: Press
    since: datetime
    what: str
    need: str
    where: str = ""


def choose(waiting, most=MOST):
    """选三件: at most `most`, each matter once with the reason that presses most; of equal ones, the longest waiting first."""
    best: dict[int, Waiting] = {}
    for one in sorted(waiting, key=lambda one: (one.press, one.since, one.case)):
        best.setdefault(one.case, one)
    return list(best.values())[:most]


def line(waiting, at):
    """情况: one line, at most 200 characters."""
    days = (at - waiting.since).days
    lasted = f"已 {days} 天" if days else "不到一天"
    return "，".join(part for part in (waiting.where, waiting.what, lasted) if part)[:200]
