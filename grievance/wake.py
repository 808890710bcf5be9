"""唤醒: a hint to the worker that there is something to do. The database is the truth: a lost hint costs a sweep's interval.

The hint leaves from a thread of its own: a broker that is slow or down costs no request anything, and a burst of submissions
becomes a few messages instead of one for each.
"""

import logging
import time
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)
GATHER_SECONDS = 0.1
"""So long do hints gather before they leave together."""
QUIET_SECONDS = 30
"""After a failure the broker is left alone for so long."""


class Waker:
    """唤醒线程: takes names of tasks, sends each name once for everything that came together."""

    def __init__(self, send):
        self._send = send
        self._names: SimpleQueue[str] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._quiet_until = 0.0

    def put(self, name):
        """Returns at once, whatever the broker does."""
        if time.monotonic() < self._quiet_until:
            return
        self._names.put(name)
        with self._lock:
            # Not alive either before the first hint or in a process forked after it
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()

    def _run(self):
        while True:
            name = self._names.get()
            time.sleep(GATHER_SECONDS)
            self._send_all({name, *self._waiting()})

    def _waiting(self):
        while True:
            try:
                yield self._names.get_nowait()
            except Empty:
                return

    def _send_all(self, names):
        try:
            for name in sorted(names):
                self._send(name)
        except Exception as error:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("could not wake %s: %s; the sweeps run on their own", "、".join(sorted(names)), error)


def _send_task(name):
    current_app.send_task(name)


_waker = Waker(_send_task)


def wake(*names):
    """唤醒: once the transaction at hand has been committed, let a worker run these tasks now."""
    for name in names:
        transaction.on_commit(lambda name=name: _waker.put(name), robust=True)
