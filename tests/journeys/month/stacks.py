"""The product as processes on a clock that the test moves, and what a SIGKILL may hit."""

import re
import shutil
import sys
import threading
import time

import redis

from tests import shifted
from tests.stack import Embedded, Production

ROOMY = {"VERIFY_NUMBERS": "0", "INTAKE_THROTTLE": "", "SESSION_IDLE_MINUTES": "100000", "LOG_LEVEL": "ERROR"}
"""A month's submissions come from one address here, nobody reads a code there, and a day passes between two clicks."""
CODES = "from grievance.models import QRCode; print(*QRCode.objects.live().order_by('pk').values_list('token', flat=True)[:40])"
PASSWORDS = "from config.first_start import give_passwords; give_passwords()"


class Moved:
    """Every part on the shifted clock."""

    def __init__(self, folder, **settings):
        super().__init__(folder, **{**ROOMY, **settings})
        self.folder = folder
        self.clock = folder / "clock"

    def set_clock(self, to):
        """It is `to` now, everywhere."""
        shifted.move(self.clock, to)

    def commands(self):
        """The commands of the product, each under tests.shifted."""
        return {
            name: [sys.executable, "-m", "tests.shifted", self.clock, *self.script(command)] for name, command in self.plain()
        }

    def plain(self):
        """(name, command) as the product is started for real."""
        return super().commands().items()

    @staticmethod
    def script(command):
        """The command without the interpreter in front of it."""
        return command[1:] if command[0] == sys.executable else command

    def strike(self, part):
        """SIGKILL to one part, or to everything; then what was killed is started again."""
        names = list(self.parts) if part == "everything" else [part]
        self.kill(*names)
        if part == "everything":
            self.forget()
        for name in names:
            self.start(name)
        self.wait()

    def wait_for_silence(self, seconds=5):
        """Return when the delivery log has stopped growing, or when the time is up."""
        log, until, size, pause = self.folder / "outbox.log", time.monotonic() + seconds, -1, threading.Event()
        while time.monotonic() < until and size != (size := log.stat().st_size if log.exists() else 0):
            pause.wait(0.3)

    def forget(self):
        """What is lost with the machine beside the processes."""

    def passwords(self):
        """{username: password} of the sample accounts."""
        rows = (self.folder / "accounts.txt").read_text().splitlines()
        return {row.split("\t")[0]: row.split("\t")[1] for row in rows}

    def tokens(self):
        """Tokens of codes on walls."""
        return re.split(r"\s+", self.manage("shell", "-v0", "-c", CODES).strip().splitlines()[-1])


class OneProcess(Moved, Embedded):
    """`manage.py up` on SQLite: a kill takes web, worker and scheduler together."""

    targets = ("everything",)

    def __init__(self, folder, *, tables):
        super().__init__(folder)
        self.tables = tables

    def prepare(self):
        """The tables, where the run has made them already; the street and its accounts are of the day on which it starts."""
        if self.tables:
            shutil.copy(self.tables, self.folder)


class Processes(Moved, Production):
    """gunicorn, a Celery worker and beat on PostgreSQL and Redis."""

    targets = ("web", "worker", "everything")

    def __init__(self, folder, *, database, broker):
        super().__init__(folder, database=database, broker=broker)
        self.broker = broker

    def plain(self):
        """Beat looks at its clock every second, since here a day may pass in one; otherwise it would sleep to its next task."""
        commands = dict(super().plain())
        return {**commands, "beat": [*commands["beat"], "--max-interval", "1"]}.items()

    def prepare(self):
        """The tables, the sample street and its accounts."""
        super().prepare()
        self.load_sample(PASSWORDS)

    def forget(self):
        """Whatever waited in Redis."""
        redis.Redis.from_url(self.broker).flushall()
