"""挂账与恢复: an order's clocks stand still for a reason, agreed by another, reviewed on a day, ended at the cap at the latest.

How often, for how long at most and who agrees is the policy's (宽限规则). The resident is told the reason and the new date."""

from django.db import transaction

from dispatch import allowances, deadlines, shifting
from dispatch.models import Allowance, Suspension, WorkOrder
from dispatch.workflow import WORK_ORDER
from grievance.actions.triage import tell_residents
from grievance.casework import Refused, beijing, lock, notice_for, notify, promise


@transaction.atomic
def ask(order, *, reason, words, review_at, by, at):
    """挂账申请, to be reviewed at `review_at` within the cap. The clock runs on until somebody else has agreed.

    Refused `reason_missing`, `too_late`, `suspension_pending`, `suspended_before`, `review_out_of_range`."""
    if reason not in Suspension.Reason.values or not words.strip():
        raise Refused("reason_missing", "请选择挂账的事由，并写明在等什么、何时能恢复。", status=400)
    order = lock(order)
    if at > order.due_at:
        raise Refused("too_late", f"工单 {order.number} 已于{beijing(order.due_at)}到期，到期后不能申请挂账。请尽快办结。")
    allowed = _allowed(order)
    cap = _cap(order, allowed.most, allowed.unit, at)
    if review_at is None or not at < review_at <= cap:
        raise Refused("review_out_of_range", f"请写明复核时间，在现在之后、{beijing(cap)}之前。", status=400)
    label = Suspension.Reason(reason).label
    WORK_ORDER.apply("ask_suspension", order, by=by, at=at, sentence=f"{order.handler}申请挂账（{label}）：{words}")
    row = Suspension.objects.create(
        order=order, reason=reason, words=words, review_at=review_at, most=allowed.most, unit=allowed.unit,
        deciders=allowed.deciders, asked_by=by, asked_at=at,
    )  # fmt: skip
    text = f"{order.handler}申请工单 {order.number} 挂账（{label}），{beijing(review_at)}复核，请审批。"
    notify(allowances.notice(f"suspension:{row.pk}", "suspension", row, text, at=at))
    return row


def _allowed(order):
    if order.suspensions.filter(agreed__isnull=True).exists():
        raise Refused("suspension_pending", "该工单已有挂账申请待审批，不能重复申请。")
    step = order.suspensions.filter(agreed=True).count() + 1
    allowed = allowances.allowance_for(order, Allowance.Kind.SUSPENSION, step)
    if allowed is None:
        raise Refused("suspended_before", f"按办理政策，该工单不能第{step}次挂账。确有困难的请申请延期，或报告工作专班。")
    return allowed


def _cap(order, most, unit, at):
    return deadlines.calendar_of(order.case.street).add(at, most, unit)


@transaction.atomic
def decide(suspension, *, agreed, opinion, by, at):
    """挂账审批: agreed, the clocks stand still from now on, never from an earlier instant; what has run out stays a breach.

    Refused `opinion_missing`, `already_decided`, `own_request`, `wrong_level`."""
    if not opinion.strip():
        raise Refused("opinion_missing", "请写明审批意见，再提交。", status=400)
    order = lock(suspension.order)
    row = Suspension.objects.select_related("asked_by").get(pk=suspension.pk)
    row.order = order
    if row.agreed is not None:
        raise Refused("already_decided", f"该挂账申请已由{row.decided_by or '系统'}审批，不能重复审批。")
    if row.asked_by_id == by.pk:
        raise Refused("own_request", "不能审批本人提出的挂账申请，请由他人审批。", status=403)
    allowances.check_level(row, by=by, at=at)
    row.agreed, row.opinion, row.decided_by, row.decided_at = agreed, opinion, by, at
    _start(order, row, at=at) if agreed else _refuse(order, row, at=at)
    row.save(update_fields=["agreed", "opinion", "decided_by", "decided_at", "cap_at", "review_at"])
    return row


def _refuse(order, row, *, at):
    sentence = f"不同意{order.handler}挂账：{row.opinion}"
    WORK_ORDER.apply("refuse_suspension", order, by=row.decided_by, at=at, sentence=sentence)
    text = f"工单 {order.number} 挂账申请：不同意。{row.opinion[:80]}。时限不变。"
    notify(notice_for(f"suspension:{row.pk}:decided", "suspension", order.case, text, at=at, organisation=order.handler))


