"""Celery reads the clock and calls the sweeps; it holds no rule and no state."""

from celery import shared_task
from django.utils import timezone

from feedback import sweeps
from feedback.actions import doubts, recheck, topics
from feedback.figures import freezing, keeping
from grievance.wake import wake


@shared_task(acks_late=True, ignore_result=True)
def open_callbacks():
    """Beat, every minute; woken when an order passed its review. Safe to run twice, late or beside itself."""
    at = timezone.now()
    opened = sweeps.open_callbacks(at)
    ended = sweeps.expire(at)
    settled = sweeps.settle(at)
    again = sweeps.ask_again(at)
    if opened or ended or settled or again:
        wake("grievance.tasks.deliver")


@shared_task(acks_late=True, ignore_result=True)
def keep_figures():
    """Beat, every minute: the tallies follow the history. Safe to run twice, late or beside itself."""
    keeping.keep_up()


@shared_task(acks_late=True, ignore_result=True)
def freeze_figures():
    """Beat, every hour: months that are over are frozen some days later. Safe to run twice, late or beside itself."""
    keeping.keep_up()
    freezing.freeze_due(timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def draw_rechecks():
    """Beat, every hour: some of those who answered are asked once more, answers that came in alike are found, and the marks of
    days long past are thrown away. Safe to run twice, late or beside itself."""
    at = timezone.now()
    doubts.find(at=at)
    doubts.forget(at=at)
    sweeps.forget_words()
    recheck.expire(at=at)
    recheck.draw(at=at)


@shared_task(acks_late=True, ignore_result=True)
def find_topics():
    """Beat, every hour: what is one problem in many places is put together. Safe to run twice, late or beside itself."""
    if topics.find_everywhere(at=timezone.now()):
        wake("grievance.tasks.deliver")
