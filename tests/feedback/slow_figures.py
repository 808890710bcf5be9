"""The figures once more, slowly: plain loops over the rows, one function per figure, written from docs/figures.md and domain §5.

Nothing of feedback.figures is used here, so that one mistake cannot stand on both sides. Each function yields what counts:
(day, unit, community, how much of it was done, how much there was to do)."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from math import ceil

from dispatch.deadlines import calendar_of
from dispatch.models import OrderReturn, Petition, WorkOrder
from feedback.models import Callback, Exclusion, FigureRule
from grievance.models import Case, Event, Grievance
from tests.clock import SHANGHAI

TAKEN_AWAY = ("returned", "transferred", "recalled", "merged", "cancelled")
DECIDED = ("case.admit", "case.decline", "case.merge", "case.hand_over")
FINISHED = ("completed", "done")


class Rows:
    """All rows of a street, read once."""

    def __init__(self, street):
        self.street, self.calendar = street, calendar_of(street)
        self.cases = list(Case.objects.filter(street=street).select_related("place"))
        self.orders = list(WorkOrder.objects.filter(case__street=street).select_related("case__place"))
        callbacks = Callback.objects.filter(case__street=street)
        self.callbacks = list(callbacks.select_related("case__place", "grievance__complainant", "pledge"))
        self.said = list(Grievance.objects.filter(case__street=street).select_related("case__place"))
        self.returns = list(OrderReturn.objects.filter(order__case__street=street).select_related("order__case__place"))
        self.events = list(Event.objects.filter(case__street=street).order_by("at", "pk"))
        self.apart = {(row.case_id, row.kind) for row in Exclusion.objects.filter(status="standing")}
        self.petitions = set(Petition.objects.values_list("case", flat=True))
        self.rules, self.memory = list(FigureRule.objects.all()), {}
        self.back = {row.order_id for row in self.returns if row.agreed}
        self.of_case = {name: group(getattr(self, name)) for name in ("orders", "callbacks", "said", "events")}

    def rule(self, day):
        """口径 of a day: the street's own latest, else everybody's, else what is shipped."""
        for street in (self.street.pk, None):
            found = [rule for rule in self.rules if rule.street_id == street and rule.starts <= day]
            if found:
                return max(found, key=lambda rule: rule.starts)
        return FigureRule()

    def counted(self, name, mostly):
        """What a figure counts, in a list; the verdicts as the weight of the day wants."""
        key = (name, mostly if name in ("solved", "satisfied") else None)
        if key not in self.memory:
            self.memory[key] = list(FIGURES[name](self, mostly) if key[1] is not None else FIGURES[name](self))
        return self.memory[key]

    def lead(self, case, round):
        """The unit that finished a round as its lead, the last one; where none did, the unit in charge of the case."""
        unit, last = case.promised_by_id, None
        for order in self.of_case["orders"][case.pk]:
            if order.lead and order.round == round and order.status in FINISHED and (last is None or order.completed_at > last):
                unit, last = order.handler_id, order.completed_at
        return unit


def group(rows):
    """{key of a case: its rows}."""
    found = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def day_of(at):
    """The day on the wall calendar of Beijing."""
    return at.astimezone(SHANGHAI).date()


def community(case):
    """Where it is; None for a case without a place."""
    return case.place.community_id if case.place else None


def step(rows, due_of, done_of, without=()):
    """A limit of an order: owed on the day it fell due, unless the order was taken away before."""
    for order in rows.orders:
        due, done = due_of(order), done_of(order)
        if due is None or (order.case_id, "limits") in rows.apart or order.case_id in without:
            continue
        if order.status in TAKEN_AWAY and order.ended_at <= due:
            continue
        yield day_of(due), order.handler_id, community(order.case), int(done is not None and done <= due), 1


def response(rows):
    """响应率."""
    yield from step(rows, lambda order: order.contact_due_at, lambda order: order.contacted_at, without=rows.petitions)


def accepted(rows):
    """按期签收率."""
    yield from step(rows, lambda order: order.accept_due_at, lambda order: order.accepted_at)


def on_time(rows):
    """按期办结率: what once missed its limit stays late, whatever was granted afterwards."""
    yield from step(rows, lambda order: order.missed_at or order.due_at, finished)


def finished(order):
    """When the work was finished in time as far as anybody knows: not what review sent back, nor what had missed its limit."""
    return order.completed_at if order.status in FINISHED and not order.missed_at else None


def taken(rows):
    """及时受理率."""
    for case in rows.cases:
        if case.status in ("withdrawn", "transferred"):
            continue
        decided = [event.at for event in rows.of_case["events"][case.pk] if event.kind in DECIDED]
        hours = rows.rule(day_of(case.submitted_at)).take_hours(case.urgency)
        in_time = bool(decided) and min(decided) <= case.submitted_at + timedelta(hours=hours)
        yield day_of(case.submitted_at), None, community(case), int(in_time), 1


def verdicts(rows, field, mostly):
    """Of those whom a callback reached, in whatever round, for the unit in charge of that round."""
    worth = {"yes": Decimal(1), "mostly": mostly, "no": Decimal(0)}
    for row in rows.callbacks:
        if row.status == "answered" and (row.case_id, "verdict") not in rows.apart and not merely_kept(row):
            if row.case_id in rows.petitions:
                continue
            yield day_of(row.ended_at), rows.lead(row.case, row.round), community(row.case), worth[getattr(row, field)], 1


def merely_kept(row):
    """That a promise was kept is no second satisfaction; that it was broken is a dissatisfaction like any other."""
    return row.pledge_id is not None and "no" not in (row.resolved, row.satisfaction)


def kept(rows):
    """承诺兑现率: of those who said whether a promise that had fallen due was kept."""
    for row in rows.callbacks:
        if row.pledge_id is not None and row.status == "answered":
            yield day_of(row.ended_at), row.pledge.unit_id, community(row.case), int(merely_kept(row)), 1


def solved(rows, mostly=Decimal(1)):
    """解决率."""
    yield from verdicts(rows, "resolved", mostly)


def satisfied(rows, mostly=Decimal(1)):
    """满意率."""
    yield from verdicts(rows, "satisfaction", mostly)


def reached(rows):
    """回访到率: who answered, also what is counted apart, of those who answered or were given up."""
    for row in rows.callbacks:
        if row.status == "answered" and not merely_kept(row) or row.status == "unreachable" and row.pledge_id is None:
            yield day_of(row.ended_at), None, community(row.case), int(row.status == "answered"), 1


def asked(rows):
    """回访覆盖率: each person of a closed case who answered or was asked as the rules want."""
    for case in rows.cases:
        if case.status != "closed":
            continue
        for said in rows.of_case["said"][case.pk]:
            if said.withdrawn_at is None:
                yield day_of(case.ended_at), None, community(case), int(was_asked(rows, case, said)), 1


def was_asked(rows, case, said):
    """Of the last round: answered, or given up after all the calls that the rules want, or where no number was left; or another
    grievance of the same number in the same matter was."""
    last = [row for row in rows.of_case["callbacks"][case.pk] if row.round == case.round and row.pledge_id is None]
    own = [row for row in last if row.grievance_id == said.pk]
    return any(settled(row) or settled_for_number(last, number_of(row)) for row in own)


def settled_for_number(last, number):
    """Whether one of them of this number is."""
    return any(number and number_of(row) == number and settled(row) for row in last)


def settled(row):
    """Whether this one was asked as the rules want."""
    return row.status == "answered" or (row.status == "unreachable" and (row.tried_at is not None or not number_of(row)))


def number_of(row):
    """The mark of the number that was left, empty where there was none."""
    return getattr(getattr(row.grievance, "complainant", None), "phone_index", "")


def returned(rows):
    """退单率."""
    for order in rows.orders:
        yield day_of(order.dispatched_at), order.handler_id, community(order.case), int(order.pk in rows.back), 1


def accurate(rows):
    """派单准确率."""
    for day, unit, where, back, sent in returned(rows):
        yield day, unit, where, sent - back, sent


def refused(rows):
    """退单被驳回率: of the returns that were decided, those that were refused."""
    for row in rows.returns:
        if row.agreed is not None:
            yield day_of(row.decided_at), row.order.handler_id, community(row.order.case), int(not row.agreed), 1


def repeated(rows):
    """重复诉求率: somebody had spoken of the same case within the ninety days before."""
    for said in rows.said:
        if said.withdrawn_at is None:
            before = [other for other in rows.of_case["said"][said.case_id] if spoke_before(other, said)]
            yield day_of(said.submitted_at), None, community(said.case), int(bool(before)), 1


def spoke_before(other, said):
    """Whether another statement that still stands came less than ninety days before this one."""
    earlier = (other.submitted_at, other.pk) < (said.submitted_at, said.pk)
    return earlier and other.withdrawn_at is None and said.submitted_at - other.submitted_at < timedelta(days=90)


def reworked(rows):
    """重办率."""
    for case in rows.cases:
        if case.status == "closed":
            yield day_of(case.ended_at), case.promised_by_id, community(case), int(case.round > 1), 1


def at_once(rows):
    """一次办结率."""
    for day, unit, where, again, closed in reworked(rows):
        yield day, unit, where, closed - again, closed


def found(rows):
    """主动发现率."""
    for case in came(rows):
        yield day_of(case.submitted_at), None, community(case), int(case.source == "staff"), 1


def came(rows):
    """上报的事项: one that was merged is the same matter as another, and not a second one."""
    return [case for case in rows.cases if case.status != "merged"]


FIGURES = {
    figure.__name__: figure
    for figure in (
        response, taken, accepted, on_time, solved, satisfied, kept, reached, asked, returned, accurate, refused, repeated,
        reworked, at_once, found,
    )
}  # fmt: skip


def lengths(rows):
    """办理时长: (day, unit, begun working hours) of each lead order that was finished."""
    for order in rows.orders:
        if order.lead and order.status == "done":
            spent = rows.calendar.working_hours_between(order.dispatched_at, order.completed_at)
            yield day_of(order.completed_at), order.handler_id, max(1, ceil(spent / timedelta(hours=1)))


def within(counted, first, last, face, of):
    """(share, n) of what was counted in the days from `first` to `last`, for a unit, a community or the whole street."""
    done, n = Decimal(0), 0
    for day, unit, where, some, whole in counted:
        if first <= day <= last and (face == "street" or of == (unit if face == "unit" else where)):
            done, n = done + some, n + whole
    return (done / n if n else None), n


def quantile(spent, tenths):
    """The smallest length that so many tenths of all do not exceed."""
    return sorted(spent)[ceil(len(spent) * tenths / 10) - 1]


def per_ten_thousand(rows, first, last, of, population):
    """万人诉求比 of a community."""
    found = [case for case in came(rows) if community(case) == of and first <= day_of(case.submitted_at) <= last]
    return round(Decimal(len(found)) * 10_000 / population, 1)
