"""预演: what a draft would have made of last month's matters: who else would have led, what would have been late. Writes nothing.

Both sides are reckoned alike, by the duty list and the limits of the version in force and by those of the draft, from what really
happened: when an order went out, stood still, was extended and was done, on the working calendar."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from dispatch import deadlines, routing
from dispatch.actions.replan import replayed
from dispatch.deadlines import ORDER_ANCHORS
from dispatch.models import Deadline, RoutingRule, TimeLimit
from grievance import classify
from grievance.classify.in_use import learned_for
from grievance.models import Case, Category
from street.models import Organisation

LOOKED_BACK = timedelta(days=31)
MOST, MOST_READ = 2000, 200
"""The newest matters of the month; so many of them are read anew where words have changed (some 10 ms each)."""


class Book:
    """一版的职责清单和时限 in memory, asked as a Policy is asked (`routes_among`, `limits_in`)."""

    def __init__(self, routes, limits):
        self.routes, self.limits = routes, limits

    @classmethod
    def of(cls, policy):
        """What a version in the tables says."""
        routes = policy.routes.select_related("lead", "category").prefetch_related("assistants")
        return cls(list(routes), list(policy.limits.all()))

    @classmethod
    def tried(cls, content):
        """What a text says that was loaded on trial; rows of categories that are not there yet speak of no past matter."""
        categories = {row.code: row for row in Category.objects.all()}
        units = {row.code: row for row in Organisation.objects.select_related("parent")}
        routes = [_route(row, categories, units) for row, _ in content.routes if row["category"] in categories]
        limits = [_limit(row, categories) for row, _ in content.limits if not row["category"] or row["category"] in categories]
        return cls(routes, limits)

    def routes_among(self, categories):
        """See `Policy.routes_among`."""
        return [row for row in self.routes if row.category_id in categories]

    def limits_in(self, limit_class):
        """See `Policy.limits_in`."""
        return [row for row in self.limits if row.limit_class == limit_class]


def _route(row, categories, units):
    fields = {key: value for key, value in row.items() if key not in ("assistants", "category", "community", "lead")}
    # A community that is not there (undone with the trial) would be none: units are loaded before policies, so all are
    return RoutingRule(
        category=categories[row["category"]], community=units.get(row["community"]), lead=units.get(row["lead"]), **fields
    )


def _limit(row, categories):
    return TimeLimit(**{**row, "category": categories.get(row["category"]), "amount": Decimal(row["amount"])})


@dataclass
class Moved:
    """会派给别的单位: one matter, the unit and limit class now, those of the draft, and on what ground."""

    case: Case
    was: Any
    now: Any
    was_class: str
    now_class: str
    why: str


@dataclass
class Shifted:
    """时限会变: one clock of one order, its due times under both, and whether it was or would have been late."""

    deadline: Deadline
    was: datetime
    now: datetime
    done: datetime
    open: bool

    @property
    def order(self):
        """The order whose clock it is."""
        return self.deadline.order

    @property
    def turns(self):
        """“late” (in time now, late under the draft), “saved” (the other way), or nothing."""
        before, after = self.done > self.was, self.done > self.now
        return "" if before == after else "late" if after else "saved"


@dataclass
class Preview:
    """预演结果: how much was looked at, and what would have been otherwise."""

    cases: int = 0
    clocks: int = 0
    moved: list = field(default_factory=list)
    shifted: list = field(default_factory=list)
    renamed: list = field(default_factory=list)
    read: int = 0
    more: bool = False

    @property
    def elsewhere(self):
        """To another unit, not only into another limit class."""
        return [row for row in self.moved if row.was != row.now]

    @property
    def late(self):
        """In time as it is, late under the draft."""
        return [row for row in self.shifted if row.turns == "late"]

    @property
    def saved(self):
        """Late as it is, in time under the draft."""
        return [row for row in self.shifted if row.turns == "saved"]


def preview(street, policy, tried, *, at, before=None):
    """预演 of a text loaded on trial (`dispatch.loading.trial`) beside `policy`, for the last month of one street.

    `before` is the word list in force, where the draft has other words (`tried.lexicon`)."""
    cases = _cases(street, at)
    was, now, result = Book.of(policy), Book.tried(tried.content), Preview(cases=min(len(cases), MOST), more=len(cases) > MOST)
    cases = cases[:MOST]
    for case in cases:
        result.moved += _moved(case, was, now)
    _reckon(result, cases, was, now, street, at)
    if before is not None and tried.lexicon is not None:
        _reread(result, cases[:MOST_READ], before, tried.lexicon)
    return result


def _cases(street, at):
    rows = Case.objects.filter(street=street, submitted_at__gt=at - LOOKED_BACK, submitted_at__lte=at).exclude(
        status__in=[Case.Status.MERGED, Case.Status.TRANSFERRED]
    )
    read = rows.select_related("category", "place__community").order_by("-submitted_at", "-pk")
    return list(read[: MOST + 1])


def _moved(case, was, now):
    if case.category is None:
        return
    # As `routing.choose` does: what was understood counts only while the category is the one suggested
    understood = case.suggestion if case.suggestion.get("category") == case.category.code else {}
    unit, row, _ = routing.led_by(was, case.category, case, understood)
    other, new, why = routing.led_by(now, case.category, case, understood)
    if row is None and new is None:
        return
    classes = row.limit_class if row else "", new.limit_class if new else ""
    if unit != other or classes[0] != classes[1]:
        ground = "；".join(why) or (f"{new.get_list_display()}：{new.basis}" if new else "草稿里没有这一类的派单规则")
        yield Moved(case, unit, other, *classes, ground)


def _reckon(result, cases, was, now, street, at):
    """The clocks whose limit the draft changes; the others are counted and left."""
    other = {row.case.pk: (row.was_class, row.now_class) for row in result.moved}
    calendar, known = deadlines.calendar_of(street), {case.pk: case for case in cases}
    for clock in _clocks(list(known)):
        case, limit_class = known[clock.case_id], clock.order.limit_class
        moved = other.get(case.pk)
        then = moved[1] if moved and moved[0] == limit_class else limit_class
        one = deadlines.limits_of(was, limit_class, case).get(clock.anchor)
        two = deadlines.limits_of(now, then, case).get(clock.anchor)
        result.clocks += 1
        if one is None or two is None or _same(one, two):
            continue
        due = [replayed(clock, limit, calendar) for limit in (one, two)]
        result.shifted.append(Shifted(clock, *due, clock.met_at or at, clock.met_at is None))


def _clocks(cases):
    rows = Deadline.objects.filter(case__in=cases, order__isnull=False, anchor__in=ORDER_ANCHORS, dropped_at__isnull=True)
    return rows.select_related("order__handler", "limit").prefetch_related("order__extensions").order_by("-starts_at", "pk")


def _same(one, two):
    return (one.amount, one.unit, one.roll_over) == (two.amount, two.unit, two.roll_over)


def _reread(result, cases, before, after):
    """另一种说法: what the words of the draft would have suggested otherwise, for the newest of the month."""
    prefetch_related_objects(cases, "grievances")
    learned, near = learned_for(cases[0].street_id) if cases else None, {}
    for case in cases:
        text = "\n".join(row.description for row in case.grievances.all() if row.withdrawn_at is None)
        if not text.strip():
            continue
        result.read += 1
        community = case.place and case.place.community_id
        near[community] = near.get(community) or classify.names_near(case.place)
        known = {"place": case.place, "names": near[community], "learned": learned}
        one, two = (classify.suggest_words(text, lexicon=words, **known).category_code for words in (before, after))
        if one != two:
            result.renamed.append((case, one or "未能确定", two or "未能确定"))
