"""Tables of moves: work orders, extensions, supervision, letters, mediation."""

from dispatch.models import Letter, Mediation, Pledge, SecretaryVisit, Supervision, WorkOrder
from grievance.casework import OUTSIDE, SYSTEM, Move, Workflow
from street.models import Role

S = WorkOrder.Status
UNIT = {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY, Role.GRID_WORKER}
HEADS = {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY}
DESK = {Role.DISPATCHER, Role.SHIFT_LEADER}
DECIDERS = {Role.STREET_LEADER, Role.SHIFT_LEADER, Role.STREET_SECRETARY, Role.UNIT_HEAD}
"""可审批延期和挂账的角色; which of them decides a given request, the policy says (宽限规则)."""
REVIEWERS = {Role.SHIFT_LEADER, Role.SUPERVISOR, Role.DISPATCHER}

WORK_ORDER = Workflow(
    "工单",
    Move("accept", "签收", {S.DISPATCHED}, S.ACCEPTED, {*UNIT, OUTSIDE}),
    Move("accept_by_phone", "电话代签收", {S.DISPATCHED}, S.ACCEPTED, DESK),
    Move("respond", "首次联系", {S.ACCEPTED, S.SUSPENDED}, None, {*UNIT, OUTSIDE}),
    Move("add_progress", "办理进展", {S.ACCEPTED, S.SUSPENDED}, None, {*UNIT, OUTSIDE}),
    Move("join_rework", "负责人参与", {S.ACCEPTED}, None, {Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY}),
    Move("complete", "办结", {S.ACCEPTED}, S.COMPLETED, {*HEADS, OUTSIDE}),
    Move("review_pass", "审核通过", {S.COMPLETED}, S.DONE, REVIEWERS),
    Move("review_reject", "审核退回", {S.COMPLETED}, S.ACCEPTED, REVIEWERS),
    Move("ask_return", "退单", {S.DISPATCHED, S.ACCEPTED}, S.RETURNING, HEADS),
    Move("agree_return", "同意退单", {S.RETURNING}, S.RETURNED, {Role.SHIFT_LEADER, Role.SUPERVISOR}),
    Move("refuse_return", "驳回退单", {S.RETURNING}, None, {Role.SHIFT_LEADER, Role.SUPERVISOR}),
    Move("request_extension", "申请延期", {S.ACCEPTED}, None, HEADS),
    Move("decide_extension", "审批延期", {S.ACCEPTED}, None, DECIDERS),
    Move("ask_suspension", "申请挂账", {S.ACCEPTED}, None, HEADS),
    Move("agree_suspension", "同意挂账", {S.ACCEPTED}, S.SUSPENDED, DECIDERS),
    Move("refuse_suspension", "不同意挂账", {S.ACCEPTED}, None, DECIDERS),
    Move("review_suspension", "挂账复核", {S.SUSPENDED}, None, {SYSTEM}),
    Move("resume", "恢复计时", {S.SUSPENDED}, S.ACCEPTED, {*HEADS, *REVIEWERS, Role.STREET_LEADER, SYSTEM}),
    Move("admit_petition", "受理信访件", {S.ACCEPTED}, None, HEADS),
    Move("notify_petitioner", "已书面告知", {S.ACCEPTED}, None, HEADS),
    Move("transfer", "转派", {S.DISPATCHED, S.ACCEPTED, S.SUSPENDED, S.RETURNING}, S.TRANSFERRED, {*DESK, Role.STREET_SECRETARY}),
    Move("recall", "收回", {S.DISPATCHED}, S.RECALLED, DESK),
    Move("close_merged", "随并案关闭", set(WorkOrder.OPEN), S.MERGED, {SYSTEM}),
    Move("cancel", "随撤回关闭", set(WorkOrder.OPEN), S.CANCELLED, {SYSTEM}),
)

