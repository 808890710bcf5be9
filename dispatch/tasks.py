"""Celery reads the clock and calls the sweeps; it holds no rule and no state."""

import os
import subprocess
import sys

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from dispatch import shifting, sweeps
from dispatch.actions import coaching, issuing, learning, policies
from grievance.wake import wake
from street.models import Organisation

LONGEST_TRAINING = 3600
"""Seconds."""


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
    """Beat, every minute; woken after a merge or a withdrawal. Policies whose instant has come take force here too."""
    policies.take_force(at=timezone.now())
    sweeps.reconcile(at=timezone.now())
    shifting.turn_missing()
    issuing.make_missing(at=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def watch_duty():
    """Beat, every minute; safe to run twice: each clock moves on as it acts."""
    if sweeps.watch_duty(at=timezone.now()):
        wake("grievance.tasks.deliver")


@shared_task(acks_late=True, ignore_result=True)
def write_briefs():
    """Beat, every ten minutes; it writes in the first hours of work, and once."""
    if sweeps.write_briefs(at=timezone.now()):
        wake("grievance.tasks.deliver")


@shared_task(acks_late=True, ignore_result=True)
def learn():
    """Beat, every hour; where a street is due, at night, or example sentences were edited, a process of its own trains and leaves
    with its memory."""
    at = timezone.now()
    streets = [street for street in Organisation.objects.streets().filter(active=True) if learning.awake(street, at)]
    if coaching.due() or any(learning.due(street, at) for street in streets):
        child = subprocess.Popen([sys.executable, str(settings.BASE_DIR / "manage.py"), "learn"], stdout=subprocess.DEVNULL)
        # Behind whatever residents and staff want of the same machine
        os.setpriority(os.PRIO_PROCESS, child.pid, 10)
        child.wait(timeout=LONGEST_TRAINING)
    for street in streets:
        learning.clean(street, at=at)
