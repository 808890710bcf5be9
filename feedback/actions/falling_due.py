"""承诺到期: after the day by which something was promised, every person of the matter is asked whether it was done."""

from django.db import transaction
from django.utils import timezone

from dispatch.models import Pledge
from dispatch.workflow import PLEDGE
from feedback.actions import callback as callbacks
from feedback.actions import pledges
from feedback.models import Callback
from grievance.casework import lock
from grievance.models import Case, Grievance


def due(at):
    """已到期、还没有问的: of matters that are closed; while the work goes on or is being judged, that question comes first."""
    today = timezone.localdate(at)
    return Pledge.objects.filter(status=Pledge.Status.WAITING, due_on__lt=today, case__status=Case.Status.CLOSED)


@transaction.atomic
def ask(pledge, *, at):
    """到期再问: one callback for each person who stands in the matter, by every way there is; how many were begun.

    Who has been asked about the work after that day, and has answered, is not asked the same thing again."""
    pledge = lock(pledge)
    case = pledge.case
    if not due(at).filter(pk=pledge.pk).exists():
        return 0
    standing = case.grievances.filter(withdrawn_at__isnull=True).select_related("complainant")
    left = [grievance for grievance in standing if not _answered_since(grievance, pledge)]
    if not left:
        pledges.drop(Pledge.objects.filter(pk=pledge.pk), why="到期以后已经问过每一位", at=at)
        return 0
    PLEDGE.apply("ask", pledge, by=None, at=at, sentence=f"{pledge.unit}的{pledge}已到期，开始再问。")
    for grievance in left:
        grievance.case = case
        callbacks.begin(grievance, pledge=pledge, at=at)
    Grievance.objects.filter(pk__in=[grievance.pk for grievance in left]).update(asked_again_at=at)
    return len(left)


def _answered_since(grievance, pledge):
    answers = grievance.callbacks.filter(case=pledge.case, pledge=None, status=Callback.Status.ANSWERED)
    return any(timezone.localdate(answer.ended_at) > pledge.due_on for answer in answers)
