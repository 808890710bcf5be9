"""例句学来的: what the office's example sentences taught, beside its words; read once a process, where a file of it stands."""

import logging
from dataclasses import dataclass
from math import exp, log1p
from pathlib import Path

from django.conf import settings

from grievance.classify import learned

log = logging.getLogger(__name__)
FILE = "sayings.model"
SHARE, LOUD, NEAR = 2.25, 1.2, 8.25
"""提案, fitted by cross-validation over the sentences: what a category's share of the words counts, how much was said for it,
and how near its sentences are."""
DOUBT = 2.0
"""提案: so much weight of words is needed for half a share."""
URGENT_FROM = -0.41
"""提案: from here on the sentences say that it must not wait."""
NATURE_NEAR = 3.0
"""提案: what nearness to the sentences of a nature counts beside the words for it."""
UNTAUGHT = -0.6
"""提案: how near a category is of which there is no sentence."""
CATEGORY, NATURE, URGENT = "category:", "nature:", "urgency:urgent"


def path():
    """模型文件 under DATA_DIR, made by `manage.py load_policy` and anew at night where sentences were edited."""
    return Path(settings.DATA_DIR) / "classifier" / FILE


def taught():
    """例句学来的 as a `Model` that is asked for `margins`; None where nothing was made yet or the file cannot be read."""
    try:
        return learned.cached(path())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.error("%s cannot be read, the words of the office suggest alone: %s", path(), error)
        return None


@dataclass(frozen=True)
class Told:
    """例句怎么说 of one text: how near it is to the sentences of each category, of each nature, and to the urgent ones."""

    model: "learned.Model"
    text: str
    margins: dict

    @classmethod
    def of(cls, model, text):
        """One look at the text for all three questions; None without a model."""
        return cls(model, text, model.margins(text)) if model is not None else None

    @property
    def urgent(self):
        """Whether the sentences say that it must not wait."""
        return self.margins.get(URGENT, -1.0) >= URGENT_FROM

    def near(self, nature):
        """What nearness to a nature's sentences counts beside the words for it."""
        return NATURE_NEAR * self.margins.get(f"{NATURE}{nature}", 0.0)

    def shares(self, scores, known):
        """{code: share} of the categories `known` that have sentences or words (`scores`, above 0); the shares sum to 1."""
        whole, logits = sum(scores.values()) + DOUBT, {}
        for code in known:
            score, near = scores.get(code, 0.0), self.margins.get(f"{CATEGORY}{code}")
            if score > 0 or near is not None:
                words = SHARE * score / whole + LOUD * log1p(score)
                logits[code] = words + NEAR * (UNTAUGHT if near is None else near)
        top = max(logits.values(), default=0.0)
        raised = {code: exp(logit - top) for code, logit in logits.items()}
        total = sum(raised.values())
        return {code: each / total for code, each in raised.items()}

    def words_between(self, code, other):
        """理由用的字词: what in the text is said as in the sentences of `code` rather than of `other`."""
        return self.model.words_between(f"{CATEGORY}{code}", f"{CATEGORY}{other}", self.text)
