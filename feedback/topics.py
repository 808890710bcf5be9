"""类案的发现: which matters of some weeks are one problem: of one place, one cause, one firm, many people at once, a sudden rise.

From text, place, firm and time, each with why. Nobody is counted who spoke twice, and nothing here tells of a person."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from grievance.classify import matters
from grievance.classify.matters.alike import Piece
from grievance.classify.matters.finding import rarity_of
from grievance.classify.matters.names import STOPS, core, smooth

DAY_SECONDS = 86_400
WEEK = 7
FIRM = re.compile(r"([\u4e00-\u9fff]{2})(?:物业|公司|集团|快递柜|充电桩|充电站|驿站|停车场|培训班|装修队)+")
COMPANY_ALIKE = 0.1
"""提案: what of one firm is told in words as like as this is one kind of wrong (docs/topics.md)."""


@dataclass(frozen=True)
class Told:
    """一件事项 as it is looked at: where from, what kind, by whom (marks that lead to nobody), of which firms."""

    case: int
    piece: Piece
    place: int | None = None
    root: int | None = None
    category: int | None = None
    people: frozenset = frozenset()
    firms: frozenset = frozenset()

    @property
    def day(self):
        """Days since 1970, with fractions."""
        return self.piece.day


@dataclass(frozen=True)
class Found:
    """一组: on what ground, what to call it, why, and of each case why it lies in it."""

    ground: str
    name: str
    why: str
    members: dict
    match: dict = field(default_factory=dict)
    key: str = ""


def firms_in(text):
    """单位名称 told in a text: the two signs before what says that it is a firm, where they are a name."""
    names = {match[1] for match in FIRM.finditer(smooth(text))}
    return frozenset(name for name in names if core(name) == name and not STOPS.search(name))


def of_one_place(told, rule, names):
    """同一处: one trouble at one place. `names` gives the name of a root place by its id."""
    rarity = rarity_of([row.piece for row in told])
    for group in matters.alike_in_place([row.piece for row in told], rarity):
        rows = [told[index] for index in group]
        if len(rows) < rule.place_least:
            continue
        where, aspects = matters.what_of([row.piece for row in rows])
        where = where or names.get(rows[0].root, "同一处")
        said = "、".join(aspects) or "同样的事"
        why = f"{_span(rows)}天里 {len(rows)} 件说的是同一处、同样的事（{said}）。"
        yield Found("place", f"{where}：{said}", why, dict.fromkeys(_keys(rows), f"说的是{where}；都说到{said}"))


def of_one_cause(told, rule, labels):
    """同一成因: one trouble in several places within some days. `labels` gives the name of a category by its id."""
    rarity = rarity_of([row.piece for row in told])
    for category, rows in _by(told, lambda row: row.category).items():
        for group in matters.alike_in_cause([row.piece for row in rows], rarity):
            chosen = _densest([rows[index] for index in group], rule.cause_days)
            places = {row.root for row in chosen} - {None}
            if len(chosen) < rule.cause_least or len(places) < rule.cause_places:
                continue
            _, aspects = matters.what_of([row.piece for row in chosen])
            said = "、".join(aspects) or labels[category]
            why = f"{_span(chosen)}天里 {len(places)} 处 {len(chosen)} 件，同属“{labels[category]}”，说法相近（{said}）。"
            each = f"同属“{labels[category]}”，{rule.cause_days} 天之内，说法相近：{said}"
            yield Found(
                "cause", f"{labels[category]}：{len(places)} 处", why, dict.fromkeys(_keys(chosen), each), {"category": category}
            )


def of_one_company(told, rule):
    """同一家单位: one kind of wrong of one firm at several places."""
    rarity = rarity_of([row.piece for row in told])
    firms = defaultdict(list)
    for row in told:
        for firm in row.firms:
            firms[firm].append(row)
    for firm, rows in sorted(firms.items()):
        for group in matters.alike_in_cause([row.piece for row in rows], rarity, COMPANY_ALIKE):
            chosen = [rows[index] for index in group]
            places = {row.root for row in chosen} - {None}
            if len(chosen) < rule.company_least or len(places) < rule.company_places:
                continue
            _, aspects = matters.what_of([row.piece for row in chosen])
            said = "、".join(aspects) or "同类的事"
            why = f"{_span(chosen)}天里 {len(places)} 处 {len(chosen)} 件都说到“{firm}”，{said}。"
            each = f"写到“{firm}”或由其承办；{said}"
            yield Found("company", f"{firm}：{said}", why, dict.fromkeys(_keys(chosen), each), {"firm": firm})


def of_a_crowd(told, rule, labels, near):
    """短时多人 (domain §5: ≥ 5 reporters in 7 days within 200 m, same L2). `near(place)` gives ids of the places around one."""
    since = _latest(told) - rule.crowd_days
    for category, rows in _by([row for row in told if row.day > since and row.place], lambda row: row.category).items():
        left = rows
        while len(_people(left)) >= rule.crowd_least:
            groups = [[row for row in left if row.place in around] for around in map(near, sorted({row.place for row in left}))]
            most = max(groups, key=lambda group: len(_people(group)))
            if len(_people(most)) < rule.crowd_least:
                break
            count = len(_people(most))
            why = f"{rule.crowd_days} 天里 {rule.crowd_metres} 米之内 {count} 人反映同一类“{labels[category]}”。"
            each = f"{rule.crowd_metres} 米之内，同属“{labels[category]}”"
            match = {"category": category, "places": sorted({row.place for row in most})}
            yield Found("crowd", f"{labels[category]}：{count} 人", why, dict.fromkeys(_keys(most), each), match)
            left = [row for row in left if row not in most]


def of_a_surge(told, rule, labels):
    """骤然增多 (domain §5: a category up 100% week on week), with a least number, as two are twice one."""
    now = _latest(told)
    for category, rows in _by(told, lambda row: row.category).items():
        week = [row for row in rows if row.day > now - WEEK]
        before = sum(now - 2 * WEEK < row.day <= now - WEEK for row in rows)
        if len(week) < rule.surge_least or 100 * (len(week) - before) < rule.surge_percent * max(before, 1):
            continue
        why = f"一周里“{labels[category]}”{len(week)} 件，上一周 {before} 件。"
        yield Found("surge", f"{labels[category]}骤增", why, dict.fromkeys(_keys(week), why), {"category": category})


def fits(row, topic, members, rarity, rule):
    """以后的归入: whether a later matter belongs to a topic whose pieces are `members`; "" or why."""
    match = topic.match
    if topic.ground == "place" and matters.fits_place(row.piece, members, rarity):
        return "说的是同一处、同样的事"
    if topic.ground == "cause" and row.category == match["category"] and matters.fits_cause(row.piece, members, rarity):
        return "同类，说法相近"
    if topic.ground == "company" and match["firm"] in row.firms:
        return f"写到“{match['firm']}”或由其承办" if matters.fits_cause(row.piece, members, rarity, COMPANY_ALIKE) else ""
    if topic.ground == "crowd" and row.category == match["category"] and row.place in match["places"]:
        return f"{rule.crowd_metres} 米之内，同类"
    if topic.ground in ("surge", "season") and row.category in match.get("categories", [match.get("category")]):
        return "同类"
    return ""


def _by(rows, key):
    found = defaultdict(list)
    for row in rows:
        if key(row) is not None:
            found[key(row)].append(row)
    return dict(sorted(found.items()))


def _densest(rows, days):
    """The most of them that were told within so many days."""
    rows = sorted(rows, key=lambda row: row.day)
    windows = [[row for row in rows[start:] if row.day <= rows[start].day + days] for start in range(len(rows))]
    return max(windows, key=len)


def _people(rows):
    return frozenset().union(*(row.people for row in rows))


def _keys(rows):
    return sorted(row.case for row in rows)


def _span(rows):
    days = [row.day for row in rows]
    return max(1, round(max(days) - min(days)) + 1)


def _latest(rows):
    return max((row.day for row in rows), default=0.0)


def window(rule, at):
    """(since, until) of what is looked at."""
    return at - timedelta(days=rule.days), at
