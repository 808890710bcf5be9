"""延期: asked before the due time, decided by another, the resident told (北京接诉即办条例 art. 15)."""

from django.db import transaction

from dispatch import deadlines
from dispatch.models import Anchor, Deadline, Extension
from dispatch.workflow import WORK_ORDER
from grievance.actions.triage import tell_residents
from grievance.casework import Refused, beijing, lock, notice_for, notify, promise

LONGEST = 10
"""延期上限, working days (山东办法; proposal domain §1.4)."""


@transaction.atomic
def request(order, *, days, reason, by, at):
    """延期申请 for 1 to 10 working days. Refused `reason_missing`, `days_out_of_range`, `too_late`, `extended_before`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明延期的理由和依据，再提交。", status=400)
    if not 1 <= days <= LONGEST:
        raise Refused("days_out_of_range", f"延期为1至{LONGEST}个工作日，请修改天数。", status=400)
    order = lock(order)
    if at > order.due_at:
        raise Refused("too_late", f"工单 {order.number} 已于{beijing(order.due_at)}到期，到期后不能申请延期。请尽快办结。")
    if order.extensions.exclude(agreed=False).exists():
        raise Refused("extended_before", "该工单已申请过延期，不能再次延期。")
    WORK_ORDER.apply("request_extension", order, by=by, at=at, sentence=f"{order.handler}申请延期{days}个工作日：{reason}")
    row = Extension.objects.create(order=order, days=days, reason=reason, old_due_at=order.due_at, asked_by=by, asked_at=at)
    text = f"{order.handler}申请工单 {order.number} 延期{days}个工作日，请审批。"
    notify(notice_for(f"extension:{row.pk}", "extension", order.case, text, at=at, role="street_leader"))
    return row


@transaction.atomic
def decide(extension, *, agreed, opinion, by, at):
    """延期审批: agreed, the due time moves and the resident is told why; a breach already made stays on the record."""
    if not opinion.strip():
        raise Refused("opinion_missing", "请写明审批意见，再提交。", status=400)
    order = lock(extension.order)
    row = Extension.objects.get(pk=extension.pk)
    if row.agreed is not None:
        raise Refused("already_decided", f"该延期申请已由{row.decided_by}审批，不能重复审批。")
    if row.asked_by_id == by.pk:
        raise Refused("own_request", "不能审批本人提出的延期申请，请由他人审批。", status=403)
    verdict = "同意" if agreed else "不同意"
    WORK_ORDER.apply("decide_extension", order, by=by, at=at, sentence=f"{verdict}{order.handler}延期：{opinion}")
    row.agreed, row.opinion, row.decided_by, row.decided_at = agreed, opinion, by, at
    if agreed:
        row.new_due_at = _move(order, row, at=at)
    row.save(update_fields=["agreed", "opinion", "decided_by", "decided_at", "new_due_at"])
    text = f"工单 {order.number} 延期申请：{verdict}。{opinion[:80]}"
    notify(notice_for(f"extension:{row.pk}:decided", "extension", order.case, text, at=at, organisation=order.handler))
    return row


def _move(order, row, *, at):
    due = deadlines.calendar_of(order.case.street).extend(row.old_due_at, row.days, "working_day")
    late = at > row.old_due_at and Deadline.objects.get(order=order, anchor=Anchor.COMPLETION).overdue(at)
    deadlines.extend(order, due, at=at)
    if order.lead:
        why = f"因{row.reason}，办结时间由{beijing(row.old_due_at)}延至{beijing(due)}（北京时间）。"
        promise(order.case, unit=order.handler, due=due, at=at, why=why + ("批准时已超过原时限。" if late else ""))
        tell_residents(order.case, "extended", f"您反映的事项延期至{beijing(due)}办结，原因请看查询页。", at=at)
    return due
