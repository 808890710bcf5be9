"""协办: supporting orders beside the lead: sent later, asked for more, chased by the lead.

A case is resolved only when each order, lead or supporting, has been reviewed (`handling.finish`)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dispatch import deadlines
from dispatch.actions import handling
from dispatch.models import WorkOrder
from dispatch.teamwork import CONVENERS, Seat, must_say
from dispatch.workflow import UNIT
from grievance.casework import Move, Refused, lock, notice_for, notify, permit, record
from grievance.models import Case, Notice, Remark
from street.models import Role

SUPPORT = Move("support", "加派协办", set(), None, CONVENERS)
CHASE = Move("chase_support", "催协办", set(), None, {*UNIT, Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR})
ASK = Move("ask_help", "请求支援", set(), None, UNIT)
S = WorkOrder.Status
OWING = (S.DISPATCHED, S.ACCEPTED, S.RETURNING)
"""协办单位还欠着的: one that stands still, or waits for its review, is not chased."""


@transaction.atomic
def support(case, *, to, demand, basis="", by, at):
    """加派协办: one more unit helps the lead, with an order and clocks of its own, in the lead's limit class.

    Refused `text_missing`, `not_in_handling`, `already_handling` (then ask it for more: `demand_more`)."""
    must_say(demand, "请写明协办要求，再提交。")
    case = lock(case)
    permit(SUPPORT, case, by=by, at=at)
    lead = lead_of(case)
    if case.status != Case.Status.IN_HANDLING or lead is None:
        raise Refused("not_in_handling", f"事项 {case.number} 还没有主办单位，不能加派协办。请先派单。")
    if held := order_of(case, to):
        raise Refused("already_handling", f"{to}在该事项上已有未办结的工单 {held.number}，请在原工单上追加要求。")
    order = handling.send_order(
        case, to, lead=False, policy=lead.policy, limit_class=lead.limit_class, basis=basis or f"协助主办单位{lead.handler}",
        demand=demand, authority=None, by=by, at=at,
    )  # fmt: skip
    text = f"事项 {case.number} 加派{to}协办（工单 {order.number}）。"
    record(case, "workorder.support", at=at, by=by, subject=order, posting=permit(SUPPORT, case, by=by, at=at), sentence=text)
    notify(notice_for(f"support:{order.pk}:lead", "support", case, text, at=at, organisation=lead.handler))
    return order


@transaction.atomic
def demand_more(order, *, text, by, at):
    """追加要求 to an order that is open: a remark that the unit reads, and a notice; its due time stays as it was."""
    must_say(text, "请写明要求，再提交。")
    order = lock(order)
    posting = permit(SUPPORT, order.case, by=by, at=at)
    if order.status not in WorkOrder.OPEN:
        raise Refused("order_over", f"工单 {order.number} 现在是“{order.get_status_display()}”，不能追加要求。")
    note = Remark.objects.create(case=order.case, author=by, text=text, at=at)
    record(
        order.case, "workorder.demand", at=at, by=by, posting=posting, subject=note,
        sentence=f"对{order.handler}的工单 {order.number} 追加要求。",
    )  # fmt: skip
    said = f"工单 {order.number} 追加要求：{text[:200]}"
    notify(notice_for(f"demand:{note.pk}", "demand", order.case, said, at=at, organisation=order.handler))
    return order


@transaction.atomic
def ask_help(order, *, text, by, at):
    """请求支援: the unit on the spot asks the street's desk for help; whether by a whistle or by a supporting unit, the desk
    decides. The clocks of the order go on. Refused `text_missing`, `order_over`."""
    must_say(text, "请写明现在的情况、要谁来帮，再提交。")
    order = lock(order)
    posting = permit(ASK, order, by=by, at=at)
    if order.status not in OWING:
        raise Refused("order_over", f"工单 {order.number} 现在是“{order.get_status_display()}”，不能请求支援。请刷新页面。")
    note = Remark.objects.create(case=order.case, author=by, text=text, at=at)
    record(
        order.case, "workorder.ask_help", at=at, by=by, posting=posting, subject=note, sentence=f"{order.handler}请求街道支援。"
    )
    said = f"{order.handler}在事项 {order.case.number} 请求支援，请看是吹哨还是加派协办。"
    notify(notice_for(f"help:{note.pk}", "support", order.case, said, at=at, role=Role.DISPATCHER))
    return order


@transaction.atomic
def chase_support(order, *, by, at):
    """催协办: the lead (or the desk) presses a supporting unit; once a working day for each, so that pressing stays a signal.

    Refused `not_supporting`, `nothing_owed`, `chased_today`."""
    order = lock(order)
    lead = lead_of(order.case)
    posting = permit(CHASE, Seat(lead.handler_id if lead else None, order.case.street_id), by=by, at=at)
    if order.lead:
        raise Refused("not_supporting", f"工单 {order.number} 是主办工单，催协办只对协办单位。")
    if order.status not in OWING:
        raise Refused("nothing_owed", f"{order.handler}的工单现在是“{order.get_status_display()}”，不必催办。")
    day = working_day_of(order.case, at)
    key = f"chase-support:{order.pk}:{day:%Y%m%d}"
    if Notice.objects.filter(key=key).exists():
        raise Refused("chased_today", f"今天已经催过{order.handler}（一个工作日一次）。仍无进展的，请报告街道工作专班。")
    who = f"主办单位{lead.handler}" if posting.organisation_id != order.case.street_id and lead else "街道工作专班"
    record(
        order.case, "workorder.chase_support", at=at, by=by, posting=posting, subject=order,
        sentence=f"{who}催协办：{order.handler}（工单 {order.number}）。",
    )  # fmt: skip
    text = f"{who}请贵单位抓紧协办工单 {order.number}（事项 {order.case.number}），并填写办理进展。"
    notify(notice_for(key, "chase", order.case, text, at=at, organisation=order.handler))
    return order


def working_day_of(case, at):
    """工作日 to which an instant belongs: a day off counts with the next working day."""
    calendar, day = deadlines.calendar_of(case.street), timezone.localdate(at)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def lead_of(case):
    """主办工单 that is open, else None."""
    return case.orders.open().filter(lead=True).select_related("handler", "policy").first()


def order_of(case, unit):
    """该单位未办结的工单 on the case, else None."""
    return case.orders.open().filter(handler=unit).first()
