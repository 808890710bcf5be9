"""写入: one row by a statement composed once. The intake writes three rows for each submission, and the ORM would compose each
INSERT anew, which takes longer than running it (bench/README.md)."""

from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.sql import InsertQuery


def insert(row):
    """Write an unsaved model instance as `save(force_insert=True)` would, and give it its key. The database checks it as ever."""
    connection = connections[DEFAULT_DB_ALIAS]
    statement, fields = _statement(type(row), connection.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias
    return row


@lru_cache
def _statement(model, vendor):
    """The ORM's own INSERT … RETURNING for `model`, with the fields whose values it takes, in order."""
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    connection, query = connections[DEFAULT_DB_ALIAS], InsertQuery(model)
    query.insert_values(fields, [model()])
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [model._meta.pk]
    ((statement, _),) = compiler.as_sql()
    return statement, fields
