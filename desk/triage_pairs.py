"""并案与拆分: two columns side by side, what moves from one to the other, and who will be told."""

from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk import acting
from desk import case as case_page
from desk.doors import TRIAGE, for_roles, page
from desk.triage_pane import slow
from desk.triage_queue import TWIN_DAYS, mine, twins
from dispatch.models import WorkOrder
from grievance.actions import triage
from grievance.models import Attachment, Case, Grievance


@dataclass
class Side:
    """一边: a matter as it stands before two are made one."""

    case: Case
    voices: list
    leads: bool = False
    orders: list = field(default_factory=list)

    @property
    def files(self):
        """How many files lie in it."""
        return len(self.case.attachments.all())


@for_roles(TRIAGE)
@require_safe
def merging(request, number):
    """并案: this matter beside the one it may be the same as; which of them leads on, and what that changes for whom."""
    at, user = timezone.now(), request.user
    case = get_object_or_404(_whole(user), number=number)
    near = twins(case, user)
    asked = request.GET.get("into", "").strip().upper() or (near[0].number if near else "")
    other = _whole(user).filter(number=asked).exclude(pk=case.pk).first() if asked else None
    context = {
        "title": "并案", "case": case, "twins": near, "days": TWIN_DAYS, "asked": asked, "slow": slow(case),
        "card": next((card for card in acting.cards([(case, {"merge"})], user, at)), None), "other": other,
    }  # fmt: skip
    if other is not None:
        context |= _pair(case, other, user)
    return page(request, "desk/triage_merge.html", context)


def _pair(case, other, user):
    lead, follower = sorted((case, other), key=triage.leads_first)
    sides = [Side(row, _voices(row, user), row is lead, _open_orders(row)) for row in (case, other)]
    moved = next(side for side in sides if not side.leads)
    return {"sides": sides, "lead": lead, "follower": follower, "moved": moved, "barred": _barred(lead, follower)}


def _barred(lead, follower):
    """为什么不能并, where that can be said beforehand."""
    if lead.street_id != follower.street_id:
        return "两个事项不属于同一街道，不能并案。"
    ended = next((row for row in (lead, follower) if row.ended or row.status == Case.Status.RESOLVED), None)
    return f"事项 {ended.number} 现在是“{ended.get_status_display()}”，不能并案。" if ended else ""


@for_roles(TRIAGE)
@require_safe
def splitting(request, number):
    """拆分: what one person said stands on its own again; or, of a single voice that speaks of two things, a linked matter."""
    at, user = timezone.now(), request.user
    case = get_object_or_404(_whole(user), number=number)
    cards = {card.name: card for card in acting.cards([(case, {"split", "link"})], user, at)}
    context = {
        "title": "拆分", "case": case, "voices": _voices(case, user), "split": cards.get("split"), "link": cards.get("link"),
        "orders": _open_orders(case),
    }  # fmt: skip
    return page(request, "desk/triage_split.html", context)


def _whole(user):
    said_in = Prefetch("attachments", Attachment.objects.filter(remark__isnull=True), "said")
    voices = Grievance.objects.select_related("complainant", "on_behalf").prefetch_related(said_in)
    return mine(user).select_related("category", "street", "place__community", "place__parent__parent").prefetch_related(
        Prefetch("grievances", voices), "orders__handler", "attachments", "supervisions", "mediations",
    )  # fmt: skip


def _voices(case, user):
    return [case_page.voice(row, case, user, {}) for row in case.grievances.all()]


def _open_orders(case):
    return [order for order in case.orders.all() if order.status in WorkOrder.OPEN]
