"""实测: what a model's opinions are worth on messages whose label is known."""

import random
from collections import Counter
from typing import NamedTuple

PRECISIONS = (0.95, 0.97, 0.99)
ROUNDS = 1000


class Tested(NamedTuple):
    """一条实测: the label it has, and what the model thought, likeliest first."""

    truth: str
    opinion: list


def tested(model, examples):
    """[Tested] for examples as `train` takes them; weights do not count here."""
    return [Tested(label, model.opinion(*parts)) for parts, label, *_ in examples]


def report(model, examples):
    """成绩单 of a model on labelled examples, ready for JSON.

    {"n", "accuracy", "macro_f1", "top2", "classes": {label: {"n", "precision", "recall", "f1"}},
    "confusion": {truth: {guess: n}}, "coverage": {"0.95": {"coverage", "precision"}, …}}; shares are 0–1, None where
    nothing can be divided."""
    return report_on(model, tested(model, examples))


def report_on(model, seen):
    """The same for opinions already formed."""
    return {
        **headline(seen),
        "classes": by_class(pairs(seen)),
        "confusion": confusion(pairs(seen)),
        "coverage": {f"{wanted:.2f}": covered(model, seen, wanted) for wanted in PRECISIONS},
    }


def headline(seen):
    """{"n", "accuracy", "macro_f1", "top2"}, rounded to four places."""
    found = pairs(seen)
    return {
        "n": len(seen),
        "accuracy": _share(sum(truth == guess for truth, guess in found), len(found)),
        "macro_f1": macro_f1(found),
        "top2": _share(sum(truth in [label for label, _ in opinion[:2]] for truth, opinion in seen), len(seen)),
    }


def pairs(seen):
    """[(truth, guess)]."""
    return [(truth, opinion[0].label) for truth, opinion in seen]


def covered(model, seen, wanted):
    """{"coverage", "precision"}: the share that would go by itself at this precision, and how much of it is right."""
    sure = [(truth, opinion) for truth, opinion in seen if model.sure(opinion, wanted)]
    right = sum(truth == opinion[0].label for truth, opinion in sure)
    return {"coverage": _share(len(sure), len(seen)), "precision": _share(right, len(sure))}


def by_class(found):
    """{label: {"n", "precision", "recall", "f1"}} of [(truth, guess)], for every label that is either."""
    return {label: _of_label(counts) for label, counts in _counts(found).items()}


def macro_f1(found):
    """Mean F1 over the labels that occur, as truth or as guess; 0 where nothing is given."""
    ones = [2 * hit / (truths + guesses) for truths, guesses, hit in _counts(found).values()]
    return round(sum(ones) / len(ones), 4) if ones else 0.0


def interval(found, seed, rounds=ROUNDS):
    """[low, high]: the middle 95% of macro-F1 when the messages are drawn again with replacement (bootstrap)."""
    dice = random.Random(seed)
    drawn = sorted(macro_f1(dice.choices(found, k=len(found))) for _ in range(rounds))
    return [drawn[round(0.025 * (rounds - 1))], drawn[round(0.975 * (rounds - 1))]]


def confusion(found):
    """{truth: {guess: n}}, only what occurred."""
    table: dict[str, dict[str, int]] = {}
    for (truth, guess), number in sorted(Counter(found).items()):
        table.setdefault(truth, {})[guess] = number
    return table


def _counts(found):
    """{label: (truths, guesses, hits)}."""
    cells, truths, guesses = Counter(found), Counter(), Counter()
    for (truth, guess), number in cells.items():
        truths[truth] += number
        guesses[guess] += number
    return {label: (truths[label], guesses[label], cells[label, label]) for label in sorted({*truths, *guesses})}


def _of_label(counts):
    truths, guesses, hits = counts
    f1 = round(2 * hits / (truths + guesses), 4)
    return {"n": truths, "precision": _share(hits, guesses), "recall": _share(hits, truths), "f1": f1}


def _share(part, whole):
    return round(part / whole, 4) if whole else None
