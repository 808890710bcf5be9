"""流转记录只增不改: the database itself refuses to change or delete a line of a case's history, or of a sealed report's.

A later migration that rebuilds a table on SQLite drops its triggers with it and has to run `guard` again; a test counts them.
"""

from django.db import migrations

TABLES = ("grievance_event", "grievance_confidentialevent")
REFUSAL = "流转记录只能追加，不能修改或删除"

POSTGRESQL = {
    "guard": [
        f"""CREATE OR REPLACE FUNCTION {{table}}_append_only() RETURNS trigger AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$ LANGUAGE plpgsql""",
        """CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only()""",
        """CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only()""",
    ],
    "lift": [
        "DROP TRIGGER IF EXISTS {table}_no_update ON {table}",
        "DROP TRIGGER IF EXISTS {table}_no_delete ON {table}",
        "DROP FUNCTION IF EXISTS {table}_append_only()",
    ],
}
SQLITE = {
    "guard": [
        f"CREATE TRIGGER {{table}}_no_{what.lower()} BEFORE {what} ON {{table}} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for what in ("UPDATE", "DELETE")
    ],
    "lift": [f"DROP TRIGGER IF EXISTS {{table}}_no_{what}" for what in ("update", "delete")],
}
STATEMENTS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def run(connection, what):
    """Set the triggers (`guard`) or take them away (`lift`)."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for statement in STATEMENTS[connection.vendor][what]:
                cursor.execute(statement.format(table=table))


def guard(apps, schema_editor):
    run(schema_editor.connection, "guard")


def lift(apps, schema_editor):
    run(schema_editor.connection, "lift")


class Migration(migrations.Migration):
    replaces = [
        ("grievance", "0004_event_triggers"),
        ("grievance", "0010_confidential_events_stay"),
    ]
    dependencies = [("grievance", "0001_schema")]
    operations = [migrations.RunPython(guard, lift)]
