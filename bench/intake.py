"""上报快慢: grievances per second through the JSON intake, beside a bare Django view that inserts one row.

    .venv/bin/python -m bench.intake [--rounds 20] [--seconds 1]

gunicorn with two sync workers on PostgreSQL and Redis, throttle and worker off, bodies of 200 Chinese characters. The two take
turns within one run, so that whatever else the machine does meets them alike. bench/README.md says what the figures mean.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from bench import machine
from tests import services

CLIENTS = 4
BARE = "裸视图，一行"
WORDS = "家里暖气不热室温只有十五度物业说在修已经三天了老人孩子都冻感冒请尽快派人上门查看楼道灯也坏了晚上看不清台阶"
serials = count(1)


def text():
    """200 Chinese characters, other ones each time."""
    return "".join(random.choices(WORDS, k=200))


def post(path, body, key=""):
    """A request as bytes, as cheap to send as can be: the client shares the machine with the server."""
    data = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\nIdempotency-Key: {key}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + data


def shapes(token):
    """What is compared: name → a function that makes the next request."""
    intake = f"/api/v1/q/{token}/grievances/"
    contact = {"name": "刘先生", "phone": "13800001111"}
    return {
        BARE: lambda: post("/bare/", {"description": text()}),
        "上报接口": lambda: post(intake, {"description": text()}, key=f"bench-{next(serials)}"),
        "上报接口，留姓名电话": lambda: post(intake, {"description": text(), **contact}, key=f"bench-{next(serials)}"),
    }


def drive(port, make, seconds):
    """How many requests were answered, to a few clients that send one after the other. Anything but a 201 ends the run."""
    until, answered = time.perf_counter() + seconds, [0] * CLIENTS

    def client(number):
        while time.perf_counter() < until:
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(make())
                answer = b""
                while part := line.recv(65536):
                    answer += part
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(answer[:500])
            answered[number] += 1

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered)


@contextmanager
def server(database, broker, folder):
    """gunicorn as docker-compose.yml starts it, with the bare view added; yields its port and its process."""
    port = services.free_port()
    settings = {
        "PROFILE": "production", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "127.0.0.1", "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database, "REDIS_URL": broker, "DATA_DIR": folder, "STATIC_ROOT": f"{folder}/static",
        "INTAKE_THROTTLE": "", "LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "bench.site",
    }  # fmt: skip
    gunicorn = Path(sys.executable).parent / "gunicorn"
    command = [
        gunicorn,
        "config.wsgi",
        "--log-level",
        "warning",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--worker-class",
        "sync",
    ]
    process = subprocess.Popen(command, cwd=services.REPO, env=services.bare_environment(**settings))
    try:
        services.wait_for_port(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def prepare():
    """Tables, the sample street, and the table of the bare view; the token of one code."""
    from django.db import connection

    from bench.models import Bare
    from config import first_start
    from grievance.models import QRCode

    first_start.migrate()
    for command in (["load_calendar"], ["load_street", str(first_start.STREET)], ["load_policy", str(first_start.POLICY)]):
        first_start.quietly(*command)
    with connection.schema_editor() as editor:
        editor.create_model(Bare)
    return QRCode.objects.live().order_by("pk").first().token


def rows():
    """Rows in the tables that a submission touches."""
    from grievance.models import Case, Complainant, Event, Grievance, Notice

    return {model.__name__: model.objects.count() for model in (Case, Grievance, Event, Complainant, Notice)}


@dataclass
class Turns:
    """What one shape did in its turns."""

    rates: list = field(default_factory=list)
    requests: int = 0
    processor: float = 0.0

    @property
    def milliseconds(self):
        """Processor time of server and database for one request."""
        return self.processor / self.requests * 1000


def measure(port, token, rounds, seconds, processes):
    """{name: Turns}; the shapes take turns, after one each that does not count."""
    found = {name: Turns() for name in shapes(token)}
    for number in range(-1, rounds):
        for name, make in shapes(token).items():
            before, start = machine.processor_seconds(*processes), time.perf_counter()
            answered = drive(port, make, seconds)
            if number >= 0:
                found[name].rates.append(answered / (time.perf_counter() - start))
                found[name].requests += answered
                found[name].processor += machine.processor_seconds(*processes) - before
    return found


def report(found):
    """The table of bench/README.md: the ratio is the median of the ratios of each round."""
    bare = found[BARE]
    print("| | 每秒（中位） | 与裸视图之比（四分位） | 每次占用处理器 | 裸视图与它之比 |")
    print("|---|---|---|---|---|")
    for name, turns in found.items():
        low, middle, high = quantiles([mine / its for mine, its in zip(turns.rates, bare.rates, strict=True)], n=4)
        spent = f"{turns.milliseconds:.2f} ms | {bare.milliseconds / turns.milliseconds:.2f}"
        print(f"| {name} | {median(turns.rates):.0f} | {middle:.2f} （{low:.2f}–{high:.2f}） | {spent} |")


def main():
    """Start the servers, load the sample street, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.site"
    with machine.postgres() as address, services.redis() as broker, tempfile.TemporaryDirectory() as folder:
        token = prepare()
        before = rows()
        with server(f"{address}/postgres", broker, folder) as (port, gunicorn):
            processes = (gunicorn, machine.database_server())
            found = measure(port, token, options.rounds, options.seconds, processes)
        report(found)
        print("写下的行：", {name: number - before[name] for name, number in rows().items()})
        print(machine.facts())


if __name__ == "__main__":
    main()
