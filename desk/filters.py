"""筛选: what the register of cases is narrowed by: how each condition is called, offered, understood, and said back.

What is not understood narrows nothing and is said in a sentence; what reaches over the desk's edge (an export, a saved view) is
refused instead. No condition looks at a person: not who spoke, not who worked on it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from desk import backlog, behind, figures, lights, queues
from dispatch.models import Supervision
from grievance import search
from grievance.models import Case, Category, Grievance, Urgency
from street.models import Organisation, Place

OPEN = "open"
ANY = "any"
NATURES = ("求助", "投诉", "纠纷", "咨询", "建议", "举报", "表扬")
"""性质 as the reading of the words names it."""
CARRIED = ("queue", "figure", "behind", "age", "open_on", "old")
"""Conditions that another page put into the address: they stay, and have no field of their own."""
ABOVE = [Organisation.Kind.DEPARTMENT, Organisation.Kind.STATION, Organisation.Kind.UTILITY]


class Known:
    """可选的: categories, units and communities that a person can choose from, each read once for a page."""

    def __init__(self, user):
        self.user = user

    @cached_property
    def categories(self):
        """类别, all that are in use."""
        return list(Category.objects.filter(active=True))

    @cached_property
    def _by_key(self):
        return {row.pk: row for row in self.categories}

    @cached_property
    def units(self):
        """单位 that may lead: below one's streets, and the departments and utilities of the district and the city above them."""
        scope = self.user.scope
        streets = [one.organisation for one in scope.postings if one.organisation_id in scope.streets]
        near = Q(pk__in=scope.organisations)
        for street in streets:
            above = [code for code in street.path.split("/") if code and code != street.code]
            near |= Q(path__startswith=street.path) | Q(parent__code__in=above, kind__in=ABOVE)
        rows = Organisation.objects.filter(near, active=True).order_by("path")
        return [row for row in rows if row.may_lead]

    @property
    def communities(self):
        """社区 of one's streets, and those one works for."""
        return [row for row in self.units if row.kind == Organisation.Kind.COMMUNITY]

    def line(self, category):
        """A category with those it lies in, the lowest first."""
        found = [category]
        while (above := self._by_key.get(found[-1].parent_id)) is not None:
            found.append(above)
        return found

    def within(self, code):
        """Ids of a category and of what lies below it."""
        return [row.pk for row in self.categories if code in {one.code for one in self.line(row)}]

    def by_branch(self):
        """[(name of the first level, [(code, name)])], so that a whole branch can be chosen, too."""
        found: dict = {}
        parents = {row.parent_id for row in self.categories}
        for row in self.categories:
            group = found.setdefault(str(self.line(row)[-1]), [])
            group.append((row.code, f"{row}（全部）" if row.pk in parents else str(row)))
        return list(found.items())


@dataclass(frozen=True)
class Field:
    """一个条件: its name in the address, its label, how it is typed, what can be chosen, and what it does to the rows."""

    name: str
    label: str
    kind: str
    choices: object
    narrow: object
    more: bool = True

    def offered(self, known):
        """[(value, label)] to choose from; groups of them for categories; nothing where one types."""
        return self.choices(known) if callable(self.choices) else self.choices

    def said(self, value, known):
        """The value as people read it."""
        flat = []
        for one, label in self.offered(known) or []:
            flat += label if isinstance(label, list) else [(one, label)]
        return dict(flat).get(value, value)


light_of = lights.light_of_case


def _status(rows, value, ask):
    return rows.open() if value == OPEN else rows.filter(status=value)


def _kind(rows, value, ask):
    return rows.filter(Exists(Grievance.objects.filter(case=OuterRef("pk"), kind=value)))


def _level(rows, value, ask):
    watched = Supervision.objects.visible_to(ask.user).open().filter(case=OuterRef("pk"))
    return rows.filter(Exists(watched if value == ANY else watched.filter(level=value)))


def _place(rows, value, ask):
    return rows.filter(place__in=ask.places)


FIELDS = [
    Field("q", "编号或文字", "search", None, lambda rows, value, ask: rows.filter(search.condition(value, ask.user)), more=False),
    Field("status", "状态", "select", [(OPEN, "全部未了"), *Case.Status.choices], _status, more=False),
    Field("community", "社区", "select", lambda known: [(row.code, row.name) for row in known.communities],
          lambda rows, value, ask: rows.filter(backlog.at_unit("place__community", value)), more=False),
    Field("category", "类别", "groups", lambda known: known.by_branch(),
          lambda rows, value, ask: rows.filter(category__in=ask.known.within(value)), more=False),
    Field("light", "灯", "select", lights.CHOICES, lambda rows, value, ask: lights.lit(rows, value, ask.at), more=False),
    Field("unit", "主办单位", "select", lambda known: [(backlog.NOBODY, "未定"), *((row.code, row.name) for row in known.units)],
          lambda rows, value, ask: rows.filter(backlog.at_unit("promised_by", value))),
    Field("level", "督办层级", "select", [(ANY, "在督的"), *Supervision.Level.choices], _level),
    Field("urgency", "紧急程度", "select", Urgency.choices, lambda rows, value, ask: rows.filter(urgency=value)),
    Field("kind", "诉求类型", "select", Grievance.Kind.choices, _kind),
    Field("nature", "性质", "select", [(name, name) for name in NATURES],
          lambda rows, value, ask: rows.filter(suggestion__nature=value)),
    Field("source", "渠道", "select", Case.Source.choices, lambda rows, value, ask: rows.filter(source=value)),
    Field("place", "点位", "text", None, _place),
    Field("from", "上报日期从", "date", None, lambda rows, value, ask: rows.filter(submitted_at__gte=ask.since)),
    Field("to", "上报日期到", "date", None, lambda rows, value, ask: rows.filter(submitted_at__lt=ask.until)),
]  # fmt: skip
NAMES = [field.name for field in FIELDS]
UNCHECKED = {"community", "unit"}
"""A list may not name them all: another page may lead here from a unit that is not offered, and finds what is visible."""


