"""采用与否: whether a new model may take the place of what suggests now, and the report that says why; of categories only."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from grievance.classify.learned.measures import Tested, by_class, confusion, headline

FEWEST_HELD = 20
"""提案: with fewer held-back decisions nothing can be said, and nothing is changed."""
A_HAND_MATTERS = 10
ONE_SIDED = 1.64
MONTH = timedelta(days=30)
MOST_CONFUSED = 20
FEWEST_TO_COMPARE = 30
"""提案: decisions a month, below which two months say nothing about each other."""


@dataclass
class Judged:
    """一件留出的决定, and what is said of it: (ranked, sure) by the new model, by what suggests now, and by words alone."""

    example: object
    new: tuple
    now: tuple
    words: tuple

    @property
    def won(self):
        """+1 where only the new one is right, -1 where only the present one is, else 0."""
        return (top(self.new[0]) == self.example.label) - (top(self.now[0]) == self.example.label)


def top(ranked):
    """The likeliest code, None where nothing is said."""
    return ranked[0][0] if ranked else None


def against(judged, doubtful, wanted):
    """不采用的缘由 in one sentence, empty where the new model is no worse in anything that was measured."""
    if len(judged) < FEWEST_HELD:
        return f"留出核对的决定只有 {len(judged)} 个，不足 {FEWEST_HELD} 个，说不准"
    if doubtful:
        return doubtful
    if sum(one.won for one in judged) < 0:
        return f"留出的决定里，{said(judged, 'new')}，现用的{said(judged, 'now')}，不如现用"
    if _worse_for_others(judged):
        return "去掉一部分人的决定以后，在其余人的留出决定上明显不如现用"
    mistaken, allowed = _sure_mistakes(judged, wanted)
    if mistaken > allowed:
        return f"它有把握的判断里错了 {mistaken} 个，超过准确率 {wanted:.0%} 容许的"
    return ""


def said(judged, side):
    """判对多少 of one side, in words."""
    right = sum(top(getattr(one, side)[0]) == one.example.label for one in judged)
    return f"判对 {right}/{len(judged)}"


def _worse_for_others(judged):
    """A model that learned one hand's ways pleases that hand and fails the others: it is asked about those alone."""
    hands = Counter(one.example.hand for one in judged)
    for hand, number in hands.items():
        others = [one.won for one in judged if one.example.hand != hand]
        lost, won = others.count(-1), others.count(1)
        if number >= A_HAND_MATTERS and lost - won > max(2, ONE_SIDED * math.sqrt(lost + won)):
            return True
    return False


def _sure_mistakes(judged, wanted):
    """(mistakes among the sure ones, how many chance would allow at the wanted precision, or what the present one makes)."""
    sure = [one for one in judged if one.new[1]]
    mistaken = sum(top(one.new[0]) != one.example.label for one in sure)
    now = sum(top(one.now[0]) != one.example.label for one in judged if one.now[1])
    expected = (1 - wanted) * len(sure)
    return mistaken, max(now, math.ceil(expected + ONE_SIDED * math.sqrt(expected)))


def report(judged, learned_from, labels, sifted, until, wanted):
    """评估报告, ready for JSON: accuracy of the new, the present and the words; each category; confusion; coverage; drift; labels
    set aside as one share."""
    new = [Tested(one.example.label, _opinions(one.new[0])) for one in judged]
    pairs = [(seen.truth, seen.opinion[0].label) for seen in new]
    return {
        "new": headline(new),
        "now": headline([Tested(one.example.label, _opinions(one.now[0])) for one in judged]),
        "words": headline([Tested(one.example.label, _opinions(one.words[0])) for one in judged]),
        "classes": _classes(judged, pairs, Counter(example.label for example in learned_from)),
        "confusion": _confused(pairs),
        "coverage": {"wanted": wanted, **_covered(judged)},
        "how": dict(Counter(example.how for example in labels)),
        "sources": dict(Counter(example.source for example in labels)),
        "drift": drift(labels, until),
        "set_aside": sifted.share,
    }


class Guess(NamedTuple):
    """一个判断: a code and its share, as the measures read it."""

    label: str
    probability: float


def _opinions(ranked):
    return [Guess(*pair) for pair in ranked] or [Guess("", 0.0)]


def _classes(judged, pairs, learned_from):
    rows = by_class(pairs)
    for code, row in rows.items():
        sure = [one for one in judged if one.new[1] and top(one.new[0]) == code]
        row["learned"], row["sure"] = learned_from[code], len(sure)
        row["sure_right"] = sum(one.example.label == code for one in sure)
    return {code: row for code, row in rows.items() if code}


def _confused(pairs):
    cells = [(truth, guess, n) for truth, row in confusion(pairs).items() for guess, n in row.items() if guess != truth]
    return [list(cell) for cell in sorted(cells, key=lambda cell: (-cell[2], cell))[:MOST_CONFUSED]]


def _covered(judged):
    sure = [one for one in judged if one.new[1]]
    right = sum(top(one.new[0]) == one.example.label for one in sure)
    return {"coverage": share(len(sure), len(judged)), "precision": share(right, len(sure))}


def drift(labels, until):
    """漂移: this month beside the month before: shares of the categories, and how often the suggestion had to be corrected."""
    now = [example for example in labels if example.at > until - MONTH]
    before = [example for example in labels if until - 2 * MONTH < example.at <= until - MONTH]
    shares = [{code: n / len(rows) for code, n in Counter(row.label for row in rows).items()} for rows in (now, before)]
    moved = {code: shares[0].get(code, 0) - shares[1].get(code, 0) for code in {*shares[0], *shares[1]}}
    known = min(len(now), len(before)) >= FEWEST_TO_COMPARE
    return {
        "now": len(now), "before": len(before),
        "moved": round(sum(map(abs, moved.values())) / 2, 4) if known else None,
        "most": [[code, round(by, 4)] for code, by in sorted(moved.items(), key=lambda pair: -abs(pair[1]))[:5]] if known else [],
        "corrected": [share(sum(row.corrected for row in rows), len(rows)) for rows in (now, before)],
    }  # fmt: skip


def share(part, whole):
    """A share, rounded; None where there is nothing to divide."""
    return round(part / whole, 4) if whole else None
