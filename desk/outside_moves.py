"""外部链接的动作: issue, issue anew, revoke; and the panel that says whether the body outside has opened its link."""

from django.conf import settings
from django.urls import reverse

from desk.act import Act, Chapter, Handed, Hung
from dispatch.actions import outside
from dispatch.models import OutsideLink, WorkOrder
from grievance.casework import Workflow

LINK = Workflow("外部链接")
"""No status of its own: it lives until it is revoked or its time is over."""


def _issue(order, *, by, at):
    link = outside.issue(order, by=by, at=at)
    address = f"{settings.SITE_URL}{reverse('outside', args=[link.token])}"
    hint = f"请复制后当面或用贵单位的工作联系方式发给{order.handler}；系统不自动发送。先前的链接已失效。"
    return Handed(f"{order.handler}的办理链接", address, hint)


def _beside(row, user):
    """开具 and 收回 stand on an order of an outside body."""
    if not isinstance(row, WorkOrder) or not outside.may_issue(row, user):
        return []
    live = any(link.revoked_at is None for link in row.links.all())
    return [outside.ISSUE, outside.REVOKE] if live else [outside.ISSUE]


def _of(case, user):
    """Links of the orders of a case, for the desk that issues them."""
    if case.street_id not in user.scope.streets:
        return []
    return [link for order in case.orders.all() for link in order.links.all() if link.revoked_at is None]


CHAPTER = Chapter(
    acts={("workorder", "issue_link"): Act(_issue), ("workorder", "revoke_link"): Act(outside.revoke)},
    tables={OutsideLink: LINK},
    loose=(outside.ISSUE, outside.REVOKE),
    beside=_beside,
    hung=(Hung("desk/_outside_link.html", _of),),
)
