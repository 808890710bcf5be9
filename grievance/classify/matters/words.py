"""说的什么: pairs of signs a text is made of, and how rare each is, so that what everybody writes counts for little."""

import re
from array import array
from math import log, sqrt
from zlib import crc32

from grievance.classify.matters.aspects import ASPECTS, aspects_of

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
    """稀罕程度: in how many texts each pair of signs stands, and each aspect."""

    def __init__(self):
        self.texts = 0
        self.counts = array("I", bytes(4 * BUCKETS))
        self.aspects = dict.fromkeys(ASPECTS, 0)
        self._weights: array | None = None

    def learn(self, text):
        """Count a smooth text."""
        self.texts += 1
        self._weights = None
        for pair in pairs(text):
            self.counts[pair] += 1
        for aspect in aspects_of(text):
            self.aspects[aspect] += 1

    def _weigh(self, count):
        unseen = max(0, FEW - self.texts)
        return max(0.0, log((self.texts + unseen + 1) / (count + unseen / 100 + 1)))

    @property
    def weights(self):
        """Weight of each pair: 0 for what stands in three texts of ten or more."""
        if self._weights is None:
            self._weights = array("f", (max(0.0, self._weigh(count) - COMMON) for count in self.counts))
        return self._weights

    def of_aspect(self, aspect):
        """Weight of an aspect."""
        return self._weigh(self.aspects[aspect])

    def of_name(self, name):
        """How telling a name is, 0 to 1: one that is long and made of rare pairs has 1."""
        seen = (self._weigh(self.counts[number(name[at : at + 2])]) for at in range(len(name) - 1))
        return min(1.0, sum(seen) / TELLING)


def likeness(one, two, rarity):
    """文字相似 of two pieces: 0 to about 1.8 for the same words, 0.1 and more where they seem to speak of the same."""
    weights = rarity.weights

    def weight(some):
        return sum(weights[pair] for pair in some)

    size = sqrt(weight(one.said) * weight(two.said)) + 20
    heads = weight(one.head) + weight(two.head) + 7
    return weight(one.said & two.said) / size + HEAD * (weight(one.head & two.said) + weight(two.head & one.said)) / heads


def same_aspects(one, two, rarity):
    """方面相同, 0 to 1, and which."""
    shared = one.aspects.keys() & two.aspects.keys()
    if not shared:
        return 0.0, []
    weigh = rarity.of_aspect
    both = {name: weigh(name) * sqrt(one.aspects[name] * two.aspects[name]) for name in shared}
    sizes = [sum(weigh(name) * often for name, often in piece.aspects.items()) for piece in (one, two)]
    return sum(both.values()) / max(sqrt(sizes[0] * sizes[1]), 0.1), sorted(both, key=lambda name: -both[name])
