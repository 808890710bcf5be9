"""类案的动作表: the system finds and puts in; what is made of it people decide."""

from feedback.models import Topic
from grievance.casework import SYSTEM, Move, Workflow
from street.models import Role

S = Topic.Status
MANAGERS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEADER, Role.STREET_LEADER, Role.STREET_SECRETARY})
OWNERS = frozenset({Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY})

TOPIC = Workflow(
    "类案",
    Move("begin", "新建", {S.FOUND}, None, MANAGERS),
    Move("open", "立项", {S.FOUND}, S.OPEN, MANAGERS),
    Move("plan", "改办法", {S.OPEN, S.WATCHING}, None, MANAGERS),
    Move("note", "记进展", {S.OPEN, S.WATCHING}, None, MANAGERS | OWNERS),
    Move("start", "措施起用", {S.OPEN}, S.WATCHING, MANAGERS | OWNERS),
    Move("put_in", "归入事项", {*Topic.LIVE}, None, {*MANAGERS, SYSTEM}),
    Move("take_out", "移出事项", {*Topic.LIVE}, None, MANAGERS),
    Move("end", "了结", {S.OPEN, S.WATCHING}, S.ENDED, MANAGERS),
    Move("drop", "不成立", {S.FOUND, S.OPEN}, S.DROPPED, MANAGERS),
)
