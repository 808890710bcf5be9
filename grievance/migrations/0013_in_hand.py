"""Who has a matter open at the triage desk; and a message may be set aside before it has left."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("grievance", "0012_classifier_versions"),
    ]

    operations = [
        migrations.CreateModel(
            "InHand",
            [
                ("number", models.CharField("事项编号", max_length=24, primary_key=True, serialize=False)),
                ("until", models.DateTimeField("到时自动放开")),
                (
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL, on_delete=django.db.models.deletion.CASCADE, related_name="+",
                        verbose_name="谁在看",
                    ),
                ),
                (
                    "taken_from",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL, on_delete=django.db.models.deletion.SET_NULL, null=True, related_name="+",
                        verbose_name="从谁手上接来", help_text="告知本人之后清空",
                    ),
                ),
            ],
            {"verbose_name": "在手", "verbose_name_plural": "在手"},
        ),
        migrations.AlterField(
            "notice",
            "lapsed_at",
            models.DateTimeField("作废时间", null=True, help_text="号码到时还没有验证，或发出之前已撤销；不再发出"),
        ),
    ]  # fmt: skip
