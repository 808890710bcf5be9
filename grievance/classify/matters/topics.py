"""成堆: matters that tell of one trouble at one place, or of one trouble in many places; of pieces alone, without a database."""

from collections import Counter
from itertools import combinations

from grievance.classify.matters.alike import SAME, compare, same_cause
from grievance.classify.matters.clusters import blocks, clusters

MOST_BESIDE = 120
"""So many of one name each is compared with."""
CAUSE = 0.3
"""提案: from this average on, several messages of one kind seem to have one cause; docs/topics.md says how it was set."""


def alike_in_place(pieces, rarity):
    """同一处: groups of indexes of pieces that tell of one matter, on the average of all their pairs."""
    found = ((pair, compare(pieces[pair[0]], pieces[pair[1]], rarity).score) for pair in blocks(pieces, MOST_BESIDE))
    return clusters(len(pieces), {pair: score for pair, score in found if score > 0}, SAME)


def alike_in_cause(pieces, rarity, enough=CAUSE):
    """同因: groups of indexes of pieces that tell of one trouble, wherever they come from."""
    pairs = combinations(range(len(pieces)), 2)
    found = {(one, two): same_cause(pieces[one], pieces[two], rarity) for one, two in pairs}
    return clusters(len(pieces), {pair: score for pair, score in found.items() if score > 0}, enough)


def fits_place(piece, pieces, rarity):
    """合得上: whether a later message tells of the matter that `pieces` are about, on the average."""
    return bool(pieces) and sum(compare(one, piece, rarity).score for one in pieces) >= SAME * len(pieces)


def fits_cause(piece, pieces, rarity, enough=CAUSE):
    """同因的: whether a later message has the cause that `pieces` seem to have, on the average."""
    return bool(pieces) and sum(same_cause(one, piece, rarity) for one in pieces) >= enough * len(pieces)


def what_of(pieces):
    """说什么: the name most of them tell of, else "", and the aspects at least half of them speak of, three at the most."""
    names = Counter(piece.spot.main[0] for piece in pieces if piece.spot.main)
    aspects = Counter(aspect for piece in pieces for aspect in piece.aspects)
    shared = [aspect for aspect, count in aspects.most_common(3) if 2 * count >= len(pieces)]
    return names.most_common(1)[0][0] if names else "", shared
