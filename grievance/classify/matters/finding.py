"""可能是同一件: the earlier matters a new one seems to be about, likeliest first, with reasons. A person joins or merges."""

from dataclasses import dataclass
from datetime import timedelta

from grievance.classify.matters.alike import SAME, compare
from grievance.classify.matters.sketches import name_keys, piece_of_case, piece_of_sketch, piece_of_words, remember
from grievance.classify.matters.words import Rarity
from grievance.models import Case, OpenMatter, Sketch
from grievance.models.open_matter import MOST_SHOWN

BACK, AHEAD = timedelta(days=180), timedelta(days=14)
"""提案: so long before and after a matter another may be the same."""
MOST_HERE, MOST_NAMED = 80, 40
"""So many of the same place, and so many of the same name, the newest first: more do not fit into the time of a request."""
MOST_OPEN = 40
GONE = (Case.Status.MERGED, Case.Status.DECLINED, Case.Status.WITHDRAWN, Case.Status.TRANSFERRED)


@dataclass
class Likely:
    """可能同一件: the case, how likely (0.17 and more), and why, in words for staff."""

    case: Case
    score: float
    reasons: list


def same_as(what, *, user, at, limit=3, place=None, street=None, open_only=False):
    """可能同一件: the `limit` likeliest matters within what `user` may see, as [Likely], likeliest first.

    `what` is a Case with its place's parents read, or words said at `place` in `street` (id). Never found by words alone: only
    what names the same place or was sent from it is compared. Two queries for what to compare with, one for the cases;
    for a case its grievances, where they are not read yet."""
    own = what.pk if isinstance(what, Case) else None
    piece = piece_of_case(what) if isinstance(what, Case) else piece_of_words(what, place=place, at=at)
    middle, where = (what.submitted_at, what.street_id) if isinstance(what, Case) else (at, street)
    sketches = [row for row in candidates(piece, where, middle) if row.pk != own]
    scored = _scored(piece, sketches)[: limit * 3]
    seen = Case.objects.visible_to(user).exclude(status__in=GONE).filter(pk__in=[row.pk for _, row in scored])
    seen = seen.open() if open_only else seen
    cases = {case.pk: case for case in seen.select_related("promised_by", "place")} if scored else {}
    found = [Likely(cases[row.pk], alike.score, reasons(piece, row, alike, middle)) for alike, row in scored if row.pk in cases]
    return found[:limit]


def candidates(piece, street, at):
    """可比的: the newest sketches from the same place and of the same name, at the most 120; two queries, none where neither
    is known."""
    around = Sketch.objects.filter(at__range=(at - BACK, at + AHEAD)).order_by("-at")
    here = list(around.filter(root=piece.root)[:MOST_HERE]) if piece.root is not None else []
    keys = name_keys(piece)
    named = list(around.filter(street=street, name_key__in=keys)[:MOST_NAMED]) if keys else []
    return list({row.pk: row for row in (*here, *named)}.values())


def _scored(piece, sketches):
    """[(likeness, sketch)] of those like enough, likeliest first; what all of them say counts for little."""
    pieces = [piece_of_sketch(row) for row in sketches]
    rarity = rarity_of([piece, *pieces])
    alike = [(compare(piece, other, rarity), row) for other, row in zip(pieces, sketches, strict=True)]
    return sorted((pair for pair in alike if pair[0].score >= SAME), key=lambda pair: (-pair[0].score, -pair[1].pk))


def rarity_of(pieces):
    """稀罕程度 among these."""
    rarity = Rarity(names_count=False)
    for piece in pieces:
        rarity.learn(piece.said, piece.aspects)
    return rarity


def reasons(piece, sketch, alike, at):
    """为什么: place, aspects and time, for staff."""
    days = abs((at - sketch.at).days)
    why = ["同一点位"] if piece.root is not None and piece.root == sketch.root_id else []
    why += [f"都说到“{alike.name}”"] if alike.name else []
    why += [f"都说{'、'.join(alike.aspects[:2])}"] if alike.aspects else ["用词相近"]
    return [*why, f"相隔 {days} 天" if days else "同一天"]


def ranked_open(place, text, at):
    """这里正在办的事, those most like what was typed first, then the newest; as `OpenMatter.objects.at` where nothing was typed.

    Only what neighbours may read anyway is compared: the office's own texts. One query."""
    if not text.strip():
        return OpenMatter.objects.at(place)
    matters = OpenMatter.objects.at(place, most=MOST_OPEN)
    piece = piece_of_words(text, place=place, at=at)
    others = [piece_of_words(matter.text, place=place, at=matter.approved_at) for matter in matters]
    rarity = rarity_of([piece, *others])
    alike = [compare(piece, other, rarity).score for other in others]
    ranked = sorted(zip(alike, matters, strict=True), key=lambda pair: -pair[0] if pair[0] >= SAME else 0.0)
    return [matter for _, matter in ranked][:MOST_SHOWN]


def remember_missing(*, at, size=500):
    """补记摘要 of the cases that may still be compared and have none; how many. What was erased stays away. Safe to run twice."""
    told = Case.objects.filter(sketch=None, submitted_at__gte=at - BACK).exclude(grievances__tombstone__isnull=False)
    missing = list(told.exclude(status__in=GONE).order_by("pk").values_list("pk", flat=True))
    return sum(remember(Case.objects.filter(pk__in=missing[start : start + size])) for start in range(0, len(missing), size))
