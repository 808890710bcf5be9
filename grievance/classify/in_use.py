"""在用模型: what a street's own decisions taught, beside the words of the office. Loaded when first asked; a process that never
suggests anything never reads a model."""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from grievance.classify import learned
from grievance.models import ClassifierVersion

log = logging.getLogger(__name__)
HALFWAY = 20
"""提案: with so many decisions of a category, the model and the words of the office speak equally loud about it."""
ENOUGH = 2.0
"""提案: the score from which words alone are as sure as words can be; below it, confidence shrinks in proportion."""
MOST_LOADED = 2
"""Streets whose models one process holds; an installation of many streets reads the others anew."""

_loaded: OrderedDict[tuple, "Learned | None"] = OrderedDict()
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Learned:
    """学到的: a model, and how many decisions of each category it saw."""

    model: "learned.Model"
    seen: dict

    def blend(self, scores, text):
        """合议: ([(category code, share)], sure), likeliest first. `scores`: {code: score} of the office's words for it.

        The more decisions of a category, the less its words count. Sure: True where words and model say the same and the model
        is above the threshold of its own cross-validation for the wanted precision; False where not; None where the category
        has been decided too seldom for the model to say, and does not speak against it: the rule for words alone holds."""
        opinion = self.model.opinion("", text)
        ranked = blended(scores, opinion, self.seen)
        return ranked, self._sure(ranked, opinion) if ranked else False

    def _sure(self, ranked, opinion):
        code, above = ranked[0][0], self.model.sure(opinion, settings.AUTO_PRECISION)
        known = self.seen.get(code, 0) >= HALFWAY
        if opinion[0].label == code:
            return above if known else None
        return False if known or above else None


def blended(scores, opinion, seen):
    """[(code, share)] of words and model together, likeliest first; shares sum to 1."""
    speaking = {code: score for code, score in scores.items() if score > 0}
    whole = sum(speaking.values())
    loud = min(1.0, max(speaking.values(), default=0.0) / ENOUGH)
    parts = {}
    for code in {*speaking, *(label for label, _ in opinion)}:
        trust = seen.get(code, 0) / (seen.get(code, 0) + HALFWAY)
        words = speaking.get(code, 0.0) / whole * loud if whole else 0.0
        parts[code] = trust * dict(opinion).get(code, 0.0) + (1 - trust) * words
    total = sum(parts.values())
    return sorted(((code, part / total) for code, part in parts.items()), key=lambda pair: (-pair[1], pair[0])) if total else []


def learned_for(street_id):
    """在用模型 of a street as `Learned`; None where none is in use or its file cannot be read. One query; a file is read once."""
    version = ClassifierVersion.objects.in_use(street_id)
    if version is None:
        return None
    with _one_at_a_time:
        key = (version.pk, version.digest)
        if key not in _loaded:
            _remember(key, _read(version))
        _loaded.move_to_end(key)
        return _loaded[key]


def _remember(key, found):
    _loaded[key] = found
    while len(_loaded) > MOST_LOADED:
        _loaded.popitem(last=False)


def _read(version):
    """None, remembered as well, where the file is not the one that was judged: suggestions go on by the words alone."""
    path = Path(settings.DATA_DIR) / "classifier" / version.path
    try:
        if sha256(path.read_bytes()).hexdigest() != version.digest:
            raise ValueError("the file is not the one that was judged")
        return of(learned.load(path))
    except (OSError, ValueError) as error:
        log.error("classifier %s cannot be read, the words of the office suggest alone: %s", version.path, error)
        return None


def of(model):
    """`Learned` of a model just trained or read."""
    return Learned(model, dict(model.card["examples"]))
