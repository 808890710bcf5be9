import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Supervision knows the checkpoint that raised it; a rung may climb to the next level, wherever the matter stands."""

    dependencies = [("dispatch", "0008_work_between_units")]

    operations = [
        migrations.AddField(
            model_name="supervision",
            name="checkpoint",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supervisions",
                to="dispatch.checkpoint",
                verbose_name="时限节点",
            ),
        ),
        migrations.AlterField(
            model_name="escalationrung",
            name="to",
            field=models.CharField(
                choices=[
                    ("handler", "承办单位"),
                    ("unit_head", "单位负责人"),
                    ("desk", "工作专班"),
                    ("community_secretary", "社区书记"),
                    ("street_leader", "分管领导"),
                    ("street_secretary", "街道党工委书记"),
                    ("district_list", "提请区级挂牌"),
                    ("next_level", "上一级"),
                ],
                max_length=20,
                verbose_name="对象",
            ),
        ),
    ]
