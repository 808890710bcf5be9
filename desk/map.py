"""一张图: open matters where they are, urgent ones first; what lies nowhere is listed beside, a stranger's is not there.

At most 500 matters are drawn, the most urgent ones; the rest are counted and said."""

from dataclasses import dataclass, field
from math import hypot

from django.conf import settings
from django.db.models import Case as Choose
from django.db.models import F, Value, When
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import lights
from desk.doors import MATTERS, for_roles, page
from desk.filters import Known
from desk.map_ground import TILES, Drawn, OnPlan, box_around, box_of, position, tiled
from desk.register import lines_of
from grievance import counting
from grievance.models import Case, Urgency
from street.models import Place, PlanPicture

MOST = 500
"""So many matters are drawn."""
APART = 58
"""Units: places closer than this share a mark, since two marks would lie upon each other on a phone."""
RANK = {"black": 4, "red": 3, "yellow": 2, "green": 1, "grey": 0}
PARTS = [*lights.CHOICES, ("grey", "○ 无时限")]
SHAPES = {"black": "◆", "red": "■", "yellow": "▲", "green": "●", "grey": "○"}


@dataclass
class Mark:
    """一个标记: the matters of one place, or of places so close that they share it."""

    number: int
    lines: list = field(default_factory=list)
    spots: dict = field(default_factory=dict)
    x: float = 0
    y: float = 0

    @property
    def worst(self):
        """最急的灯."""
        return max((line.light for line in self.lines), key=lambda light: (RANK[light.colour], light.share))

    @property
    def shape(self):
        """灯的形状, so that it is never told by colour alone."""
        return SHAPES[self.worst.colour]

    @property
    def urgent(self):
        """Whether one of them is urgent."""
        return any(line.case.urgency == Urgency.URGENT for line in self.lines)

    @property
    def where(self):
        """在哪里, in words: the place, or the first of several."""
        names = list(dict.fromkeys(f"{place.community} {place.full_name}" for place, _ in self.spots.values()))
        return names[0] if len(names) == 1 else f"{names[0]}等 {len(names)} 处"

    @property
    def box(self):
        """放大: the frame around several places; empty for a single one."""
        return box_around([at for _, at in self.spots.values()]) if len({at for _, at in self.spots.values()}) > 1 else ""


@for_roles(MATTERS)
@require_safe
def matters(request):
    """一张图: narrowed by light, category and community."""
    at, asked, known = timezone.now(), request.GET, Known(request.user)
    rows = narrowed(Case.objects.visible_to(request.user).open(), asked, known)
    lines = lines_of(first(rows), request.user, at)
    drawn = [line for line in lines if not asked.get("light") or line.light.colour == asked["light"]]
    spots = located(drawn)
    ground = ground_for(drawn, spots, asked)
    marks, aside = marked(drawn, spots, ground)
    context = {
        "title": "一张图", "asked": asked, "marks": marks, "aside": aside, "ground": ground,
        "tiles": ground.tiles if ground else (),
        "approval": approval(ground), "communities": by_community(drawn), "counted": len(drawn),
        "more": counting.upto(rows, most=9_999) - MOST if len(lines) == MOST else 0, "most": MOST, "lights": lights.CHOICES,
        "branches": known.by_branch(), "units": known.communities, "whole": box_of(asked.get("box", "")) is not None,
        "kept": _kept(asked), "at": at,
    }  # fmt: skip
    response = page(request, "desk/map.html", context)
    if context["tiles"]:
        # Read by the policy of what a page may load: this page alone, and this host alone
        response.images_from = (TILES,)
    return response


def narrowed(rows, asked, known):
    """筛选: what is unknown is passed over."""
    if asked.get("category"):
        rows = rows.filter(category__in=known.within(asked["category"]))
    if asked.get("community"):
        rows = rows.filter(place__community__code=asked["community"])
    return rows


def first(rows):
    """最急的: urgent ones before others, then by what was promised, then the longest waiting."""
    pressing = Choose(When(urgency=Urgency.URGENT, then=Value(0)), default=Value(1))
    ordered = rows.order_by(pressing, F("promised_at").asc(nulls_last=True), "submitted_at", "pk")
    return list(ordered.select_related("category", "place__community", "promised_by", "street")[:MOST])


def located(lines):
    """{place: (place, position)} of the places that the lines name; position None where nobody has measured. One query."""
    wanted = {line.case.place_id for line in lines if line.case.place_id}
    found = Place.objects.filter(pk__in=wanted).located().select_related("parent__parent__parent", "community")
    return {place.pk: (place, position(place)) for place in found}


def ground_for(lines, spots, asked):
    """底图: tiles or plain ground around the points; where there are no tiles, the street's own plan. None without points."""
    points = [at for _, at in spots.values() if at]
    if not points:
        return None
    box = box_of(asked.get("box", ""))
    if not tiled() and box is None:
        streets = {line.case.street_id for line in lines}
        plan = PlanPicture.objects.filter(street__in=streets).first() if len(streets) == 1 else None
        if plan is not None and plan.aligned:
            return OnPlan(plan)
    return Drawn(points, box)


def marked(lines, spots, ground):
    """(标记, what is listed beside): the worst mark first; a mark stands where the most urgent of its places does."""
    marks: list[Mark] = []
    aside = []
    for line in lines:
        spot = spots.get(line.case.place_id)
        at = ground.place(*spot[1]) if ground and spot and spot[1] else None
        if at is None:
            aside.append(line)
            continue
        mark = next((one for one in marks if hypot(one.x - at[0], one.y - at[1]) < APART), None)
        if mark is None:
            mark = Mark(len(marks) + 1, x=round(at[0], 1), y=round(at[1], 1))
            marks.append(mark)
        mark.lines.append(line)
        mark.spots[line.case.place_id] = spot
    return sorted(marks, key=lambda mark: (not mark.urgent, -RANK[mark.worst.colour], -mark.worst.share)), aside


def by_community(lines):
    """各社区: (community or None, how many, {light: how many}), the worst first; for paper, and where nothing was measured."""
    groups: dict = {}
    for line in lines:
        groups.setdefault(line.case.place.community if line.case.place else None, []).append(line)
    found = []
    for community, rows in groups.items():
        counts = [(colour, word, sum(line.light.colour == colour for line in rows)) for colour, word in PARTS]
        pressing = [-count for _, _, count in counts]
        found.append((community is None, pressing, str(community), (community, len(rows), [one for one in counts if one[2]])))
    return [group for *_, group in sorted(found, key=lambda one: one[:3])]


def approval(ground):
    """审图号 that has to stand beside what is shown; empty for plain ground."""
    if isinstance(ground, OnPlan):
        return ground.plan.approval
    return settings.TIANDITU_APPROVAL if ground and tiled() else ""


def _kept(asked):
    query = asked.copy()
    query.pop("box", None)
    return query.urlencode()


@for_roles(MATTERS)
@require_safe
def plan(request, pk):
    """自有底图 as a picture, for those who see matters of its street."""
    row = get_object_or_404(PlanPicture, pk=pk)
    if not Case.objects.visible_to(request.user).filter(street=row.street_id).exists():
        raise Http404
    response = FileResponse(row.picture.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
