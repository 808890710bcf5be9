"""撤销: ten seconds in which a decision of the desk can be taken back, because nothing of it has left the house.

The decision is made and kept at once; only what would be sent waits (docs/decisions/0021-undo-before-anything-leaves.md)."""

from datetime import timedelta

from django.db import transaction

from dispatch import deadlines
from dispatch.actions import copies
from dispatch.models import Checkpoint, WorkOrder
from dispatch.workflow import WORK_ORDER
from grievance.actions import unmerging
from grievance.casework import Refused, lock, lock_two, promise
from grievance.models import Case, Category, Event, Notice, Urgency
from grievance.workflow import CASE

WINDOW = timedelta(seconds=10)
"""提案: so long what a decision sends waits in the outbox."""
SET_ASIDE = "发出之前已撤销"


def hold_back(case, *, at):
    """暂缓发出: what the decision of the instant `at` sends waits ten seconds. Never of an urgent matter: that leaves at once."""
    if Case.objects.filter(pk=case.pk, urgency=Urgency.URGENT).exists():
        return
    until = at + WINDOW
    Notice.objects.filter(case=case, created_at=at, sent_at=None, not_before__lt=until).update(not_before=until)


def decision(case, *, by, at):
    """可撤销的一步: the Event of what `by` decided within the last ten seconds, None where there is none or it was urgent."""
    own = case.events.filter(actor=by, kind__in=UNDONE_BY, at__gt=at - WINDOW).order_by("-pk").first()
    return None if own is None or case.urgency == Urgency.URGENT else own


def fresh(numbers, *, by, at):
    """还可撤销的: {number: seconds left} of those cases on which `by` decided something within the last ten seconds."""
    if not numbers:
        return {}
    own = Event.objects.filter(case__number__in=numbers, actor=by, kind__in=UNDONE_BY, at__gt=at - WINDOW)
    rows = own.exclude(case__urgency=Urgency.URGENT).values_list("case__number", "at")
    return {number: int((when + WINDOW - at).total_seconds()) for number, when in rows}


@transaction.atomic
def undo(case, *, by, at):
    """撤销: what `by` has just decided is undone, and what waited to be sent never is; the history says both.

    Refused `nothing_to_undo`, `moved_on`, `already_left`, `cannot_unmerge`; `role_missing` as the move that undoes it."""
    # Two cases are locked in the order of their ids, so that two of them cannot wait for each other
    case = lock_two(case, case.merged_into)[0] if case.merged_into_id else lock(case)
    own = decision(case, by=by, at=at)
    if own is None:
        raise Refused("nothing_to_undo", f"事项 {case.number} 没有十秒内可以撤销的一步。已派出的，请在事项页用“收回”。")
    if case.events.filter(pk__gt=own.pk).exclude(at=own.at).exists():
        raise Refused("moved_on", f"事项 {case.number} 在这之后已有别的办理，不能撤销。请打开事项页查看。")
    _set_aside(case, own, at=at)
    UNDONE_BY[own.kind](case, own, by=by, at=at)
    return Case.objects.get(pk=case.pk)


def _set_aside(case, own, *, at):
    """All that the decision wrote into the outbox, or nothing: one that a worker has in hand counts as sent."""
    written = Notice.objects.filter(case=case, created_at=own.at)
    waiting = written.filter(sent_at=None, lapsed_at=None, leased_until=None)
    if written.count() != waiting.update(lapsed_at=at, failure=SET_ASIDE):
        raise Refused("already_left", f"事项 {case.number} 的通知已经发出，不能撤销。请在事项页用“收回”，对方会收到说明。")


def _take_back(case, own, *, by, at):
    """撤销派单: the orders of that moment are recalled before anybody heard of them; the matter is studied again."""
    if case.orders.filter(ended_at=own.at).exists():
        raise Refused("moved_on", f"事项 {case.number} 这次派单接手了原来的协办工单，不能撤销。请在事项页用“收回”。")
    for order in case.orders.open().filter(dispatched_at=own.at, status=WorkOrder.Status.DISPATCHED):
        sentence = f"撤销派给{order.handler}的工单，通知没有发出。"
        WORK_ORDER.apply("recall", order, by=by, at=at, ended_at=at, sentence=sentence)
        deadlines.drop(order, at=at)
        Checkpoint.objects.filter(case=case, order=order).forget()
        copies.excuse(order)
    CASE.apply(
        "recall", case, by=by, at=at, category=_category_before(case, own),
        sentence="派单十秒内撤销，没有发出任何通知，回到待研判。", public="正在重新确定承办单位。",
    )  # fmt: skip
    promise(case, unit=None, due=None, at=at)


def _category_before(case, own):
    """The category that the suggestion named, where it was chosen in the very step that is undone; else as it is."""
    chosen = case.events.filter(kind="case.admit", at=own.at).exists()
    corrected = case.events.filter(kind__in=("case.classify", "case.admit"), at__lt=own.at, actor__isnull=False).exists()
    if not chosen or corrected:
        return case.category
    return Category.objects.filter(code=case.suggestion.get("category")).first() or case.category


def _ask_no_more(case, own, *, by, at):
    CASE.apply("unhold", case, by=by, at=at, sentence="撤销请补充，问话没有发出。", public="不需要您补充，正在研判。")


def _take_on_after_all(case, own, *, by, at):
    CASE.apply(
        "undecline", case, by=by, at=at, ended_at=None,
        sentence="撤销不予受理，通知没有发出。", public="刚才的“不予受理”已撤销，正在研判。",
    )  # fmt: skip


def _unmerge(case, own, *, by, at):
    unmerging.unmerge(case, by=by, at=at)


UNDONE_BY = {
    "case.dispatch": _take_back,
    "case.hold": _ask_no_more,
    "case.decline": _take_on_after_all,
    "case.merge": _unmerge,
}
"""Kind of the event → what undoes it. Not 标为特急 (it rings a person), nor 转为检举控告 (it has left)."""
