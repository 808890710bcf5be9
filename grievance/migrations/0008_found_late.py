"""A line of a case's history goes only where its going was written down first, and that list itself only grows
(docs/decisions/0017-found-out-late.md)."""

from importlib import import_module

from django.db import migrations, models

APPEND_ONLY = import_module("grievance.migrations.0002_append_only")
EVENTS, LIST = "grievance_event", "grievance_takenout"

# The trigger names no table that a later migration might rebuild: SQLite would refuse to rename it back into place
POSTGRESQL = {
    "guard": [
        f"""CREATE OR REPLACE FUNCTION {EVENTS}_append_only() RETURNS trigger AS
        $$ BEGIN
            IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM {LIST} WHERE event = OLD.id) THEN RETURN OLD; END IF;
            RAISE EXCEPTION '{APPEND_ONLY.REFUSAL}' USING ERRCODE = 'restrict_violation';
        END $$ LANGUAGE plpgsql""",
    ],
    "lift": [
        f"""CREATE OR REPLACE FUNCTION {EVENTS}_append_only() RETURNS trigger AS
        $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY.REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$ LANGUAGE plpgsql""",
    ],
}
SQLITE = {
    "guard": [
        f"DROP TRIGGER IF EXISTS {EVENTS}_no_delete",
        f"""CREATE TRIGGER {EVENTS}_no_delete BEFORE DELETE ON {EVENTS}
        WHEN NOT EXISTS (SELECT 1 FROM {LIST} WHERE event = OLD.id)
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY.REFUSAL}'); END""",
    ],
    "lift": [
        f"DROP TRIGGER IF EXISTS {EVENTS}_no_delete",
        f"CREATE TRIGGER {EVENTS}_no_delete BEFORE DELETE ON {EVENTS} BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY.REFUSAL}'); END",
    ],
}
STATEMENTS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def run(connection, what):
    """Open the one way out of the history and guard its list (`guard`), or close both (`lift`)."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor][what]:
            cursor.execute(statement)
        for statement in APPEND_ONLY.STATEMENTS[connection.vendor][what]:
            cursor.execute(statement.format(table=LIST))


def guard(apps, schema_editor):
    run(schema_editor.connection, "guard")


def lift(apps, schema_editor):
    run(schema_editor.connection, "lift")


class Migration(migrations.Migration):
    dependencies = [
        ("grievance", "0007_open_matters_and_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="TakenOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.BigIntegerField(unique=True, verbose_name="流转记录")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={"verbose_name": "移出的流转记录", "verbose_name_plural": "移出的流转记录"},
        ),
        migrations.RemoveConstraint(model_name="case", name="ended_case_has_its_time"),
        migrations.AlterField(
            model_name="case",
            name="status",
            field=models.CharField(
                choices=[
                    ("submitted", "待研判"),
                    ("held", "待补充"),
                    ("admitted", "已受理"),
                    ("in_handling", "办理中"),
                    ("resolved", "已办结待回访"),
                    ("closed", "已结案"),
                    ("declined", "不予受理"),
                    ("merged", "已并案"),
                    ("withdrawn", "已撤回"),
                    ("transferred", "已依法转办"),
                ],
                default="submitted",
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", False),
                        ("status__in", ["closed", "declined", "merged", "withdrawn", "transferred"]),
                    ),
                    models.Q(
                        models.Q(("status__in", ["closed", "declined", "merged", "withdrawn", "transferred"]), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="ended_case_has_its_time",
            ),
        ),
        migrations.RunPython(guard, lift),
    ]
