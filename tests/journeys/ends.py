"""What can be left over when matters are thought to be finished."""

from dispatch.models import Checkpoint, Deadline, Extension, Instruction, Letter, Mediation, OrderReturn, Supervision, WorkOrder
from feedback.models import Callback
from grievance.models import Case, Notice


def left(cases=None):
    """Everything of these cases, or of all, that still waits for somebody or for a clock; [] when all is closed."""
    mine = {} if cases is None else {"case__in": cases}
    orders = {} if cases is None else {"order__case__in": cases}
    waiting = [
        *Case.objects.open().filter(**({} if cases is None else {"pk__in": cases})),
        *WorkOrder.objects.open().filter(**mine),
        *Deadline.objects.filter(met_at__isnull=True, dropped_at__isnull=True, **mine),
        *Checkpoint.objects.waiting().filter(**mine),
        *Letter.objects.drafts().filter(**mine),
        *Supervision.objects.open().filter(**mine),
        *Instruction.objects.filter(status__in=Instruction.OPEN, **mine),
        *Mediation.objects.filter(status=Mediation.Status.OPEN, **mine),
        *OrderReturn.objects.filter(agreed__isnull=True, **orders),
        *Extension.objects.filter(agreed__isnull=True, **orders),
        *Callback.objects.open().filter(**mine),
        *Notice.objects.unsent().filter(**mine),
    ]
    return [f"{type(row).__name__} {row}" for row in waiting]
