"""甄别: whether a text may be a report on the conduct of officials, asked before any row of it is written."""

from datetime import timedelta

from grievance.classify.lexicon import plain
from grievance.models import Alert

FRESH = timedelta(seconds=30)
"""Words edited in the office count within this time; asked anew each time, they would cost every submission a query."""

_latest: tuple | None = None


def suspected(text, at):
    """疑似检举控告: whether one of the office's words for it stands in `text`. A doubt is enough: a person looks at it next."""
    said = plain(text)
    return any(word in said for word in _words(at))


def mentions(text, words):
    """提到: whether one of `words` stands in `text`, however it is written."""
    said = plain(text)
    return any(plain(word) in said for word in words)


def _words(at):
    global _latest
    if _latest is None or not timedelta(0) <= at - _latest[0] < FRESH:
        rows = Alert.objects.filter(active=True, quarantine=True).values_list("words", flat=True)
        _latest = (at, [plain(word) for words in rows for word in words if plain(word)])
    return _latest[1]


def forget():
    """词表已变: read the words again at the next question."""
    global _latest
    _latest = None
