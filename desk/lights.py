"""亮灯: how far a clock has run, as a shape, a word and a colour; the share is of the time that the limit itself counts in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from dispatch import deadlines, reckoning
from dispatch.models import Deadline, WorkOrder
from dispatch.reckoning import HALF, NEARLY, TWICE
from grievance.models import Case, Urgency

TRIAGE_HOURS = {Urgency.URGENT: 1, Urgency.NORMAL: 24}
"""待研判: hours until a matter should have been sent (DB11/T 2021—2022 as reported, domain §1.4); shown, never enforced."""


@dataclass(frozen=True)
class Light:
    """灯: never by colour alone."""

    colour: str
    shape: str
    word: str
    due_at: datetime | None = None
    share: float = 0
    left: str = ""

    @property
    def percent(self):
        """用时百分比, as a whole number of at most 100."""
        return min(100, round(self.share * 100))


STILL = WorkOrder.Status.SUSPENDED
WAITING = (Case.Status.SUBMITTED, Case.Status.ADMITTED)
NONE = Light("grey", "○", "无时限")
CHOICES = [("black", "◆ 严重超期"), ("red", "■ 临期或超期"), ("yellow", "▲ 过半"), ("green", "● 充裕")]


def light_at(share, due, at):
    """The light of a clock of which `share` is used."""
    late = at > due
    left = f"{'超' if late else '剩'}{span(abs(due - at))}"
    if share >= TWICE:
        return Light("black", "◆", "严重超期", due, share, left)
    if late or share >= NEARLY:
        return Light("red", "■", "已超期" if late else "临期", due, share, left)
    if share >= HALF:
        return Light("yellow", "▲", "过半", due, share, left)
    return Light("green", "●", "充裕", due, share, left)


def span(length):
    """时长 as people say it, in its two largest units: 2天3小时, 3小时, 25分钟."""
    minutes = int(length.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    return f"{hours}小时{minutes % 60}分" if hours and minutes % 60 else f"{hours}小时" if hours else f"{max(minutes, 1)}分钟"


def share_of(deadline, at, calendar):
    """用时比例 of a deadline at `at`: in working time where the limit counts in it, else by the clock; without its pauses."""
    return reckoning.share_used(deadline, at, calendar)


def light_of(deadline, at, calendar):
    """灯 of one deadline: running, met in time, met late, or dropped."""
    if deadline.dropped_at:
        return Light("grey", "○", "已作废", deadline.due_at)
    if deadline.met_at:
        late = deadline.met_at - deadline.due_at
        if late > timedelta(0):
            return Light("red", "■", "超期完成", deadline.due_at, 1, f"超{span(late)}")
        if deadline.missed_at:
            return Light("red", "■", "超期后获准延期", deadline.due_at, 1)
        return Light("green", "✓", "按时完成", deadline.due_at)
    share = share_of(deadline, at, calendar)
    if deadline.paused(at):
        return standing(deadline, share)
    return light_at(share, deadline.due_at, at)


def standing(deadline, share):
    """挂账中: a clock that stands still."""
    return Light("grey", "‖", "挂账中", deadline.due_at, share)


def lights_of(cases, at):
    """{case id: the worst light among the clocks of its open orders, of those that stand still only where no other runs}; one
    query, and the calendar of each street."""
    cases = list(cases)
    calendars = Calendars()
    street_of = {case.pk: case.street for case in cases}
    found = defaultdict(list)
    for deadline in running_clocks().filter(case__in=cases).select_related("limit", "order"):
        calendar = calendars.of(street_of[deadline.case_id])
        still = deadline.order.status == STILL
        light = standing(deadline, share_of(deadline, at, calendar)) if still else light_of(deadline, at, calendar)
        found[deadline.case_id].append((not still, light.share, light))
    return {pk: max(lights, key=lambda one: one[:2])[2] for pk, lights in found.items()}


def running_clocks():
    """走着的时限 of open orders: what lights a case."""
    return Deadline.objects.filter(order__status__in=WorkOrder.OPEN, met_at__isnull=True, dropped_at__isnull=True)


def light_of_case(case, burning, at):
    """灯 of a case: of its running clocks; before there is an order, of its wait for one."""
    if case.pk in burning:
        return burning[case.pk]
    return triage_light(case, at) if case.status in WAITING else NONE


def lit(rows, colour, at):
    """亮这种灯的未了事项: the database compares instants that were put down with each clock (`dispatch.reckoning.turned`).

    Of red and black there are few, and they are looked for from the side of the clocks; of the others there are many, and the
    newest matters are asked one by one."""
    here, clocks = rows.open(), running_clocks().exclude(order__status=STILL)
    # The bound beside the equality says nothing new; it keeps the database from gathering all clocks before the first answer
    own = clocks.filter(case=OuterRef("pk"), case_id__gte=OuterRef("pk"))
    first, last = COLOURS[colour]
    worse = ~Exists(own.filter(**{f"{last}__lte": at})) if last else Q()
    waiting = _waiting(colour, at) & ~Exists(own)
    if colour in SELDOM:
        burning = clocks.filter(**{f"{first}__lte": at}).order_by().values("case")
        alone = Case.objects.filter(waiting).order_by().values("pk")
        return here.filter(worse, pk__in=burning.union(alone, all=True))
    burns = Exists(own.filter(**{f"{first}__lte": at}) if first else own)
    return here.filter(Q(burns) & worse | waiting)


COLOURS = {"black": ("twice_at", None), "red": ("nearly_at", "twice_at"), "yellow": ("half_at", "nearly_at"),
           "green": (None, "half_at")}  # fmt: skip
"""From which instant on, and up to which."""
SELDOM = ("black", "red")


def _waiting(colour, at):
    """Before there is an order: by how long the matter has waited for a person."""
    asked = Q()
    shares = {**reckoning.TURNS, None: None}
    first, last = (shares[name] for name in COLOURS[colour])
    for urgency, hours in TRIAGE_HOURS.items():
        since = Q(submitted_at__lte=at - timedelta(hours=hours) * first) if first else Q()
        until = Q(submitted_at__gt=at - timedelta(hours=hours) * last) if last else Q()
        asked |= Q(urgency=urgency) & since & until
    return Q(status__in=WAITING) & asked


class Calendars:
    """工作日历 of each street, read once for a page."""

    def __init__(self):
        self._known = {}

    def of(self, street):
        """The calendar that counts for a street."""
        if street.pk not in self._known:
            self._known[street.pk] = deadlines.calendar_of(street)
        return self._known[street.pk]


def triage_light(case, at):
    """待研判的灯: by how long the matter has waited for a person."""
    due = case.submitted_at + timedelta(hours=TRIAGE_HOURS[Urgency(case.urgency)])
    return light_at((at - case.submitted_at) / (due - case.submitted_at), due, at)
