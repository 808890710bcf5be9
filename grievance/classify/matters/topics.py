"""话题: what several matters of some weeks have in common, offered to a reader; nothing follows from it by itself."""

from collections import Counter
from dataclasses import dataclass, field

from grievance.classify.matters.alike import SAME, compare
from grievance.classify.matters.clusters import blocks, clusters
from grievance.classify.matters.finding import GONE, rarity_of
from grievance.classify.matters.sketches import piece_of_sketch
from grievance.models import Case, Sketch

FEWEST = 3
"""提案: fewer matters are no topic."""
MOST = 1500
"""So many sketches are grouped, the newest: more take longer than a page may."""


MOST_BESIDE = 120
"""So many of one name each is compared with: a page has no time for more."""


@dataclass
class Topic:
    """话题: where, what of, and the cases, the latest first."""

    name: str
    aspects: list
    cases: list = field(default_factory=list)

    @property
    def span(self):
        """The first and the last time it was told of."""
        return self.cases[-1].submitted_at, self.cases[0].submitted_at


def topics(street, since, until, *, user):
    """话题 of a street (id) between two instants, the largest first, of what `user` may see; three queries."""
    told = Sketch.objects.filter(street=street, at__range=(since, until), case__in=Case.objects.visible_to(user))
    rows = list(told.exclude(case__status__in=GONE).select_related("root").order_by("-at")[:MOST])
    groups = [group for group in grouped([piece_of_sketch(row) for row in rows]) if len(group) >= FEWEST]
    shown = {rows[index].pk for group in groups for index in group}
    cases = Case.objects.filter(pk__in=shown).select_related("place", "category", "promised_by").in_bulk()
    found = [_topic([rows[index] for index in group], cases) for group in groups]
    return sorted(found, key=lambda topic: (-len(topic.cases), topic.name))


def grouped(pieces):
    """成堆: groups of indexes of pieces that tell of one matter, on the average of all their pairs."""
    rarity = rarity_of(pieces)
    found = ((pair, compare(pieces[pair[0]], pieces[pair[1]], rarity).score) for pair in blocks(pieces, MOST_BESIDE))
    return clusters(len(pieces), {pair: score for pair, score in found if score > 0}, SAME)


def _topic(rows, cases):
    names = Counter(name for row in rows for name in row.name_index.get("main", ())[:1])
    aspects = Counter(aspect for row in rows for aspect in row.aspect_index)
    where = names.most_common(1)[0][0] if names else rows[0].root.name if rows[0].root else ""
    chosen = sorted((cases[row.pk] for row in rows), key=lambda case: case.submitted_at, reverse=True)
    return Topic(where, [aspect for aspect, count in aspects.most_common(3) if 2 * count >= len(rows)], chosen)
