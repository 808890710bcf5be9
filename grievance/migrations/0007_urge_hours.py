from django.db import migrations, models


class Migration(migrations.Migration):
    """The policy of the work says how often a resident may urge; the case carries it down to the follow page."""

    dependencies = [("grievance", "0006_shared_contact")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="urge_hours",
            field=models.PositiveSmallIntegerField(
                help_text="由派单时的办理政策写明；为空用系统设置", null=True, verbose_name="催促间隔小时"
            ),
        ),
    ]
