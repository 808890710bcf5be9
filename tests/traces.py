"""痕迹: where in the database, in the files and on the pages something said still stands."""

import json
from pathlib import Path

from django.db import connection


def everything_kept(folder):
    """Every value of every column of every table, and every byte of every file under `folder`."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [_bytes(value) for row in cursor for value in row]
    return b"\n".join(found + [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()])


def _bytes(value):
    return bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()


def left_of(words, kept):
    """Those of `words` that stand in `kept`, as they are or as JSON writes them."""
    return [word for word in words if word.encode() in kept or json.dumps(word)[1:-1].encode() in kept]
