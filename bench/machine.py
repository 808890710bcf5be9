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


INDEXES = """
    SELECT i.indrelid::regclass, i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid)
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary"""
MEANWHILE = {"session_replication_role": "replica", "maintenance_work_mem": "'512MB'"}


@contextmanager
def loading(*models):
    """Rows come without the indexes of their tables, which are made afterwards, and no reference is asked after: they are copies
    of rows that were. What is measured afterwards is the same: same tables, same indexes, same settings, all of it in the log."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [[model._meta.db_table for model in models]])
        found = cursor.fetchall()
        for name, value in MEANWHILE.items():
            cursor.execute(f"SET {name} = {value}")
        _log_up_to(cursor, "'16GB'")
        for table, index, _, constraint, _ in found:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}")
        yield
        for table, _, whole, constraint, unique in found:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {unique}" if constraint else whole)
        for name in MEANWHILE:
            cursor.execute(f"RESET {name}")
        # What the loading left to be written is no part of a measurement
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
        _log_up_to(cursor, "DEFAULT")


def _log_up_to(cursor, size):
    """How much is logged before everything is written out: while loading, all of it at once."""
    cursor.execute(f"ALTER SYSTEM SET max_wal_size = {size}")
    cursor.execute("SELECT pg_reload_conf()")


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
