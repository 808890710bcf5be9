"""Celery reads the clock and calls the sweeps; it holds no rule and no state."""

from celery import shared_task
from django.utils import timezone

from feedback import sweeps
from grievance.wake import wake


@shared_task(acks_late=True, ignore_result=True)
def open_callbacks():
    """Beat, every minute; woken when an order passed its review. Safe to run twice, late or beside itself."""
    at = timezone.now()
    opened = sweeps.open_callbacks(at)
    ended = sweeps.expire(at)
    settled = sweeps.settle(at)
    if opened or ended or settled:
        wake("grievance.tasks.deliver")
