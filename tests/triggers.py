"""Emptying the test database on SQLite is a DELETE, which the history refuses: its triggers step aside for that alone."""

from contextlib import contextmanager
from importlib import import_module

from django.db import connection

GUARDS = [import_module(f"grievance.migrations.{name}") for name in ("0004_event_triggers", "0010_confidential_events_stay")]


@contextmanager
def lifted():
    """The history may be emptied inside this."""
    if connection.vendor != "sqlite":
        # PostgreSQL empties by TRUNCATE, which no row trigger sees
        yield
        return
    for table in GUARDS:
        table.run(connection, "lift")
    try:
        yield
    finally:
        for table in GUARDS:
            table.run(connection, "guard")
