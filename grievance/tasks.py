"""Celery reads the clock and calls the sweep; it holds no rule and no state."""

from celery import shared_task
from django.utils import timezone

from grievance import search, sweeps
from grievance.actions import retention, uploads, wishes


@shared_task(acks_late=True, ignore_result=True)
def deliver():
    """Woken by whoever wrote a notice or asked for a code; beat as a backstop."""
    while sweeps.send_codes(at=timezone.now()):
        pass
    sweeps.lapse(at=timezone.now())
    while sweeps.deliver(at=timezone.now()):
        pass


@shared_task(acks_late=True, ignore_result=True)
def expire():
    """Beat, every hour: what has been kept long enough is taken away; wishes that nobody claimed go back to the desk."""
    at = timezone.now()
    while wishes.return_unclaimed(at=at):
        pass
    while retention.expire(at=at) or retention.drop_withdrawn(at=at) or uploads.sweep(at=at):
        pass


@shared_task(acks_late=True, ignore_result=True)
def keep_findable():
    """Beat, every twenty seconds: what came in, moved or was withdrawn since is written down to be found."""
    while search.keep_up():
        pass
