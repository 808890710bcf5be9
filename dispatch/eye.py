"""盯办的动作表: instructions and receptions, and the moves on a case that open them."""

from dispatch.models import Instruction, ReceptionSlot
from grievance.casework import RESIDENT, SYSTEM, Move, Workflow
from street.models import Role

GIVERS = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY, Role.DISTRICT_SECRETARY})
"""批示人."""
ASKED = frozenset({Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY, Role.SHIFT_LEADER, Role.SUPERVISOR})
"""报告落实的: the unit's own people; the desk's only where the desk itself was asked (see Instruction.seat)."""
LEADERS = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY, Role.STREET_LEADER})
"""可包案、接访的领导 (信访工作条例 art. 18)."""

INSTRUCT = Move("instruct", "批示", set(), None, GIVERS)
TYPE_IN = Move("type_instruction", "录入手写批示", set(), None, {Role.LIAISON})
ADOPT = Move("adopt", "包案", set(), None, LEADERS)
END_ADOPTION = Move("end_adoption", "结束包案", set(), None, LEADERS)

S = Instruction.Status
INSTRUCTION = Workflow(
    "批示",
    Move("confirm", "确认批示", {S.DRAFT}, S.GIVEN, GIVERS),
    Move("discard", "不予确认", {S.DRAFT}, S.DISCARDED, GIVERS),
    Move("leave", "随本人离任失效", {S.DRAFT}, S.DISCARDED, {SYSTEM}),
    Move("report", "报告落实", {S.GIVEN, S.BACK}, S.ANSWERED, ASKED),
    Move("settle", "认可", {S.ANSWERED}, S.SETTLED, GIVERS),
    Move("send_back", "退回再落实", {S.ANSWERED}, S.BACK, GIVERS),
    Move("lapse", "随事项了结", {S.DRAFT, S.GIVEN, S.ANSWERED, S.BACK}, S.LAPSED, {SYSTEM}),
)

R = ReceptionSlot.Status
RECORDERS = LEADERS | {Role.LIAISON}
RECEPTION = Workflow(
    "接访预约",
    Move("record_visit", "记录接访", {R.BOOKED, R.MISSED}, R.RECEIVED, RECORDERS),
    Move("miss", "登记未到", {R.BOOKED}, R.MISSED, RECORDERS),
    Move("change", "改预约", {R.BOOKED}, None, {RESIDENT}),
    Move("cancel", "取消预约", {R.BOOKED}, R.CANCELLED, {RESIDENT, SYSTEM, Role.LIAISON}),
)
