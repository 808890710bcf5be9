"""求解: linear classifiers one label against the others, on sparse rows; each returns a matrix of weights, columns × labels."""

import numpy as np

ROUNDS = 5
STILL = 1e-3
"""A step smaller than this changes nothing worth writing."""


def margins(rows, numbers, truth, width, *, belief, cost, seed, factors=None):
    """支持向量机: squared hinge by dual coordinate descent, all labels of a message in one step.

    `truth`: the label of every row, or rows × labels of yes and no; `belief`: how much every row counts; `factors`: for every
    column and label, how much more it counts (naive Bayes), or None."""
    labels, dice = belief.shape[1], np.random.default_rng(seed)
    weights = np.zeros((width, labels), np.float32)
    held = np.zeros((len(rows), labels), np.float32)
    said = truth if truth.ndim == 2 else np.arange(labels) == truth[:, None]
    signs = np.where(said, 1.0, -1.0).astype(np.float32)
    slack = (1 / (2 * cost * belief)).astype(np.float32)
    scaled = {number: _scaled(rows, number, factors) for number in numbers}
    for _ in range(ROUNDS):
        for number in dice.permutation(numbers):
            at, value, square = scaled[number]
            here, sign = weights[at], signs[number]
            gap = sign * (value * here).sum(0) if factors is not None else sign * (value @ here)
            new = np.maximum(held[number] - (gap - 1 + held[number] * slack[number]) / (square + slack[number]), 0)
            step = (new - held[number]) * sign
            if np.abs(step).max() > STILL:
                held[number] = new
                weights[at] = here + (value if factors is not None else value[:, None]) * step
    return weights if factors is None else weights * factors


def _scaled(rows, number, factors):
    at, value = rows.row(number)
    if factors is None:
        return at, value, float(value @ value) + 1e-9
    each = value[:, None] * factors[at]
    return at, each, (each * each).sum(0) + 1e-9


def leanings(rows, numbers, truth, width, labels, *, smooth=0.5):
    """朴素贝叶斯的倾向: for every column and label, how far apart the two sides use it; about 1 on average."""
    with_it = _sums(rows, numbers, truth, width, labels, count=True)
    of_label = np.bincount(truth[numbers], minlength=labels)
    ours = (with_it + smooth) / (of_label + 2 * smooth)
    others = (with_it.sum(1, keepdims=True) - with_it + smooth) / (len(numbers) - of_label + 2 * smooth)
    found = np.abs(np.log(ours / others)) + 1
    return (found / np.sqrt((found * found).mean())).astype(np.float32)


def complement(rows, numbers, truth, width, labels, *, smooth=0.3):
    """补集朴素贝叶斯: what speaks against all the other labels."""
    sums = _sums(rows, numbers, truth, width, labels, count=False)
    others = sums.sum(1, keepdims=True) - sums + smooth
    found = -np.log(others / others.sum(0))
    found -= found.mean(1, keepdims=True)
    return (found / (np.abs(found).sum(0) + 1e-9) * width / 100).astype(np.float32)


def _sums(rows, numbers, truth, width, labels, *, count):
    """For every column and label, the sum of values (or the number of messages)."""
    owner = np.full(len(rows), -1)
    owner[numbers] = truth[numbers]
    of_entry = np.repeat(owner, np.diff(rows.start))
    sums = np.zeros((width, labels))
    for label in range(labels):
        mine = of_entry == label
        sums[:, label] = np.bincount(rows.at[mine], None if count else rows.value[mine], minlength=width)
    return sums
