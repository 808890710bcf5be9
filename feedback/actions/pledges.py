"""承诺兑现: what a unit had promised has fallen due; whether it was kept is what the people say, and what follows if not."""

from django.db.models import Q

from dispatch.models import Pledge, WorkOrder
from dispatch.workflow import PLEDGE
from feedback.models import Callback
from grievance.casework import beijing
from grievance.models import Case
from grievance.workflow import CASE

S = Pledge.Status
UNHAPPY = Q(resolved=Callback.Resolved.NO) | Q(satisfaction=Callback.Satisfaction.NO)


def settle(pledge, *, at):
    """承诺收口: broken as soon as one person says so, kept when all who could be asked have said so. The case is locked."""
    pledge = Pledge.objects.select_related("case").get(pk=pledge.pk)
    asked = pledge.callbacks.exclude(status=Callback.Status.SUPERSEDED)
    if pledge.status != S.ASKED:
        return pledge
    if asked.filter(UNHAPPY).exists():
        return _end(pledge, "break", f"{pledge.unit}的{pledge}没有兑现，退回重办。", "您说承诺的事没有办到，已退回重新办理。", at)
    if asked.filter(status=Callback.Status.OPEN).exists():
        return pledge
    if asked.filter(status=Callback.Status.ANSWERED).exists():
        return _end(pledge, "keep", f"{pledge.unit}的{pledge}已兑现。", "承诺的事已办到。", at)
    return _end(pledge, "lapse", f"{pledge.unit}的{pledge}到期后没有问到人，不算兑现。", "", at)


def _end(pledge, move, sentence, public, at):
    PLEDGE.apply(move, pledge, by=None, at=at, ended_at=at, sentence=sentence, public=public)
    return pledge


def drop(pledges, *, why, at):
    """不再问: another question will ask the same, or the work was not done after all. The case is locked."""
    for pledge in pledges.filter(status__in=Pledge.OPEN).select_related("case"):
        _end(pledge, "drop", f"{pledge.unit}的{pledge}不再单独回访：{why}。", "", at)


def broken(case):
    """这一轮里没有兑现的: answers saying that what was promised was not done, of a matter that nobody has taken up again."""
    return case.callbacks.filter(UNHAPPY, round=case.round, pledge__isnull=False)


def take_up_again(case, *, at):
    """承诺没有兑现: a closed matter is open again, without anybody having to ask for it. The case is locked and given back."""
    done = case.orders.filter(lead=True, status=WorkOrder.Status.DONE)
    if case.status == Case.Status.CLOSED and broken(case).exists() and done.exists():
        CASE.apply(
            "break_promise", case, by=None, at=at, ended_at=None, reopen_until=None,
            sentence=f"原于{beijing(case.ended_at)}结案；承诺的事到期没有办到，重新办理。",
            public="承诺的事到期没有办到，重新办理。",
        )  # fmt: skip
    return case
