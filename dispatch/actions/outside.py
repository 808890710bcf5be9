"""外部链接: one order, read and answered by a body without an account. The link is its whole right: one order, nothing else."""

from datetime import timedelta

from django.db import transaction

from dispatch.actions import handling
from dispatch.models import OutsideLink, WorkOrder
from dispatch.workflow import DESK
from grievance import media
from grievance.actions.privacy import Contact
from grievance.casework import OUTSIDE, Move, Refused, beijing, lock, notice_for, notify, permit, posting_for, record
from grievance.inserting import insert
from grievance.models import Attachment, Complainant, Remark
from grievance.sealing import fingerprint, new_salt, secret_for
from street.models import Organisation

ISSUE = Move("issue_link", "开具链接", set(), None, DESK)
REVOKE = Move("revoke_link", "收回链接", set(), None, DESK)
ACTS = {
    "accept": handling.accept,
    "respond": handling.respond,
    "add_progress": handling.add_progress,
    "complete": handling.complete,
}
"""办法 open to the holder of a link: the very actions of staff, made `by=OUTSIDE`."""


def unknown():
    """The one answer to a link that is unknown, expired or revoked: it tells nobody which of them."""
    return Refused(
        "unknown_link", "这个链接打不开：可能不完整、已过期或已收回。请向发给您链接的街道工作人员要一个新的。", status=404
    )


def linkable(order):
    """可开具: an open order of a body outside (社会单位)."""
    return order.status in WorkOrder.OPEN and order.handler.relation == Organisation.Relation.OUTSIDE


def may_issue(order, user):
    """Whether `issue` would pass for `user` as now posted."""
    return linkable(order) and posting_for(ISSUE, order, user) is not None


@transaction.atomic
def issue(order, *, by, at):
    """开具链接: for an open order of an outside body; an earlier link of the order dies. Refused `not_outside`.

    It expires after the policy's days (提案: 15). The secret is derived, never stored; no message carries it."""
    order = lock(order)
    posting = permit(ISSUE, order, by=by, at=at)
    if not linkable(order):
        raise Refused("not_outside", f"只能给没有账号的社会单位的未办结工单开具链接；工单 {order.number} 不是。")
    order.links.filter(revoked_at__isnull=True).update(revoked_at=at)
    salt, until = new_salt(), at + timedelta(days=order.policy.link_days)
    link = insert(
        OutsideLink(
            order=order, token_salt=salt, token_hash=fingerprint(secret_for("outside", salt)), issued_by=by, issued_at=at,
            expires_at=until,
        )
    )  # fmt: skip
    record(
        order.case, "outsidelink.issue", at=at, by=by, posting=posting, subject=link,
        sentence=f"为{order.handler}开具工单 {order.number} 的办理链接，{beijing(until)}前有效。",
    )  # fmt: skip
    text = f"工单 {order.number} 已开具免登录办理链接，由街道工作人员发给贵单位，{beijing(until)}前有效。"
    notify(notice_for(f"outsidelink:{link.pk}", "link", order.case, text, at=at, organisation=order.handler))
    return link


@transaction.atomic
def revoke(order, *, by, at):
    """收回链接: from now on it opens nothing. Refused `no_link`."""
    order = lock(order)
    posting = permit(REVOKE, order, by=by, at=at)
    link = order.links.filter(revoked_at__isnull=True).first()
    if link is None:
        raise Refused("no_link", f"工单 {order.number} 没有在用的链接，可能已由他人收回。请刷新页面。")
    link.revoked_at = at
    link.save(update_fields=["revoked_at"])
    record(
        order.case, "outsidelink.revoke", at=at, by=by, posting=posting, subject=link,
        sentence=f"收回{order.handler}办理工单 {order.number} 的链接。",
    )  # fmt: skip
    return link


def found(token, at):
    """凭链接: the live link with its order. Refused `unknown_link` 404, also once the order is over."""
    read = OutsideLink.objects.select_related(
        "order__handler", "order__case__street__parent", "order__case__place__community", "order__case__category"
    )
    link = read.with_token(token, at).filter(order__status__in=WorkOrder.OPEN).first()
    if link is None:
        raise unknown()
    return link


@transaction.atomic
def note_opening(link, *, at):
    """首次打开: when the body first had the order before its eyes; once."""
    if OutsideLink.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=at):
        sentence = f"{link.order.handler}首次打开工单 {link.order.number} 的链接。"
        record(link.order.case, "outsidelink.open", at=at, by=OUTSIDE, subject=link, sentence=sentence)


def _still_live(link, at):
    """The order, locked; a link revoked in the meantime opens nothing any more."""
    order = lock(link.order)
    if not OutsideLink.objects.filter(pk=link.pk, revoked_at__isnull=True, expires_at__gt=at).exists():
        raise unknown()
    return order


def act(link, name, *, photos=(), at, **said):
    """凭链接办理: accept, respond, add_progress or complete, with up to nine pictures.

    Refused `unknown_move`, `unknown_link`, those of the action and of `media`. Files are kept before the transaction opens."""
    if name not in ACTS:
        raise Refused("unknown_move", "没有这个操作，请返回后重试。", status=400)
    return _act(link, name, media.keep_photos(photos), said, at=at)


@transaction.atomic
def _act(link, name, kept, said, *, at):
    order = ACTS[name](_still_live(link, at), by=OUTSIDE, at=at, **said)
    if kept:
        notes = Remark.objects.filter(case=order.case, author=None, grievance=None, at=at)
        note = notes.last() or Remark.objects.create(case=order.case, text=f"{order.handler}附图。", at=at)
        Attachment.objects.bulk_create(file.attachment(order.case, None, at, note) for file in kept)
    return order


def shared_contacts(order):
    """可告知的诉求人: who agreed to be rung by an outside body after this one was sent the order (PIPL art. 23).

    Never one who asked for confidence, who withdrew, or who left no number; never for a utility, which no consent names."""
    if order.handler.may_lead:
        return []
    agreed = Complainant.objects.filter(
        grievance__case=order.case_id, grievance__withdrawn_at__isnull=True, confidential=False,
        shared_at__gte=order.dispatched_at,
    )  # fmt: skip
    return [one for one in agreed.order_by("pk") if one.phone]


@transaction.atomic
def reveal(link, *, at):
    """查看联系方式: names and numbers of those who agreed, shown in the answer; an event each time. Refused `not_shared`."""
    order = _still_live(link, at)
    agreed = shared_contacts(order)
    if not agreed or order.case.ended:
        raise Refused("not_shared", "诉求人没有同意把联系方式告诉贵单位。需要联系时，请通过街道工作专班转达。", status=403)
    for one in agreed:
        record(
            order.case, "phone.revealed", at=at, by=OUTSIDE, subject=one.grievance, grievance=one.grievance,
            sentence=f"{order.handler}凭链接查看了诉求 {one.grievance} 的姓名和电话（诉求人已同意）。",
        )  # fmt: skip
    return [Contact(one.name, one.phone) for one in agreed]
