"""信访件: the statutory track of 信访工作条例 (2022) on a case: registered with its number, objected to, notified, extended.

Ours are the clocks and the drafts; what is decided, and signed, is the unit's that has the power."""

from django.db import transaction

from dispatch import deadlines, shifting
from dispatch.models import Anchor, Deadline, Petition, WorkOrder
from dispatch.workflow import WORK_ORDER
from grievance.casework import Move, Refused, beijing, lock, permit, promise, record
from street.models import Role

REGISTER = Move("register_petition", "登记信访件", set(), None, {Role.DISPATCHER, Role.SHIFT_LEADER})
ASK_REVIEW = Move("ask_review", "登记复查、复核申请", set(), None, REGISTER.roles)
RECORD_REVIEW = Move("record_review", "登记复查、复核意见", set(), None, REGISTER.roles)
STAGES = {Anchor.RECHECK: Anchor.COMPLETION, Anchor.FINAL: Anchor.RECHECK}
"""复查 follows the opinion, 复核 the 复查 (art. 35, 36)."""


@transaction.atomic
def register(case, *, number, kind, forwarded_by, received_at, by, at):
    """登记信访件: its number in the 信访信息系统, from whom and when it came. Its clocks are planned with the order of class X.

    Refused `number_missing`, `kind_unknown`, `received_in_future`, `registered_before`, `number_taken`, `led_already`."""
    number = number.strip()
    if not number:
        raise Refused("number_missing", "请填写信访信息系统编号，再登记。", status=400)
    if kind not in Petition.Kind.values:
        raise Refused("kind_unknown", "请选择信访件的种类。检举控告不在这里登记，请转有权机关。", status=400)
    if received_at is None or received_at > at:
        raise Refused("received_in_future", "请填写收到转送的时间，不能晚于现在。", status=400)
    case = lock(case)
    posting = permit(REGISTER, case, by=by, at=at)
    if Petition.objects.filter(case=case).exists():
        raise Refused("registered_before", f"事项 {case.number} 已登记为信访件 {case.petition.number}。")
    if Petition.objects.filter(number=number).exists():
        raise Refused("number_taken", f"信访信息系统编号 {number} 已登记在另一事项上，请核对。")
    if case.orders.open().filter(lead=True).exists():
        raise Refused("led_already", "该事项已派单，信访件须在派单前登记。请先收回派单，或另立事项。")
    row = Petition.objects.create(
        case=case, number=number, kind=kind, forwarded_by=forwarded_by, received_at=received_at, registered_by=by,
        registered_at=at,
    )  # fmt: skip
    sentence = f"登记为信访件 {number}（{row.get_kind_display()}），{forwarded_by}转送，{beijing(received_at)}收到。"
    record(case, "case.register_petition", at=at, by=by, posting=posting, sentence=sentence)
    return row


@transaction.atomic
def admit(order, *, by, at):
    """受理: the unit takes the petition up; its 60 days count from here (art. 34).

    Refused `not_a_petition`, `admitted_before`."""
    order = lock(order)
    petition = petition_of(order)
    if petition.admitted_at:
        raise Refused("admitted_before", f"信访件 {petition.number} 已于{beijing(petition.admitted_at)}受理。")
    WORK_ORDER.apply(
        "admit_petition", order, by=by, at=at, sentence=f"{order.handler}受理信访件 {petition.number}。",
        public=f"{order.handler}已受理。",
    )  # fmt: skip
    petition.admitted_at = at
    petition.save(update_fields=["admitted_at"])
    shifting.restart(order, Anchor.COMPLETION, at=at)
    deadlines.drop_one(order, Anchor.OBJECTION, at=at)
    if order.lead:
        why = f"{order.handler}已受理，承诺于{beijing(order.due_at)}（北京时间）前办结。"
        promise(order.case, unit=order.handler, due=order.due_at, at=at, why=why)
    return order