class Ask:
    """所问: an address of the register as a person meant it: `values` that were understood, `problems` that were not."""

    def __init__(self, query, user, at, known=None):
        self.user, self.at, self.known = user, at, known or Known(user)
        self.problems: list[str] = []
        self.typed = {name: query.get(name, "").strip() for name in (*NAMES, *CARRIED) if query.get(name, "").strip()}
        self.values = {field.name: self.typed[field.name] for field in FIELDS if self._understood(field)}
        self._in_order()

    def _understood(self, field):
        if field.name not in self.typed:
            return False
        problem = getattr(self, f"_check_{field.kind}")(field, self.typed[field.name])
        if problem:
            self.problems.append(f"{problem}这一条没有用上。")
        return not problem

    def _in_order(self):
        first, last = (_day(self.values.get(name, "")) for name in ("from", "to"))
        if first and last and first > last:
            self.problems.append(f"开始日期 {first} 在结束日期 {last} 之后，没有按日期筛选，请改过再查。")
            del self.values["from"], self.values["to"]

    def _check_search(self, field, value):
        return "查找的文字不能超过 60 个字，" if len(value) > 60 else search.problem(value)

    def _check_select(self, field, value):
        known = field.name in UNCHECKED or value in dict(field.offered(self.known))
        return "" if known else f"“{field.label}”没有“{value[:20]}”这一项，"

    def _check_groups(self, field, value):
        return "" if any(row.code == value for row in self.known.categories) else f"没有“{value[:20]}”这个类别，"

    def _check_text(self, field, value):
        return "" if self.places else f"没有找到点位“{value[:20]}”，请写小区、楼栋或商铺的名称，"

    def _check_date(self, field, value):
        return f"“{value[:20]}”不是日期，请写成 2026-11-23，" if _day(value) is None else ""

    @cached_property
    def places(self):
        """点位 meant by what was typed, with all that lies in them."""
        named = Place.objects.filter(street__in=self.user.scope.streets) if self.user.scope.streets else Place.objects.all()
        found = [row.pk for row in named.named(self.typed["place"][:60])]
        inside = Q(pk__in=found) | Q(parent__in=found) | Q(parent__parent__in=found)
        return list(Place.objects.filter(inside).values_list("pk", flat=True)) if found else []

    @property
    def since(self):
        """The first instant that counts."""
        return _start(_day(self.values["from"]))

    @property
    def until(self):
        """The first instant that no longer counts."""
        return _start(_day(self.values["to"]) + timedelta(days=1))

    @property
    def aged(self):
        """What the page of the backlog asks by; units are a field here."""
        return {name: self.typed.get(name, "") for name in ("age", "open_on", "old")}

    @property
    def narrowed(self):
        """What the page of the backlog asks, in words."""
        return backlog.words(self.aged)

    @property
    def queue(self):
        """The queue that another page leads into."""
        return queues.BY_NAME.get(self.typed.get("queue"))

    @property
    def figure(self):
        """The figure whose rows are shown."""
        return figures.BY_NAME.get(self.typed.get("figure"))

    @cached_property
    def behind(self):
        """The parts of a figure whose matters are shown."""
        return behind.parsed(self.typed.get("behind", ""))

    def narrow(self, rows):
        """筛: each condition narrows; none of them ever adds a row."""
        if self.queue is not None:
            rows = rows.open().filter(self.queue.condition(self.user, self.at))
        if self.figure is not None:
            rows = rows.filter(self.figure.condition(self.user, self.at))
        if self.behind is not None:
            rows = rows.filter(self.behind.condition())
        rows = backlog.filtered(rows, self.aged, self.at)
        for field in sorted(FIELDS, key=lambda field: field.name == "light"):
            if field.name in self.values:
                rows = field.narrow(rows, self.values[field.name], self)
        return rows

    def canonical(self, *, without=()):
        """The query in one spelling, for a saved view and for the link that drops a condition."""
        return urlencode({name: self.typed[name] for name in (*CARRIED, *NAMES) if name in self.typed and name not in without})

    @property
    def chips(self):
        """[(label, value, the query without it)] of what narrows now."""
        return [
            (field.label, field.said(self.values[field.name], self.known), self.canonical(without=(field.name,)))
            for field in FIELDS
            if field.name in self.values
        ]

    @property
    def personal(self):
        """Whether a telephone number was looked for: it stays out of views and records."""
        words = re.sub(r"[\s()+-]", "", self.values.get("q", ""))
        return words[:1].upper() not in ("A", "S") and re.search(r"\d{7}", words) is not None

    def words(self):
        """筛选在说什么, in one line; a telephone number that was looked for is not repeated."""
        head = [one.label for one in (self.queue, self.figure, self.behind) if one]
        said_back = [
            f"{label}：{'（号码）' if label == FIELDS[0].label and self.personal else value}" for label, value, _ in self.chips
        ]
        return "；".join([*head, *filter(None, [self.narrowed]), *said_back]) or "全部事项"

    def inputs(self, *, more):
        """[(field, what was typed, choices)] for the form; what was not understood stays as it was typed."""
        return [(one, self.typed.get(one.name, ""), one.offered(self.known)) for one in FIELDS if one.more == more]


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(day):
    return timezone.make_aware(datetime.combine(day, time()))
