"""Celery wakes the sweeps and carries nothing: the database is the truth, so the queue may be lost at any time."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("shuoshi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Seconds. The edges wake `route_submitted` and `deliver` at once; 15 s is for wakes that were lost.
SWEEPS = {
    "dispatch.tasks.fire_due_checkpoints": 60,
    "dispatch.tasks.route_submitted": 15,
    "dispatch.tasks.reconcile": 60,
    "grievance.tasks.deliver": 15,
    "grievance.tasks.keep_findable": 20,
    "grievance.tasks.expire": 3600,
    "feedback.tasks.open_callbacks": 60,
    "feedback.tasks.keep_figures": 60,
    "feedback.tasks.freeze_figures": 3600,
    "feedback.tasks.draw_rechecks": 3600,
    "feedback.tasks.find_topics": 3600,
    "dispatch.tasks.watch_duty": 60,
    "dispatch.tasks.write_briefs": 600,
    "dispatch.tasks.learn": 3600,
}
app.conf.beat_schedule = {
    # expires: a worker that was away has one sweep to catch up with, not one for each minute
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in SWEEPS.items()
}
