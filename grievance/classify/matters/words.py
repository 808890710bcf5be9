"""说的什么: pairs of signs a text is made of, and how rare each is, so that what everybody writes counts for little."""

import re
from collections import Counter
from math import log, sqrt
from zlib import crc32

BUCKETS = 1 << 16
SIGNS = re.compile(r"[\u4e00-\u9fffa-z0-9]+")
FEW = 300
"""Of fewer texts nobody can tell what is rare: they count as so many, in which whatever is unknown stands once in a hundred."""
HEAD, COMMON = 0.8, 1.2
"""How much the title counts beside the whole, and the weight below which a pair says nothing of a matter."""
TELLING = 8.0
"""Two pairs that each stand in two texts of a hundred."""


def pairs(text, without=()):
    """字对: numbers of the pairs of signs in a smooth text, names left out, in the order they first stand, each once."""
    for name in without:
        text = text.replace(name, " ")
    found: dict[int, None] = {}
    for run in SIGNS.findall(text):
        for at in range(len(run) - 1):
            found[number(run[at : at + 2])] = None
    return list(found)


def number(pair):
    """编号 of a pair of signs, 0 to 65 535; the same in every process and on every day."""
    return crc32(pair.encode()) % BUCKETS


class Rarity:
    """稀罕程度: in how many texts each pair of signs stands, and each aspect.

    Of few texts, as of one estate, a name tells as much as if it were unknown: all of them have it (`names_count` False)."""

    def __init__(self, *, names_count=True):
        self.texts = 0
        self.counts: Counter = Counter()
        self.aspects: Counter = Counter()
        self.names_count = names_count
        self.weights = _Weights(self)
        self._names: dict[str, float] = {}
        self._totals: dict[frozenset, float] = {}

    def learn(self, seen, aspects):
        """Count a text by its pairs and aspects."""
        self.texts += 1
        for worked_out in (self.weights, self._names, self._totals):
            worked_out.clear()
        self.counts.update(seen)
        self.aspects.update(aspects.keys())

    def weigh(self, count):
        """Weight of what stands in `count` of the texts."""
        unseen = max(0, FEW - self.texts)
        return max(0.0, log((self.texts + unseen + 1) / (count + unseen / 100 + 1)))

    def of_aspect(self, aspect):
        """Weight of an aspect."""
        return self.weigh(self.aspects[aspect])

    def of_name(self, name):
        """How telling a name is, 0 to 1: one that is long and made of rare pairs has 1."""
        if name in self._names:
            return self._names[name]
        counts = (self.counts[number(name[at : at + 2])] if self.names_count else 0 for at in range(len(name) - 1))
        telling = self._names[name] = min(1.0, sum(map(self.weigh, counts)) / TELLING)
        return telling

    def total(self, some):
        """Weight of several pairs together; what is asked for again is not added up again."""
        if some not in self._totals:
            self._totals[some] = sum(map(self.weights.__getitem__, some))
        return self._totals[some]


class _Weights(dict):
    """Weight of each pair, worked out when first asked for; 0 for what stands in three texts of ten or more."""

    def __init__(self, rarity):
        super().__init__()
        self._rarity = rarity

    def __missing__(self, pair):
        weight = self[pair] = max(0.0, self._rarity.weigh(self._rarity.counts[pair]) - COMMON)
        return weight


def likeness(one, two, rarity):
    """文字相似 of two pieces: 0 to about 1.8 for the same words, 0.1 and more where they seem to speak of the same."""
    weight, total = rarity.weights.__getitem__, rarity.total
    size = sqrt(total(one.said) * total(two.said)) + 20
    heads = sum(map(weight, one.head & two.said)) + sum(map(weight, two.head & one.said))
    return sum(map(weight, one.said & two.said)) / size + HEAD * heads / (total(one.head) + total(two.head) + 7)


def same_aspects(one, two, rarity):
    """方面相同, 0 to 1, and which."""
    shared = one.aspects.keys() & two.aspects.keys()
    if not shared:
        return 0.0, []
    weigh = rarity.of_aspect
    both = {name: weigh(name) * sqrt(one.aspects[name] * two.aspects[name]) for name in shared}
    sizes = [sum(weigh(name) * often for name, often in piece.aspects.items()) for piece in (one, two)]
    return sum(both.values()) / max(sqrt(sizes[0] * sizes[1]), 0.1), sorted(both, key=lambda name: -both[name])