V = Supervision.Status
SUPERVISION = Workflow(
    "督办",
    Move("take", "督办", {V.RAISED}, V.ACTIVE, {Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY}),
    Move("propose", "提请挂牌", {V.RAISED}, V.PROPOSED, {Role.STREET_SECRETARY}),
    Move("list", "挂牌督办", {V.PROPOSED}, V.LISTED, {Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION}),
    Move("decline_listing", "不列入挂牌", {V.PROPOSED}, V.DECLINED, {Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION}),
    Move("unlist", "摘牌", {V.LISTED}, V.LIFTED, {Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION}),
    Move("step_down", "降级督办", {V.RAISED, V.ACTIVE}, V.LIFTED, {Role.STREET_SECRETARY}),
    Move("lift", "解除督办", {V.RAISED, V.ACTIVE}, V.LIFTED, {Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY}),
    Move("lapse", "随事项了结", {V.RAISED, V.ACTIVE, V.PROPOSED}, V.LIFTED, {SYSTEM}),
)

L = Letter.Status
SIGNERS = {
    Letter.Kind.CAUTION: {Role.SHIFT_LEADER, Role.STREET_LEADER},
    Letter.Kind.SUPERVISE: {Role.STREET_LEADER, Role.STREET_SECRETARY},
    Letter.Kind.SECRETARY_SUPERVISE: {Role.STREET_SECRETARY},
    Letter.Kind.LISTING_PROPOSAL: {Role.STREET_SECRETARY},
    Letter.Kind.LISTING: {Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION},
    Letter.Kind.UNLISTING: {Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION},
    Letter.Kind.PETITION_NOTICE: {Role.UNIT_HEAD},
    Letter.Kind.PETITION_OPINION: {Role.UNIT_HEAD},
}
"""签发人 by kind of paper (proposal; domain §2: 分管领导 signs, 主要领导 signs major ones)."""

BY_AUTHORITY = (Letter.Kind.CAUTION,)
"""可按值班长授权自动印发的文种: the lowest, and no other; the database refuses any other without a signature."""

LETTER = {
    kind: Workflow(
        kind.label,
        Move("sign", "签发", {L.DRAFT}, L.ISSUED, signers),
        Move("discard", "不予签发", {L.DRAFT}, L.DISCARDED, signers),
        Move("lapse", "随事项了结", {L.DRAFT}, L.DISCARDED, {SYSTEM}),
        *([Move("issue", "自动印发", {L.DRAFT}, L.ISSUED, {SYSTEM})] if kind in BY_AUTHORITY else []),
    )
    for kind, signers in SIGNERS.items()
}
ANSWERERS = {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY}

M = Mediation.Status
MEDIATORS = {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY}
MEDIATION = Workflow(
    "调解",
    Move("consent", "记录意愿", {M.OPEN}, None, MEDIATORS),
    Move("add_party", "添加当事人", {M.OPEN}, None, MEDIATORS),
    Move("hold_session", "记录调解会", {M.OPEN}, None, MEDIATORS),
    Move("agree", "达成协议", {M.OPEN}, M.AGREED, MEDIATORS),
    Move("fail", "调解未果", {M.OPEN}, M.FAILED, MEDIATORS),
    Move("record_performance", "记录履行", {M.AGREED}, None, MEDIATORS),
    Move("record_confirmation", "司法确认", {M.AGREED}, None, MEDIATORS),
)

P = Pledge.Status
PLEDGE = Workflow(
    "承诺事项",
    Move("ask", "到期再问", {P.WAITING}, P.ASKED, {SYSTEM}),
    Move("keep", "兑现", {P.ASKED}, P.KEPT, {SYSTEM}),
    Move("break", "没有兑现", {P.ASKED}, P.BROKEN, {SYSTEM}),
    Move("lapse", "没有问到", {P.ASKED}, P.UNKNOWN, {SYSTEM}),
    Move("drop", "不再问", {P.WAITING, P.ASKED}, P.DROPPED, {SYSTEM}),
)

T = SecretaryVisit.Status
SECRETARY_VISIT = Workflow(
    "书记上门",
    Move("call_on", "记录上门", {T.WAITING}, T.MADE, {Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY}),
    Move("lapse", "随事项了结", {T.WAITING}, T.LAPSED, {SYSTEM}),
)
