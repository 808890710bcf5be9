"""登记册: units as a tree with who supervises whom, postings with who holds them, and the ways to what is kept elsewhere."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.doors import for_roles, page
from desk.pager import EDGES, Register
from dispatch.actions.leaving import KEEPERS
from street.models import Calendar, HandOver, Organisation, Place, Posting, Role, User
from street.scope import covered, within

READERS = KEEPERS | {Role.SECURITY_ADMIN, Role.AUDITOR}
SOON = timedelta(days=7)
LATELY = timedelta(days=30)
STATES = [
    ("", "在任"),
    ("ending", "七天内到期"),
    ("lapsed", "到期未交接"),
    ("coming", "未到任"),
    ("ended", "已离任"),
    ("all", "全部"),
]
ON_A_PAGE = 50
MOST_PLANS = 6
"""A district keeps its streets' plans on the streets' own pages."""


@dataclass(frozen=True)
class Book:
    """一本登记册: what is kept in it, how much there is, and where it is read, imported and printed."""

    label: str
    hint: str
    count: int
    ways: list


@for_roles(READERS)
@require_safe
def registers(request):
    """登记册: one card a register, and what of it wants attention."""
    at = timezone.now()
    paths = reach(request.user)
    context = {
        "title": "登记册", "books": books(request.user, paths, at), "lapsed": of_state(postings_in(paths), "lapsed", at).count(),
        "ending": of_state(postings_in(paths), "ending", at).count(), "keeps": may_keep(request.user),
    }  # fmt: skip
    return page(request, "desk/registers.html", context)


def reach(user):
    """管辖路径 of those who read the registers."""
    return covered(user, READERS)


def may_keep(user):
    """可登记: whether the person may write, and not only read."""
    return bool(user.scope.roles & KEEPERS)


def books(user, paths, at):
    """The registers that lie open to the person."""
    units = Organisation.objects.filter(within(paths, ""))
    people = User.objects.filter(within(paths, "postings__organisation__"), is_active=True).distinct()
    keeps = may_keep(user)
    found = [
        Book(
            "单位", "组织树，谁监督（主管）谁", units.filter(active=True).count(),
            _ways("units", "/desk/registers/units/", keeps),
        ),
        Book("人员", "账号；停用不删除", people.count(), _ways("people", "/admin/street/user/", keeps)),
        Book(
            "任职", "谁在哪里任什么职、到几时；离任交接", of_state(postings_in(paths), "", at).count(),
            _ways("postings", "/desk/registers/postings/", keeps),
        ),
    ]  # fmt: skip
    if keeps:
        found += [
            Book(
                "点位", "小区、楼栋、单元、路口和坐标", Place.objects.filter(within(paths, "street__")).count(),
                [*_ways("places", "/admin/street/place/", keeps), ("说事码", "/codes/")],
            ),
            *(
                Book(f"{street.name}底图", "没有天地图密钥时，一张图画在它上面", int(hasattr(street, "plan")),
                     [("打开", f"/desk/registers/plan/{street.code}/")])
                for street in units.filter(kind=Organisation.Kind.STREET).select_related("plan")[:MOST_PLANS]
            ),
            Book(
                "工作日历", "一年的放假和调休，改了会动哪些时限", Calendar.objects.count(),
                _ways("calendar", "/desk/registers/calendar/", keeps),
            ),
        ]  # fmt: skip
    return found


def _ways(kind, address, keeps):
    return [("打开", address), *([("从表格导入", f"/desk/registers/import/{kind}/")] if keeps else [])]


@for_roles(READERS)
@require_safe
def units(request):
    """单位: the tree below one's seat; searched, the branches are left out."""
    asked = request.GET
    rows = Organisation.objects.filter(within(reach(request.user), "")).select_related("parent", "supervisor", "calendar")
    if words := asked.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__icontains=words))
    if asked.get("kind") in Organisation.Kind.values:
        rows = rows.filter(kind=asked["kind"])
    if asked.get("closed") != "1":
        rows = rows.filter(active=True)
    today = timezone.localdate(timezone.now())
    current = Q(postings__starts_on__lte=today) & (Q(postings__ends_on__isnull=True) | Q(postings__ends_on__gte=today))
    rows = rows.annotate(held=Count("postings", filter=current, distinct=True)).order_by("path")
    shown = Register(rows, size=100).asked(asked)
    top = min((row.path.count("/") for row in shown.object_list), default=0)
    for row in shown.object_list:
        row.depth = min(row.path.count("/") - top, 5)
    context = {
        "title": "单位", "page": shown, "asked": asked, "kinds": Organisation.Kind.choices, "kept": kept(asked),
        "keeps": may_keep(request.user),
    }  # fmt: skip
    return page(request, "desk/units.html", context)


@for_roles(READERS)
@require_safe
def postings(request):
    """任职: who holds which post, from when to when, acting for whom; each that is held can be handed over."""
    at, asked, paths = timezone.now(), request.GET, reach(request.user)
    rows = of_state(postings_in(paths), asked.get("state", ""), at)
    if words := asked.get("q", "").strip():
        rows = rows.filter(
            Q(user__name__icontains=words) | Q(user__username__icontains=words) | Q(title__icontains=words)
            | Q(organisation__name__icontains=words) | Q(organisation__code=words)
        )  # fmt: skip
    if asked.get("role") in Role.values:
        rows = rows.filter(role=asked["role"])
    if asked.get("acting") == "1":
        rows = rows.filter(acting_for__isnull=False)
    rows = rows.select_related("user", "organisation", "grid", "acting_for__user", "hand_over__successor__user")
    shown = Register(rows.order_by("organisation__path", "role", "starts_on", "pk"), size=ON_A_PAGE).asked(asked)
    context = {
        "title": "任职", "page": shown, "asked": asked, "roles": Role.choices, "states": STATES, "kept": kept(asked),
        "keeps": may_keep(request.user), "today": timezone.localdate(at),
    }  # fmt: skip
    return page(request, "desk/postings.html", context)


def postings_in(paths):
    """任职 at the organisations within reach."""
    return Posting.objects.filter(within(paths, "organisation__"))


def of_state(rows, state, at):
    """Those in a state: held (default), ending within a week, run out without a hand-over, still to come, ended, all."""
    today = timezone.localdate(at)
    if state == "all":
        return rows
    if state == "coming":
        return rows.filter(starts_on__gt=today)
    if state == "ended":
        return rows.filter(ends_on__lt=today)
    if state == "lapsed":
        return rows.filter(ends_on__lt=today, ends_on__gte=today - LATELY, hand_over__isnull=True, user__is_active=True)
    held = rows.current(today)
    return held.filter(ends_on__lte=today + SOON, hand_over__isnull=True) if state == "ending" else held


def kept(asked):
    """The query without its page, for the links between pages."""
    query = asked.copy()
    for name in ("page", *EDGES):
        query.pop(name, None)
    return query.urlencode()


def recent(paths):
    """最近的交接 within reach."""
    rows = HandOver.objects.filter(within(paths, "posting__organisation__"))
    return rows.select_related("posting__user", "posting__organisation", "successor__user", "by")[:20]
