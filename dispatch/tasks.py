"""Celery reads the clock and calls the sweeps; it holds no rule and no state."""

from celery import shared_task
from django.utils import timezone

from dispatch import sweeps
from dispatch.actions import issuing
from grievance.wake import wake


@shared_task(acks_late=True, ignore_result=True)
def fire_due_checkpoints():
    """Beat, every minute; safe to run twice, late or beside itself."""
    at = timezone.now()
    fired = 0
    while claimed := sweeps.fire_batch(at=at):
        fired += claimed
    fired += sweeps.issue_authorised(at=at)
    if fired:
        wake("grievance.tasks.deliver")


@shared_task(acks_late=True, ignore_result=True)
def route_submitted():
    """Woken by each submission; beat as a backstop."""
    if sweeps.route_submitted(at=timezone.now()):
        wake("grievance.tasks.deliver")


@shared_task(acks_late=True, ignore_result=True)
def reconcile():
    """Beat, every minute; woken after a merge or a withdrawal."""
    sweeps.reconcile(at=timezone.now())
    issuing.make_missing(at=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def write_briefs():
    """Beat, every ten minutes; it writes in the first hours of work, and once."""
    if sweeps.write_briefs(at=timezone.now()):
        wake("grievance.tasks.deliver")
