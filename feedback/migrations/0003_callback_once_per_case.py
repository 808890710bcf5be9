# 并案、拆分后轮次从头计：同一诉求在另一事项里可以再有第一轮回访

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0002_initial"),
    ]

    operations = [
        migrations.RenameField(
            model_name="callback",
            old_name="by",
            new_name="recorded_by",
        ),
        migrations.RemoveConstraint(
            model_name="callback",
            name="callback_once_per_round",
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.UniqueConstraint(fields=("case", "grievance", "round"), name="callback_once_per_round"),
        ),
        migrations.AddField(
            model_name="callback",
            name="tried_at",
            field=models.DateTimeField(
                help_text="拨打次数、天数、时段都够了的那一次；此后只等评价截止", null=True, verbose_name="拨满次数时间"
            ),
        ),
        migrations.AlterField(
            model_name="callattempt",
            name="result",
            field=models.CharField(
                choices=[
                    ("no_answer", "无人接听"),
                    ("unreachable", "号码不通"),
                    ("later", "请稍后再打"),
                    ("declined", "接通但不愿评价"),
                    ("answered", "已接通"),
                ],
                max_length=12,
                verbose_name="结果",
            ),
        ),
        migrations.AlterField(
            model_name="callback",
            name="status",
            field=models.CharField(
                choices=[("open", "待回访"), ("answered", "已评价"), ("unreachable", "无法回访"), ("superseded", "已作废")],
                default="open",
                max_length=12,
                verbose_name="状态",
            ),
        ),
    ]
