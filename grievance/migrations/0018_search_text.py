import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

# Pairs of neighbouring signs as whole numbers: what is typed is looked up by its pairs, whichever words they belong to. Numbers and
# not text, so that no collation has a say in it. `search.pieces` makes the same of what was typed.
PIECES = """
CREATE FUNCTION grievance_pieces(said text, unit text) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT array_agg(ascii(one)::bigint * 2097152 + ascii(next))
    FROM (SELECT string_to_array(said || ' ' || unit, NULL) AS signs) AS whole, unnest(signs, signs[2:]) AS pair(one, next)
    WHERE next IS NOT NULL
$$"""
INDEX = "CREATE INDEX search_text_pieces ON grievance_searchtext USING gin (grievance_pieces(text, unit))"


def make_pieces(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(PIECES)
        schema_editor.execute(INDEX)


def drop_pieces(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX search_text_pieces")
        schema_editor.execute("DROP FUNCTION grievance_pieces(text, text)")


def date_units(apps, schema_editor):
    Case, CaseUnit = (apps.get_model("grievance", name) for name in ("Case", "CaseUnit"))
    CaseUnit.objects.update(at=Subquery(Case.objects.filter(pk=OuterRef("case")).values("submitted_at")))


class Migration(migrations.Migration):
    dependencies = [
        ("grievance", "0017_phone_act"),
        ("street", "0005_hand_over_and_plan"),
    ]
    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="grievance.case",
                        verbose_name="事项",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="上报时间")),
                ("text", models.TextField(blank=True, verbose_name="文字")),
                ("unit", models.CharField(blank=True, max_length=120, verbose_name="承办单位")),
                ("stale", models.BooleanField(default=False, verbose_name="待重写")),
                (
                    "street",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="street.organisation",
                        verbose_name="街道",
                    ),
                ),
            ],
            options={
                "verbose_name": "检索文字",
                "verbose_name_plural": "检索文字",
                "indexes": [models.Index(condition=models.Q(("stale", True)), fields=["case"], name="search_text_stale")],
            },
        ),
        migrations.RunPython(make_pieces, drop_pieces),
        migrations.AddField("caseunit", "at", models.DateTimeField(null=True, verbose_name="上报时间")),
        migrations.RunPython(date_units, migrations.RunPython.noop),
        migrations.AlterField("caseunit", "at", models.DateTimeField(verbose_name="上报时间")),
        migrations.RemoveIndex("caseunit", "case_unit_of"),
        migrations.AddIndex("caseunit", models.Index(fields=["organisation", "-at", "-case"], name="case_unit_newest")),
    ]
