"""成堆: messages of one matter found together, by the average of all with all, so that a chain of neighbours is no matter."""

from collections import defaultdict
from heapq import heapify, heappop, heappush


def blocks(pieces, most=None):
    """同名的: for each piece the earlier ones that share the beginning or end of a name with it, as pairs of indexes; of each
    beginning and end the last `most`."""
    at: dict[str | int, list] = defaultdict(list)
    for index, piece in enumerate(pieces):
        keys = keys_of(piece.spot) if piece.spot.named else set(piece.head)
        yield from ((other, index) for other in sorted({other for key in keys for other in at[key][-most if most else 0 :]}))
        for key in keys:
            at[key].append(index)


def keys_of(where):
    """By what a piece may be found again: beginnings and ends of its names."""
    names = (*where.fine, *where.roads, *where.areas)
    return {name[:2] for name in names} | {name[-2:] for name in names} | {name[-3:] for name in names}


def clusters(count, scores, enough):
    """成堆: groups of indexes below `count` whose average score between any two groups merged was `enough`.

    `scores` is {(lower, higher): score}; a pair that is not in it has 0."""
    groups = {index: [index] for index in range(count)}
    links: dict[int, dict] = defaultdict(dict)
    for (one, two), score in scores.items():
        links[one][two] = links[two][one] = score
    queue = [(-score, one, two, 1, 1) for (one, two), score in scores.items() if score >= enough]
    heapify(queue)
    while queue:
        _, one, two, *sizes = heappop(queue)
        if one in groups and two in groups and sizes == [len(groups[one]), len(groups[two])]:
            _merge(groups, links, one, two)
            _offer(groups, links, one, enough, queue)
    return list(groups.values())


def _merge(groups, links, one, two):
    groups[one] += groups.pop(two)
    for other, total in links.pop(two).items():
        if other != one:
            links[one][other] = links[other][one] = links[one].get(other, 0.0) + total
        links[other].pop(two, None)


def _offer(groups, links, one, enough, queue):
    for other, total in links[one].items():
        average = total / len(groups[one]) / len(groups[other])
        if average >= enough:
            low, high = min(one, other), max(one, other)
            heappush(queue, (-average, low, high, len(groups[low]), len(groups[high])))
