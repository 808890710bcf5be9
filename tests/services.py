"""PostgreSQL and Redis from the system's packages, started for a run of the tests and gone after it.

As a command it runs another one beside both: `python -m tests.services make test`.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg2

REPO = Path(__file__).resolve().parent.parent


def postgres_bin():
    """The folder with initdb and pg_ctl, newest version first; None where PostgreSQL is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True)
    on_path = shutil.which("initdb")
    return installed[0].parent if installed else Path(on_path).parent if on_path else None


def redis_bin():
    """Redis's (or Valkey's) server, else None."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def office_bin():
    """LibreOffice, and what looks into its PDFs; else None."""
    means = [shutil.which(name) for name in ("soffice", "pdffonts", "pdftotext")]
    return means[0] if all(means) else None


def chromium_bin():
    """A Chromium to drive, else None; CHROMIUM names another one."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def webkit_bins():
    """(driver, browser, display) of Debian's webkit2gtk-driver and xvfb, else None."""
    browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    return (driver, str(browsers[-1]), display) if driver and display and browsers else None


def curl_bin():
    """curl, else None."""
    return shutil.which("curl")


def compose_bin():
    """Debian's docker-compose, whose `config` needs no engine; else None."""
    return shutil.which("docker-compose")


def shared_data():
    """The folder of real messages that never enters the repository, else None."""
    folder = Path(os.environ.get("SHARED_DATA") or REPO.parent / "shared" / "data")
    return folder if folder.is_dir() else None


SETTINGS = {
    *("PROFILE", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "SITE_URL", "HOST", "PORT", "DEBUG", "DEMO", "ALLOWED_HOSTS"),
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "SEALING_KEYS", "TRUSTED_PROXIES", "STATIC_ROOT", "NOTICE_BACKEND"),
    *("INTAKE_THROTTLE", "OFFICE_PHONE", "URGE_HOURS", "PAPER_FONTS", "LOG_LEVEL", "POSTGRES_PASSWORD", "DJANGO_SETTINGS_MODULE"),
}


def bare_environment(**settings):
    """The environment of a process under test: none of the caller's settings, only those given."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | settings


def free_port():
    """A loopback port that nobody listens on, below those from which the system takes ports for connections.

    One of those may be in somebody's hands again by the time a server that was killed wants its port back."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def postgres(*, durable=True):
    """A private cluster on a free loopback port; yields its address without a database name.

    `durable=False` flushes nothing to the disk: for tests, which kill processes and never cut the power."""
    folder = Path(tempfile.mkdtemp(prefix="shuoshi-pg-"))
    # PostgreSQL refuses to run as root
    owner = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if owner:
        shutil.chown(folder, **owner)
    port, binaries, data = free_port(), postgres_bin(), folder / "data"
    quiet = {"check": True, "cwd": folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **owner}
    subprocess.run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], **quiet)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200"
    if not durable:
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    control = [binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w"]
    try:
        subprocess.run([*control, "-o", options, "start"], **quiet)
        yield f"postgres://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **{**quiet, "check": False})
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server, *, like=""):
    """The address of a fresh database on the cluster at `server`: empty, or a copy of that at the address `like`."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with closing(psycopg2.connect(f"{server}/postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like.rpartition('/')[2]}" if like else ""))
    return f"{server}/{name}"


@contextmanager
def redis():
    """A private Redis on a free loopback port; yields its address."""
    port = free_port()
    command = [redis_bin(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory(prefix="shuoshi-redis-") as folder:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            wait_for_port(port, server)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(timeout=10)


def wait_for_port(port, process, seconds=20):
    """Return once somebody listens on `port`; an error when `process` ends or the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(timeout=0.05)
            raise RuntimeError(f"{process.args} ended with {code} before it listened")
    raise TimeoutError(f"nobody listens on {port} after {seconds} s")


def main(command):
    """Run `command` with DATABASE_URL and REDIS_URL pointing at fresh servers; its exit code is ours."""
    # SIGTERM unwinds like Ctrl-C, so that no server stays behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        database, broker = stack.enter_context(postgres(durable=False)), stack.enter_context(redis())
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": f"{database}/postgres", "REDIS_URL": broker}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
