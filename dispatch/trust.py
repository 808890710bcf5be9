"""标签核对: which labels a model had better not learn from. It works inside one training and leaves a share behind, no name.

A label is set aside where the matter went astray under it, where most people gave the same words another one, or where what all
others decided speaks clearly against it. No hand outweighs the rest together. Where the labels set aside lie unevenly, nothing
is taken into use by itself: a person reads the history first."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from dispatch import second_opinion

CLEARLY, HARDLY = 0.8, 0.1
"""提案: a label is set aside where others' decisions give another one at least the first, and this one at most the second."""
RECENT = timedelta(days=30)
MOST_RECENT = 0.10
"""提案: more than this share of a month's labels set aside, and no model is taken by itself."""
UNEVEN_FROM, USUAL, TIMES, BEYOND_CHANCE = 20, 0.03, 3, 3
"""提案: from so many decisions on, a share set aside so many times that of all others is uneven, where chance alone would not do
it (standard deviations). Under the usual share nobody is: so many honest labels are set aside as well."""
MOST_WEIGHT = 0.5
FOLDS = 6


@dataclass
class Sifted:
    """核对结果: what to learn from and how heavily; `share` of the month's labels set aside, `uneven`: not spread evenly."""

    kept: list = field(default_factory=list)
    weights: list = field(default_factory=list)
    aside: list = field(default_factory=list)
    share: float = 0.0
    uneven: bool = False

    @property
    def doubtful(self):
        """Why a person should look before a model is taken into use; empty where nothing speaks against it."""
        if self.uneven or self.share > MOST_RECENT:
            return f"近一个月有 {self.share:.0%} 的标签与处理结果或其他人的多数决定不一致，先不采用，请核对这段时间的改类别记录"
        return ""


def sift(examples, until):
    """核对: of all labels given by `until`."""
    aside = set(_astray(examples)) | set(_against_copies(examples)) | set(_against_others(examples))
    recent = [at for at, example in enumerate(examples) if example.at > until - RECENT]
    kept = [example for at, example in enumerate(examples) if at not in aside]
    return Sifted(
        kept=kept, weights=_weights(kept), aside=[examples[at] for at in sorted(aside)],
        share=_share(recent, aside), uneven=_uneven(examples, recent, aside),
    )  # fmt: skip


def _astray(examples):
    return [at for at, example in enumerate(examples) if example.astray]


def _against_copies(examples):
    """Same words, and more hands gave them another label than gave this one."""
    hands = defaultdict(lambda: defaultdict(set))
    for example in examples:
        hands[example.mark][example.label].add(example.hand)
    for at, example in enumerate(examples):
        same = hands[example.mark]
        others = max((len(who - {example.hand}) for label, who in same.items() if label != example.label), default=0)
        if others >= 2 and others > len(same[example.label]):
            yield at


def _against_others(examples):
    """What everybody else decided speaks clearly for another label, and hardly for this one."""
    labels = [example.label for example in examples]
    beliefs = second_opinion.shares([example.text for example in examples], labels, _folds(examples))
    for at, belief in enumerate(beliefs):
        if belief and max(belief.values()) >= CLEARLY and belief.get(labels[at], 1.0) <= HARDLY:
            yield at


def _folds(examples):
    """Decisions that are judged together by all others: those of one hand; of one hand alone, by the words' mark."""
    hands = Counter(example.hand for example in examples)
    if len(hands) < 2:
        keys = [int(example.mark * FOLDS) for example in examples]
    else:
        busy = [hand for hand, _ in hands.most_common(FOLDS - 1)]
        keys = [busy.index(example.hand) if example.hand in busy else FOLDS for example in examples]
    order = sorted(range(len(examples)), key=keys.__getitem__)
    return [list(fold) for _, fold in groupby(order, key=keys.__getitem__)]


def _weights(kept):
    """One hand counts at most as much as all others together."""
    hands = Counter(example.hand for example in kept)
    if len(hands) < 2:
        return [1.0] * len(kept)
    most = {hand: MOST_WEIGHT / (1 - MOST_WEIGHT) * (len(kept) - number) for hand, number in hands.items()}
    return [round(min(1.0, most[example.hand] / hands[example.hand]), 4) for example in kept]


def _share(recent, aside):
    return round(len(aside.intersection(recent)) / len(recent), 4) if recent else 0.0


def _uneven(examples, recent, aside):
    given = Counter(examples[at].hand for at in recent)
    taken = Counter(examples[at].hand for at in recent if at in aside)
    return any(
        _stands_out(taken[hand], number, taken.total() - taken[hand], len(recent) - number) for hand, number in given.items()
    )


def _stands_out(taken, number, others_taken, others):
    """Far more than the others, and more than chance would do."""
    usual = max(others_taken / others if others else 0.0, USUAL)
    expected = number * usual
    by_chance = expected + BEYOND_CHANCE * math.sqrt(expected * (1 - usual))
    return number >= UNEVEN_FROM and taken / number >= TIMES * usual and taken >= by_chance
