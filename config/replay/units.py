"""推演里的承办单位和回访员: in time, late, or not at all; extended, suspended, returned, transferred, mediated; then asked."""

from dataclasses import dataclass
from datetime import timedelta

from config.replay.residents import RESIDENT, another_unit, is_firm, send
from dispatch.actions import extensions, handling, mediation, petitions, returns, suspension
from dispatch.models import WorkOrder
from feedback.actions import callback as callbacks
from feedback.models import Callback
from grievance.actions import triage
from grievance.models import Case, Category
from street.models import Role

S = WorkOrder.Status


@dataclass(frozen=True)
class Manner:
    """作风: at which share of each limit a unit accepts, contacts and completes; how often that is so."""

    accept: float
    contact: float
    complete: float
    weight: int


MANNERS = (
    Manner(0.3, 0.5, 0.55, 50),
    Manner(0.8, 0.9, 0.85, 16),
    Manner(1.4, 1.1, 0.7, 10),
    Manner(0.6, 1.3, 1.3, 12),
    Manner(2.0, 2.0, 1.8, 7),
    Manner(3.0, 4.0, 3.2, 5),
)
NEVER = 0.02
"""Of the orders so many are never touched: the ladder has to carry them to the top."""


def handle(stage, order, chance):
    """One order from its arrival to its review, by one unit."""
    if chance.random() < NEVER:
        return
    manner = chance.choices(MANNERS, [row.weight for row in MANNERS])[0]
    yield stage.share(order, order.dispatched_at, order.accept_due_at, manner.accept)
    if chance.random() < 0.05 and (yield from hand_back(stage, order, chance)):
        return
    if stage.do(handling.accept, order, by=stage.hand_of(order.handler)) is None:
        return
    if order.lead:
        yield from begin(stage, order, manner, chance)
    if (yield from wait_or_pass_on(stage, order, chance)):
        return
    order = yield from until_done(stage, order, manner, chance)
    if order is not None:
        yield from reviewed(stage, order, chance)


def begin(stage, order, manner, chance):
    """首次联系; 受理 and 告知 of a petition; a report on the way; sometimes a dispute is mediated, sometimes more is found."""
    by = stage.hand_of(order.handler)
    if order.limit_class == "X":
        stage.do(petitions.admit, order, by=by)
    yield stage.share(order, order.dispatched_at, order.contact_due_at, manner.contact)
    stage.do(handling.respond, order, note="电话联系，核实情况。", by=by)
    if order.limit_class == "X":
        yield stage.share(order, order.dispatched_at, order.contact_due_at, 0.6)
        stage.do(petitions.notify_in_writing, order, by=by)
    if chance.random() < 0.5:
        yield stage.worked(order.case.street, chance.uniform(1, 12))
        stage.do(handling.add_progress, order, text="已到现场查看。", public=True, by=by)
    if order.case.category and order.case.category.code.startswith("F") and chance.random() < 0.5:
        yield from mediated(stage, order, by, chance)
    if chance.random() < 0.015:
        link(stage, order, by)


def link(stage, order, by):
    """关联事项, for which the first waits."""
    facts = {"title": "楼道隐患排除", "description": "现场另见楼道堆物，一并清理。", "category": Category.objects.get(code="C1")}
    child = stage.do(triage.link, order.case, **facts, waits=True, by=by)
    if child is not None:
        stage.names[child.pk] = f"{stage.names[order.case_id]}/linked"
        stage.spawn(sent_by_desk(stage, child, "C1"))


def sent_by_desk(stage, case, category, *, designated=False):
    """派单 by the desk within the hour."""
    yield stage.at + timedelta(minutes=45)
    yield from send(stage, case, category, stage.chance(stage.names[case.pk], "sent"), designated=designated)


def hand_back(stage, order, chance):
    """退单: asked by the unit, decided by another; agreed, the desk names a unit that may not return. True where it is over."""
    row = stage.do(returns.ask_return, order, reason="duty", basis="不属本单位职责清单。", by=stage.hand_of(order.handler))
    if row is None:
        return False
    yield stage.worked(order.case.street, chance.uniform(0.5, 10))
    agreed, by = chance.random() < 0.6, stage.holder(Role.SHIFT_LEADER, order.case.street)
    stage.do(returns.decide_return, row, agreed=agreed, opinion="已核对职责清单。", by=by)
    if agreed and order.lead:
        category = order.case.category.code if order.case.category else "M2"
        stage.spawn(sent_by_desk(stage, order.case, category, designated=True))
    yield stage.at + timedelta(minutes=30)
    return agreed


def mediated(stage, order, by, chance):
    """调解 between two neighbours: agreed, or not; what speaks of violence is never mediated, as everybody there knows."""
    if mediation.never_mediated(order.case):
        return
    row = stage.do(mediation.open_mediation, order.case, unit=order.handler, parties="楼上住户；楼下住户", willing="all", by=by)
    if row is None:
        return
    yield stage.worked(order.case.street, chance.uniform(2, 16))
    if chance.random() < 0.7:
        stage.do(mediation.agree, row, agreement="晚十点后不挪动家具。", by=by)
    else:
        stage.do(mediation.fail, row, record_text="双方未达成一致。", by=by)


