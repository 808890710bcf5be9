"""点位表: what each line of a table says of a place, and what would be made of it. Reads, and writes nothing."""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from grievance.models import QRCode
from grievance.spreadsheet import CELL, MAX_ROWS, refuse
from street.models import Grid, Organisation, Place

Kind, System = Place.Kind, Place.CoordinateSystem

COLUMNS = {
    "community": "社区",
    "estate": "小区",
    "building": "楼栋",
    "door": "单元/门牌",
    "kind": "类型",
    "grid": "网格",
    "latitude": "纬度",
    "longitude": "经度",
    "system": "坐标系",
}
OTHER_HEADINGS = {
    "所属社区": "community", "小区名称": "estate", "小区/道路": "estate", "小区或道路": "estate", "楼号": "building",
    "楼": "building", "楼栋号": "building", "单元": "door", "门牌": "door", "门牌号": "door", "单元门牌": "door",
    "单元/门牌/店名": "door", "店名": "door", "点位类型": "kind", "所属网格": "grid",
}  # fmt: skip
LEVELS = {
    "estate": (Kind.ESTATE, Kind.CROSSROADS, Kind.ROAD, Kind.SITE, Kind.OFFICE, Kind.SHOP),
    "building": (Kind.BUILDING, Kind.SHOP, Kind.SITE, Kind.OFFICE),
    "door": (Kind.ENTRANCE, Kind.SHOP, Kind.OFFICE),
}
"""What may stand in a column; the first is meant where 类型 is empty."""
KINDS = {label: value for value, label in Kind.choices} | {
    "商铺": Kind.SHOP, "店铺": Kind.SHOP, "单元门": Kind.ENTRANCE, "门牌": Kind.ENTRANCE, "楼": Kind.BUILDING,
    "十字路口": Kind.CROSSROADS,
}  # fmt: skip
SYSTEMS = {
    "CGCS2000": System.CGCS2000, "天地图": System.CGCS2000, "WGS84": System.WGS84, "GPS": System.WGS84, "GCJ02": System.GCJ02,
    "高德": System.GCJ02, "腾讯": System.GCJ02,
}  # fmt: skip
COUNTRY = {"latitude": (3, 54), "longitude": (73, 136)}
NUMBERED = {"building": "号楼", "door": "单元"}
"""A number alone would be read on a wall as part of what stands before it, and be another place than the one in full."""
ROADS = ("路", "街", "巷", "大道")
HEADING_WITHIN = 10
"""Lines in which the headings must come: above them a title may stand."""
NAME_MAX = 80


