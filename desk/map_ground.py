"""底图: how degrees become units of the drawing: on 天地图 tiles, on the office's own plan, or on plain ground with a scale.

All positions are CGCS2000, in which 天地图 is drawn; those in GCJ-02 are brought back first."""

from dataclasses import dataclass
from math import ceil, cos, log, log2, pi, radians, tan

from django.conf import settings

from street.gcj02 import wgs84
from street.models import Place
from street.models.places import METRES_A_DEGREE

WIDTH, HEIGHT = 800, 560
"""Units of the drawing; it is as wide as the page lets it."""
LARGEST_TILE, DEEPEST = 360, 18
LEAST = 300 / METRES_A_DEGREE
"""Degrees of latitude: no drawing shows less than 300 metres."""
MARGIN = 0.12
TILES = "https://t0.tianditu.gov.cn"
LAYERS = ("vec", "cva")
"""矢量底图 and its names, in the spherical Mercator matrix `w`."""
LENGTHS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


def position(place):
    """(lat, lon) in CGCS2000 of a place read with `located()`; None where nobody has measured."""
    if place.lat is None:
        return None
    lat, lon = float(place.lat), float(place.lon)
    return wgs84(lat, lon) if place.system == Place.CoordinateSystem.GCJ02 else (lat, lon)


def mercator(lat, lon):
    """球面墨卡托: degrees as shares of the world's width, from its north-western corner."""
    north = radians(min(max(lat, -85), 85))
    return (lon + 180) / 360, (1 - log(tan(north) + 1 / cos(north)) / pi) / 2


@dataclass(frozen=True)
class Tile:
    """一块瓦片 where it lies in the drawing."""

    url: str
    x: float
    y: float
    size: float


class Drawn:
    """平面: a stretch of the ground fitted into the drawing; with a key to 天地图, tiles lie below it."""

    height = HEIGHT

    def __init__(self, points, box=None):
        """`points` are (lat, lon) and not none; `box` (south, west, north, east) in degrees is shown instead of all of them."""
        south, west, north, east = box or _around(points)
        left, top = mercator(north, west)
        right, bottom = mercator(south, east)
        self.share = max((right - left) / WIDTH, (bottom - top) / HEIGHT)
        self.left = (left + right - self.share * WIDTH) / 2
        self.top = (top + bottom - self.share * HEIGHT) / 2
        self.middle = (south + north) / 2

    def place(self, lat, lon):
        """(x, y) in the drawing; None where it lies outside."""
        across, down = mercator(lat, lon)
        x, y = (across - self.left) / self.share, (down - self.top) / self.share
        return (x, y) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None

    @property
    def scale(self):
        """比例尺: (metres, units) of a round length that fits."""
        metres = self.share * 360 * METRES_A_DEGREE * cos(radians(self.middle))
        length = next((each for each in LENGTHS if each / metres > 70), LENGTHS[-1])
        return length, round(length / metres, 1)

    @property
    def tiles(self):
        """瓦片 of both layers under the drawing; none without a key and its 审图号."""
        if not tiled():
            return []
        deep = min(max(ceil(log2(1 / (self.share * LARGEST_TILE))), 1), DEEPEST)
        many, size = 2**deep, 1 / 2**deep
        columns = range(int(self.left * many), min(int((self.left + WIDTH * self.share) * many) + 1, many))
        rows = range(int(self.top * many), min(int((self.top + HEIGHT * self.share) * many) + 1, many))
        return [self._tile(layer, deep, row, column, size) for layer in LAYERS for row in rows for column in columns]

    def _tile(self, layer, deep, row, column, size):
        query = "&".join(
            [
                "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles", f"LAYER={layer}",
                f"TILEMATRIX={deep}", f"TILEROW={row}", f"TILECOL={column}", f"tk={settings.TIANDITU_KEY}",
            ]
        )  # fmt: skip
        x, y = (column * size - self.left) / self.share, (row * size - self.top) / self.share
        return Tile(f"{TILES}/{layer}_w/wmts?{query}", round(x, 2), round(y, 2), round(size / self.share, 2))


def tiled():
    """有瓦片: only with a key, and with the 审图号 that has to stand beside the map."""
    return bool(settings.TIANDITU_KEY and settings.TIANDITU_APPROVAL)


class OnPlan:
    """自有底图: a picture of which two points are known; turned and stretched alike everywhere."""

    tiles = ()
    scale = None

    def __init__(self, plan):
        self.plan = plan
        self.height = round(WIDTH * plan.height / plan.width)
        (x1, y1, *first), (x2, y2, *second) = plan.points
        self.shrink = cos(radians((first[0] + second[0]) / 2))
        self.ground, self.origin = self._flat(*first), complex(x1, y1)
        self.turn = (complex(x2, y2) - self.origin) / (self._flat(*second) - self.ground)

    def _flat(self, lat, lon):
        return complex(lon * self.shrink, -lat)

    def place(self, lat, lon):
        """(x, y) in the drawing; None where it lies outside the picture."""
        at = (self.origin + self.turn * (self._flat(lat, lon) - self.ground)) * WIDTH / self.plan.width
        return (at.real, at.imag) if 0 <= at.real <= WIDTH and 0 <= at.imag <= self.height else None


def _around(points):
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    high, wide = max(max(lats) - min(lats), LEAST), max(max(lons) - min(lons), LEAST)
    middle, across = (max(lats) + min(lats)) / 2, (max(lons) + min(lons)) / 2
    up, aside = high * (0.5 + MARGIN), wide * (0.5 + MARGIN)
    return middle - up, across - aside, middle + up, across + aside


def box_of(text):
    """框 as an address writes it: south,west,north,east; None where that is not what was written."""
    try:
        south, west, north, east = map(float, text.split(","))
    except ValueError:
        return None
    return (south, west, north, east) if -85 < south < north < 85 and -180 <= west < east <= 180 else None


def box_around(points):
    """框 around points, as an address writes it."""
    return ",".join(f"{each:.5f}" for each in _around(points))
