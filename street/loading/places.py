"""载入网格与点位: written inside their community."""

from decimal import Decimal

from street.datafile import Names
from street.loading.ledger import Ledger
from street.models import Grid, Organisation, Place

GRID_KEYS = ("code", "name", "parent")
PLACE_KEYS = (
    "code", "kind", "name", "aliases", "parent", "grid", "company", "latitude", "longitude", "coordinate_system", "qr",
)  # fmt: skip
Kind = Organisation.Kind
COMPANY_KINDS = (Kind.COMPANY, Kind.UTILITY)


def load_grids(rows, units, tally):
    """载入网格: micro-grids (微网格) name the grid they lie in, which stands before them. The Ledger of grids."""
    inner = list(_inside(rows, "grids", units, GRID_KEYS))
    names = Names("网格代码")
    for _, row in inner:
        names.add(row, row.code("code"))
    grids = Ledger(Grid, list(names.lines))
    for community, row in inner:
        parent = grids.named(row, "parent")
        if parent is not None and (parent.community_id != community.pk or parent.parent_id):
            row.fail(f"“{parent.code}”不是本社区的网格，不能作为微网格的所属网格。", "parent")
        grids.put(row.code("code"), name=row.text("name", most=60), community=community, parent=parent)
    grids.report(tally, "网格")
    return grids


def load_places(rows, units, grids, tally):
    """载入点位: what a place lies in stands before it. The codes of the places marked `qr = true`, in the order of the file."""
    inner = list(_inside(rows, "places", units, PLACE_KEYS))
    put_places(inner, units, grids, tally)
    return [row.code("code") for _, row in inner if row.get("qr", bool, False)]


def put_places(pairs, units, grids, tally):
    """载入点位: pairs of a community and the row of a place. The Ledger of places."""
    names, called = Names("点位代码"), Names("同一处的点位名称（或别名）")
    pairs = [(community, row) for community, row in pairs if row.passes(_know, names)]
    places = Ledger(Place, list(names.lines))
    for community, row in pairs:
        row.passes(_call_place, community, units, grids, places, called)
    places.report(tally, "点位")
    return places


def _know(row, names):
    names.add(row, row.code("code"))


def _call_place(row, community, units, grids, places, called):
    place = _put_place(row, community, units, grids, places)
    for name in {place.name, *place.aliases}:
        called.add(row, f"{place.parent.code if place.parent else community.code} {name}", "name")


def _inside(rows, key, units, keys):
    for row in rows:
        unit = units.find(row.code("code"))
        if key in row and unit.kind != Kind.COMMUNITY:
            row.fail(f'只有社区（kind = "community"）可以写 {key}。', key)
        for inner in row.rows(key):
            inner.only(*keys)
            yield unit, inner


def _put_place(row, community, units, grids, places):
    parent, grid = places.named(row, "parent"), grids.named(row, "grid")
    company = units.named(row, "company")
    for key, other in (("parent", parent), ("grid", grid)):
        if other is not None and other.community_id != community.pk:
            row.fail(f"“{other.code}”不在{community}，不能用作“{key}”。", key)
    if company is not None and company.kind not in COMPANY_KINDS:
        row.fail(f"“{company.code}”是{company.get_kind_display()}，“company”只能写物业等社会单位或公用企业。", "company")
    return places.put(
        row.code("code"),
        kind=row.choice("kind", Place.Kind),
        name=row.text("name", most=80),
        aliases=row.texts("aliases"),
        parent=parent,
        community=community,
        street=community.parent,
        grid=grid,
        company=company,
        **_coordinates(row),
    )


def _coordinates(row):
    latitude, longitude = row.get("latitude", Decimal), row.get("longitude", Decimal)
    system = row.choice("coordinate_system", Place.CoordinateSystem, required=False)
    if len({latitude is None, longitude is None, not system}) > 1:
        row.fail("坐标要写全：latitude、longitude、coordinate_system 三项都写或都不写。", "latitude")
    if latitude is not None and not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        row.fail(f"坐标超出范围：纬度 {latitude}，经度 {longitude}；两项可能写反了。", "latitude")
    return {"latitude": latitude, "longitude": longitude, "coordinate_system": system}
