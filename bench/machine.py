"""机器: a private PostgreSQL as Debian ships it, one database for each measurement, and what the machine spends."""

import os
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

from django import get_version as django_version

from tests import services

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def postgres():
    """A private cluster with Debian's own settings (fsync on); Django is set up on it. Yields its address."""
    with services.postgres() as address, tempfile.TemporaryDirectory(prefix="shuoshi-bench-") as folder:
        os.environ |= {"DATABASE_URL": f"{address}/postgres", "DATA_DIR": folder}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        yield address


def use(database):
    """From now on this process speaks to `database`."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = database


def create(database):
    """A new database with the product's tables, in use from now on."""
    from django.core.management import call_command
    from django.db import connection

    use("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{database}"')
    use(database)
    call_command("migrate", verbosity=0)


def database_server():
    """The process of the private PostgreSQL, of which all its others are children."""
    from django.db import connection

    connection.ensure_connection()
    return _stat(connection.connection.get_backend_pid())["parent"]


def processor_seconds(*roots):
    """Seconds of processor that these processes and everything below them have used so far: unlike a clock on the wall,
    it says little about what else the machine does."""
    below, spent = defaultdict(list), {}
    for folder in Path("/proc").glob("[0-9]*"):
        if found := _stat(int(folder.name)):
            below[found["parent"]].append(int(folder.name))
            spent[int(folder.name)] = found["seconds"]
    waiting, total = list(roots), 0.0
    while waiting:
        process = waiting.pop()
        total += spent.get(process, 0)
        waiting += below[process]
    return total


def _stat(process):
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # utime, stime, and both of the children that have ended
    return {"parent": int(fields[1]), "seconds": sum(map(int, fields[11:15])) / TICKS}


def facts():
    """What the figures were measured on, and how busy it was."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        database = cursor.fetchone()[0]
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{names[0]} × {len(names)}；Python {python}；Django {django_version()}；PostgreSQL {database}；运行时负载 {load}"
