"""写入: rows by statements composed once. The intake writes three rows for each submission, and the ORM would compose each INSERT
anew, which takes longer than running it (bench/README.md)."""

from contextlib import contextmanager
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.sql import InsertQuery


def insert(row):
    """Write an unsaved model instance as `save(force_insert=True)` would, and give it its key. The database checks it as ever."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(*_composed(row, connection))
        row.pk = cursor.fetchone()[0]
    return _written(row, connection)


@contextmanager
def together(*keyed):
    """同写: yields an `insert` for rows of one transaction; those of the models `keyed`, one of each, have their key at once.

    PostgreSQL is sent all of them in one message when the block ends, since most of the time of a small statement goes into the
    way there and back; what it refuses is raised there. Elsewhere each is written as it comes."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        yield insert
        return
    statements, values = [], []

    def later(row):
        row.pk = keys.pop(type(row), None)
        statement, its_values = _composed(row, connection)
        statements.append(statement)
        values.extend(its_values)
        return _written(row, connection)

    with connection.cursor() as cursor:
        keys = _next_keys(keyed, cursor)
        yield later
        cursor.execute(";".join(statements), values)


def _composed(row, connection):
    """What is empty is left out: the database leaves it empty by itself, and has less to read."""
    values = [(field, field.pre_save(row, add=True)) for field in row._meta.local_concrete_fields]
    given = [(field, value) for field, value in values if value is not None]
    statement = _statement(type(row), tuple(field for field, _ in given), connection.vendor)
    return statement, [field.get_db_prep_save(value, connection) for field, value in given]


def _written(row, connection):
    row._state.adding, row._state.db = False, connection.alias
    return row


def _next_keys(models, cursor):
    cursor.execute(_asking_for_keys(models))
    return dict(zip(models, cursor.fetchone(), strict=True))


@lru_cache
def _asking_for_keys(models):
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        sequences = [sequence for model in models for sequence in _sequences(cursor, model)]
    return "SELECT " + ", ".join(f"nextval('{sequence}')" for sequence in sequences)


def _sequences(cursor, model):
    return [found["name"] for found in connections[DEFAULT_DB_ALIAS].introspection.get_sequences(cursor, model._meta.db_table)]


@lru_cache
def _statement(model, fields, vendor):
    """The ORM's own INSERT for `model` and these fields; it returns the key where that is not among them."""
    connection, query = connections[DEFAULT_DB_ALIAS], InsertQuery(model)
    query.insert_values(fields, [model()])
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [] if model._meta.pk in fields else [model._meta.pk]
    ((statement, _),) = compiler.as_sql()
    return statement
