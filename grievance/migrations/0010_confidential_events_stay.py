"""保密流转只增不改, as the history of cases is: the same guard over another table."""

from importlib import import_module

from django.db import migrations

history = import_module("grievance.migrations.0004_event_triggers")


def run(connection, what):
    """`guard` or `lift` the table on the database at hand."""
    with connection.cursor() as cursor:
        for statement in history.STATEMENTS[connection.vendor][what]:
            cursor.execute(statement.replace("grievance_event", "grievance_confidentialevent"))


def guard(apps, schema_editor):
    run(schema_editor.connection, "guard")


def lift(apps, schema_editor):
    run(schema_editor.connection, "lift")


class Migration(migrations.Migration):
    dependencies = [("grievance", "0009_confidential_inbox")]
    operations = [migrations.RunPython(guard, lift)]
