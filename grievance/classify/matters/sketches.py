"""查重摘要的读写: a case as a piece, a piece as a row and back."""

from array import array
from zlib import crc32

from grievance.classify.matters.alike import Piece, piece_of
from grievance.classify.matters.names import Spot
from grievance.models import Sketch
from street.models.places import NUMBERED_KINDS

DAY = 86_400
KEY_SIGNS = 3
"""A name is found again by so many of its last signs, however it was led up to."""


def root_of(place):
    """所在小区或点位: the outermost place around `place`, None for none; its parents must be read."""
    while place is not None and place.parent_id is not None:
        place = place.parent
    return place


def home_of(place):
    """全称 of the outermost place with the numbered parts of `place`, as it would be said."""
    numbered = []
    while place is not None and place.parent_id is not None:
        if place.kind in NUMBERED_KINDS:
            numbered.insert(0, place.name)
        place = place.parent
    return "".join([place.name, *numbered]) if place else ""


def piece_of_words(text, *, place=None, at):
    """一段话 as a piece: said at `place` of the register, whose parents must be read, at the instant `at`."""
    title, _, _ = text.partition("。")
    root = root_of(place)
    return piece_of(title[:60], text, day=at.timestamp() / DAY, root=root.pk if root else None, here=home_of(place))


def piece_of_case(case):
    """事项 as a piece: what its residents said, or the title and notes of one that staff opened. A query, or two, where they are
    not read yet."""
    told = sorted((row for row in case.grievances.all() if row.withdrawn_at is None), key=lambda row: row.pk)[:1]
    words = [f"{row.description}。{row.address}" for row in told] or [note.text for note in case.remarks.all()][:1]
    return piece_of_words("。".join([case.title, *words]), place=case.place, at=case.submitted_at)


def sketch_of(case):
    """查重摘要 of a case, not saved yet."""
    piece = piece_of_case(case)
    where = piece.spot
    names = {"main": where.main, "fine": where.fine, "roads": where.roads, "areas": where.areas, "parts": sorted(where.parts)}
    keys = name_keys(piece)
    return Sketch(
        case=case, street_id=case.street_id, root_id=piece.root, name_key=min(keys, default=None), at=case.submitted_at,
        name_index=names, aspect_index=piece.aspects, heading=len(piece.head),
        pairs=array("H", [*piece.head, *(piece.said - piece.head)]).tobytes(),
    )  # fmt: skip


def name_keys(piece):
    """名称键: by which the name that says where it is may be found again; empty where nothing says it."""
    return {crc32(name[-KEY_SIGNS:].encode()) for name in piece.spot.main[:1]}


def piece_of_sketch(sketch):
    """摘要 as a piece."""
    names, pairs = sketch.name_index, array("H", bytes(sketch.pairs))
    told = (tuple(names.get(kind, ())) for kind in ("main", "fine", "roads", "areas"))
    where = Spot(*told, frozenset(names.get("parts", ())), frozenset())
    day = sketch.at.timestamp() / DAY
    return Piece(where, frozenset(pairs), frozenset(pairs[: sketch.heading]), sketch.aspect_index, day, sketch.root_id)


def remember(cases):
    """记下摘要 of a queryset of cases, again where words changed; how many. Four statements for all of them."""
    read = cases.select_related("place__parent__parent__parent").prefetch_related("grievances", "remarks")
    rows = [sketch_of(case) for case in read]
    fields = ["street", "root", "name_key", "at", "name_index", "aspect_index", "heading", "pairs"]
    Sketch.objects.bulk_create(rows, update_conflicts=True, unique_fields=["case"], update_fields=fields)
    return len(rows)
