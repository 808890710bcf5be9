"""亮灯: how far a clock has run, as a shape, a word and a colour; the share is of the time that the limit itself counts in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import deadlines, reckoning
from dispatch.models import Deadline, WorkOrder
from grievance.models import Urgency

HALF, NEARLY, TWICE = 0.5, 0.9, 2
"""Domain §5: green below half of the time, yellow to nine tenths, red beyond and overdue; black once it has run out twice."""
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
        return Light("grey", "‖", "挂账中", deadline.due_at, share)
    return light_at(share, deadline.due_at, at)


def lights_of(cases, at):
    """{case id: the worst light among the running clocks of its open orders}; one query, and the calendar of each street."""
    cases = list(cases)
    running = Deadline.objects.filter(
        case__in=cases, order__status__in=WorkOrder.OPEN, met_at__isnull=True, dropped_at__isnull=True
    )
    calendars = Calendars()
    street_of = {case.pk: case.street for case in cases}
    found = defaultdict(list)
    for deadline in running.select_related("limit"):
        found[deadline.case_id].append(light_of(deadline, at, calendars.of(street_of[deadline.case_id])))
    return {pk: max(lights, key=lambda light: light.share) for pk, lights in found.items()}


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
