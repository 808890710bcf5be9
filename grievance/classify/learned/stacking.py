"""合成: how much each classifier and the office's words are believed, how likely that makes each label, and when it is sure."""

import numpy as np

TIGHT, TIGHTER = 5.0, 40_000.0
"""提案: pull of the mixture towards its cold start, and how much more of it, over the number of messages, while they are few."""
STEPS, LEAST = 400, 60
"""Of the mixture; fewer where the labels are many, since each step costs their square."""


def folds(truth, labels, number, seed):
    """For every row its fold, each label spread evenly."""
    dice, found = np.random.default_rng(seed), np.zeros(len(truth), int)
    for label in range(labels):
        mine = dice.permutation(np.flatnonzero(truth == label))
        found[mine] = (np.arange(len(mine)) + label) % number
    return found


def mixture(said, truth, labels, belief, start):
    """合成: multinomial logistic regression that begins at, and is held to, `start`: (columns + 1) × labels, last the bias."""
    middle = np.average(said, axis=0, weights=belief)
    wide = np.c_[said - middle, np.ones(len(said))]
    aim = np.eye(labels)[truth]
    start, pull = _moved(start, middle), TIGHT + TIGHTER / len(said)
    speed = 0.5 * np.linalg.norm((wide * belief[:, None]).T @ wide, 2) + pull
    now, ahead, pace = start.copy(), start.copy(), 1.0
    for _ in range(max(LEAST, STEPS * 14 // max(labels, 14))):
        step = wide.T @ (belief[:, None] * (_shares(wide @ ahead) - aim)) + pull * (ahead - start)
        new = ahead - step / speed
        quicker = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead, now, pace = new + (pace - 1) / quicker * (new - now), new, quicker
    return _moved(now, -middle)


def _moved(mix, by):
    """The same mixture for columns from which `by` was taken."""
    return np.vstack([mix[:-1], mix[-1] + by @ mix[:-1]])


def likely(said, mix):
    """Probabilities, rows × labels."""
    return _shares(np.c_[said, np.ones(len(said))] @ mix)


def _shares(raw):
    raised = np.exp(raw - raw.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def thresholds(chance, truth, labels, wanted):
    """门槛: for each label (its number) the lowest probability to go by itself from; absent where none is high enough.

    In cross-validation the wanted share of all that would go is right, and no label falls more than `GIVE` below it. A label
    with few messages borrows from all: `BORROWED` messages of all labels that were as likely are taken together with its own.
    At least `FEWEST` must be above."""
    guess, top = chance.argmax(1), chance.max(1)
    right, kept = guess == truth, {}
    for target in np.linspace(wanted + GIVE, wanted - GIVE, 21):
        edges = {at: _edge(top[guess == at], right[guess == at], top, right, target) for at in range(labels)}
        found = {at: float(edge) for at, edge in edges.items() if edge is not None}
        above = top >= np.array([found.get(at, 2.0) for at in range(labels)])[guess]
        if above.any() and right[above].mean() >= wanted:
            kept = found
    return kept


BORROWED, FEWEST, GIVE, UNSEEN = 200, 10, 0.003, 2
"""提案"""


def _edge(top, right, all_top, all_right, wanted):
    if not len(top):
        return None
    order = np.argsort(-top, kind="stable")
    above = np.arange(1, len(top) + 1)
    share = _share_from(top[order], all_top, all_right)
    smooth = (np.cumsum(right[order]) + BORROWED * share) / (above + BORROWED)
    good = np.flatnonzero((smooth >= wanted) & (above >= FEWEST))
    return top[order][good[-1]] if len(good) else None


def _share_from(edges, all_top, all_right):
    """Share right among all messages that are at least as likely as each edge."""
    order = np.argsort(-all_top, kind="stable")
    upto = np.searchsorted(-all_top[order], -edges, side="right")
    # Errors not seen yet: a hundred messages without any do not make 0.99
    return np.cumsum(all_right[order])[np.maximum(upto, 1) - 1] / (upto + UNSEEN)
