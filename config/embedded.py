"""一个进程: web threads, a Celery worker in threads and beat, for a machine that has nothing but Python.

The same app, tasks, schedule and settings as in production; only what carries them differs.
"""

import logging
import signal
import socket
import threading

import waitress
from celery import signals
from celery.beat import EmbeddedService
from django.conf import settings
from django.db import close_old_connections

from config.celery import SWEEPS, app

log = logging.getLogger(__name__)


def port_is_taken(host, port):
    """占用: whether somebody else listens there; asked before the long work of a first start."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


class Background:
    """后台: the worker and the scheduler, each in a thread that leaves with the process."""

    def __init__(self, on_failure):
        self.on_failure = on_failure
        self.stopping = False
        # WorkController, not Worker: the latter takes the signal handlers, which belong to the web server's thread
        self.worker = app.WorkController(
            pool="threads", concurrency=2, without_gossip=True, without_mingle=True, without_heartbeat=True, quiet=True
        )
        self.beat = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
        self.thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self):
        """Start both, and sweep once: what fell due while nobody ran is done now."""
        signals.task_prerun.connect(_fresh_connections)
        signals.task_postrun.connect(_fresh_connections)
        self.thread.start()
        self.beat.daemon = True
        self.beat.start()
        for name in SWEEPS:
            app.send_task(name)

    def stop(self):
        """Stop both; a sweep under way may finish, one that does not is finished by the next start."""
        self.stopping = True
        self.beat.stop()
        self.worker.stop()
        self.thread.join(timeout=10)

    def _work(self):
        try:
            self.worker.start()
        except Exception:
            log.exception("the worker failed")
        if not self.stopping:
            self.on_failure()


def _fresh_connections(**_):
    close_old_connections()


def serve(application):
    """Serve until SIGINT or SIGTERM; the exit code: 0, or 1 where the worker died under the web server."""
    failed = threading.Event()

    def give_up():
        failed.set()
        signal.raise_signal(signal.SIGTERM)

    server = waitress.create_server(
        application,
        host=settings.HOST,
        port=settings.PORT,
        threads=8,
        ident=None,
        max_request_body_size=settings.REQUEST_MAX_BYTES,
        channel_timeout=60,
        # A browser keeps up to six lines open while nothing is asked: at waitress's hundred the next visitor would wait
        connection_limit=1000,
        asyncore_use_poll=True,
    )
    # SIGINT too: a shell without job control starts its background commands with SIGINT ignored
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    background = Background(give_up)
    background.start()
    try:
        server.run()
    finally:
        background.stop()
        server.close()
    return 1 if failed.is_set() else 0


def _leave(signum, frame):
    # waitress ends its loop on SystemExit and lets requests under way finish
    raise SystemExit(0)
