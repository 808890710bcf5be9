"""分页 of registers, the newest first: the count stops at a thousand, and what lies further is reached from page to page.

While all is counted a page is found by its number. Where the count was cut, each page begins at the row at which its neighbour
ended (`after`, `before` in the address): to skip 300,000 rows takes as long as to read them. A number typed in works, too."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.functional import cached_property

from grievance import counting

ON_A_PAGE = 50
INSTANT = "%Y%m%dT%H%M%S.%fZ"
EDGES = ("after", "before")
"""In an address: the row after which, or before which, the page lies."""


@dataclass(frozen=True)
class Along:
    """沿着翻: a narrower table with the time of each case that belongs (`at`) and its key (`case`), along which the newest are
    found sooner than among everybody's cases. `at_once`: a thousand of them come in order as cheaply as in none."""

    rows: Any
    at_once: bool = False

    def places(self):
        """(time, key) of a thousand and one, the newest where that costs no more."""
        rows = self.rows.order_by("-at", "-case_id") if self.at_once else self.rows.order_by()
        return list(rows.values_list("at", "case_id")[: counting.MOST + 1])


class Register(Paginator):
    """登记册: `rows` by the time `by`, the newest first; without `by` in their own order, and then by number alone.

    `shown`: where those of a page are read with all that a line shows, else `rows` themselves."""

    def __init__(self, rows, by="", size=ON_A_PAGE, along=None, shown=None):
        super().__init__(rows.order_by(f"-{by}", "-pk") if by else rows, size)
        self.by, self.along = by, along
        self.shown = self.object_list if shown is None else shown.order_by(f"-{by}", "-pk")

    @property
    def cut(self):
        """Whether there are more than were counted."""
        return self.count > counting.MOST

    @cached_property
    def _places(self):
        """[(time, key)] of the rows, as many as are counted."""
        if self.along:
            return self.along.places()
        return list(counting.first(self.object_list).values_list(self.by, "pk")) if self.by else None

    @cached_property
    def count(self):
        """How many, at most one more than a thousand; one query, asked once."""
        return counting.upto(self.object_list) if self._places is None else len(self._places)

    def asked(self, query):
        """The page that an address asks for by `page`, and by `after` or `before`; what is unknown is passed over."""
        if self.along and self.along.at_once and any(query.get(name) for name in EDGES):
            # In the middle nobody asks which are the newest, and any thousand tell that there are so many
            self.count = counting.upto(self.along.rows.values("case_id"))
        if not self.cut:
            return self.get_page(query.get("page"))
        number = _number(query.get("page"))
        edges = {name: _edge(query.get(name, "")) for name in EDGES if self.by and number > 1}
        if edges.get("after"):
            return self._older(number, *edges["after"]) or self._numbered(1)
        if edges.get("before"):
            return self._newer(number, *edges["before"]) or self._numbered(1)
        return self._numbered(number) or self._numbered(1)

    def page(self, number):
        """A page of few rows by its number: the database is asked for these very rows, and never to look for them by time."""
        if self._places is None:
            return super().page(number)
        start = (self.validate_number(number) - 1) * self.per_page
        keys = [key for _, key in sorted(self._places, reverse=True)[start : start + self.per_page]]
        return self._get_page(self._read(keys), self.validate_number(number), self)

    def _numbered(self, number):
        skipped = (number - 1) * self.per_page
        if self.along and self.along.at_once and skipped + self.per_page < len(self._places):
            rows = self._read([key for _, key in self._places[skipped : skipped + self.per_page + 1]])
        else:
            rows = self._stretch(None, skipped)
        return Stretch(self, number, rows[: self.per_page], number > 1, len(rows) > self.per_page) if rows else None

    def _older(self, number, instant, key):
        """The page that begins after a row; None where nothing follows."""
        rows = self._stretch(("lt", instant, key))
        return Stretch(self, number, rows[: self.per_page], True, len(rows) > self.per_page) if rows else None

    def _newer(self, number, instant, key):
        """The page that ends before a row; None where this is the first one."""
        found = self._stretch(("gt", instant, key))[::-1]
        return Stretch(self, number, found[: self.per_page][::-1], True, True) if len(found) > self.per_page else None

    def _stretch(self, edge, skipped=0):
        """The rows of a page and one more: from the top, on from a row at an edge, or back from one."""
        rows, by, key = (self.along.rows, "at", "case_id") if self.along else (self.object_list, self.by, "pk")
        if not by:
            return list(rows[skipped : skipped + self.per_page + 1])
        way, instant, last = edge or ("lt", None, None)
        if edge:
            beyond = Q(**{f"{by}__{way}": instant}) | Q(**{by: instant, f"{key}__{way}": last})
            # The plain bound beside it is what an index is entered by
            rows = rows.filter(beyond, **{f"{by}__{way}e": instant})
        towards = "" if way == "gt" else "-"
        keys = rows.order_by(f"{towards}{by}", f"{towards}{key}").values_list(key, flat=True)
        return self._read(list(keys[skipped : skipped + self.per_page + 1]))

    def _read(self, keys):
        """The rows with these keys, in order. Keys are looked for first, since the database plans no more than eight tables at a
        time: among the ten of a list it would read all rows before it takes fifty."""
        return list(self.shown.filter(pk__in=keys)) if keys else []


class Stretch(Page):
    """一段: a page of a register that was not counted to its end; it knows its neighbours by the rows at its edges."""

    def __init__(self, paginator, number, rows, is_after, is_before):
        super().__init__(rows, number, paginator)
        self.is_after, self.is_before = is_after, is_before

    def has_previous(self):
        """Whether there are newer ones."""
        return self.is_after

    def has_next(self):
        """Whether there are older ones."""
        return self.is_before

    def previous_page_number(self):
        """The number of the page with the newer ones."""
        return self.number - 1

    def next_page_number(self):
        """The number of the page with the older ones."""
        return self.number + 1

    def newer(self):
        """What the address of the page with the newer ones says of the place where it ends."""
        return self._place("before", self.object_list[0])

    def older(self):
        """What the address of the page with the older ones says of the place where it begins."""
        return self._place("after", self.object_list[-1])

    def _place(self, edge, row):
        by = self.paginator.by
        return f"&{edge}={getattr(row, by).astimezone(UTC).strftime(INSTANT)}-{row.pk}" if by else ""


def _number(word):
    try:
        return min(max(int(word), 1), 10**6)
    except (TypeError, ValueError):
        return 1


def _edge(words):
    """(instant, key) of a row at an edge; None where that is not what was written."""
    instant, _, key = words.partition("-")
    try:
        return datetime.strptime(instant, INSTANT).replace(tzinfo=UTC), int(key)
    except ValueError:
        return None
