"""值班: who is on duty now, and the tables of moves of the desk's shifts, its notes, what rings and what is reported upwards.

`on_duty(street, at)` comes before every role: whoever is to be rung is the person the roster names. Only where it names nobody,
those who hold the role are rung."""

from dataclasses import dataclass, field
from datetime import timedelta

from dispatch.models import DutyNote, Ring, Shift, ShiftSwap, UrgentReport
from dispatch.workflow import DESK, UNIT
from grievance.casework import SYSTEM, Move, Workflow
from street.models import Role

LEADERS = frozenset({Role.SHIFT_LEADER, Role.STREET_LEADER, Role.STREET_SECRETARY})
"""带班领导: who may lead a shift (proposal)."""
OFFICERS = frozenset({*DESK, Role.SUPERVISOR, Role.CALLER})
"""值班员: who may sit a shift (proposal)."""
WATCH = LEADERS | OFFICERS
PLANNERS = LEADERS
"""排班人."""
UNRELIEVED = timedelta(hours=12)
"""提案: so long after its end a shift that nobody relieved still counts as sitting there."""

S = Shift.Status
SHIFT = Workflow(
    "班次",
    Move("take", "接班", {S.PLANNED}, S.RUNNING, WATCH),
    Move("sign_off", "交班", {S.RUNNING, S.ENDED}, None, WATCH),
    Move("relieve", "由下一班接走", {S.RUNNING}, S.ENDED, WATCH),
)

W = ShiftSwap.Status
SWAP = Workflow(
    "换班",
    Move("agree", "同意换班", {W.ASKED}, W.AGREED, WATCH),
    Move("refuse", "不换", {W.ASKED}, W.REFUSED, WATCH),
)

N = DutyNote.Status
DUTY_NOTE = Workflow("交班留言", Move("strike", "划掉", {N.OPEN}, N.STRUCK, WATCH))

R = Ring.Status
RING = Workflow(
    "特急响铃",
    Move("confirm", "已知悉处置", {R.RINGING}, R.CONFIRMED, {*DESK, Role.SUPERVISOR, Role.CALLER, *LEADERS}),
    Move("lapse", "随事项了结", {R.RINGING}, R.LAPSED, {SYSTEM}),
)

U = UrgentReport.Status
URGENT_REPORT = Workflow(
    "紧急信息报告",
    Move("draft", "起草", {U.OWED, U.DRAFT}, U.DRAFT, {*DESK, *LEADERS}),
    Move("sign", "签发", {U.DRAFT}, U.SIGNED, LEADERS),
    Move("send", "登记报送", {U.SIGNED}, U.SENT, {*DESK, *LEADERS}),
)

PLAN = Move("plan_shifts", "排班", set(), None, PLANNERS)
SET_RULE = Move("set_duty_rule", "改值班规则", set(), None, PLANNERS)
ASK_SWAP = Move("ask_swap", "换班", set(), None, WATCH)
WRITE_NOTE = Move("write_note", "留言", set(), None, WATCH)
READ_AUTO = Move("read_auto", "已阅自动派单", set(), None, WATCH)
OPEN_REPORT = Move("open_urgent_report", "紧急信息报告", set(), None, {*DESK, *LEADERS})
OBJECT = Move("object_to_phone", "对代签收有异议", set(), None, UNIT)


@dataclass
class OnDuty:
    """当班: the shift whose time it is, whoever sits there, and who leads; all empty where the roster names nobody."""

    shift: Shift | None = None
    officers: list = field(default_factory=list)
    leaders: list = field(default_factory=list)
    phone: str = ""

    @property
    def people(self):
        """Everybody on duty, each once."""
        return list({user.pk: user for user in [*self.officers, *self.leaders]}.values())

    def holds(self, user):
        """是否当班."""
        return any(one.pk == user.pk for one in self.people)


def on_duty(street, at):
    """当班人员 of a street at the instant `at`: one query.

    The officer is whom the roster names, and whoever took the shift over. A shift that nobody has relieved yet still sits there
    (up to twelve hours): until the next one is taken over, both are on duty."""
    rows = Shift.objects.filter(street=street, starts_at__lte=at).exclude(status=S.ENDED).filter(ends_at__gt=at - UNRELIEVED)
    found = list(rows.select_related("leader", "officer", "taken_by").order_by("starts_at"))
    due = next((row for row in found if row.ends_at > at), None)
    sitting = next((row for row in found if row.status == S.RUNNING), None)
    here = list(dict.fromkeys(row for row in (due, sitting) if row is not None))
    if not here:
        return OnDuty()
    officers = [one for row in here for one in (row.officer, row.taken_by) if one is not None and one.is_active]
    leaders = [row.leader for row in here if row.leader.is_active][:1]
    return OnDuty(shift=here[0], officers=list(dict.fromkeys(officers)), leaders=leaders, phone=here[0].phone)


def to_officers(street, at):
    """响铃对象 at the desk: the persons on duty, else the roles; [(mark for the key, keywords of a notice)]."""
    found = on_duty(street, at).officers
    if found:
        return [(f"u{user.pk}", {"user": user}) for user in found]
    return [(role.value, {"role": role}) for role in (Role.DISPATCHER, Role.SHIFT_LEADER)]


def to_leaders(street, at):
    """响铃对象: the 带班领导 on duty, else the roles that lead at a street."""
    found = on_duty(street, at).leaders
    if found:
        return [(f"u{user.pk}", {"user": user}) for user in found]
    return [(role.value, {"role": role}) for role in (Role.SHIFT_LEADER, Role.STREET_LEADER)]


def in_place_of(case, roles, at):
    """叫谁 for an alarm that names roles of the desk: those on duty instead; other roles, and all where nobody is, as named."""
    here = on_duty(case.street_id, at)
    persons = {**({role: here.officers for role in DESK}), Role.STREET_LEADER: here.leaders}
    persons[Role.SHIFT_LEADER] = here.people
    found = {}
    for role in roles:
        users = persons.get(Role(role), [])
        found |= {f"u{user.pk}": {"user": user} for user in users} or {role: {"role": role}}
    return list(found.items())
