"""词表: the office's words for each category, each alert and each cue, ready to be looked for in a text."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Case, F, Value, When

from grievance.models import Alert, Category, Cue

MASK = "〇"
PHONE = re.compile(r"(?<!\d)(?:1[12]\d|12\d{3}|0\d{2,3}-\d{3,4}-?\d{3,4})(?!\d)")
"""Numbers as they stand in a sentence of advice: 110, 12338, 0991-555-0141."""
GAP = "…"
"""Between two parts of an expression: both stand in one sentence, the first before the second."""
REACH, NEAR = 10, 5
"""So many characters at the most lie between two parts; where a part is one sign alone, it must stand nearer."""
CLAUSE = re.compile(r"(?<=[,，。!！?？;；\n\s])")
"""After which a clause begins: residents write spaces for stops."""
STOPS = "。!?;"
"""What ends a sentence, as `plain` writes it; a gap does not reach over it."""


@dataclass(frozen=True)
class Advice:
    """提示: what a resident is told at once, and the numbers in it, ready to be rung."""

    text: str
    phones: list


class Found(NamedTuple):
    """A word found: as the office wrote it, its weight, and where it first stands in the plain text."""

    word: str
    weight: float
    at: int = 0


class Hits:
    """命中: where expressions stand in one text; each expression is looked for once."""

    def __init__(self, text):
        """`text` is plain."""
        self.text = text
        self.spans: dict[str, list] = {}

    def look(self, expression):
        """在哪里: [(start, end) of each part …] for each occurrence."""
        if expression not in self.spans:
            stands = expression in self.text or GAP in expression
            self.spans[expression] = list(_places(expression, self.text)) if stands else []
        return self.spans[expression]

    def reads(self, expression, unless=(), shares=None):
        """说到了: where it first stands, but inside one of the phrases of `unless`, or where `shares` says that it was long ago
        or is over; None where it nowhere does."""
        places = self.look(expression)
        if not places:
            return None
        covered = [(place[0][0], place[-1][1]) for phrase in unless for place in self.look(plain(phrase))]
        for place in places:
            first, last = place[0][0], place[-1][1]
            if not any(start <= first and last <= end for start, end in covered) and (shares is None or shares[first] >= 1):
                return first
        return None


class Lexicon:
    """词表: built once for a state of the words, then only read."""

    def __init__(self, categories, alerts, cues=()):
        """`categories` as (code, name, {word: weight}) and, of the third level, the code above; `alerts`, `cues` as objects."""
        self.names = {code: name for code, name, *_ in categories}
        self.above = {code: more[0] for code, _, _, *more in categories if more and more[0]}
        own = {code: {plain(word): (word, float(weight)) for word, weight in words.items()} for code, _, words, *_ in categories}
        # What tells a third level tells the second as well
        for code, upper in self.above.items():
            own[upper] = {**own[code], **own.get(upper, {})}
        self._owners: dict[str, list[tuple[str, str, float]]] = {}
        for code, words in own.items():
            for plainly, (word, weight) in words.items():
                self._owners.setdefault(plainly, []).append((code, word, weight))
        self._owners.pop("", None)
        self._by_head: dict[str, list[str]] = {}
        for expression in self._owners:
            self._by_head.setdefault(expression.split(GAP)[0][:2], []).append(expression)
        self.alerts = [(alert, [(plain(word), word) for word in alert.words if plain(word)]) for alert in alerts]
        self.cues = [(cue, [(plain(word), word, float(weight)) for word, weight in cue.words.items()]) for cue in cues]

    def words_in(self, text, shares=None):
        """{category code: [Found]} for a text; see `stands_in` and `weighed`."""
        return self.weighed(self.stands_in(text), shares)

    def stands_in(self, text):
        """{word: [where it starts]} in the order of the text. A word that only occurs inside longer ones is not there."""
        hits = Hits(plain(text))
        heads = {hits.text[at : at + size] for size in (1, 2) for at in range(len(hits.text))}
        places = {word: spans for head in heads for word in self._by_head.get(head, ()) if (spans := hits.look(word))}
        covers = _covers(places)
        order = sorted(places, key=lambda word: (places[word][0][0][0], -len(word), word))
        return {word: stands for word in order if (stands := _by_themselves(word, places[word], covers))}

    def weighed(self, stands, shares=None):
        """{category code: [Found]}: each word counts once, and as much as `shares` says of the place where it counts most."""
        found: dict[str, list[Found]] = {}
        for word, starts in stands.items():
            at = max(starts, key=lambda start: shares[start]) if shares else starts[0]
            for code, written, weight in self._owners[word]:
                found.setdefault(code, []).append(Found(written, weight * (shares[at] if shares else 1), at))
        return found

    def alerts_in(self, text, categories=None, shares=None):
        """[(Alert, [word])] for a text, in the order of the alerts. Alerts of certain categories ring only where `categories` of
        the matter are given and one of them is meant; those of what is `present`, only for what `shares` counts in full."""
        hits = Hits(plain(text))
        found: dict[Alert, list[str]] = {}
        for alert, words in self.alerts:
            if alert.categories and not any(code.startswith(tuple(alert.categories)) for code in categories or ()):
                continue
            now = shares if alert.present else None
            said = [word for plainly, word in words if hits.reads(plainly, alert.unless, now) is not None]
            beside = [word for word in alert.beside if hits.look(plain(word))] if said else []
            if said and (beside or not alert.beside):
                found[alert] = [*said, *beside]
        return list(found.items())

    def shares_in(self, text):
        """几成: for each character of the plain text, how much what is said there counts: less where it is denied, over, long ago
        or only feared. Counted by clause."""
        shades = [(cue, [plainly for plainly, _, _ in words]) for cue, words in self.cues if cue.kind == Cue.Kind.SHADE]
        shares: list[float] = []
        for clause in CLAUSE.split(text):
            hits = Hits(plain(clause))
            said = [cue for cue, words in shades if any(hits.reads(word, cue.unless) is not None for word in words)]
            shares += [min((float(cue.share) for cue in said), default=1.0)] * len(hits.text)
        return shares

    def cues_in(self, text):
        """{kind: [(Cue, [Found])]} for a text, of each kind the strongest first. Shades are of clauses: see `shares_in`."""
        hits = Hits(plain(text))
        found: dict[str, list] = {kind: [] for kind in Cue.Kind.values}
        for cue, words in self.cues:
            if cue.kind != Cue.Kind.SHADE:
                starts = [(word, weight, hits.reads(plainly, cue.unless)) for plainly, word, weight in words]
                if said := [Found(word, weight, at) for word, weight, at in starts if at is not None]:
                    found[cue.kind].append((cue, said))
        return {kind: sorted(pairs, key=lambda pair: -sum(word.weight for word in pair[1])) for kind, pairs in found.items()}


def plain(text):
    """One way of writing: full and half width, case and spaces do not matter."""
    kept = text.replace(GAP, "\0")
    return "".join(unicodedata.normalize("NFKC", kept).casefold().split()).replace("\0", GAP)


def without(text, names):
    """地名遮住: proper names of places say nothing of the matter (水库街 is no water); each is replaced sign by sign."""
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, MASK * len(name))
    return text


def _places(expression, text):
    parts = expression.split(GAP)
    if not all(part in text for part in parts):
        return
    at = text.find(parts[0])
    while at >= 0:
        if (place := _onwards(parts, text, at)) is not None:
            yield place
        at = text.find(parts[0], at + 1)


def _onwards(parts, text, at):
    """The parts one after the other from `at` on, each within reach of the one before."""
    place = [(at, at + len(parts[0]))]
    reach = NEAR if min(map(len, parts)) == 1 else REACH
    for part in parts[1:]:
        end = place[-1][1]
        start = text.find(part, end, end + reach + len(part))
        if start < 0 or any(stop in text[end:start] for stop in STOPS):
            return None
        place.append((start, start + len(part)))
    return place


def _covers(places):
    """{length: [(start, end)]} of what may cover shorter words: every word, and every part of an expression with a gap."""
    covers: dict[float, list] = {}
    for word, spans in places.items():
        # A part of an expression covers the same word standing alone
        extra = 0.5 if GAP in word else 0
        for start, end in (part for place in spans for part in place):
            covers.setdefault(end - start + extra, []).append((start, end))
    return covers


def _by_themselves(word, spans, covers):
    """Where a word stands and is no piece of a longer one."""
    if GAP in word:
        return [place[0][0] for place in spans]
    longer = [part for length, parts in covers.items() if length > len(word) for part in parts]
    return [start for ((start, end),) in spans if not any(first <= start and end <= last for first, last in longer)]


_latest: tuple[list, Lexicon] | None = None


def current():
    """The words as they are now: three queries, built anew only when a row differs, so an edit in the office counts at once."""
    return _built(list(Cue.objects.filter(active=True).order_by("code").values()))


def _built(cues):
    global _latest
    third = Case(When(parent__parent__isnull=False, then=F("parent__code")), default=Value(""))
    rows = Category.objects.filter(active=True).order_by("code")
    categories = list(rows.annotate(above=third).values_list("code", "name", "words", "above"))
    alerts = list(Alert.objects.filter(active=True).order_by("code").values())
    state = [categories, alerts, cues if cues is not None or _latest is None else _latest[0][2]]
    if _latest is None or _latest[0] != state:
        known = [Cue(**row) for row in state[2] or ()]
        _latest = (state, Lexicon(categories, [Alert(**row) for row in alerts], known))
    return _latest[1]


def alerts_in(text):
    """警示: the alerts whose words stand in a text; two queries, none for an empty text."""
    # Alerts ask for no cues
    return [alert for alert, _ in _built(None).alerts_in(text)] if text.strip() else []


def advice_in(text):
    """给居民的提示: what to do first, where the words are of danger. Of words that would be screened it says nothing, so that
    nobody can find out which they are. Two queries, none for an empty text."""
    found = [alert.advice for alert in alerts_in(text) if alert.advice and not alert.quarantine]
    return [Advice(advice, list(dict.fromkeys(PHONE.findall(advice)))) for advice in found]
