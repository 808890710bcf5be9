"""词表: the office's words for each category and each alert, ready to be looked for in a text."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from grievance.models import Alert, Category

PHONE = re.compile(r"(?<!\d)(?:1[12]\d|12\d{3}|0\d{2,3}-\d{3,4}-?\d{3,4})(?!\d)")
"""Numbers as they stand in a sentence of advice: 110, 12338, 0991-555-0141."""


@dataclass(frozen=True)
class Advice:
    """提示: what a resident is told at once, and the numbers in it, ready to be rung."""

    text: str
    phones: list


class Found(NamedTuple):
    """A word found: as the office wrote it, and its weight."""

    word: str
    weight: float


class Lexicon:
    """词表: built once for a state of the words, then only read."""

    def __init__(self, categories, alerts):
        """`categories` as (code, name, {word: weight}), `alerts` as Alert objects."""
        self.names = {code: name for code, name, _ in categories}
        self._owners: dict[str, list[tuple[str, Found]]] = {}
        for code, _, words in categories:
            for word, weight in words.items():
                self._owners.setdefault(plain(word), []).append((code, Found(word, float(weight))))
        self._owners.pop("", None)
        self._alert_words = [(plain(word), word, alert) for alert in alerts for word in alert.words if plain(word)]

    def words_in(self, text):
        """{category code: [Found]} for a text. A word that only occurs inside longer ones does not count; each counts once."""
        text = plain(text)
        places = {word: list(_occurrences(word, text)) for word in self._owners if word in text}
        found: dict[str, list[Found]] = {}
        for word in sorted(places, key=lambda word: (places[word][0], -len(word))):
            if _stands_by_itself(word, places):
                for code, entry in self._owners[word]:
                    found.setdefault(code, []).append(entry)
        return found

    def alerts_in(self, text):
        """[(Alert, [word])] for a text, in the order of the alerts."""
        text = plain(text)
        found: dict[Alert, list[str]] = {}
        for plainly, word, alert in self._alert_words:
            if plainly in text:
                found.setdefault(alert, []).append(word)
        return list(found.items())


def plain(text):
    """One way of writing: full and half width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _occurrences(word, text):
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _stands_by_itself(word, places):
    longer = [(len(other), starts) for other, starts in places.items() if len(other) > len(word) and word in other]
    return any(
        not any(start <= at and at + len(word) <= start + length for length, starts in longer for start in starts)
        for at in places[word]
    )


_latest: tuple[list, Lexicon] | None = None


def current():
    """The words as they are now: two queries, built anew only when a row differs, so an edit in the office counts at once."""
    global _latest
    categories = list(Category.objects.filter(active=True).order_by("code").values_list("code", "name", "words"))
    alerts = list(Alert.objects.filter(active=True).order_by("code").values())
    state = [categories, alerts]
    if _latest is None or _latest[0] != state:
        _latest = (state, Lexicon(categories, [Alert(**row) for row in alerts]))
    return _latest[1]


def alerts_in(text):
    """警示: the alerts whose words stand in a text; two queries, none for an empty text."""
    return [alert for alert, _ in current().alerts_in(text)] if text.strip() else []


def advice_in(text):
    """给居民的提示: what to do first, where the words are of danger. Of words that would be screened it says nothing, so that
    nobody can find out which they are. Two queries, none for an empty text."""
    found = [alert.advice for alert in alerts_in(text) if alert.advice and not alert.quarantine]
    return [Advice(advice, list(dict.fromkeys(PHONE.findall(advice)))) for advice in found]