def wait_or_pass_on(stage, order, chance):
    """延期, 挂账 or 转派, each now and then. True where the order has gone to another unit."""
    event = chance.random()
    if event < 0.07:
        yield from extended(stage, order, chance)
    elif event < 0.13:
        yield from suspended(stage, order, chance)
    elif event < 0.16:
        to, by = another_unit(stage, order, chance), stage.holder(Role.DISPATCHER, order.case.street)
        passed_on = to and stage.do(handling.transfer, order, to=to, reason="改由职责单位办理", by=by)
        stage.take_up(order.case)
        return bool(passed_on)
    return False


def extended(stage, order, chance):
    """延期: decided in time, or only after the due time; agreed or not."""
    by = stage.hand_of(order.handler)
    row = stage.do(extensions.request, order, days=chance.randint(1, 5), reason="须等晴天施工", by=by)
    if row is None:
        return
    yield stage.worked(order.case.street, chance.choice([1, 2, 6, 30]))
    role = next(iter(row.deciders), Role.STREET_LEADER)
    at = order.handler if role == Role.UNIT_HEAD else order.case.street
    stage.do(extensions.decide, row, agreed=chance.random() < 0.7, opinion="情况属实", by=stage.holder(role, at))


def suspended(stage, order, chance):
    """挂账: ended by a person, or at the cap by itself."""
    by, review = stage.hand_of(order.handler), stage.at + timedelta(days=chance.randint(2, 9))
    facts = {"reason": "materials", "words": "等待配件到货", "review_at": review}
    row = stage.do(suspension.ask, order, **facts, by=by)
    if row is None:
        return
    yield stage.worked(order.case.street, chance.uniform(1, 6))
    role = next(iter(row.deciders), Role.STREET_LEADER)
    at = order.handler if role == Role.UNIT_HEAD else order.case.street
    row = stage.do(suspension.decide, row, agreed=chance.random() < 0.7, opinion="确需等待", by=stage.holder(role, at))
    if row is None or not row.agreed:
        return
    if chance.random() < 0.6:
        yield stage.worked(order.case.street, chance.uniform(8, 60))
        stage.do(suspension.resume, order, note="配件已到", by=by)
    else:
        yield row.cap_at + timedelta(hours=1)


def until_done(stage, order, manner, chance):
    """办结 at the unit's own pace, by the due time as it stands then. None where the order is no longer this unit's."""
    order = WorkOrder.objects.select_related("handler", "case__street").get(pk=order.pk)
    yield stage.share(order, order.dispatched_at, order.due_at, manner.complete)
    done = stage.do(
        handling.complete, order, public_answer="已处理完毕，请您查看。", internal_record="现场处理。",
        by=stage.hand_of(order.handler, again=order.round > 1),
    )  # fmt: skip
    return done


def reviewed(stage, order, chance):
    """办结审核: soon or late, passed or sent back once; then those who spoke are asked."""
    by = stage.holder(Role.SHIFT_LEADER, order.case.street)
    yield stage.worked(order.case.street, chance.choice([0.5, 1, 3, 12]))
    if chance.random() < 0.1:
        stage.do(handling.review, order, passed=False, opinion="照片不清，请补充。", by=by)
        yield stage.worked(order.case.street, chance.uniform(2, 20))
        stage.do(
            handling.complete, order, public_answer="已处理，照片已补。", by=stage.hand_of(order.handler, again=order.round > 1)
        )
        yield stage.worked(order.case.street, 1)
    stage.do(handling.review, order, passed=True, opinion="情况属实", by=by)
    case = Case.objects.select_related("parent").get(pk=order.case_id)
    for resolved in filter(None, (case, case.parent)):
        if resolved.status == Case.Status.RESOLVED:
            stage.spawn(asked(stage, resolved, stage.chance(stage.names[resolved.pk], "asked", resolved.round)))


def asked(stage, case, chance):
    """回访: each person, content or not, on the phone or by themselves, or not reached at all."""
    yield stage.worked(case.street, chance.uniform(1, 16))
    rows = Callback.objects.open().filter(case=case).select_related("grievance__complainant").order_by("grievance__key")
    for row in list(rows):
        phone = callbacks.phone_of(row)
        if phone and chance.random() < 0.75:
            yield from rung(stage, row, chance)
        elif chance.random() < 0.6:
            stage.do(callbacks.record, row, replied=True, way="survey", by=RESIDENT, **verdict(chance))
    yield stage.at + timedelta(minutes=15)
    stage.take_up(case)


def rung(stage, row, chance):
    """电话回访: answered, or tried as often as the policy wants, on two days at three times of day."""
    by = stage.holder(Role.CALLER, row.case.street)
    if chance.random() < 0.85:
        stage.do(callbacks.record, row, replied=True, way="phone", by=by, **verdict(chance))
        return
    for hours in (0, 5, 17):
        yield stage.at + timedelta(hours=hours)
        stage.do(callbacks.attempt, row, result="no_answer", by=by)


def verdict(chance):
    """解决、满意: most are content."""
    if chance.random() < 0.88:
        return {"resolved": "yes", "satisfaction": chance.choice(["yes", "mostly"])}
    return {"resolved": "no", "satisfaction": "no", "reason": "unsolved", "words": "还是老样子。"}


__all__ = ["asked", "handle", "is_firm"]
