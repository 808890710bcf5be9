"""载入组织: the tree from city to community, with departments, stations, utilities and outside bodies."""

from street.calendar_file import SHIPPED, read
from street.datafile import Names
from street.loading.ledger import Ledger
from street.models import Calendar, Organisation

KEYS = (
    "code", "name", "short_name", "mark", "kind", "parent", "supervisor", "relation", "phone", "population", "calendar", "active",
    "call_languages", "grids", "places",
)  # fmt: skip
Kind = Organisation.Kind
PARENTS = {Kind.CITY: (), Kind.DISTRICT: (Kind.CITY,), Kind.STREET: (Kind.DISTRICT,), Kind.COMMUNITY: (Kind.STREET,)}
OFFICE_PARENTS = (Kind.CITY, Kind.DISTRICT, Kind.STREET)
"""上级: a department, station, utility or company stands below a city, a district or a street."""


def load(rows, tally):
    """载入组织: parents before children; supervisors may stand anywhere in the file. The Ledger of organisations."""
    names = Names("组织代码")
    rows = [row for row in rows if row.passes(_know, names)]
    units = Ledger(Organisation, list(names.lines))
    rows = [row for row in rows if row.passes(_put, units, names)]
    for row in rows:
        row.passes(_supervise, units)
    units.report(tally, "组织")
    return units


def _know(row, names):
    row.only(*KEYS)
    names.add(row, row.code("code", most=40))


def _put(row, units, names):
    code, kind = row.code("code"), row.choice("kind", Kind)
    parent = _parent(row, kind, units, names)
    units.put(
        code,
        name=row.text("name", most=80),
        short_name=row.text("short_name", required=False, most=30),
        mark=row.text("mark", required=False, most=20),
        kind=kind,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
        relation=row.choice("relation", Organisation.Relation, required=False, default=Organisation.Relation.SUBORDINATE),
        phone=row.text("phone", required=False, most=30),
        call_languages=row.texts("call_languages"),
        population=row.count("population", least=1),
        calendar=_calendar(row),
        active=row.get("active", bool, True),
    )


def _parent(row, kind, units, names):
    allowed = PARENTS.get(kind, OFFICE_PARENTS)
    code = row.code("parent", required=bool(allowed))
    if names.lines.get(code, 0) > row.line:
        row.fail(f"上级“{code}”写在后面（第 {names.lines[code]} 行），上级须写在下级前面。", "parent")
    parent = units.named(row, "parent")
    if parent is not None and parent.kind not in allowed:
        wanted = "、".join(Kind(name).label for name in allowed) or "没有上级"
        row.fail(f"{Kind(kind).label}的上级应是：{wanted}；“{code}”是{parent.get_kind_display()}。", "parent")
    return parent


def _supervise(row, units):
    supervisor = units.named(row, "supervisor")
    code = row.code("code")
    if supervisor is not None and supervisor.code == code:
        row.fail("监督（主管）单位不能是自己。", "supervisor")
    units.amend(code, supervisor=supervisor)


def _calendar(row):
    """The calendar named; one that is shipped but not yet loaded is loaded, one that is loaded stays as it is."""
    code = row.code("calendar", required=False, most=40)
    if not code:
        return None
    calendar = Calendar.objects.filter(code=code).first()
    if calendar is None and (SHIPPED / f"{code}.toml").exists():
        calendar = _load_shipped(code)
    if calendar is None:
        row.fail(f"没有代码为“{code}”的工作日历，请先用 load_calendar 载入。", "calendar")
    return calendar


def _load_shipped(code):
    path = SHIPPED / f"{code}.toml"
    data = read(path)
    if data.base and not Calendar.objects.filter(code=data.base).exists():
        _load_shipped(data.base)
    Calendar.objects.load(data, path)
    return Calendar.objects.get(code=code)
