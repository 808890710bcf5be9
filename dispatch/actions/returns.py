"""退单: a unit hands an order back with reason and basis; somebody else decides."""

from django.db import transaction

from dispatch import deadlines
from dispatch.actions import copies, facts, handling
from dispatch.models import Anchor, Deadline, OrderReturn, Trigger, WorkOrder
from dispatch.workflow import WORK_ORDER
from grievance import casework
from grievance.casework import Refused, lock, notice_for, notify, promise
from grievance.workflow import CASE


@transaction.atomic
def ask_return(order, *, reason, basis, suggested=None, by, at):
    """退单申请: the clock runs on while it is reviewed (domain §8). A designated unit may not return (潍坊条例 art. 22).

    Refused `designated`, `returned_before` (one return a unit), `basis_missing`, `too_late`."""
    if not basis.strip() or reason not in OrderReturn.Reason.values:
        raise Refused("basis_missing", "退单须选择理由并写明法律或清单依据，请补充后再提交。", status=400)
    order = lock(order)
    if order.designated:
        raise Refused("designated", f"工单 {order.number} 是指定承办，不能退单。如有困难，请申请延期或报告工作专班。")
    if OrderReturn.objects.filter(order__case=order.case, order__handler=order.handler).exists():
        raise Refused("returned_before", "本单位对该事项已申请过一次退单，不能再次退单。请继续办理，或报告工作专班会商。")
    _in_time(order, at)
    was = order.status
    label = OrderReturn.Reason(reason).label
    WORK_ORDER.apply("ask_return", order, by=by, at=at, sentence=f"{order.handler}申请退单（{label}）：{basis}")
    deadlines.meet(order, Anchor.OBJECTION, at=at)
    row = OrderReturn.objects.create(
        order=order, reason=reason, basis=basis, suggested=suggested, was=was, asked_by=by, asked_at=at
    )
    text = f"{order.handler}申请退回工单 {order.number}（{label}），请审核。"
    notify(notice_for(f"return:{row.pk}", "return", order.case, text, at=at, role="shift_leader"))
    return row


def _in_time(order, at):
    if objection := Deadline.objects.filter(order=order, anchor=Anchor.OBJECTION).first():
        _refuse_late(objection.due_at, "异议期限", at)
        return
    try:
        limit = deadlines.limit_for(order.policy, order.limit_class, "return", order.case)
    except deadlines.LimitMissing:
        return
    until = deadlines.due_after(order.dispatched_at, limit, deadlines.calendar_of(order.case.street))
    _refuse_late(until, "退单期限", at)


def _refuse_late(until, noun, at):
    if at > until:
        raise Refused("too_late", f"{noun}为{casework.beijing(until)}，已经超过。请继续办理，或报告工作专班会商。")


@transaction.atomic
def decide_return(order_return, *, agreed, opinion, by, at):
    """退单审核: agreed, the case goes back to the queue; refused, the order stands as it was, with its due time."""
    if not opinion.strip():
        raise Refused("opinion_missing", "请写明审核意见，再提交。", status=400)
    order = lock(order_return.order)
    row = OrderReturn.objects.get(pk=order_return.pk)
    if row.agreed is not None:
        raise Refused("already_decided", f"该退单申请已由{row.decided_by}审核，不能重复审核。")
    if row.asked_by_id == by.pk:
        raise Refused("own_request", "不能审核本人提出的退单申请，请由他人审核。", status=403)
    row.agreed, row.opinion, row.decided_by, row.decided_at = agreed, opinion, by, at
    (_agree if agreed else _refuse)(order, row, by=by, at=at)
    row.save(update_fields=["agreed", "opinion", "decided_by", "decided_at"])
    return row


def _agree(order, row, *, by, at):
    WORK_ORDER.apply("agree_return", order, by=by, at=at, ended_at=at, sentence=f"同意{order.handler}退单：{row.opinion}")
    deadlines.drop(order, at=at)
    copies.excuse(order)
    if order.lead:
        CASE.apply("requeue", order.case, by=None, at=at, sentence="退单成立，重新研判。", public="正在重新确定承办单位。")
        promise(order.case, unit=None, due=None, at=at)
    count = OrderReturn.objects.filter(order__case=order.case, agreed=True).count() + 1
    deadlines.plan_fact(order.case, Trigger.RETURNS, count, at=at, policy=order.policy, order=None, unit=order.handler)
    facts.note_handed_on(order, at=at)
    if not order.lead:
        # It may have been all that a case whose lead is done still waited for
        handling.finish(order.case, by=None, at=at)


def _refuse(order, row, *, by, at):
    WORK_ORDER.apply("refuse_return", order, by=by, at=at, status=WorkOrder.Status(row.was), sentence=f"驳回退单：{row.opinion}")
    text = f"工单 {order.number} 退单未获同意：{row.opinion[:80]}。请继续办理，时限不变。"
    notify(notice_for(f"return:{row.pk}:refused", "return", order.case, text, at=at, organisation=order.handler))
