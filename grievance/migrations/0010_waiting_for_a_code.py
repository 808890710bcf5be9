"""A message to a number that nobody verified is given up after a day, and leaves the index of what waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grievance", "0009_pages_of_many")]

    operations = [
        migrations.AddField(
            "notice", "lapsed_at", models.DateTimeField("作废时间", null=True, help_text="号码到时还没有验证，不再发出")
        ),
        migrations.RemoveIndex("notice", "notice_unsent"),
        migrations.AddIndex(
            "notice",
            models.Index(
                name="notice_unsent",
                fields=["not_before"],
                condition=models.Q(sent_at__isnull=True, lapsed_at__isnull=True),
            ),
        ),
    ]
