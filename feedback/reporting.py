"""综合报告的动作表: people draft, edit, sign and send; the system makes none of these moves."""

from feedback.models import Report
from grievance.casework import Move, Workflow
from street.models import Role

S = Report.Status
SIGNERS = frozenset({Role.STREET_LEADER, Role.STREET_SECRETARY})
WRITERS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEADER, Role.DISPATCHER})

REPORT = Workflow(
    "综合报告",
    Move("draft", "起草", {S.DRAFT}, None, WRITERS),
    Move("edit", "修改", {S.DRAFT}, None, WRITERS | SIGNERS),
    Move("sign", "签发", {S.DRAFT}, S.ISSUED, SIGNERS),
    Move("discard", "不用", {S.DRAFT}, S.DISCARDED, WRITERS | SIGNERS),
    Move("send", "发送", {S.ISSUED}, None, WRITERS | SIGNERS),
)