@transaction.atomic
def notify_in_writing(order, *, by, at):
    """书面告知 of receipt, route and procedure within 15 days (art. 23). Refused `not_a_petition`, `notified_before`."""
    order = lock(order)
    petition = petition_of(order)
    if petition.notified_at:
        raise Refused("notified_before", f"信访件 {petition.number} 已于{beijing(petition.notified_at)}书面告知。")
    WORK_ORDER.apply(
        "notify_petitioner", order, by=by, at=at, sentence=f"{order.handler}已就信访件 {petition.number} 书面告知信访人。",
        public=f"{order.handler}已书面告知您接收情况和处理途径、程序。",
    )  # fmt: skip
    petition.notified_at = at
    petition.save(update_fields=["notified_at"])
    deadlines.meet(order, Anchor.NOTICE, at=at)
    return order


def next_stage(petition):
    """下一步: what the petitioner may ask for now (复查 after the opinion, 复核 after that); None where there is nothing."""
    clocks = Deadline.objects.filter(case=petition.case_id, anchor__in=[*STAGES, *STAGES.values()])
    met = {clock.anchor: clock.met_at is not None for clock in clocks}
    return next((Anchor(stage) for stage, after in STAGES.items() if stage not in met and met.get(after)), None)


def stage_waiting(petition):
    """复查或复核 that has been asked for and not yet decided: its clock, else None."""
    waiting = Deadline.objects.filter(case=petition.case_id, anchor__in=STAGES, met_at__isnull=True, dropped_at__isnull=True)
    return waiting.first()


@transaction.atomic
def record_review(petition, *, outcome, by, at):
    """登记复查、复核意见 of the authority above: its clock stops (art. 35, 36). Refused `text_missing`, `nothing_asked`."""
    if not outcome.strip():
        raise Refused("text_missing", "请写明复查、复核机关和意见，再提交。", status=400)
    case = lock(petition.case)
    posting = permit(RECORD_REVIEW, case, by=by, at=at)
    clock = stage_waiting(petition)
    if clock is None:
        raise Refused("nothing_asked", "没有待登记的复查或复核。请刷新后查看。")
    clock.met_at = at
    clock.save(update_fields=["met_at"])
    sentence = f"已作出{clock.get_anchor_display()}意见：{outcome}"
    record(case, "case.record_review", at=at, by=by, posting=posting, sentence=sentence, public=sentence)
    return clock


@transaction.atomic
def ask_review(petition, *, stage, by, at):
    """申请复查或复核: what the authority above decides in 30 days (art. 35, 36).

    Refused `stage_not_open`, `stage_asked_before`."""
    case = lock(petition.case)
    posting = permit(ASK_REVIEW, case, by=by, at=at)
    ended = Deadline.objects.filter(case=case, anchor=STAGES.get(stage), met_at__isnull=False)
    if stage not in STAGES or not ended.exists():
        raise Refused("stage_not_open", "上一级意见还没有作出，不能申请复查或复核。")
    if Deadline.objects.filter(case=case, anchor=stage).exists():
        raise Refused("stage_asked_before", f"{Anchor(stage).label}已申请过，不能重复申请。")
    order = case.orders.filter(lead=True, limit_class=deadlines.PETITION_CLASS, status=WorkOrder.Status.DONE).last()
    if order is None:
        raise Refused("stage_not_open", "该信访件的工单还没有办结，不能申请复查或复核。")
    limit = deadlines.limit_for(order.policy, order.limit_class, stage, case)
    clock = deadlines.start(order, stage, limit, at, deadlines.calendar_of(case.street))
    sentence = f"信访人申请{Anchor(stage).label}，有权机关应于{beijing(clock.due_at)}前作出意见。"
    record(case, "case.ask_review", at=at, by=by, posting=posting, sentence=sentence, public=sentence)
    return clock


def petition_of(order):
    """信访件 of an order of the statutory track. Refused `not_a_petition`."""
    petition = Petition.objects.filter(case=order.case).first()
    if petition is None or order.limit_class != deadlines.PETITION_CLASS:
        raise Refused("not_a_petition", f"工单 {order.number} 不是信访件。")
    return petition