def _start(order, row, *, at):
    row.cap_at = _cap(order, row.most, row.unit, at)
    row.review_at = min(max(row.review_at, at), row.cap_at)
    WORK_ORDER.apply(
        "agree_suspension", order, by=row.decided_by, at=at,
        sentence=f"同意{order.handler}挂账（{row.get_reason_display()}），{beijing(row.review_at)}复核，"
        f"最迟{beijing(row.cap_at)}恢复：{row.opinion}",
    )  # fmt: skip
    shifting.pause(order, row.cap_at, at=at)
    text = f"工单 {order.number} 已挂账，时限暂停；{beijing(row.review_at)}复核，最迟{beijing(row.cap_at)}自动恢复。"
    notify(notice_for(f"suspension:{row.pk}:decided", "suspension", order.case, text, at=at, organisation=order.handler))
    if order.lead:
        _promise(
            order, f"因{row.get_reason_display()}（{row.words}），办理时限暂停，{beijing(row.review_at)}复核；"
            f"办结时间顺延，最迟{beijing(order.due_at)}（北京时间）。", at=at,
        )  # fmt: skip
        tell_residents(order.case, "suspended", f"您反映的事项暂停计时，办结时间顺延，最迟{beijing(order.due_at)}。", at=at)


def _promise(order, why, *, at):
    promise(order.case, unit=order.handler, due=order.due_at, at=at, why=why)


@transaction.atomic
def resume(order, *, note="", by, at):
    """恢复计时: the clocks run on, later by exactly the time they stood still; the resident is told the date that now holds.

    `by=None`: the cap is reached. Refused `move_not_open` where the order is not suspended."""
    order = lock(order)
    end = f"恢复计时：{note}" if note.strip() else "恢复计时。" if by else "挂账已到最长期限，自动恢复计时。"
    WORK_ORDER.apply("resume", order, by=by, at=at, sentence=f"工单 {order.number} {end}")
    finish(order, by=by, at=at)
    text = f"工单 {order.number} 已恢复计时，办结时限{beijing(order.due_at)}。"
    notify(notice_for(f"resume:{order.pk}:{at:%s}", "suspension", order.case, text, at=at, organisation=order.handler))
    if order.lead:
        _promise(order, f"已恢复办理，承诺于{beijing(order.due_at)}（北京时间）前办结。", at=at)
        tell_residents(order.case, "resumed", f"您反映的事项已恢复办理，将于{beijing(order.due_at)}前办结。", at=at)
    return order


def finish(order, *, by, at):
    """挂账了结: with the resumption, or with an order that goes to another unit while it stands still."""
    row = order.suspensions.running().first()
    if row is None:
        return
    end = min(at, row.cap_at)
    shifting.unpause(order, end, at=at)
    row.resumed_at, row.resumed_by = end, by
    row.save(update_fields=["resumed_at", "resumed_by"])


@transaction.atomic
def remind_of_review(suspension, *, at):
    """挂账复核: on the day, the unit says whether the cause still holds and the desk looks; said once."""
    order = lock(suspension.order)
    row = Suspension.objects.get(pk=suspension.pk)
    if row.reviewed_at or row.resumed_at or order.status != WorkOrder.Status.SUSPENDED:
        return
    row.reviewed_at = at
    row.save(update_fields=["reviewed_at"])
    text = f"工单 {order.number} 挂账到复核时间：原因消除的请恢复计时；最迟{beijing(row.cap_at)}自动恢复。"
    sentence = f"{order.handler}的挂账到复核时间，请核实原因是否消除。"
    WORK_ORDER.apply("review_suspension", order, by=None, at=at, sentence=sentence)
    notify(
        notice_for(f"suspension:{row.pk}:review", "suspension", order.case, text, at=at, organisation=order.handler),
        notice_for(f"suspension:{row.pk}:review:desk", "suspension", order.case, text, at=at, role="supervisor"),
    )


def attend(suspension, *, at):
    """挂账到期: resume at the cap, call for the review on its day. One that somebody has just resumed is passed over."""
    try:
        if suspension.cap_at <= at:
            resume(suspension.order, by=None, at=at)
        else:
            remind_of_review(suspension, at=at)
    except Refused as refusal:
        if refusal.code != "move_not_open":
            raise
