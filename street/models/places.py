"""网格与点位: the cells that grid officers walk, and the places that carry a 说事码."""

import json
from math import asin, cos, radians, sin, sqrt

from django.db import models
from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from street.gcj02 import gcj02
from street.naming import parts_of, plain_name, spellings

METRES_A_DEGREE = 111_320
EARTH = 6_371_000
"""Metres: of one degree of latitude, and the mean radius."""
MOST_FOUND = 20
"""So many places a search gives: more are no help on a phone."""
MOST_ROWS = 500
"""So many rows it looks at: whoever types one sign has not said yet what is looked for."""
SHIFT = 800
"""Metres: more than GCJ-02 lies off anywhere."""
UPWARDS = ("", "parent__", "parent__parent__")
"""A place without coordinates lies where what it is part of lies."""


class Grid(models.Model):
    """网格: a cell of a community; a micro-grid (微网格) names the grid it lies in."""

    code = models.SlugField("代码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=60)
    community = models.ForeignKey("street.Organisation", models.PROTECT, related_name="grids", verbose_name="社区")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="micro_grids", verbose_name="所属网格")

    class Meta:
        verbose_name = verbose_name_plural = "网格"
        ordering = ["code"]

    def __str__(self):
        return self.name


class PlaceQuerySet(models.QuerySet["Place"]):
    def located(self):
        """定位: with `lat`, `lon` and `system`, its own or those of what it lies in; all None where nobody has measured."""
        found = {
            name: Coalesce(*(f"{up}{field}" for up in UPWARDS)) for name, field in (("lat", "latitude"), ("lon", "longitude"))
        }
        return self.annotate(**found, system=Coalesce(*(NullIf(f"{up}coordinate_system", Value("")) for up in UPWARDS)))

    def near(self, place, metres):
        """附近: ids of the places of the same street within so many metres of `place`, itself included; of a place nobody has
        measured, only itself. GCJ-02 lies hundreds of metres off the other systems, so it is compared with its own kind only."""
        here = self.located().get(pk=place.pk)
        if here.lat is None:
            return [place.pk]
        high = metres / METRES_A_DEGREE
        wide = high / max(cos(radians(float(here.lat))), 0.01)
        box = {"lat__range": _around(here.lat, high), "lon__range": _around(here.lon, wide), "street": place.street_id}
        shifted = here.system == Place.CoordinateSystem.GCJ02
        rows = self.located().filter(**box).values_list("pk", "lat", "lon", "system")
        alike = ((pk, lat, lon) for pk, lat, lon, system in rows if (system == Place.CoordinateSystem.GCJ02) == shifted)
        return [pk for pk, lat, lon in alike if _metres(here.lat, here.lon, lat, lon) <= metres]

    def nearest(self, lat, lon, metres=500, most=8):
        """最近的: up to `most` pairs (metres, place) within so many metres of a WGS-84 position, the nearest first, parents read.

        CGCS2000 differs from WGS-84 by less than a metre here; a place in GCJ-02 is compared with the position as GCJ-02 has it.
        Places that lie where what they are part of lies stand after it. Nothing is kept of the position."""
        high = (metres + SHIFT) / METRES_A_DEGREE
        wide = high / max(cos(radians(lat)), 0.01)
        box = {"lat__range": _around(lat, high), "lon__range": _around(lon, wide)}
        shifted, found = gcj02(lat, lon), []
        for place in self.located().filter(**box).select_related("parent__parent__parent", "community")[:MOST_ROWS]:
            here = shifted if place.system == Place.CoordinateSystem.GCJ02 else (lat, lon)
            away = _metres(*here, place.lat, place.lon)
            if away <= metres:
                found.append((away, place.latitude is None, place.code, place))
        return [(away, place) for away, _, _, place in sorted(found)[:most]]

    def named(self, text, most=MOST_FOUND):
        """按名称找: up to `most` places a person may mean by `text`, the likeliest first, as a list; their parents are read.

        By name and alias, however numbers are written: 育红苑三栋 finds 育红苑小区3号楼, and the estate itself where there
        is no such building. Nothing for an empty text. Four queries at the most; searches only within this queryset."""
        around, numbered = parts_of(text)
        if not around:
            return self._called(numbered)[:most] if numbered else []
        bases = self._bases(around, spellings(text if not numbered else around))
        return (self._parts(bases, numbered) or bases)[:most]

    def _read(self):
        return self.select_related("parent__parent__parent", "community__parent").order_by("code")

    def _bases(self, around, written):
        """Those whose own name or alias has in it what was typed, else those whose name was typed among other words."""
        stands = Q()
        for one in written:
            stands |= Q(name__icontains=one) | Q(alias_text__icontains=one) | Q(alias_text__icontains=json.dumps(one)[1:-1])
        rows = self._read().annotate(alias_text=Cast("aliases", TextField()))
        found = [place for place in rows.filter(stands)[:MOST_ROWS] if any(around in name for name in place.names)]
        if not found:
            found = self._amid(around)
        return sorted(found, key=lambda place: (around not in place.names, place.kind in NUMBERED_KINDS, place.code))

    def _amid(self, around):
        """Those whose name or alias was typed among other words (儿童村社区育红苑); only those of the longest such name."""
        best: dict = {}
        for pk, name, aliases in self.exclude(kind__in=NUMBERED_KINDS).values_list("pk", "name", "aliases"):
            if length := max((len(word) for word in (name, *aliases) if len(word) > 1 and word in around), default=0):
                best.setdefault(length, []).append(pk)
        return list(self._read().filter(pk__in=best[max(best)][:MOST_FOUND])) if best else []

    def _parts(self, bases, numbered):
        """The numbered parts of `bases`: an entrance where its building was named too, else the building."""
        if not numbered:
            return []
        inner = {base.pk: base for base in bases}
        within = Q(parent__in=inner) | Q(parent__parent__in=inner)
        rows = [place for place in self._read().filter(within)[:MOST_ROWS] if numbered[-1] in place.names]
        exact = [place for place in rows if len(numbered) < 2 or (place.parent and numbered[-2] in place.parent.names)]
        if exact or len(numbered) < 2:
            return exact
        return self._parts(bases, numbered[:-1])

    def _called(self, numbered):
        """Places known by a number alone."""
        outer = numbered[-1]
        stands = Q()
        for one in spellings(outer.removesuffix("号楼").removesuffix("单元")):
            stands |= Q(name__icontains=one)
        rows = self._read().filter(stands, kind__in=NUMBERED_KINDS)[:MOST_ROWS]
        return [
            place
            for place in rows
            if outer in place.names and (len(numbered) < 2 or (place.parent and numbered[-2] in place.parent.names))
        ]


