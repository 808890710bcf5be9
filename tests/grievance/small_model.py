"""A model of thirty lines with the interface of `grievance.classify.learned`: what is tested beside it is when to trust a model,
not how good one can be; the real one is measured by `manage.py classifier evaluate` and in docs/learning.md."""

import json
import math
from collections import Counter, defaultdict

from grievance.classify.learned import Opinion


def _pairs(text):
    return {text[at : at + 2] for at in range(len(text) - 1)}


class Small:
    """Naive Bayes over pairs of characters."""

    def __init__(self, seen, pairs, labels):
        self.seen, self.pairs, self.labels = seen, pairs, labels
        self.card = {"examples": seen}
        self.known = {pair for own in pairs.values() for pair in own}

    def words_between(self, label, other, text):
        """No reasons: it is not asked for them here."""
        return []

    def opinion(self, topic, body):
        said = _pairs(body) & self.known
        logs = {
            label: math.log(n) + sum(math.log((self.pairs[label].get(pair, 0) + 0.5) / (n + 1)) for pair in said)
            for label, n in self.seen.items()
        }
        parts = {label: math.exp(value - max(logs.values())) for label, value in logs.items()}
        whole = sum(parts.values())
        found = [Opinion(label, parts.get(label, 0.0) / whole) for label in self.labels]
        return sorted(found, key=lambda each: -each.probability)

    def sure(self, opinion, wanted=0.99):
        return opinion[0].probability >= wanted

    def content(self):
        return json.dumps([self.seen, self.pairs, self.labels]).encode()


def train(examples, *, prior=None, seed):
    """As `learned.train`; weights do not count here."""
    seen, pairs = Counter(), defaultdict(Counter)
    for (_, text), label, *_ in examples:
        seen[label] += 1
        pairs[label].update(_pairs(text))
    return Small(dict(seen), {label: dict(own) for label, own in pairs.items()}, sorted({*seen, *(prior or {})}))
