"""词语先验: the office's words for each label as evidence, before anything has been learned."""

import tomllib
from math import log1p
from pathlib import Path

from grievance.classify.learned.grams import fields

SHIPPED = Path(__file__).with_name("words.toml")
TITLE = 4.0
"""提案: a word of the title counts as much as so many of the body."""

SIGNS = 2
DOUBT = 4.0
"""提案: so much weight of words is needed for half a share: one weak word alone says little."""


def shipped():
    """{label: {word: weight}} of the seven top labels of a municipal message board, kept in words.toml."""
    table = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["words"]
    return {
        label: {word: float(weight) for weight, words in tiers.items() for word in words.split()}
        for label, tiers in table.items()
    }


class Prior:
    """先验: built once from {label: {word: weight}}; a word inside a longer one that is found does not count there."""

    def __init__(self, words):
        self.words = words
        self._owners: dict[str, list] = {}
        for label, weights in words.items():
            for word, weight in weights.items():
                plainly = "".join(fields(word, "")[0])
                self._owners.setdefault(plainly, []).append((label, weight))
        self._owners.pop("", None)
        self._by_first: dict[str, list] = {}
        for word in sorted(self._owners, key=len, reverse=True):
            self._by_first.setdefault(word[0], []).append(word)

    def found(self, text):
        """{word: times} in a plain text, leftmost and longest first, never overlapping."""
        times: dict[str, int] = {}
        at = 0
        while at < len(text):
            word = next((word for word in self._by_first.get(text[at], ()) if text.startswith(word, at)), "")
            if word:
                times[word] = times.get(word, 0) + 1
            at += len(word) or 1
        return times

    def weight(self, word, label):
        """What a plain word weighs for a label; 0 where it says nothing of it."""
        return sum(weight for owner, weight in self._owners.get(word, ()) if owner == label)

    def scores(self, title, body):
        """{label: sum of weights}, labels that no word speaks for left out; of plain texts."""
        sums: dict[str, float] = {}
        for text, factor in ((title, TITLE), (body, 1.0)):
            for word, times in self.found(text).items():
                for label, weight in self._owners[word]:
                    sums[label] = sums.get(label, 0.0) + factor * weight * log1p(times)
        return sums

    def evidence(self, title, body, labels):
        """`SIGNS` numbers a label, of plain texts: first its share of all that the words say, then how much they say."""
        sums = self.scores(title, body)
        whole = sum(abs(each) for each in sums.values()) + DOUBT
        said = [sums.get(label, 0.0) for label in labels]
        return [each / whole for each in said] + [log1p(max(each, 0.0)) / 3 for each in said]