def _around(middle, reach):
    return float(middle) - reach, float(middle) + reach


def _metres(lat, lon, other_lat, other_lon):
    """Great-circle distance (haversine)."""
    one, two = radians(float(lat)), radians(float(other_lat))
    up, across = sin((two - one) / 2), sin(radians(float(other_lon) - float(lon)) / 2)
    return 2 * EARTH * asin(sqrt(up**2 + cos(one) * cos(two) * across**2))


class Place(models.Model):
    """点位: an estate, building, entrance, shop or crossroads about which something can be said."""

    class Kind(models.TextChoices):
        ESTATE = "estate", "小区"
        BUILDING = "building", "楼栋"
        ENTRANCE = "entrance", "单元"
        SHOP = "shop", "商户"
        CROSSROADS = "crossroads", "路口"
        ROAD = "road", "道路"
        SITE = "site", "工地"
        OFFICE = "office", "办事场所"

    class CoordinateSystem(models.TextChoices):
        CGCS2000 = "cgcs2000", "CGCS2000"
        WGS84 = "wgs84", "WGS-84"
        GCJ02 = "gcj02", "GCJ-02"

    code = models.SlugField("代码", max_length=60, unique=True)
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    name = models.CharField("名称", max_length=80)
    aliases = models.JSONField("别名", default=list, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="所在")
    community = models.ForeignKey("street.Organisation", models.PROTECT, related_name="places", verbose_name="社区")
    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="street_places", verbose_name="街道")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="places", verbose_name="网格")
    company = models.ForeignKey(
        "street.Organisation", models.PROTECT, null=True, blank=True, related_name="served_places", verbose_name="物业/责任企业"
    )
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    coordinate_system = models.CharField("坐标系", max_length=10, choices=CoordinateSystem.choices, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "点位"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="place_coordinates_name_their_system",
                condition=Q(latitude__isnull=True, longitude__isnull=True, coordinate_system="")
                | (Q(latitude__isnull=False, longitude__isnull=False) & ~Q(coordinate_system="")),
            )
        ]

    def __str__(self):
        return self.full_name

    @property
    def names(self):
        """名称与别名, each in one way of writing."""
        return {plain_name(name) for name in (self.name, *self.aliases)}

    @property
    def full_name(self):
        """全称: the place with what it lies in, as a resident would say it; reads its parents."""
        names, place = [], self
        while place is not None:
            names.insert(0, place.name)
            place = place.parent
        return "".join(names)


NUMBERED_KINDS = (Place.Kind.BUILDING, Place.Kind.ENTRANCE)
