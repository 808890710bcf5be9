"""接手协办: supporting orders outlive the lead they were sent with (docs/decisions/0010-supporters-outlive-a-recalled-lead.md).

Who has begun goes on; who leads next takes the supporters over, and does not support itself. The case is locked by the caller."""

from dispatch import deadlines
from dispatch.actions import suspension
from dispatch.workflow import WORK_ORDER
from grievance.casework import notice_for, notify


def take_over(case, *, to, by, at):
    """接手: the supporting orders that the new lead `to` finds; its own one, from an earlier dispatch, ends for the lead order.

    Refused `move_not_open` where that one waits for its review: it is judged first."""
    found = list(case.orders.open().filter(lead=False).select_related("handler"))
    for order in found:
        if order.handler_id == to.pk:
            _end(order, case, by=by, at=at)
    return [order for order in found if order.handler_id != to.pk]


def _end(order, case, *, by, at):
    order.case = case
    sentence = f"{order.handler}由协办改为主办，原协办工单 {order.number} 结束。"
    WORK_ORDER.apply("transfer", order, by=by, at=at, ended_at=at, sentence=sentence)
    suspension.finish(order, by=by, at=at)
    deadlines.drop(order, at=at)


def tell(lead, supporters, *, at):
    """告知: a new lead hears who supports from before, and they who leads now."""
    if not supporters:
        return
    case, units = lead.case, "、".join(f"{row.handler}（{row.number}）" for row in supporters)
    text = f"工单 {lead.number}：以下单位此前已在协办，请一并牵头：{units}。"
    notify(notice_for(f"inherit:{lead.pk}", "support", case, text, at=at, organisation=lead.handler))
    for row in supporters:
        said = f"事项 {case.number} 现由{lead.handler}主办，贵单位的协办工单 {row.number} 继续有效。"
        notify(notice_for(f"inherit:{lead.pk}:{row.pk}", "support", case, said, at=at, organisation=row.handler))


def tell_of_recall(case, *, at):
    """主办收回后: supporters who have begun hear that the lead is being decided anew, and that they go on."""
    for order in case.orders.open().filter(lead=False).select_related("handler"):
        text = (
            f"事项 {case.number} 的主办派单已收回，正在重新确定主办单位；贵单位的协办工单 {order.number} 继续有效，请照常办理。"
        )
        notify(notice_for(f"recalled-lead:{order.pk}:{at:%s}", "support", case, text, at=at, organisation=order.handler))
