"""延期: asked before the due time, decided by another, the resident told (北京接诉即办条例 art. 15).

How often, for how many days at most and by whom is the policy's (宽限规则), and is frozen in the request."""

from django.db import transaction

from dispatch import allowances, deadlines, shifting
from dispatch.models import Allowance, Anchor, Deadline, Extension
from dispatch.workflow import WORK_ORDER
from grievance.actions.triage import tell_residents
from grievance.casework import Refused, beijing, lock, notice_for, notify, promise


@transaction.atomic
def request(order, *, days, reason, by, at):
    """延期申请 for the days that the policy allows at this step.

    Refused `reason_missing`, `days_out_of_range`, `too_late`, `extension_pending`, `extended_before`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明延期的理由和依据，再提交。", status=400)
    order = lock(order)
    if at > order.due_at:
        raise Refused("too_late", f"工单 {order.number} 已于{beijing(order.due_at)}到期，到期后不能申请延期。请尽快办结。")
    allowed = _allowed(order)
    if not 1 <= days <= allowed.most:
        raise Refused("days_out_of_range", f"延期为1至{allowed.most}{allowed.get_unit_display()}，请修改天数。", status=400)
    span = f"{days}{allowed.get_unit_display()}"
    WORK_ORDER.apply("request_extension", order, by=by, at=at, sentence=f"{order.handler}申请延期{span}：{reason}")
    row = Extension.objects.create(
        order=order, days=days, unit=allowed.unit, step=allowed.step, deciders=allowed.deciders, reason=reason,
        old_due_at=order.due_at, asked_by=by, asked_at=at,
    )  # fmt: skip
    text = f"{order.handler}申请工单 {order.number} 延期{span}，请审批。"
    notify(allowances.notice(f"extension:{row.pk}", "extension", row, text, at=at))
    return row


def _allowed(order):
    if order.extensions.filter(agreed__isnull=True).exists():
        raise Refused("extension_pending", "该工单已有延期申请待审批，不能重复申请。")
    step = order.extensions.filter(agreed=True).count() + 1
    allowed = allowances.allowance_for(order, Allowance.Kind.EXTENSION, step)
    if allowed is None:
        raise Refused("extended_before", f"按办理政策，该工单不能第{step}次延期。请尽快办结，确有困难的请报告工作专班。")
    return allowed


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
    allowances.check_level(row, by=by, at=at)
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
    clock = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    # The order may have stood still between the request and now: what counts is the due time it has
    was, late = order.due_at, clock.overdue(at)
    if late:
        shifting.keep_breach(clock)
    due = deadlines.calendar_of(order.case.street).extend(was, row.days, row.unit, clock.limit.roll_over)
    shifting.extend(order, due, at=at)
    shifting.extend_matter(order, row.days, row.unit, at=at)
    if order.lead:
        why = f"因{row.reason}，办结时间由{beijing(was)}延至{beijing(due)}（北京时间）。"
        promise(order.case, unit=order.handler, due=due, at=at, why=why + ("批准时已超过原时限。" if late else ""))
        tell_residents(order.case, "extended", f"您反映的事项延期至{beijing(due)}办结，原因请看查询页。", at=at)
    return due
