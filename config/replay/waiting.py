"""不在钟上、但在人眼前: where an open case may stand without a next checkpoint, since somebody sees it there; nowhere else."""

from django.db.models import Exists, F, OuterRef, Q

from dispatch.models import Letter, Supervision, Suspension, WorkOrder
from feedback.models import Callback
from grievance.models import Case

S, L = Case.Status, Supervision.Level


def _order(**facts):
    return Exists(WorkOrder.objects.filter(case=OuterRef("pk"), **facts))


def _child(**facts):
    open_child = Case.objects.filter(parent=OuterRef("pk")).exclude(status__in=[S.RESOLVED, *Case.ENDED])
    return Exists(open_child.filter(**facts))


def _eye(*levels):
    return Exists(Supervision.objects.open().filter(case=OuterRef("pk"), level__in=levels))


WAITS_VISIBLY = {
    "在研判队列": lambda at: Q(status__in=[S.SUBMITTED, S.HELD]),
    "等待诉求人评价，在回访队列": lambda at: Q(
        Exists(Callback.objects.open().filter(case=OuterRef("pk"), round=OuterRef("round"))), status=S.RESOLVED
    ),
    "挂账未到最长期限": lambda at: Q(Exists(Suspension.objects.running().filter(order__case=OuterRef("pk"), cap_at__gt=at))),
    "办结待审核，已催过专班，在审核队列": lambda at: Q(_order(status=WorkOrder.Status.COMPLETED)),
    "等待关联事项": lambda at: Q(_child(), waits_for_linked=True),
    "阶梯已走完，书记或区里正督办": lambda at: Q(_eye(L.STREET, L.DISTRICT)),
    "文稿待签，已催到书记": lambda at: Q(Exists(Letter.objects.drafts().filter(case=OuterRef("pk")))),
    "主办已完、只剩协办，在超期队列": lambda at: Q(
        _order(lead=False, status__in=WorkOrder.OPEN),
        _order(lead=True, round=F("round"), status=WorkOrder.Status.DONE),
        ~_order(lead=True, status__in=WorkOrder.OPEN),
    ),
}
"""名称 → the condition at the instant `at`. A case that waits in none of these and has no checkpoint stands still unseen."""