def plain(word):
    """One spelling: full-width signs and spaces make no other place of it."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", word))


@dataclass
class Line:
    """一行: a place as the table has it; `errors` keep it from being made, `notes` only tell."""

    number: int
    words: dict
    errors: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    place: Place | None = None
    outcome: str = ""

    @property
    def steps(self):
        """所在: (column, name) from the estate down to the place itself."""
        return [(column, self.words[column]) for column in LEVELS if self.words.get(column)]

    @property
    def called(self):
        """As it will be read on the wall."""
        return "".join(name for _, name in self.steps) or "（没有写）"


def lines_of(sheet):
    """点位表的行: those below the headings. Refused 400 without its headings, its lines, or with merged cells."""
    at, columns = _headings(sheet)
    body = sheet.rows[at + 1 :]
    if not body:
        refuse("no_rows", "表头下面没有点位。请每个点位填一行，再上传。")
    _refuse_merged(sheet, body[0][0])
    if len(body) > MAX_ROWS:
        refuse("too_many_rows", f"一次最多 {MAX_ROWS} 行，这个表更长。请按小区分成几个表，分次上传。")
    return [Line(number, {name: plain(cells[n]) if n < len(cells) else "" for n, name in columns}) for number, cells in body]


def _headings(sheet):
    for at, (_, cells) in enumerate(sheet.rows[:HEADING_WITHIN]):
        columns = [(n, _column(cell)) for n, cell in enumerate(cells)]
        columns = [(n, name) for n, name in columns if name]
        names = [name for _, name in columns]
        if {"community", "estate"} <= set(names):
            if len(set(names)) < len(names):
                refuse("heading_twice", "表头有两列是一个意思（比如“单元”和“门牌”）。请合成一列，或用下载的样表。")
            return at, columns
    refuse("no_headings", "没有找到表头：要有一行写着“社区”“小区”等列名。请用下载的样表填写。")


def _column(heading):
    word = re.sub(r"\(.*?\)|\*", "", plain(heading))
    return {label: name for name, label in COLUMNS.items()}.get(word) or OTHER_HEADINGS.get(word)


def _refuse_merged(sheet, first):
    for span in sheet.merged:
        last = CELL.match(span.rpartition(":")[2])
        if last and int(last[2]) >= first:
            refuse("merged_cells", f"表里有合并单元格（{span}），不知道下面几行算不算。请取消合并，把每一行都填全，再上传。")


class Plan:
    """方案: the lines with their places, found or still to be made. Four queries, however long the table is."""

    def __init__(self, lines, streets):
        """`streets` are ids of the streets for which the person may make codes."""
        self.lines, self.new, self.filled, self.taken = lines, [], [], {}
        self.communities = _communities(streets)
        for line in lines:
            _check_words(line)
            line.community = self._community(line)
        self._know({line.community for line in lines if line.community})
        for line in sorted(lines, key=lambda line: len(line.steps)):
            if not line.errors:
                self._settle(line)

    @property
    def sound(self):
        """无误: no line has an error."""
        return not any(line.errors for line in self.lines)

    @property
    def to_code(self):
        """Places that are to get a code."""
        return [line.place for line in self.lines if line.outcome in {"new", "code"}]

    def _community(self, line):
        word = line.words["community"]
        found = self.communities.get(word, [])
        if len(found) == 1:
            return found[0]
        if not word:
            line.errors.append("没有写社区")
        elif found:
            line.errors.append(f"有 {len(found)} 个社区叫“{word}”，请改写社区代码")
        else:
            known = "、".join(sorted({str(each[0]) for each in self.communities.values()})[:6])
            line.errors.append(f"您的街道里没有社区“{word}”；有的是：{known or '（没有）'}")
        return None

    def _know(self, communities):
        places = list(Place.objects.filter(community__in=communities).select_related("grid"))
        by_pk = {place.pk: place for place in places}
        self.children: dict = {}
        for place in places:
            # One object for each row, so that what is filled in on one line is seen on the next
            place.parent = by_pk.get(place.parent_id)
            for alias in place.aliases:
                self._below(place.community_id, place.parent).setdefault(plain(alias), place)
        for place in places:
            self._below(place.community_id, place.parent)[plain(place.name)] = place
        self.coded = set(QRCode.objects.live().filter(place__community__in=communities).values_list("place_id", flat=True))
        self.grids: dict = {}
        for grid in Grid.objects.filter(community__in=communities):
            for word in {grid.code, plain(grid.name)}:
                self.grids.setdefault((grid.community_id, word), []).append(grid)

    def _below(self, community_id, parent):
        return self.children.setdefault((community_id, id(parent) if parent else None), {})

    def _settle(self, line):
        parent = None
        *above, (column, name) = line.steps
        for over, word in above:
            parent = self._found(line.community, parent, word) or self._made(line, parent, word, _implied(over, word))
        place = self._found(line.community, parent, name)
        kind = KINDS[line.words["kind"]] if line.words.get("kind") else (place.kind if place else LEVELS[column][0])
        if self._contradicts(line, place, kind):
            return
        line.outcome = "new" if place is None else "kept" if place.pk in self.coded else "code"
        line.place = place or self._made(line, parent, name, kind)
        self.taken[id(line.place)] = line.number
        self._fill(line)

    def _found(self, community, parent, name):
        return self._below(community.pk, parent).get(name)

    def _made(self, line, parent, name, kind):
        """A place that is not there yet: it lies in its parent's grid and is served by its parent's company."""
        community = line.community
        place = Place(
            code=f"{community.code}-{secrets.token_hex(5)}", kind=kind, name=name, parent=parent, community=community,
            street=community.parent, grid=parent.grid if parent else None, company_id=parent.company_id if parent else None,
        )  # fmt: skip
        self._below(community.pk, parent)[name] = place
        self.new.append(place)
        if (line.steps[-1][1]) != name:
            line.notes.append(f"同时新建{place.get_kind_display()}“{name}”（不制码）")
        return place

    def _contradicts(self, line, place, kind):
        if place is None:
            return False
        if id(place) in self.taken:
            line.errors.append(f"与第 {self.taken[id(place)]} 行是同一个点位，请删去一行")
        elif place.kind != kind:
            was, now = place.get_kind_display(), Kind(kind).label
            line.errors.append(f"系统里“{place.name}”的类型是{was}，表里写的是{now}，请核对")
        return bool(line.errors)

    def _fill(self, line):
        """补填: what nobody had written yet; what is written already is not overwritten by a table, and is told."""
        before = _facts(line.place)
        self._fill_grid(line)
        _fill_position(line)
        if line.place.pk and _facts(line.place) != before:
            line.notes.append("补填网格或坐标")
            self.filled.append(line.place)

    def _fill_grid(self, line):
        word, place = line.words.get("grid"), line.place
        found = self.grids.get((line.community.pk, word), [])
        if word and len(found) != 1:
            what = f"有 {len(found)} 个网格叫" if found else "没有网格"
            line.errors.append(f"{line.community}{what}“{word}”，请核对{'，或写网格代码' if found else '；不清楚可以空着'}")
        elif word and (place.grid is None or place.pk is None):
            place.grid = found[0]
        elif word and place.grid != found[0]:
            line.notes.append(f"系统里的网格是“{place.grid}”，没有改动")


def _communities(streets):
    known: dict = {}
    rows = Organisation.objects.filter(parent__in=streets, kind=Organisation.Kind.COMMUNITY, active=True)
    for community in rows.select_related("parent"):
        for word in {community.code, plain(community.name), plain(community.short_name)} - {""}:
            known.setdefault(word, []).append(community)
    return known


def _implied(column, name):
    return Kind.ROAD if column == "estate" and name.endswith(ROADS) else LEVELS[column][0]


def _facts(place):
    return place.grid_id, place.latitude, place.longitude


def _fill_position(line):
    position = line.position
    if position is None:
        return
    place = line.place
    if place.latitude is None:
        place.latitude, place.longitude, place.coordinate_system = position
    elif (place.latitude, place.longitude, place.coordinate_system) != position:
        line.notes.append("系统里已有坐标，与表里不同，没有改动")


def _check_words(line):
    """What can be said of a line by itself."""
    words = line.words
    for column, word in words.items():
        if word[:1] in {"=", "+", "-", "@"} and column not in {"latitude", "longitude"}:
            line.errors.append(f"“{COLUMNS[column]}”不能以 {word[0]} 开头")
        if any(unicodedata.category(letter).startswith("C") for letter in word):
            line.errors.append(f"“{COLUMNS[column]}”里有看不见的字符，请重新输入")
    if not words["estate"]:
        line.errors.append("没有写小区（道路、路口、工地也写在这一列）")
    if any(len(name) > NAME_MAX for _, name in line.steps):
        line.errors.append(f"名称超过 {NAME_MAX} 个字")
    for column, example in NUMBERED.items():
        if words.get(column, "").isdigit():
            line.errors.append(f"“{COLUMNS[column]}”只写了 {words[column]}，请写全，如“{words[column]}{example}”")
    _check_kind(line)
    line.position = _position(line)


def _check_kind(line):
    word = line.words.get("kind")
    if not word or not line.steps:
        return
    fitting = LEVELS[line.steps[-1][0]]
    if word not in KINDS:
        line.errors.append(f"没有类型“{word}”，可写：{'、'.join(Kind.labels)}")
    elif KINDS[word] not in fitting:
        column = COLUMNS[line.steps[-1][0]]
        line.errors.append(f"{word}不能只写到“{column}”这一列；这一列可以是{'、'.join(kind.label for kind in fitting)}")


def _position(line):
    """(纬度, 经度, 坐标系) of a line, None where it names none; an error where only a part is there or it lies abroad."""
    words = [line.words.get(name, "") for name in ("latitude", "longitude", "system")]
    if not any(words[:2]):
        return None
    if not all(words):
        line.errors.append("坐标要写全：纬度、经度、坐标系三项都写，或都不写")
        return None
    system = SYSTEMS.get(words[2].upper().replace("-", ""))
    if system is None:
        line.errors.append(f"不认识坐标系“{words[2]}”，可写：CGCS2000、WGS-84、GCJ-02")
    degrees = [_degrees(line, name, word) for name, word in zip(("latitude", "longitude"), words, strict=False)]
    return None if line.errors else (*degrees, system)


def _degrees(line, name, word):
    try:
        value = Decimal(word)
        low, high = COUNTRY[name]
        if low <= value <= high:
            return value.quantize(Decimal("0.000001"))
        line.errors.append(f"{COLUMNS[name]} {word} 不在国内；经纬度可能写反了")
    except InvalidOperation:
        line.errors.append(f"{COLUMNS[name]}“{word}”不是数字")
    return None
