"""What PostgreSQL's planner believes of the tables: of what was rolled back it remembers pages without rows.

It then takes a table of a thousand rows for an empty one, and one statement of a page lasts half a minute. SQLite forgets."""

from django.db import connection


def forgets():
    """Nothing is left of what earlier tests rolled back. Outside any transaction."""
    _told("VACUUM")


def learns():
    """What lies in the tables now, seen from inside the transaction that holds it; nobody counts again before that is over."""
    _told("ANALYZE")


def _told(command):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(command)
