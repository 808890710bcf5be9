"""向量: messages as rows of a sparse matrix (compressed rows, kept by hand); only for training."""

from dataclasses import dataclass

import numpy as np

from grievance.classify.learned.grams import FIELDS, counted, fields, hashes

LEAST = (2, 3)
"""A run of a title, of a body, must stand in so many messages to be learned."""
MOST_BYTES = 16_000_000
"""提案: of the table; where the labels are many, the rarest runs are left out."""


@dataclass
class Rows:
    """一批留言: row i has the columns `at[start[i]:start[i + 1]]` with the values `value[...]`."""

    start: np.ndarray
    at: np.ndarray
    value: np.ndarray

    def __len__(self):
        return len(self.start) - 1

    def row(self, number):
        """(columns, values) of one row."""
        low, high = self.start[number], self.start[number + 1]
        return self.at[low:high], self.value[low:high]

    def times(self, weights, numbers):
        """The products of some rows with a matrix: len(numbers) × width."""
        return np.array([value @ weights[at] for at, value in map(self.row, numbers)]).reshape(len(numbers), weights.shape[1])

    def only(self, wanted):
        """The same rows with only those columns for which `wanted` is true; columns keep their numbers."""
        kept = wanted[self.at]
        before = np.concatenate([[0], np.cumsum(kept)])
        return Rows(before[self.start], self.at[kept], self.value[kept])


@dataclass
class Space:
    """字串空间: `keys` (sorted hashes of both fields), how rare each is, of which field, whether of two characters."""

    keys: np.ndarray
    rarity: np.ndarray
    field: np.ndarray
    pair: np.ndarray


def vectors(texts, labels, least=LEAST):
    """(Rows, Space) of (title, body)s: sublinear counts times rarity, each field brought to length 1."""
    both = list(zip(*(counted(*text) for text in texts), strict=True))
    parts = [_counts(of_field) for of_field in both]
    space = _space(parts, len(texts), MOST_BYTES // (2 * labels + 6), least)
    space.pair = np.isin(space.keys, _pairs(texts))
    return _rows(parts, space, len(texts)), space


def _counts(counters):
    """(row numbers, hashes, times) of one field."""
    lengths = [len(each) for each in counters]
    hashed = np.fromiter((code for each in counters for code in each), np.uint32, sum(lengths))
    times = np.fromiter((number for each in counters for number in each.values()), np.float64, sum(lengths))
    return np.repeat(np.arange(len(counters)), lengths), hashed, times


def _space(parts, rows, most, least):
    found = []
    for number, (_, hashed, _) in enumerate(parts):
        keys, often = np.unique(hashed, return_counts=True)
        kept = often >= min(least[number], rows)
        found.append((keys[kept], often[kept], np.full(kept.sum(), number, np.int8)))
    keys, often, field = (np.concatenate(each) for each in zip(*found, strict=True))
    chosen = np.sort(np.argsort(-often, kind="stable")[:most])
    order = chosen[np.argsort(keys[chosen], kind="stable")]
    return Space(keys[order], np.log((1 + rows) / (1 + often[order])) + 1, field[order], np.zeros(len(order), bool))


def _pairs(texts):
    codes = (
        code for text in texts for said, (seed, _) in zip(fields(*text), FIELDS, strict=True) for code in hashes(said, seed, (2,))
    )
    return np.unique(np.fromiter(codes, np.uint32))


def _rows(parts, space, number):
    pieces = [_values(part, space, number) for part in parts]
    row, at, value = (np.concatenate(each) for each in zip(*pieces, strict=True))
    order = np.argsort(row, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=number))])
    return Rows(start, at[order].astype(np.int32), value[order].astype(np.float32))


def _values(part, space, number):
    """(row, column, value) of one field; what is not in the space is left out."""
    row, hashed, times = part
    at = np.searchsorted(space.keys, hashed).clip(0, max(len(space.keys) - 1, 0))
    known = space.keys[at] == hashed if len(space.keys) else np.zeros(len(hashed), bool)
    row, at = row[known], at[known]
    value = (1 + np.log(times[known])) * space.rarity[at]
    length = np.sqrt(np.bincount(row, value * value, minlength=number))
    return row, at, value / length[row]
