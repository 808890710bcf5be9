"""训练: from labelled examples to a model. Only a process that trains imports this and numpy."""

from dataclasses import dataclass

import numpy as np

from grievance.classify.learned import solvers, stacking
from grievance.classify.learned.grams import FIELDS, fields
from grievance.classify.learned.measures import Tested, headline
from grievance.classify.learned.model import Model, Opinion
from grievance.classify.learned.prior import SIGNS, Prior
from grievance.classify.learned.vectors import vectors

FOLDS = 5
ENOUGH = 10
"""With fewer examples than this nothing is learned: the words decide."""
COLD, FADES = 20.0, 20
"""提案: weight of the words' share before anything is learned; by so many examples a label it has faded to half."""
VOICE = 0.3
"""提案: what each classifier counts before it has been measured."""
WANTED = (0.9, 0.95, 0.97, 0.98, 0.99, 0.995)


@dataclass
class Lesson:
    """一课: the messages as rows, what each is, how much it counts, and what the words say of it."""

    rows: object
    space: object
    truth: np.ndarray
    belief: np.ndarray
    words: np.ndarray
    labels: list
    seed: int


def train(examples, *, prior=None, seed):
    """See `learned.train`."""
    given, words = list(examples), prior or {}
    labels = sorted({*words, *(label for _, label, *_ in given)})
    if not labels:
        raise ValueError("既没有已标注的例子，也没有词表，没有东西可以学。")
    if len(given) < ENOUGH:
        return _by_words(labels, words, given, seed)
    return _learned(_lesson(given, labels, Prior(words), seed), words)


def _lesson(given, labels, prior, seed):
    texts = [tuple(parts) for parts, *_ in given]
    rows, space = vectors(texts, len(labels))
    truth = np.array([labels.index(label) for _, label, *_ in given])
    belief = np.array([(weight[0] if weight else 1.0) for *_, weight in ((*each[:2], each[2:]) for each in given)], np.float32)
    words = np.array([prior.evidence(*fields(*text), labels) for text in texts])
    return Lesson(rows, space, truth, belief, words, labels, seed)


def _learned(lesson, words):
    labels, number = lesson.labels, len(lesson.truth)
    fold = stacking.folds(lesson.truth, len(labels), FOLDS, lesson.seed)
    unseen = _unseen(lesson, fold)
    spread = unseen.reshape(number, -1, len(labels)).std((0, 2)) + 1e-9
    said = np.c_[unseen / np.repeat(spread, len(labels)), lesson.words]
    start = _start(said.shape[1], len(labels), number)
    chance = np.zeros((number, len(labels)))
    for each in range(FOLDS):
        rest, held = np.flatnonzero(fold != each), np.flatnonzero(fold == each)
        mix = stacking.mixture(said[rest], lesson.truth[rest], len(labels), lesson.belief[rest], start)
        chance[held] = stacking.likely(said[held], mix)
    mix = stacking.mixture(said, lesson.truth, len(labels), lesson.belief, start)
    bases = _bases(lesson, np.arange(number))
    weights = sum(base @ part / size for base, part, size in zip(bases, _parts(mix, labels), spread, strict=False))
    return _model(lesson, weights, mix, _sure(chance, lesson), _card(chance, lesson), words)


def _bases(lesson, numbers):
    """分类器: five views of the same messages, each a matrix of weights."""
    rows, truth, labels, width = lesson.rows, lesson.truth, len(lesson.labels), len(lesson.space.keys)
    belief = np.repeat(lesson.belief[:, None], labels, 1)
    pairs, titles = rows.only(lesson.space.pair), rows.only(lesson.space.field == 0)
    bodies = rows.only(lesson.space.pair & (lesson.space.field == 1))
    factors = solvers.leanings(pairs, numbers, truth, width, labels)
    same = {"belief": belief, "seed": lesson.seed}
    return [
        solvers.margins(pairs, numbers, truth, width, cost=1.5, factors=factors, **same),
        solvers.margins(rows, numbers, truth, width, cost=3.0, **same),
        solvers.margins(titles, numbers, truth, width, cost=1.0, **same),
        solvers.margins(bodies, numbers, truth, width, cost=4.0, **same),
        solvers.complement(rows, numbers, truth, width, labels),
    ]


