"""通路: the ways through the desk that are open to a person: those of every day in the bar, the others one press behind it."""

from django.urls import reverse

from desk.appeals import READERS as APPEAL_READERS
from desk.behalf_forms import may_register
from desk.doors import MATTERS, TRIAGE
from desk.overview import READERS as OVERSEERS
from desk.policy import READERS as POLICY_READERS
from desk.rechecks import READERS as RECHECKERS
from desk.registers import READERS
from desk.service_visits import READERS as RATING_READERS
from desk.service_visits import VISITORS
from dispatch.actions.replan import ROLES as REPLANNERS
from dispatch.duty import WATCH
from grievance.actions.retention import DECIDE
from grievance.workflow import APPROVERS
from street.models import STREET_ROLES, Role

BOARD_ROLES = APPROVERS | TRIAGE
IN_THE_BAR = 10
"""提案: more than so many words in a row are not read but searched."""


def ways(request):
    """{daily, more}: each a list of (label, address, whether one is there); `here` says whether one is at one of `more`."""
    user = request.user
    if not user.is_authenticated:
        return {}
    found = [(label, address, _at(request.path, address)) for label, address, is_open in _all(user) if is_open]
    if len(found) <= IN_THE_BAR + 1:
        return {"daily": found, "more": [], "here": False}
    more = found[IN_THE_BAR:]
    return {"daily": found[:IN_THE_BAR], "more": more, "here": any(here for *_, here in more)}


def _at(path, address):
    return path == address or (address != "/admin/" and path.startswith(address))


def _all(user):
    """In the order in which they are used, the daily ones first."""
    roles = user.scope.roles
    return [
        ("工作台", reverse("admin:index"), True),
        ("值班", "/desk/shift/", roles & WATCH),
        ("研判", "/desk/triage/", roles & TRIAGE),
        ("代录", "/desk/behalf/", may_register(user)),
        ("事项", "/desk/cases/", roles & MATTERS),
        ("回访", "/desk/callbacks/", Role.CALLER in roles),
        ("督办", "/desk/supervisions/", roles & MATTERS),
        ("复核", "/desk/rechecks/", roles & RECHECKERS),
        ("公文", "/desk/letters/", roles & MATTERS),
        ("总览", "/desk/overview/", roles & OVERSEERS),
        ("地图", "/desk/map/", roles & MATTERS),
        ("数字", "/desk/figures/", roles & MATTERS),
        ("指标", "/desk/metrics/", roles & MATTERS),
        ("报告", "/desk/reports/", roles & MATTERS),
        ("考评", "/desk/assessment/", roles & MATTERS),
        ("数字异议", "/desk/appeals/", roles & APPEAL_READERS),
        ("疑点单", "/desk/doubts/", roles & RECHECKERS),
        ("上门", "/desk/visits/", roles & MATTERS),
        ("大厅", "/desk/hall/", roles & TRIAGE),
        ("接访", "/desk/receptions/", roles & (STREET_ROLES | {Role.COMMUNITY_SECRETARY})),
        ("积案", "/desk/backlog/", roles & MATTERS),
        ("类案", "/desk/topics/", roles & MATTERS),
        ("登记上门", "/desk/service-visits/", roles & VISITORS),
        ("上门评价", "/desk/ratings/", roles & (RATING_READERS | VISITORS)),
        ("微心愿", "/desk/wishes/", roles & MATTERS),
        ("公开", "/desk/board/", roles & BOARD_ROLES),
        ("政策", "/desk/policy/", roles & POLICY_READERS),
        ("登记册", "/desk/registers/", roles & READERS),
        ("重排时限", "/desk/replan/", roles & REPLANNERS),
        ("删除申请", "/desk/erasures/", roles & DECIDE.roles),
        ("保密信箱", "/desk/confidential/", Role.DISCIPLINE in roles),
    ]
