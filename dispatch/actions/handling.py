"""办理: dispatch, accept, first contact, progress, completion, review, transfer, recall and rework of work orders."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dispatch import deadlines, routing
from dispatch.actions import copies, facts, instructions, pledging, reworking, succession, suspension
from dispatch.models import Anchor, Policy, Trigger, WorkOrder
from dispatch.workflow import WORK_ORDER
from grievance import casework, media
from grievance.actions import closing
from grievance.casework import Refused, beijing, lock, notice_for, notify, person_of, promise
from grievance.models import Attachment, Case, Remark
from grievance.workflow import CASE

REWORK_CLASS = "R"
"""重办的时限等级 (domain §1.4: 3 working days under the unit's head)."""


@transaction.atomic
def dispatch(case, *, to, assistants=(), limit_class, policy=None, basis="", demand="", designated=False, authority=None, by, at):
    """派单: one lead order, with its limits printed, and supporting ones; the case is now in handling.

    Refused `may_not_lead` (private firms, communities outside their list), `already_led`, `policy_missing`."""
    case = lock(case)
    policy = policy or Policy.objects.in_force(case.street, at)
    if policy is None:
        raise Refused("policy_missing", "还没有生效的办理政策，不能派单。请系统管理员先发布政策。")
    understood = routing.understood_of(case, case.category)
    if why := routing.may_lead(policy, case.category, case.place, to, understood):
        raise Refused("may_not_lead", f"{why}。请另选主办单位。")
    if held := case.orders.open().filter(lead=True).first():
        raise Refused("already_led", f"该事项已由{held.handler}主办（工单 {held.number}）。如需换单位，请用“转派”。")
    how = "系统按值班长授权自动派单" if by is None else "派单"
    CASE.apply(
        "dispatch", case, by=by, at=at, sentence=f"{how}：主办{to}。依据：{basis or '研判'}。", public=f"已派单给{to}办理。"
    )
    shared = {
        "policy": policy,
        "limit_class": limit_class,
        "basis": basis,
        "demand": demand,
        "authority": authority,
        "by": by,
        "at": at,
    }
    supporters = succession.take_over(case, to=to, by=by, at=at)
    order = send_order(case, to, lead=True, designated=designated, **shared)
    for unit in assistants:
        if unit != to and not case.orders.open().filter(handler=unit).exists():
            send_order(case, unit, lead=False, **shared)
    succession.tell(order, supporters, at=at)
    _promise(order, at=at)
    deadlines.plan_fact(case, Trigger.LISTED_CATEGORY, 1, at=at, policy=policy, order=order)
    return order


def send_order(case, unit, *, lead, policy, limit_class, basis, demand, authority, by, at, designated=False):
    """派出一张工单: numbered, with its clocks; the unit is told and may read the case. The case is locked by the caller."""
    day = timezone.localtime(at)
    serial = casework.next_in(f"order:{case.street_id}:{day:%Y%m%d}")
    order = WorkOrder.objects.create(
        number=f"ZTC{day:%Y%m%d}-{case.street_id}-{serial:04d}", case=case, handler=unit, lead=lead, designated=designated,
        round=case.round, policy=policy, limit_class=limit_class, basis=basis, demand=demand,
        dispatched_at=at, dispatched_by=by, authority=authority,
    )  # fmt: skip
    deadlines.plan(order)
    casework.involve(case, unit)
    role = "主办" if lead else "协办"
    limits = f"请于{beijing(order.accept_due_at)}前签收，{beijing(order.due_at)}前办结。"
    link = f"{settings.SITE_URL}/phone/orders/{order.number}/"
    text = f"{role}工单 {order.number}（事项 {case.number}）已派给{unit}，{limits}{link}"
    notify(notice_for(f"order:{order.pk}", "order", case, text, at=at, organisation=unit))
    copies.send(order, at=at)
    if lead:
        instructions.follow(case, unit, at=at)
    return order


def _promise(order, *, at, why=None):
    promise(
        order.case, unit=order.handler, due=order.due_at, at=at, urge_hours=order.policy.urge_hours,
        why=why or f"由{order.handler}主办，承诺于{beijing(order.due_at)}（北京时间）前办结。",
    )  # fmt: skip


@transaction.atomic
def accept(order, *, by, at):
    """签收: the handling organisation takes the work order on; its accept clock stops."""
    order = lock(order)
    if order.accepted_at and order.status == WorkOrder.Status.ACCEPTED:
        raise Refused(
            "already_accepted",
            f"工单 {order.number} 已由{order.accepted_by or order.handler}于{beijing(order.accepted_at)}签收，不能再次签收。"
            "如不属本单位职责，请选择“退单”并说明理由。",
        )
    WORK_ORDER.apply(
        "accept", order, by=by, at=at, accepted_at=at, accepted_by=person_of(by),
        sentence=f"{order.handler}签收工单 {order.number}。", public=f"{order.handler}已接收，开始办理。" if order.lead else "",
    )  # fmt: skip
    deadlines.meet(order, Anchor.ACCEPT, at=at)
    facts.note_late_acceptance(order, at=at)
    return order


@transaction.atomic
def respond(order, *, note, by, at):
    """首次联系: the unit has spoken with the person; its first-contact clock stops at the first one."""
    order = lock(order)
    WORK_ORDER.apply(
        "respond", order, by=by, at=at, contacted_at=order.contacted_at or at,
        sentence=f"{order.handler}已联系诉求人。", public=f"{order.handler}已与您联系。",
    )  # fmt: skip
    if note.strip():
        Remark.objects.create(case=order.case, author=person_of(by), text=note, at=at)
    deadlines.meet(order, Anchor.FIRST_CONTACT, at=at)
    return order


def add_progress(order, *, text, public=False, photos=(), voice=None, by, at):
    """办理进展: what has been done so far, in words, by voice or in pictures; the resident reads the words when they are public.

    Refused as `media` refuses a file. Files are kept before the transaction opens."""
    kept = media.Given.of(photos, voice).keep()
    if not kept:
        _must_say(text, "请写明办理进展，或者录一段话、拍一张照片，再提交。")
    return _add_progress(order, text.strip() or "（见录音、照片）", public and bool(text.strip()), kept, by=by, at=at)


@transaction.atomic
def _add_progress(order, text, public, kept, *, by, at):
    order = lock(order)
    WORK_ORDER.check("add_progress", order, by=by, at=at)
    note = Remark.objects.create(case=order.case, author=person_of(by), text=text, public=public, at=at)
    Attachment.objects.bulk_create(file.attachment(order.case, None, at, note) for file in kept)
    WORK_ORDER.apply(
        "add_progress",
        order,
        by=by,
        at=at,
        sentence=f"{order.handler}记录办理进展（第{note.pk}号说明）。",
        public=text if public else "",
    )
    deadlines.report_interim(order, at=at)
    return order


@transaction.atomic
def complete(order, *, public_answer, internal_record="", promised_kind="", promised="", promised_by=None, by, at):
    """办结: what the resident is told and what was done are two fields; the review comes next. What is still promised, with its
    day, is asked about after that day.

    A first contact not yet recorded is met by the completion, late or not. Refused `head_missing`, as `pledging.checked`."""
    _must_say(public_answer, "请填写公开答复（诉求人会看到），再点“办结”。")
    pledge = pledging.checked(kind=promised_kind, what=promised, due_on=promised_by, at=at)
    order = lock(order)
    reworking.require_head(order, by=by, at=at)
    WORK_ORDER.apply(
        "complete", order, by=by, at=at, completed_at=at, completed_by=person_of(by),
        public_answer=public_answer, internal_record=internal_record,
        sentence=f"{order.handler}报告办结，待审核。",
    )  # fmt: skip
    for anchor in (Anchor.COMPLETION, Anchor.FIRST_CONTACT, Anchor.INTERIM):
        deadlines.meet(order, anchor, at=at)
    deadlines.plan_review(order, at=at)
    if pledge:
        pledging.make(order.case, order.handler, pledge, by=by, at=at, order=order)
    return order


@transaction.atomic
def review(order, *, passed, opinion="", by, at):
    """办结审核: by the desk, never by the one who completed; the case is resolved when no order is open."""
    order = lock(order)
    if order.completed_by_id and by is not None and order.completed_by_id == by.pk:
        raise Refused("own_work", "不能审核本人办结的工单，请由他人审核。", status=403)
    if not passed:
        return _reject(order, opinion, by=by, at=at)
    WORK_ORDER.apply("review_pass", order, by=by, at=at, ended_at=at, sentence=f"工单 {order.number} 办结审核通过。{opinion}")
    deadlines.meet(order, Anchor.REVIEW, at=at)
    finish(order.case, by=by, at=at)
    return order


def _reject(order, opinion, *, by, at):
    _must_say(opinion, "审核退回须写明理由，请补充。")
    WORK_ORDER.apply(
        "review_reject", order, by=by, at=at, completed_at=None, completed_by=None, sentence=f"办结审核退回：{opinion}"
    )
    pledging.unmake(order, at=at)
    deadlines.meet(order, Anchor.REVIEW, at=at)
    deadlines.resume(order, Anchor.COMPLETION, at=at)
    text = f"工单 {order.number} 办结审核未通过：{opinion[:80]}"
    notify(notice_for(f"reject:{order.pk}:{at:%s}", "reject", order.case, text, at=at, organisation=order.handler))
    return order


def finish(case, *, by, at):
    """收口: resolve a case whose orders are all ended, and the one that waited for it. The case is locked already."""
    if case.status != Case.Status.IN_HANDLING or case.orders.open().exists():
        return
    answers = case.orders.filter(status=WorkOrder.Status.DONE, lead=True, round=case.round).values_list(
        "public_answer", flat=True
    )
    if not answers:
        return
    case = closing.resolve(case, by=by, at=at, answer=" ".join(answers))
    if case.status == Case.Status.RESOLVED:
        deadlines.end_matter(case, at=at, met=True)
    if case.status == Case.Status.RESOLVED and case.parent_id and case.parent.waits_for_linked:
        _finish_parent(case, at=at)


def _finish_parent(case, *, at):
    # Who holds one case waits for no other, or two could wait for each other: a parent that is busy is left to `reconcile`
    free = Case.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=case.parent_id)
    if parent := free.first():
        finish(parent, by=None, at=at)


