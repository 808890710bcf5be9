"""模型: what was learned, as a web process holds it: one table of small whole numbers, read without numpy."""

import json
import mmap
import struct
from array import array
from bisect import bisect_left
from functools import lru_cache
from math import exp, log, sqrt
from operator import mul
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from grievance.classify.learned.grams import FIELDS, counted, fields, hashes, plain
from grievance.classify.learned.prior import Prior

MAGIC = b"shuoshi classifier 1\n"
HEAD = struct.Struct("<II")
NEVER = 2.0
"""A threshold above every probability: of this label nothing goes by itself."""


class Opinion(NamedTuple):
    """看法: a label and how likely it is, 0–1; the probabilities of all labels together are 1."""

    label: str
    probability: float


class Model:
    """模型: `labels`, `thresholds` {wanted precision: {label: probability}} and `card`, what training saw and measured.

    `card`: {"examples": {label: n}, "seed", "cross": the figures of cross-validation as `report` names them}. Only read,
    so one copy serves every thread."""

    def __init__(self, facts, table):
        """`facts` can be kept as JSON; `table` holds the sorted hashes of the runs known (32 bits each), then for every one
        of them a row of 16-bit numbers: the weight for each label, last how rare it is."""
        self.facts, self._table = facts, table
        self.labels = facts["labels"]
        self.card = facts["card"]
        self.thresholds = {float(wanted): sure for wanted, sure in facts["thresholds"].items()}
        self._prior = Prior(facts["prior"])
        self._width = 2 * (len(self.labels) + 1)
        known = memoryview(table)[: 4 * facts["runs"]]
        self._keys, self._weights = known.cast("I"), memoryview(table)[4 * facts["runs"] :]

    def opinion(self, topic, body):
        """[Opinion] for all labels, likeliest first, then by name; also of a message without text."""
        words = self._prior.evidence(*fields(topic, body), self.labels)
        own = zip(self._learned(topic, body), self.facts["mix"], self.facts["bias"], strict=True)
        logits = [said + bias + sum(map(mul, row, words)) for said, row, bias in own]
        top = max(logits)
        raised = [exp(each - top) for each in logits]
        whole = sum(raised)
        found = [Opinion(label, part / whole) for label, part in zip(self.labels, raised, strict=True)]
        return sorted(found, key=lambda each: (-each.probability, each.label))

    def margins(self, text):
        """{label: how far on its side of the line}, of a model of several questions (`sayings`); above 0 means yes."""
        said = zip(self.labels, self._learned("", text), self.facts["bias"], strict=True)
        return {label: margin + bias for label, margin, bias in said}

    def threshold(self, label, wanted=0.99):
        """From which probability this label may go by itself so that the wanted share of them is right; `NEVER` where none does.

        Picked for the next precision kept that is no lower than the wanted one."""
        kept = [precision for precision in sorted(self.thresholds) if precision >= wanted - 1e-9]
        return self.thresholds[kept[0]].get(label, NEVER) if kept else NEVER

    def sure(self, opinion, wanted=0.99):
        """Whether the likeliest label is likely enough to go by itself at this wanted precision."""
        return opinion[0].probability >= self.threshold(opinion[0].label, wanted)

    def _learned(self, topic, body):
        """For each label, what the runs of title and body say together."""
        if not self.facts["runs"]:
            return [0.0] * len(self.labels)
        both = [self._of_field(times) for times in counted(topic, body)]
        return [self.facts["scale"] * sum(parts) for parts in zip(*both, strict=True)]

    def _of_field(self, times):
        """The weights of all runs of one field, for each label, over the length of the field's vector."""
        sums, square = [0.0] * len(self.labels), 0.0
        for often, places in self._by_times(times).items():
            rows, factor = self._rows(places), 1 + log(often)
            for at in range(len(sums)):
                sums[at] += factor * sum(rows[at :: len(sums) + 1])
            rare = rows[len(sums) :: len(sums) + 1]
            square += factor * factor * sum(map(mul, rare, rare))
        return [each / sqrt(square) for each in sums] if square else sums

    def _by_times(self, times):
        """{times: [place in the table]} of {hash: times}; runs never learned are left out."""
        found: dict[int, list[int]] = {}
        for code, often in times.items():
            place = self._place(code)
            if place is not None:
                found.setdefault(often, []).append(place)
        return found

    def _place(self, code):
        place = bisect_left(self._keys, code)
        return place if place < len(self._keys) and self._keys[place] == code else None

    def _rows(self, places):
        """The rows at these places end to end: slices of it are summed in C, which is why no numpy is needed."""
        weights, width = self._weights, self._width
        return array("h", b"".join([weights[place * width : place * width + width] for place in places]))

    def words_between(self, label, other, text, most=3):
        """理由用的字词: what in a text spoke most for this label rather than for the other; [] where either is unknown.

        Runs of two to four characters, strongest first, none inside another."""
        if label not in self.labels or other not in self.labels:
            return []
        spoken = self._voices(self.labels.index(label), self.labels.index(other), plain(text))
        chosen: list[str] = []
        for word in sorted(spoken, key=lambda word: (-spoken[word], word)):
            if len(chosen) < most and spoken[word] > 0 and not _covered(word, chosen):
                chosen.append(word)
        return chosen

    def save(self, path):
        """Write the model to a file, whole or not at all; what stood there before is replaced."""
        beside = Path(f"{path}.part")
        beside.write_bytes(self.content())
        beside.replace(path)

    def content(self):
        """What a file of `save` holds."""
        head = json.dumps(self.facts, ensure_ascii=False).encode()
        return MAGIC + HEAD.pack(len(head), crc32(bytes(self._table), crc32(head))) + head + bytes(self._table)

    def _voices(self, ours, theirs, text):
        """{run: how much more it speaks for one label than for the other}."""
        seed, sizes = FIELDS[-1]
        known = [(run, place) for run, code in _runs(text, seed, sizes) if (place := self._place(code)) is not None]
        rows = {run: self._rows([place]) for run, place in known}
        return {run: (row[ours] - row[theirs]) / row[-1] for run, row in rows.items()}


def _covered(word, chosen):
    """Whether a run says nothing beyond those chosen: inside one, around one, or across two that may stand side by side."""
    return any(other in word for other in chosen) or any(word in one + two for one in chosen for two in chosen)


def _runs(text, seed, sizes):
    """(run, hash) for every run that can be read as a word: two characters or more, letters only."""
    for size in (size for size in sizes if size > 1):
        codes = hashes(text, seed, (size,))
        yield from ((text[at : at + size], code) for at, code in enumerate(codes) if text[at : at + size].isalpha())


def load(path):
    """模型文件: a `Model` read from a file of `save`. ValueError where it is none or damaged, OSError where it cannot be read.

    The table is mapped, not copied: processes that use the same file share its memory."""
    with Path(path).open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    start = len(MAGIC) + HEAD.size
    if content[: len(MAGIC)] != MAGIC:
        raise ValueError(f"{path} 不是分类模型文件。")
    length, check = HEAD.unpack(content[len(MAGIC) : start])
    if crc32(content[start + length :], crc32(content[start : start + length])) != check:
        raise ValueError(f"{path} 已损坏。")
    return Model(json.loads(content[start : start + length]), memoryview(content)[start + length :])


def cached(path):
    """The model of this file, loaded when first asked for and kept for the life of the process; anew when it was replaced."""
    about = Path(path).stat()
    return _kept(str(path), about.st_ino, about.st_mtime_ns)


@lru_cache(maxsize=2)
def _kept(path, _inode, _changed):
    return load(path)