def _unseen(lesson, fold):
    """What the classifiers say of each message when they have not seen it: messages × (classifiers × labels)."""
    found = [np.zeros(0)] * len(lesson.truth)
    for each in range(FOLDS):
        bases = _bases(lesson, np.flatnonzero(fold != each))
        held = np.flatnonzero(fold == each)
        for number, row in zip(held, np.hstack([lesson.rows.times(base, held) for base in bases]), strict=True):
            found[number] = row
    return np.array(found)


def _start(columns, labels, examples=0):
    """The mixture before these examples are weighed: the words' shares alone, the less the more examples there are."""
    start = np.zeros((columns + 1, labels))
    first = columns - SIGNS * labels
    for at in range(0, first, labels):
        start[at : at + labels] = VOICE * np.eye(labels)
    start[first : first + labels] = COLD * FADES / (FADES + examples / labels) * np.eye(labels)
    return start


def _parts(mix, labels):
    return [mix[at : at + len(labels)] for at in range(0, len(mix) - 1 - SIGNS * len(labels), len(labels))]


def _sure(chance, lesson):
    found = {wanted: stacking.thresholds(chance, lesson.truth, len(lesson.labels), wanted) for wanted in WANTED}
    return {f"{wanted}": {lesson.labels[at]: edge for at, edge in of_label.items()} for wanted, of_label in found.items()}


def _card(chance, lesson):
    order = np.argsort(-chance, axis=1, kind="stable")
    seen = [
        Tested(lesson.labels[truth], [Opinion(lesson.labels[at], float(row[at])) for at in best])
        for truth, row, best in zip(lesson.truth, chance, order, strict=True)
    ]
    counts = np.bincount(lesson.truth, minlength=len(lesson.labels)).tolist()
    return {"examples": dict(zip(lesson.labels, counts, strict=True)), "seed": lesson.seed, "cross": headline(seen)}


def _model(lesson, weights, mix, sure, card, words):
    labels = lesson.labels
    of_words = mix[-1 - SIGNS * len(labels) : -1]
    facts = _facts(labels, words, of_words.T.round(5).tolist(), mix[-1].round(5).tolist(), card, sure)
    return tabled(facts, weights, lesson.space)


def tabled(facts, weights, space):
    """一张表: everything that is linear in the runs becomes one table of 16-bit numbers; the `Model` that reads it."""
    table = weights * space.rarity[:, None]
    step, rare = float(np.abs(table).max()) / 32000 or 1.0, float(space.rarity.max()) / 32000
    whole = np.c_[np.rint(table / step), np.rint(space.rarity / rare)].astype("<i2")
    return Model(facts | {"scale": step / rare, "runs": len(space.keys)}, space.keys.astype("<u4").tobytes() + whole.tobytes())


def _facts(labels, words, mix, bias, card, sure):
    return {"labels": labels, "prior": words, "mix": mix, "bias": bias, "card": card, "thresholds": sure, "fields": len(FIELDS)}


def _by_words(labels, words, given, seed):
    """冷启动: the words of the prior alone, and how often each label was given; nothing is ever sure."""
    mix = _start(SIGNS * len(labels), len(labels))[:-1].T.tolist()
    counts = {label: sum(label == other for _, other, *_ in given) for label in labels}
    bias = [float(np.log(1 + counts[label])) / 10 for label in labels]
    card = {"examples": counts, "seed": seed, "cross": None}
    facts = _facts(labels, words, mix, bias, card, {f"{wanted}": {} for wanted in WANTED})
    return Model(facts | {"scale": 1.0, "runs": 0}, b"")
