"""训练: from labelled examples to a model. The one module that needs numpy, imported only by a process that trains."""

from grievance.classify.learned.grams import FIELDS
from grievance.classify.learned.measures import PRECISIONS
from grievance.classify.learned.model import Model


def train(examples, *, prior=None, seed):
    """See `learned.train`."""
    words = prior or {}
    labels = sorted({*words, *(label for _, label, *_ in examples)})
    if not labels:
        raise ValueError("既没有已标注的例子，也没有词表。")
    return only_words(labels, words, seed)


def only_words(labels, words, seed):
    """冷启动: the words of the prior alone; nothing is ever sure."""
    mix = [[0.0] * len(labels) + [10.0 * (column == row) for column in range(len(labels))] for row in range(len(labels))]
    facts = {
        "labels": labels,
        "prior": words,
        "scales": [0.0] * len(FIELDS),
        "mix": mix,
        "bias": [0.0] * len(labels),
        "thresholds": {f"{wanted}": {} for wanted in PRECISIONS},
        "card": {"examples": {}, "seed": seed, "cross": None},
    }
    return Model(facts, bytes(len(labels) + 1))