@transaction.atomic
def transfer(order, *, to, reason, by, at):
    """转派: the work goes to another unit, whose order has its own clocks; what the first unit was late with stays recorded."""
    _must_say(reason, "转派须写明理由，请补充。")
    order = lock(order)
    case = order.case
    understood = routing.understood_of(case, case.category)
    if why := routing.may_lead(order.policy, case.category, case.place, to, understood) if order.lead else None:
        raise Refused("may_not_lead", f"{why}。请另选单位。")
    if case.orders.open().filter(handler=to).exclude(pk=order.pk).exists():
        raise Refused("already_handling", f"{to}在该事项上已有未办结的工单，不能再转派给它。")
    WORK_ORDER.apply("transfer", order, by=by, at=at, ended_at=at, sentence=f"由{order.handler}转派{to}：{reason}")
    suspension.finish(order, by=by, at=at)
    deadlines.drop(order, at=at)
    new = send_order(
        case, to, lead=order.lead, policy=order.policy, limit_class=order.limit_class, basis=order.basis, demand=reason,
        authority=None, by=by, at=at,
    )  # fmt: skip
    if new.lead:
        _promise(new, at=at, why=f"转由{to}主办，承诺于{beijing(new.due_at)}（北京时间）前办结。")
        facts.note_handed_on(order, to=new, at=at)
    return new


