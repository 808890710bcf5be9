"""学例句: one linear classifier for each answer that the office's example sentences give, all in one table. Needs numpy."""

import numpy as np

from grievance.classify.learned import solvers
from grievance.classify.learned.training import tabled
from grievance.classify.learned.vectors import vectors

LEAST = (2, 2)
"""A run that stands in one sentence alone says nothing of the next."""
COST, SEED = 0.3, 1
SILENT = 1e-6
"""What a sentence counts for a question that it does not answer."""


def train(sayings, *, about):
    """学例句: a `Model` whose labels are (question, answer) joined by a colon, to be asked for `margins`.

    `sayings`: [(text, {question: answer})]; `about`: what its card keeps, as JSON. About a second for 6,000 sentences."""
    labels = sorted({f"{question}:{answer}" for _, answers in sayings for question, answer in answers.items()})
    rows, space = vectors([("", text) for text, _ in sayings], len(labels), LEAST)
    truth, belief = np.zeros((len(sayings), len(labels)), bool), np.full((len(sayings), len(labels)), SILENT, np.float32)
    asked = [label.partition(":")[0] for label in labels]
    for row, (_, answers) in enumerate(sayings):
        belief[row, [question in answers for question in asked]] = 1.0
        truth[row, [labels.index(f"{question}:{answer}") for question, answer in answers.items()]] = True
    weights = solvers.margins(
        rows, np.arange(len(sayings)), truth, len(space.keys), belief=belief, cost=COST, seed=SEED
    )  # fmt: skip
    facts = {
        "labels": labels, "prior": {}, "mix": [[0.0]] * len(labels), "bias": [0.0] * len(labels), "card": about, "thresholds": {},
    }  # fmt: skip
    return tabled(facts, weights, space)
