import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grievance", "0018_search_text"),
    ]

    operations = [
        migrations.CreateModel(
            name="Saying",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    models.CharField(
                        help_text="自己编的话，不抄居民的原话，不写真名、电话、门牌",
                        max_length=200,
                        unique=True,
                        verbose_name="例句",
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        blank=True,
                        help_text="诉求性质；不写 = 不说明",
                        max_length=10,
                        verbose_name="性质",
                    ),
                ),
                ("urgent", models.BooleanField(blank=True, help_text="不选 = 不说明", null=True, verbose_name="特急")),
                ("active", models.BooleanField(default=True, verbose_name="在用")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sayings",
                        to="grievance.category",
                        verbose_name="类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "例句",
                "verbose_name_plural": "例句",
                "ordering": ["pk"],
            },
        ),
    ]
