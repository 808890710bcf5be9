"""Tables of moves: callbacks, their re-check, what is counted apart, objections to a figure."""

from feedback.models import Appeal, Callback, Exclusion, Recheck
from grievance.casework import RESIDENT, SYSTEM, Move, Workflow
from grievance.models import Case
from street.models import UNIT_ROLES, Role

S = Callback.Status

# One who is found late is heard as well: an answer is worth more than the note that there was none
CALLBACK = Workflow(
    "回访",
    Move("record", "登记评价", {S.OPEN, S.UNREACHABLE, S.SUPERSEDED}, S.ANSWERED, {Role.CALLER, RESIDENT}),
    Move("assist", "协助评价", {S.OPEN}, S.ANSWERED, {Role.GRID_WORKER}),
    Move("visit", "上门回访", {S.OPEN}, S.ANSWERED, UNIT_ROLES),
    Move("send_officer", "请另一单位上门", {S.OPEN}, None, {Role.CALLER, Role.SHIFT_LEADER}),
    Move("attempt", "登记拨打", {S.OPEN}, None, {Role.CALLER}),
    Move("reveal", "查看电话", {S.OPEN}, None, {Role.CALLER}),
    Move("give_up", "列为无法回访", {S.OPEN}, S.UNREACHABLE, {SYSTEM}),
    Move("supersede", "作废", {S.OPEN}, S.SUPERSEDED, {SYSTEM}),
)

R = Recheck.Status
ASKERS = {Role.SUPERVISOR, Role.DISTRICT_SUPERVISION}

RECHECK = Workflow(
    "复核回访",
    Move("take", "由我复核", {R.DRAWN}, R.TAKEN, ASKERS),
    Move("put_back", "交回", {R.TAKEN}, R.DRAWN, ASKERS),
    Move("reveal", "查看电话", {R.TAKEN}, None, ASKERS),
    Move("attempt", "登记没有接通", {R.TAKEN}, None, ASKERS),
    Move("record", "登记第二次回答", {R.TAKEN}, R.ANSWERED, ASKERS),
    Move("decline", "登记不愿再答", {R.TAKEN}, R.DECLINED, ASKERS),
    Move("lapse", "到期", {R.DRAWN, R.TAKEN}, R.LAPSED, {SYSTEM}),
)

E = Exclusion.Status
DONE_ONCE = {Case.Status.IN_HANDLING, Case.Status.RESOLVED, Case.Status.CLOSED}
UNIT = {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY}

ASK_EXCLUSION = Move("exclude", "申请统计另列", DONE_ONCE, None, {*UNIT, Role.SHIFT_LEADER})
"""On a case: it begins an exclusion, which the street and the district decide (domain §1.2 复核)."""
EXCLUSION = Workflow(
    "剔除申请",
    Move("agree", "街道复核同意", {E.ASKED}, E.AGREED, {Role.SUPERVISOR, Role.STREET_LEADER}),
    Move("refuse", "街道不予另列", {E.ASKED}, E.REFUSED, {Role.SUPERVISOR, Role.STREET_LEADER}),
    Move("stand", "区级复核同意", {E.AGREED}, E.STANDING, {Role.DISTRICT_SUPERVISION}),
    Move("refuse_above", "区级不予另列", {E.AGREED}, E.REFUSED, {Role.DISTRICT_SUPERVISION}),
    Move("lift", "撤销另列", {E.STANDING}, E.LIFTED, {Role.DISTRICT_SUPERVISION, Role.SUPERVISOR}),
)

A = Appeal.Status
APPEAL = Workflow(
    "数字异议",
    Move("ask", "提出异议", {A.ASKED}, None, {Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY}),
    Move("agree", "同意更正", {A.ASKED}, A.AGREED, {Role.DISTRICT_SUPERVISION, Role.SUPERVISOR}),
    Move("refuse", "不予更正", {A.ASKED}, A.REFUSED, {Role.DISTRICT_SUPERVISION, Role.SUPERVISOR}),
)
