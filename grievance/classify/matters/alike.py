"""像不像: how likely two messages speak of one matter, and why. The place must agree; words alone join nothing."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from grievance.classify.matters.aspects import aspects_of
from grievance.classify.matters.names import PART, Spot, common, core, slip, smooth, spot
from grievance.classify.matters.words import likeness, pairs, same_aspects

MAIN = 2
"""The first so many names say where something is; those after them may be told of in passing."""
CLEAR = 0.35
"""A name as telling as this one is a place of its own: two such that differ are two places."""
MOST_PAIRS = 240
COPY = 0.9
"""From here on one text was made from the other."""
ASPECT, FADING = 0.3, 500
"""What speaking of the same aspect counts beside the words; days after which a likeness counts half."""
SAME = 0.17
"""提案: from this score on two messages are offered as one matter; groups need it on the average of all their pairs."""
NAMELESS = 0.1
"""Two texts of one district of which neither names a place: only the same words make them one matter."""
ROAD, AREA, PASSING = 0.8, 0.8, 0.4
"""What a road, an area, or an estate told of in passing counts beside one that is told as the place itself."""
CAUSE_FADING = 14
"""Days after which a likeness of cause counts half: what has one cause is told of together."""
HERE, OTHER_NUMBER = 0.8, 0.3
"""提案: what one and the same place of the register counts, and the fraction left for another building or group of it."""


@dataclass(frozen=True)
class Piece:
    """一条留言 as it is compared: where, what, when (days)."""

    spot: Spot
    said: frozenset
    head: frozenset
    aspects: dict
    day: float
    root: int | None = None


class Likeness(NamedTuple):
    """相像程度, 0 upwards; the name both tell and the aspects both speak of."""

    score: float
    name: str = ""
    aspects: tuple = ()


def piece_of(title, body, *, day, known=None, root=None, here=""):
    """Read a message. `known` finds names that others have told; `root` and `here` are id and full name of the place in the
    register it was sent from, which counts as told where nothing else is."""
    head, rest, place = smooth(title), smooth(body), smooth(here)
    top, under = spot(head), spot(rest)
    seen = known.names_in(head + "。" + rest) if known else ()
    told = (*top.fine, *(name for name in seen if name in head))
    home = spot(place).fine[:1] or (PART.sub("", place),) if place else ()
    where = Spot(
        tuple(dict.fromkeys(told))[:MAIN] or under.main or tuple(seen[:1]) or home,
        tuple(dict.fromkeys((*told, *under.fine, *seen, *home))),
        tuple(dict.fromkeys(top.roads + under.roads)),
        tuple(dict.fromkeys(top.areas + under.areas)),
        top.parts | under.parts | frozenset(PART.findall(place)),
        top.admin | under.admin,
    )
    names = sorted({*where.fine, *where.roads, *where.areas} - {""}, key=len, reverse=True)
    first = frozenset(pairs(head, names))
    said = pairs(head + "。" + rest, names)[:MOST_PAIRS]
    return Piece(where, frozenset(said), first, aspects_of(head + "。" + rest), day, root)


def shared_name(ones, others, rarity):
    """同名: the most telling name both lists have, and how telling; ("", 0.0) where there is none."""
    found = {common(one, other) for one in ones for other in others} - {""}
    return max(((name, rarity.of_name(core(name))) for name in found), key=lambda pair: pair[1], default=("", 0.0))


def same_place(one, two, rarity):
    """地点相合, 0 to 1, and the name; 0 where each names a place of its own that the other does not."""
    a, b = one.spot, two.spot
    if a.main and a.main == b.main and (weight := rarity.of_name(core(a.main[0]))):
        return weight, a.main[0]
    name, weight = shared_name(a.main, b.main, rarity)
    if weight:
        return weight, name
    ways = shared_name(a.main, b.fine, rarity), shared_name(a.fine, b.main, rarity)
    if all(weight for _, weight in ways):
        return min(weight for _, weight in ways), ways[0][0]
    name, weight = max(ways, key=lambda pair: pair[1])
    elsewhere = apart(a, b, rarity)
    if weight or elsewhere:
        return (PASSING if elsewhere else 1) * weight, name
    if not (a.named or b.named):
        return NAMELESS * (a.admin == b.admin), ""
    road, area = shared_name(a.roads, b.roads, rarity), shared_name(a.areas, b.areas, rarity)
    return max((ROAD * road[1], road[0]), (AREA * area[1] * same_group(a, b), area[0]))


def apart(one, two, rarity):
    """各说各处: each says plainly where it is, and no name of the one is the other's."""
    if one.main == two.main:
        return False
    plain = all(any(rarity.of_name(core(main)) > CLEAR for main in where.main) for where in (one, two))
    return plain and not any(common(mine, theirs) or slip(mine, theirs) for mine in one.main for theirs in two.main)


def same_group(one, two):
    """同组: a fraction where two speak of other numbered groups of a village."""
    return _same_numbers(one, two, "组队")


def _same_numbers(one, two, endings):
    mine, theirs = ({part for part in spot.parts if part[-1] in endings} for spot in (one, two))
    return OTHER_NUMBER if mine and theirs and not mine & theirs else 1.0


def in_register(one, two, place, rarity):
    """同一点位: the agreement of two messages sent from places of the register. From one, unless the words say otherwise; from
    two, where both tell one name. Another building is another place, as far as buildings are named."""
    if one.root != two.root:
        return place * (shared_name(one.spot.main, two.spot.main, rarity)[1] > CLEAR)
    here = HERE * (PASSING if apart(one.spot, two.spot, rarity) else 1)
    return max(place, here) * _same_numbers(one.spot, two.spot, "楼组队")


def compare(one, two, rarity):
    """相像程度 of two pieces; score 0 where the places differ."""
    place, name = same_place(one, two, rarity)
    if one.root is not None and two.root is not None:
        place = in_register(one, two, place, rarity)
    if not place:
        return Likeness(0.0)
    words = likeness(one, two, rarity)
    if words > COPY and (apart(one.spot, two.spot, rarity) or replaced(one.spot, two.spot, rarity)):
        return Likeness(0.0)
    aspect, which = same_aspects(one, two, rarity)
    score = sqrt(place) * (words + ASPECT * aspect) / (1 + abs(one.day - two.day) / FADING)
    return Likeness(score, name, tuple(which))


def replaced(one, two, rarity):
    """换了地名: each of two like texts has a telling name in place of one in the other; they are of two places."""

    def alone(names, others):
        telling = (name for name in names if rarity.of_name(core(name)) > CLEAR / 2)
        return any(not any(common(name, other) or slip(name, other) for other in others) for name in telling)

    return alone(one.fine, two.fine + two.roads + two.areas) and alone(two.fine, one.fine + one.roads + one.areas)


def same_cause(one, two, rarity):
    """同因, 0 upwards: how likely two messages tell of one trouble wherever each was sent from. Names count for nothing here, so
    this joins no matters; it only puts them side by side in a topic."""
    aspect, _ = same_aspects(one, two, rarity)
    return (likeness(one, two, rarity) + ASPECT * aspect) / (1 + abs(one.day - two.day) / CAUSE_FADING)
