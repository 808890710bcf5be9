"""A command of the product on a clock that a test moves: `python -m tests.shifted <file> <script> …`.

The file holds the seconds by which the clock is off; it goes on at its own pace from there. What reads the clock at the edges of
the product (`django.utils.timezone.now`) and in Celery (when a task is due, when a message is too old) reads it here. Waiting
and the database server keep real time. Why not libfaketime: docs/decisions.
"""

import runpy
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path


def move(file, to):
    """Set the clock of every process that reads `file` to the instant `to`, from now on."""
    draft = file.with_suffix(".draft")
    draft.write_text(str((to - datetime.now(UTC)).total_seconds()))
    draft.replace(file)


def reads(file):
    """The shifted clock, as a function."""
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text()))


def shift(now):
    """From here on Django and Celery read `now`, in this process and in those it forks."""
    import celery.worker.request
    from celery import Celery
    from django.utils import timezone

    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            return now().astimezone(tz)

    timezone.now = now
    Celery.now = lambda app: now().astimezone(app.timezone)
    celery.worker.request.datetime = Shifted


def main(file, *command):
    """Run the script as it would run by itself."""
    shift(reads(Path(file)))
    sys.argv = list(command)
    # As `python script` would have it
    sys.path.insert(0, str(Path.cwd()))
    runpy.run_path(command[0], run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
