"""手机页面的门: who may enter, where each person's work lies, and signing in on a phone."""

from collections import Counter
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from desk.behalf_forms import may_register
from desk.doors import MATTERS
from dispatch.models import Letter, Supervision
from grievance.actions.privacy import masked
from street.models import DISTRICT_ROLES, STREET_ROLES, UNIT_ROLES, Role

HANDLERS = UNIT_ROLES
SECRETARIES = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY, Role.STREET_LEADER, Role.SHIFT_LEADER, *DISTRICT_ROLES})
"""Whose signature or decision a matter may wait for: secretaries, the district, and those who sign lesser papers."""
LEADING = SECRETARIES - {Role.SHIFT_LEADER}
WALKERS = frozenset({Role.GRID_WORKER})
TABS = [
    (SECRETARIES, "待我决定", "phone-secretary"),
    (HANDLERS, "我的工单", "phone-orders"),
    (WALKERS, "我的网格", "phone-grid"),
    (HANDLERS, "代为上报", "phone-behalf"),
    (STREET_ROLES, "工作台", "admin:index"),
]


def phone_page(roles):
    """准入: signed in (else to the phone's own sign-in page), holding one of `roles` somewhere (else 403)."""

    def guard(view):
        @login_required(login_url="phone-login")
        @never_cache
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.scope.roles & roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


@phone_page(MATTERS | {Role.DISCIPLINE})
@require_safe
def start(request):
    """首页: a leader to what waits for a decision, a unit's people to their orders, the desk to its queues."""
    roles = request.user.scope.roles
    if not roles & MATTERS:
        return redirect("desk:confidential")
    if roles & LEADING:
        return redirect("phone-secretary")
    return redirect("phone-orders" if roles & HANDLERS else "admin:index")


def show(request, template, context, *, current, status=200, keep=False):
    """A page in the phone's frame: who I am here, and the other pages that are mine.

    `keep`: the phone may keep a copy without names and numbers, to be read where there is no line; never of a POST's answer."""
    scope = request.user.scope
    tabs = [
        {"label": label, "url": reverse(address), "current": address == current}
        for roles, label, address in TABS
        if scope.roles & roles and (address != "phone-behalf" or may_register(request.user))
    ]
    frame = {"tabs": tabs if len(tabs) > 1 else [], "posting": scope.postings[0], "home_url": reverse("phone")}
    frame["keep"] = keep and request.method == "GET"
    return render(request, template, {**frame, **context}, status=status)


def heading(case):
    """标题 as a line shows it: numbers inside it in part, dots where it was cut, and a word where nothing was written."""
    title = masked(case.title)
    cut = len(case.title) >= CUT and title[-1] not in "。！？.!?…"
    return f"{title}…" if cut else title or "（只有照片或语音）"


CUT = 40
"""What was said becomes a title up to this length."""
LEVELS = {Supervision.Level.COMMUNITY: "社区", Supervision.Level.STREET: "街道", Supervision.Level.DISTRICT: "区级"}


def named(cards, usual):
    """Cards in the order in which people use them (`usual`), a refused one first, each named apart from the others."""
    several = Counter(card.name for card in cards)
    for card in cards:
        card.label = _name(card, several[card.name] > 1)
    return sorted(cards, key=lambda card: (not card.refused, usual.index(card.name) if card.name in usual else len(usual)))


def _name(card, alike):
    label, row = card.move.label, card.row
    if isinstance(row, Letter):
        return f"{label} {row.number}" if row.number else f"{label}{row.get_kind_display()}"
    if isinstance(row, Supervision) and alike:
        return f"{label}（{LEVELS[row.level]}）"
    return "再次联系" if card.name == "respond" and row.contacted_at else label


class SignIn(LoginView):
    """登录: the same accounts and the same lock after wrong passwords as everywhere."""

    template_name = "desk/phone_login.html"
    next_page = "phone"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """退出."""

    next_page = "phone-login"