@transaction.atomic
def recall(order, *, reason, by, at):
    """收回: an order not yet accepted is taken back, with its supporting ones that nobody has accepted; the case returns to the
    queue. Supporters who have begun go on, and the next lead takes them over (docs/decisions/0010)."""
    _must_say(reason, "收回须写明理由，请补充。")
    order = lock(order)
    WORK_ORDER.check("recall", order, by=by, at=at)
    case = order.case
    for row in case.orders.open().filter(status=WorkOrder.Status.DISPATCHED) if order.lead else [order]:
        WORK_ORDER.apply("recall", row, by=by, at=at, ended_at=at, sentence=f"收回派给{row.handler}的工单：{reason}")
        deadlines.drop(row, at=at)
        copies.excuse(row)
    if order.lead:
        CASE.apply("recall", case, by=by, at=at, sentence="派单已收回，重新研判。", public="正在重新确定承办单位。")
        promise(case, unit=None, due=None, at=at)
        succession.tell_of_recall(case, at=at)
    else:
        finish(case, by=None, at=at)
    return order


@transaction.atomic
def rework(case, *, reason, at, by=None):
    """重办: a dissatisfied person sends the case back; a new round with limits of its own under the unit's head.

    The ladder hears how often that has happened."""
    case = lock(case)
    last = case.orders.filter(lead=True, status=WorkOrder.Status.DONE).order_by("-round", "-pk").first()
    if last is None:
        raise Refused("nothing_to_rework", f"事项 {case.number} 没有已办结的工单，不能重办。")
    CASE.apply(
        "rework", case, by=by, at=at, round=case.round + 1, resolved_at=None,
        sentence=f"回访不认可，退回重办：{reason}", public="根据您的评价，已退回重新办理。",
    )  # fmt: skip
    order = send_order(
        case, last.handler, lead=True, policy=last.policy, limit_class=REWORK_CLASS, basis="回访不满意重办，单位负责人参与",
        demand=reason, authority=last.authority, by=last.dispatched_by if by is None else by, at=at,
    )  # fmt: skip
    _promise(order, at=at)
    facts.note_rework(order, at=at)
    return order


@transaction.atomic
def end_orders(case, *, move, sentence, at):
    """随事项关闭: orders, clocks, drafts and supervision of a case that was merged away or withdrawn."""
    from dispatch.actions import meetings, supervision, whistles

    case = lock(case)
    for order in case.orders.open():
        WORK_ORDER.apply(move, order, by=None, at=at, ended_at=at, sentence=f"工单 {order.number} {sentence}。")
        suspension.finish(order, by=None, at=at)
        deadlines.drop(order, at=at)
    deadlines.end_matter(case, at=at, met=False)
    for subject in (supervision, whistles, meetings):
        subject.lapse(case, at=at)


def _must_say(text, sentence):
    if not text.strip():
        raise Refused("text_missing", sentence, status=400)
