"""CASE, BOARD and WISH: the tables of moves of a case, and of what is shown of it in public; VERSION: of a trained model."""

from grievance.casework import RESIDENT, SYSTEM, Move, Workflow
from grievance.models import BoardEntry, Case, ClassifierVersion, Wish
from street.models import UNIT_ROLES, Role

S = Case.Status
DESK = {Role.DISPATCHER, Role.SHIFT_LEADER}
OPEN = {S.SUBMITTED, S.HELD, S.ADMITTED, S.IN_HANDLING}

CASE = Workflow(
    "事项",
    Move("admit", "受理", {S.SUBMITTED, S.HELD}, S.ADMITTED, {*DESK, SYSTEM}),
    Move("hold", "请补充", {S.SUBMITTED}, S.HELD, DESK),
    Move("unhold", "恢复研判", {S.HELD}, S.SUBMITTED, {*DESK, RESIDENT}),
    Move("decline", "不予受理", {S.SUBMITTED, S.HELD}, S.DECLINED, DESK),
    Move("classify", "改类别", {S.SUBMITTED, S.HELD, S.ADMITTED, S.IN_HANDLING}, None, DESK),
    Move("mark_urgent", "标为特急", OPEN, None, DESK),
    Move("count_households", "登记涉及户数", {*OPEN, S.RESOLVED}, None, {*DESK, Role.SUPERVISOR, Role.HANDLER, Role.UNIT_HEAD}),
    Move("merge", "并案", OPEN, S.MERGED, DESK),
    Move("unmerge", "恢复单独办理", {S.MERGED}, S.SUBMITTED, DESK),
    Move("undecline", "撤销不予受理", {S.DECLINED}, S.SUBMITTED, DESK),
    Move("split", "拆分", OPEN, None, DESK),
    Move("link", "关联事项", OPEN, None, {*DESK, Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY}),
    Move("dispatch", "派单", {S.ADMITTED, S.IN_HANDLING}, S.IN_HANDLING, {*DESK, SYSTEM}),
    Move("recall", "收回派单", {S.IN_HANDLING}, S.SUBMITTED, DESK),
    Move("requeue", "退回研判", {S.IN_HANDLING}, S.SUBMITTED, {*DESK, SYSTEM}),
    Move("resolve", "办结", {S.IN_HANDLING}, S.RESOLVED, {*DESK, Role.SUPERVISOR, SYSTEM}),
    Move("rework", "重办", {S.RESOLVED}, S.IN_HANDLING, {Role.CALLER, Role.SHIFT_LEADER, SYSTEM}),
    Move("reopen", "要求重办", {S.CLOSED}, S.RESOLVED, {RESIDENT}),
    Move("break_promise", "承诺没有兑现", {S.CLOSED}, S.RESOLVED, {SYSTEM}),
    Move("close", "结案", {S.RESOLVED}, S.CLOSED, {SYSTEM}),
    Move("withdraw", "撤回", OPEN, S.WITHDRAWN, {RESIDENT, SYSTEM}),
    Move("hand_over", "转为检举控告", set(S) - {S.MERGED, S.TRANSFERRED}, S.TRANSFERRED, DESK),
)

B = BoardEntry.Status
APPROVERS = {Role.SHIFT_LEADER, Role.STREET_LEADER, Role.STREET_SECRETARY}

BOARD = Workflow(
    "公开内容",
    Move("publish", "同意公开", {B.DRAFT}, B.PUBLISHED, APPROVERS),
    Move("refuse", "不同意公开", {B.DRAFT}, B.REFUSED, APPROVERS),
    Move("take_down", "撤下", {B.DRAFT, B.PUBLISHED}, B.TAKEN_DOWN, {*DESK, *APPROVERS}),
    Move("withdraw", "收回同意", {B.DRAFT, B.PUBLISHED}, B.TAKEN_DOWN, {RESIDENT, SYSTEM}),
)

W = Wish.Status

WISH = Workflow(
    "微心愿",
    Move("claim", "认领", {W.OPEN}, None, UNIT_ROLES),
    Move("take_down", "撤下心愿", {W.OPEN}, W.RETURNED, DESK),
    Move("lapse", "无人认领退回", {W.OPEN}, W.RETURNED, {SYSTEM}),
)

V = ClassifierVersion.Status
CHOOSERS = {Role.SYSTEM_ADMIN, Role.SHIFT_LEADER}

VERSION = Workflow(
    "分类模型版本",
    Move("take_by_rule", "夜间采用", {V.CANDIDATE}, V.IN_USE, {SYSTEM}),
    Move("refuse", "不采用", {V.CANDIDATE}, V.REFUSED, {SYSTEM}),
    Move("take", "人工采用", {V.CANDIDATE, V.REFUSED}, V.IN_USE, CHOOSERS),
    Move("roll_back", "回退", {V.RETIRED}, V.IN_USE, CHOOSERS),
    Move("set_aside", "停用", {V.IN_USE}, V.RETIRED, CHOOSERS),
    Move("purge", "清除文件", set(V) - {V.PURGED}, V.PURGED, {SYSTEM}),
)
