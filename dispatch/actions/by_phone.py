"""电话代签收: the desk rings a unit that has not signed for its order; who answered and what was said is written down.

The order counts as accepted by telephone on the unit's behalf, and says so everywhere; the unit sees it and may object."""

import re

from django.db import transaction

from dispatch import deadlines
from dispatch.actions import facts
from dispatch.duty import OBJECT, to_officers
from dispatch.models import Anchor, PhoneAcceptance, WorkOrder
from dispatch.teamwork import must_say
from dispatch.workflow import WORK_ORDER
from grievance.casework import Refused, lock, notice_for, notify, permit, posting_for, record

DIGITS = re.compile(r"\D")


@transaction.atomic
def accept(order, *, answered_by, dialled, said="", by, at):
    """电话代签收: by a named member of the desk; the accept clock stops. Refused `answerer_missing`, `number_missing`."""
    must_say(answered_by, "请写明是谁接的电话（姓名、职务），再保存。")
    number = hidden(dialled)
    order = lock(order)
    WORK_ORDER.apply(
        "accept_by_phone", order, by=by, at=at, accepted_at=at,
        sentence=f"街道工作专班电话通知{order.handler}，代为签收工单 {order.number}。",
        public=f"{order.handler}已接收，开始办理。" if order.lead else "",
    )  # fmt: skip
    row = PhoneAcceptance.objects.create(
        order=order, answered_by=answered_by.strip(), dialled=number, said=said.strip(), by=by, at=at
    )
    deadlines.meet(order, Anchor.ACCEPT, at=at)
    facts.note_late_acceptance(order, at=at)
    text = f"工单 {order.number} 已由街道工作专班电话代贵单位签收，请照常办理。没有接到电话的，请在工单上提出异议。"
    notify(notice_for(f"by-phone:{order.pk}", "by_phone", order.case, text, at=at, organisation=order.handler))
    return row


def hidden(dialled):
    """拨打号码 as it is kept: its first three and last four digits. Refused `number_missing` (400)."""
    digits = DIGITS.sub("", dialled)
    if len(digits) < 3:
        raise Refused("number_missing", "请填拨打的号码；保存后只留首尾几位。", status=400)
    return digits if len(digits) <= 5 else f"{digits[:3]}{'*' * max(len(digits) - 7, 2)}{digits[-4:]}"


def may_object(order, user):
    """可否提异议: its own unit, once, while the order is open."""
    # Whoever signed by hand leaves a name: of those orders nothing is asked
    row = getattr(order, "by_phone", None) if order.accepted_at and order.accepted_by_id is None else None
    waits = row is not None and row.objected_at is None and order.status in WorkOrder.OPEN
    return waits and posting_for(OBJECT, order, user) is not None


@transaction.atomic
def object_to(order, *, words, by, at):
    """对代签收有异议: nobody there took the order on; both pages say so, and the desk clears it up by telephone.

    The order and its clocks stand. Refused `text_missing`, `not_by_phone`."""
    must_say(words, "请写明情况，如：当时无人接到电话。")
    order = lock(order)
    row = PhoneAcceptance.objects.filter(order=order).first()
    if row is None or row.objected_at:
        raise Refused("not_by_phone", f"工单 {order.number} 不是电话代签收的，或已提过异议。请刷新页面。")
    posting = permit(OBJECT, order, by=by, at=at)
    row.objection, row.objected_by, row.objected_at = words.strip(), by, at
    row.save(update_fields=["objection", "objected_by", "objected_at"])
    record(
        order.case, "workorder.object_to_phone", at=at, by=by, posting=posting, subject=order,
        sentence=f"{order.handler}对工单 {order.number} 的电话代签收提出异议。",
    )  # fmt: skip
    text = f"{order.handler}对工单 {order.number} 的电话代签收提出异议，请电话核实。"
    for mark, to in to_officers(order.case.street, at):
        notify(notice_for(f"by-phone:{order.pk}:objection:{mark}", "by_phone", order.case, text, at=at, **to))
    return row
