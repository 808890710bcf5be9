"""The product as processes: `up` on the embedded default, or web, worker and beat on PostgreSQL and Redis as in production."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import requests

from tests.services import REPO, bare_environment, free_port

BIN = Path(sys.executable).parent
SAMPLE = """
from django.core.management import call_command
call_command("load_calendar")
call_command("load_street", "street/data/qimashan.toml")
call_command("load_policy", "dispatch/policies/default.toml")
"""


class Process:
    """One process in a group of its own, with what it has printed so far."""

    def __init__(self, command, environment):
        self.command = [str(part) for part in command]
        self.output = ""
        self.process = subprocess.Popen(
            self.command, cwd=REPO, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    @property
    def running(self):
        return self.process.poll() is None

    def kill(self):
        """SIGKILL to it and all its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        self.reader.join(timeout=5)

    def stop(self, by=signal.SIGTERM, seconds=30):
        """Ask it to end; its exit code."""
        self.process.send_signal(by)
        code = self.process.wait(timeout=seconds)
        self.reader.join(timeout=5)
        return code


class Stack:
    """The running product at `url`; its parts by name can be killed and started again."""

    def __init__(self, folder, **settings):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"DATA_DIR": str(folder), "PORT": str(self.port), "SITE_URL": self.url}
        self.environment = bare_environment(**{**own, **self.defaults(), **settings})
        self.parts: dict[str, Process] = {}

    def __enter__(self):
        self.prepare()
        for name in self.commands():
            self.start(name)
        self.wait()
        return self

    def __exit__(self, *_):
        for part in self.parts.values():
            part.kill()

    def defaults(self):
        return {}

    def prepare(self):
        """What is done once before the parts are started."""

    def start(self, name):
        """Start one part, afresh where it was killed."""
        self.parts[name] = Process(self.commands()[name], self.environment)

    def kill(self, *names):
        """SIGKILL to the parts named; all of them where none is."""
        for name in names or self.parts:
            self.parts[name].kill()

    def wait(self, seconds=240):
        """Return once the product says that it is well. A first start takes half a minute alone, minutes on a busy machine; what
        ends before it is well is not waited for."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            dead = [part for part in self.parts.values() if not part.running]
            if dead:
                raise RuntimeError(f"{dead[0].command} ended with {dead[0].process.returncode}:\n{dead[0].output}")
            with suppress(requests.RequestException):
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            with suppress(subprocess.TimeoutExpired):
                next(iter(self.parts.values())).process.wait(timeout=0.1)
        raise TimeoutError("\n".join(part.output for part in self.parts.values()))

    def manage(self, *arguments, text=""):
        """A management command on the same data; what it printed. CalledProcessError where it fails."""
        command = [sys.executable, "manage.py", *arguments]
        ran = subprocess.run(command, cwd=REPO, env=self.environment, input=text, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{arguments} failed:\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def load_sample(self, further=""):
        """The calendar, street and policy as shipped, and what further statements do, in one process: starting another costs more
        than most commands."""
        self.manage("shell", "-v0", "-c", f"{SAMPLE}\n{further}")


class Embedded(Stack):
    """`manage.py up`: everything in one process on SQLite."""

    def defaults(self):
        return {"DEMO": "0"}

    def commands(self):
        return {"up": [sys.executable, "manage.py", "up"]}

    @property
    def codes(self):
        """The tokens of the codes that were printed, in that order."""
        found = re.findall(r"/q/([\w-]+)/", self.parts["up"].output)
        return list(dict.fromkeys(found))


class Production(Stack):
    """Web, worker and beat on PostgreSQL and Redis, the commands of docker-compose.yml."""

    def __init__(self, folder, *, database, broker, **settings):
        super().__init__(folder, DATABASE_URL=database, REDIS_URL=broker, STATIC_ROOT=f"{folder}/static", **settings)

    def defaults(self):
        return {"PROFILE": "production", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "127.0.0.1,localhost"}

    def commands(self):
        celery = [BIN / "celery", "-A", "config"]
        return {
            "web": [BIN / "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--no-control-socket"],
            "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"],
            "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
        }

    def prepare(self):
        self.manage("migrate", "--noinput", "-v0")
        self.manage("collectstatic", "--noinput", "-v0")
