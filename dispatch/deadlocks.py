"""僵局: matters that nobody takes on, or that two offices outside the street's reach pass to each other."""

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from dispatch.models import WorkOrder
from street.models import Organisation

HANDED_ON = (WorkOrder.Status.RETURNED, WorkOrder.Status.TRANSFERRED)
TAKEN = (WorkOrder.Status.ACCEPTED, WorkOrder.Status.SUSPENDED, WorkOrder.Status.COMPLETED)
BEYOND = (Organisation.Relation.DISTRICT, Organisation.Relation.VERTICAL)
MANY = 3


def deadlocked(cases):
    """僵局: of a queryset of cases, those that no lead has accepted though they have been returned or transferred three times in
    this round, or have gone from one district or vertical office to another."""
    leads = WorkOrder.objects.filter(case=OuterRef("pk"), round=OuterRef("round"), lead=True).order_by()
    times = leads.filter(status__in=HANDED_ON).values("case").annotate(n=Count("pk")).values("n")
    offices = leads.filter(handler__relation__in=BEYOND).values("case").annotate(n=Count("handler", distinct=True)).values("n")
    counted = cases.open().annotate(handed_on=Coalesce(Subquery(times), 0), offices=Coalesce(Subquery(offices), 0))
    return counted.filter(Q(handed_on__gte=MANY) | Q(offices__gte=2), ~Exists(leads.filter(status__in=TAKEN)))
