"""流转记录只增不改: the database itself refuses to change or delete a line of a case's history.

A later migration that rebuilds the table on SQLite drops the triggers with it and has to run `guard` again; a test counts them.
"""

from django.db import migrations

REFUSAL = "流转记录只能追加，不能修改或删除"

POSTGRESQL = {
    "guard": [
        f"""CREATE OR REPLACE FUNCTION grievance_event_append_only() RETURNS trigger AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$ LANGUAGE plpgsql""",
        """CREATE TRIGGER grievance_event_no_update BEFORE UPDATE ON grievance_event
        FOR EACH ROW EXECUTE FUNCTION grievance_event_append_only()""",
        """CREATE TRIGGER grievance_event_no_delete BEFORE DELETE ON grievance_event
        FOR EACH ROW EXECUTE FUNCTION grievance_event_append_only()""",
    ],
    "lift": [
        "DROP TRIGGER IF EXISTS grievance_event_no_update ON grievance_event",
        "DROP TRIGGER IF EXISTS grievance_event_no_delete ON grievance_event",
        "DROP FUNCTION IF EXISTS grievance_event_append_only()",
    ],
}
SQLITE = {
    "guard": [
        f"CREATE TRIGGER grievance_event_no_{what.lower()} BEFORE {what} ON grievance_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for what in ("UPDATE", "DELETE")
    ],
    "lift": [f"DROP TRIGGER IF EXISTS grievance_event_no_{what}" for what in ("update", "delete")],
}
STATEMENTS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def run(connection, what):
    """Set the triggers (`guard`) or take them away (`lift`)."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor][what]:
            cursor.execute(statement)


def guard(apps, schema_editor):
    run(schema_editor.connection, "guard")


def lift(apps, schema_editor):
    run(schema_editor.connection, "lift")


class Migration(migrations.Migration):
    dependencies = [("grievance", "0003_intakecount")]
    operations = [migrations.RunPython(guard, lift)]
