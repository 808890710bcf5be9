"""A question of staff to a resident, beside the resident's own; no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievance", "0010_waiting_for_a_code")]

    operations = [
        migrations.AlterField(
            "remark",
            "kind",
            models.CharField(
                "种类",
                max_length=10,
                choices=[
                    ("note", "补充"),
                    ("question", "提问"),
                    ("answer", "答复"),
                    ("thanks", "致谢"),
                    ("staff_ask", "工作人员的提问"),
                ],
                default="note",
            ),
        ),
        migrations.AlterField(
            "remark",
            "round",
            models.PositiveSmallIntegerField("轮次", null=True, help_text="致谢和工作人员的提问写明为哪一轮办理"),
        ),
    ]
