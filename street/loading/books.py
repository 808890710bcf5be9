"""登记册的表格: what a table of units, people, postings or places may say, within the reach of the one who brings it.

Each book knows its columns, what the database says already, and what no table may change; all else the loaders check."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from street.loading import organisations, people, places
from street.loading.columns import Column, Names, day, degrees, number, one_of, several, truth, words
from street.loading.ledger import CHANGED, CREATED, UNCHANGED, Ledger, Tally
from street.loading.tables import Mistake, Table, TableRow, over_known, values_of
from street.models import Calendar, Grid, Organisation, Place, Posting, Role, User, mixed
from street.scope import within

UNIT, PERSON, CALENDAR, ANY_UNIT, PLACE, GRID = "单位", "人员", "工作日历", "主管或责任单位", "点位", "网格"


def people_within(paths):
    """人员 posted within reach, and those posted nowhere yet; each once."""
    return User.objects.filter(within(paths, "postings__organisation__") | Q(postings__isnull=True)).distinct()


class Book:
    """一本登记册 as a table brings it. `paths`: below these the bringer may write. Read inside a transaction."""

    name = label = ""
    columns: Iterable[Column] = ()
    key = "code"

    def __init__(self, lines, paths, at):
        self.lines, self.paths, self.at = lines, paths, at
        self.today = timezone.localdate(at)
        self.names = self.nameable()
        self.objects: dict = {}

    def spoken(self, key):
        """What the lines say in a column."""
        return {line.words.get(key, "").strip() for line in self.lines} - {""}

    def units(self):
        """单位 within reach, and those that the table itself brings."""
        rows = Organisation.objects.filter(within(self.paths, "")).values_list("code", "name", "short_name")
        return Names((code, {name, short}) for code, name, short in rows)

    def nameable(self):
        """{what: Names} of what cells may refer to."""
        return {}

    def known(self, values):
        """What the database says of the row that these values name; empty for a new one."""
        return {}

    def check(self, line, values, known):
        """What no table may change: noted on the line."""

    def put(self, rows, table):
        """Write the rows by the loaders."""

    def read(self, name):
        """读表: every line checked and written; the Table with what became of each. Whoever only looks rolls it back."""
        table = Table(name, self.columns, self.lines)
        rows = []
        for line in self.lines:
            values, cleared = values_of(line, self.columns, self.names)
            known = self.known(values)
            values = over_known(values, cleared, known, self.columns, line)
            self.check(line, values, known)
            if line.mistakes:
                table.broken.add(values.get(self.key, ""))
            else:
                rows.append(TableRow(table, line, values))
        self.put(rows, table)
        return table

    def settle(self, line, outcome, changes, row):
        """记下 what became of a line, in the words of its headings."""
        line.outcome = outcome
        labels = {column.key: column.label for column in self.columns} | {"ends_on": "止"}
        line.changes = [(labels[key], shown(was), shown(now)) for key, (was, now) in changes.items() if key in labels]
        if outcome != UNCHANGED:
            self.objects[line.number] = row

    def settle_by(self, ledger, rows, table):
        """记下 what a ledger wrote."""
        for row in rows:
            code = row.values[self.key]
            if code in ledger.outcomes:
                changes = ledger.changes.get(code, {})
                self.settle(table.lines[row.line], ledger.outcomes[code], changes, ledger.rows[code])


def wrong(line, column, sentence):
    """Note a mistake on a line."""
    line.mistakes.append(Mistake(column, sentence))


def shown(value):
    """A value as people read it."""
    if value in (None, "", []):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value)
    return str(getattr(value, "label", value))


class Units(Book):
    """单位."""

    name, label = "units", "单位"
    columns = (
        Column("code", "代码", words, "英文字母、数字、- 和 _，定了不要改", "xisheng", must=True),
        Column("name", "名称", words, "全称", "西盛社区", must=True, others=("单位名称", "全称")),
        Column("short_name", "简称", words, "屏幕上用它"),
        Column("mark", "发文代字", words, "如 沙骑街"),
        Column("kind", "类型", one_of(Organisation.Kind), "、".join(Organisation.Kind.labels), "社区", must=True),
        Column("parent", "上级", words, "上级单位的名称或代码；新单位必填", "骑马山街道", refers=UNIT, others=("上级单位",)),
        Column("supervisor", "监督（主管）单位", words, "反映这个单位“人”的问题归它；不写归上级", "", refers=ANY_UNIT,
               others=("监督单位", "主管单位", "监督")),
        Column("relation", "隶属关系", one_of(Organisation.Relation), "、".join(Organisation.Relation.labels), "下属"),
        Column("phone", "办公电话", words, "会印在说事码上", "0991-5551234", others=("电话",)),
        Column("call_languages", "通话语言", several, "街道回电能说的语言，用顿号隔开"),
        Column("population", "人口", number),
        Column("calendar", "工作日历", words, "名称或代码；街道要写", refers=CALENDAR),
        Column("active", "在用", truth, "是 或 否；撤销的写 否"),
    )  # fmt: skip

    def nameable(self):
        own = self.units()
        for line in self.lines:
            own.add(line.words.get("code", ""), line.words.get("name", ""), line.words.get("short_name", ""))
        every = Organisation.objects.values_list("code", "name", "short_name")
        return {
            UNIT: own, ANY_UNIT: Names((code, {name, short}) for code, name, short in [*every, *_own(self.lines)]),
            CALENDAR: Names((code, {name}) for code, name in Calendar.objects.values_list("code", "name")),
        }  # fmt: skip

    def known(self, values):
        unit = self.rows.get(values.get("code"))
        if unit is None:
            return {}
        return {
            "name": unit.name, "short_name": unit.short_name, "mark": unit.mark, "kind": unit.kind, "relation": unit.relation,
            "phone": unit.phone, "call_languages": unit.call_languages, "active": unit.active,
            **_codes(parent=unit.parent, supervisor=unit.supervisor, calendar=unit.calendar),
            **({"population": unit.population} if unit.population else {}),
        }  # fmt: skip

    @property
    def rows(self):
        """The units spoken of, by code; one query."""
        if "_rows" not in vars(self):
            found = Organisation.objects.filter(code__in=self.spoken("code")).select_related("parent", "supervisor", "calendar")
            self._rows = {unit.code: unit for unit in found}
        return self._rows

    def check(self, line, values, known):
        unit = self.rows.get(values.get("code"))
        if unit is None:
            if "parent" not in values and not any(one.column == "上级" for one in line.mistakes):
                wrong(line, "上级", "没有写“上级”。新单位要写清在谁下面。")
            return
        if not any(unit.path.startswith(path) for path in self.paths):
            wrong(line, "代码", f"代码“{unit.code}”已被别处使用，请换一个。")
        for key, label in (("parent", "上级"), ("kind", "类型")):
            if values.get(key) != known.get(key):
                wrong(
                    line, label, f"{label}不能在表里改（系统里是{shown(getattr(unit, key))}）：机构调整请联系管理员用街道文件办。"
                )
        if unit.active and values.get("active") is False and unit.postings.current(self.today).exists():
            wrong(line, "在用", "这个单位还有人在任。请先在“任职”里办交接，再撤销。")

    def put(self, rows, table):
        self.settle_by(organisations.load(rows, Tally()), rows, table)


def _own(lines):
    return [(line.words.get("code", ""), line.words.get("name", ""), line.words.get("short_name", "")) for line in lines]


def _codes(**rows):
    return {key: row.code for key, row in rows.items() if row is not None}


class People(Book):
    """人员. No password stands in a table; new ones are given a first password that is shown once."""

    name, label, key = "people", "人员", "username"
    columns = (
        Column("username", "用户名", words, "登录用，英文字母、数字、- 和 _", "ayguli", must=True, others=("账号",)),
        Column("name", "姓名", words, "不限字数，间隔号用 ·", "阿依古丽·买买提", must=True),
        Column("phone", "工作电话", words, "", "0991-5551234", others=("电话",)),
    )

    def known(self, values):
        person = self.rows.get(values.get("username"))
        return {"name": person.name, "phone": person.phone} if person else {}

    @property
    def rows(self):
        """The people spoken of, by username; one query."""
        if "_rows" not in vars(self):
            self._rows = {person.username: person for person in User.objects.filter(username__in=self.spoken("username"))}
            reached = people_within(self.paths).filter(username__in=self._rows)
            self._reached = set(reached.values_list("username", flat=True))
        return self._rows

    def check(self, line, values, known):
        if values.get("username") in self.rows and values["username"] not in self._reached:
            wrong(line, "用户名", f"用户名“{values['username']}”已被别处使用，请换一个。")

    def put(self, rows, table):
        self.settle_by(people.load_people(rows, Tally()), rows, table)

    @property
    def newcomers(self):
        """新建的人, in the order of the table."""
        return [self.objects[line.number] for line in self.lines if line.outcome == CREATED]


MAY_CHANGE = ("title", "to", "grid", "acting_for")
"""What a table may change of a posting; person, unit, role and first day are what it is known by."""


class Postings(Book):
    """任职. One that is held ends by its hand-over and in no table."""

    name, label, key = "postings", "任职", "username"
    columns = (
        Column("username", "用户名", words, "人员里已有的；姓名不重的也可以写姓名", "ayguli", must=True, refers=PERSON,
               others=("人员", "姓名")),
        Column("organisation", "单位", words, "名称或代码", "西盛社区", must=True, refers=UNIT, others=("任职单位",)),
        Column("role", "角色", one_of(Role), "、".join(Role.labels), "承办人", must=True),
        Column("title", "职务", words, "", "社区副主任"),
        Column("grid", "网格", words, "网格代码", "", refers=GRID),
        Column("acting_for", "代行", words, "代谁行使：被代行人的用户名，须在同一单位任同一角色", "", refers=PERSON),
        Column("from", "起", day, "如 2026-01-31", "2026-01-01", must=True, others=("起始日", "任职时间")),
        Column("to", "止", day, "含当日；现任的空着", "", others=("截止日",)),
    )  # fmt: skip

    def nameable(self):
        found = people_within(self.paths).values_list("username", "name")
        grids = Grid.objects.filter(within(self.paths, "community__")).values_list("code", "name")
        return {
            UNIT: self.units(), PERSON: Names((code, {name}) for code, name in found),
            GRID: Names((code, {name}) for code, name in grids),
        }  # fmt: skip

    def _posting(self, values):
        if "_held" not in vars(self):
            rows = Posting.objects.filter(within(self.paths, "organisation__"))
            rows = rows.select_related("user", "organisation", "grid", "acting_for__user", "hand_over")
            self._held = {(row.user.username, row.organisation.code, row.role, row.starts_on): row for row in rows}
        return self._held.get(tuple(values.get(key) for key in ("username", "organisation", "role", "from")))

    def known(self, values):
        row = self._posting(values)
        if row is None:
            return {}
        acting = {"acting_for": row.acting_for.user.username} if row.acting_for else {}
        return {"title": row.title, **({"to": row.ends_on} if row.ends_on else {}), **acting, **_codes(grid=row.grid)}

    def check(self, line, values, known):
        row, until = self._posting(values), values.get("to")
        if row is None or all((values.get(key) or None) == (known.get(key) or None) for key in MAY_CHANGE):
            return
        if hasattr(row, "hand_over"):
            wrong(line, "", "这项任职已经交接，不能再改；请另写一行新的任职（起始日不同）。")
        elif until is not None and row.starts_on <= self.today and (row.ends_on is None or until < row.ends_on):
            wrong(line, "止", "在任的职务不能在表里结束：请在“任职”里办“交接”，名下未了的工作才有人接。")

    def put(self, rows, table):
        units, grids = Ledger(Organisation, []), Ledger(Grid, [])
        staff = Ledger(User, {row.values["username"] for row in rows}, key="username")
        pairs = [(row.values.pop("username"), row) for row in rows]
        book = people.load_postings(pairs, units, grids, staff, Tally())
        self._never_mixed(book, table)
        for number_, outcome in book.outcomes.items():
            self.settle(table.lines[number_], outcome, book.changes[number_], book.touched[number_])

    def _never_mixed(self, book, table):
        """三权分立, over what is held now or later; and no post for a closed account."""
        lasting = Posting.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=self.today))
        roles: dict = {}
        for user, role in lasting.filter(user__in={row.user_id for row in book.touched.values()}).values_list("user", "role"):
            roles.setdefault(user, set()).add(role)
        for number_, row in book.touched.items():
            if mixed(roles.get(row.user_id, set())):
                wrong(table.lines[number_], "角色", people.MIXED)
            elif not row.user.is_active and book.outcomes[number_] == CREATED:
                wrong(table.lines[number_], "用户名", "这个账号已停用，请先在“人员”里启用。")


class Places(Book):
    """点位, with their coordinates. Without codes of their own they are made by 整片制码."""

    name, label = "places", "点位"
    columns = (
        Column("code", "代码", words, "英文字母、数字、- 和 _；没有代码的新点位用“整片制码”", "luxi-jiayuan", must=True),
        Column("community", "社区", words, "名称或代码", "路西社区", must=True, refers=UNIT, others=("所属社区",)),
        Column("kind", "类型", one_of(Place.Kind), "、".join(Place.Kind.labels), "小区", must=True),
        Column("name", "名称", words, "只写这一级，如 3号楼", "路西佳苑", must=True),
        Column("aliases", "别名", several, "居民的其他叫法，用顿号隔开", "路西小区"),
        Column("parent", "所在", words, "所在点位的代码，须写在前面", "", refers=PLACE),
        Column("grid", "网格", words, "网格代码", "", refers=GRID),
        Column("company", "责任企业", words, "物业或公用企业的名称或代码", "", refers=ANY_UNIT, others=("物业",)),
        Column("latitude", "纬度", degrees, "三项都写或都不写", "43.79562"),
        Column("longitude", "经度", degrees, "", "87.55231"),
        Column("coordinate_system", "坐标系", one_of(Place.CoordinateSystem), "CGCS2000、WGS-84、GCJ-02", "CGCS2000"),
    )

    def nameable(self):
        own = set(Place.objects.filter(within(self.paths, "street__")).values_list("code", flat=True)) | self.spoken("code")
        grids = Grid.objects.filter(within(self.paths, "community__")).values_list("code", "name")
        firms = Organisation.objects.filter(kind__in=places.COMPANY_KINDS).values_list("code", "name", "short_name")
        return {
            UNIT: self.units(), PLACE: Names((code, ()) for code in own), GRID: Names((code, {name}) for code, name in grids),
            ANY_UNIT: Names((code, {name, short}) for code, name, short in firms),
        }  # fmt: skip

    @property
    def rows(self):
        """The places spoken of, by code; one query."""
        if "_rows" not in vars(self):
            found = Place.objects.filter(code__in=self.spoken("code")).select_related(
                "parent", "community", "grid", "company", "street"
            )
            self._rows = {place.code: place for place in found}
        return self._rows

    def known(self, values):
        place = self.rows.get(values.get("code"))
        if place is None:
            return {}
        position = {"latitude": place.latitude, "longitude": place.longitude, "coordinate_system": place.coordinate_system}
        return {
            "name": place.name, "kind": place.kind, "aliases": place.aliases,
            **_codes(community=place.community, parent=place.parent, grid=place.grid, company=place.company),
            **(position if place.latitude is not None else {}),
        }  # fmt: skip

    def check(self, line, values, known):
        place = self.rows.get(values.get("code"))
        if place is None:
            return
        if not any(place.street.path.startswith(path) for path in self.paths):
            wrong(line, "代码", f"代码“{place.code}”已被别处使用，请换一个。")
        elif values.get("community") != known["community"]:
            wrong(line, "社区", f"社区不能在表里改（系统里是{place.community}）：上面的事项归原社区。请另建点位。")

    def put(self, rows, table):
        units, grids = Ledger(Organisation, []), Ledger(Grid, [])
        pairs = []
        for row in rows:
            community = units.find(row.values["community"])
            if community.kind != Organisation.Kind.COMMUNITY:
                wrong(table.lines[row.line], "社区", f"{community}是{community.get_kind_display()}，点位要写在社区下面。")
            else:
                row.values.pop("community")
                pairs.append((community, row))
        self.settle_by(places.put_places(pairs, units, grids, Tally()), [row for _, row in pairs], table)


BOOKS = {book.name: book for book in (Units, People, Postings, Places)}
"""By the name in an address."""

__all__ = ["BOOKS", "CHANGED", "CREATED", "UNCHANGED", "Book", "People", "people_within"]
