"""Questions with their answers, thanks, the time in which a closed matter may be done again, and codes sent to a number."""

import django.db.models.deletion
from django.db import migrations, models

import grievance.sealing


class Migration(migrations.Migration):
    dependencies = [("grievance", "0005_uploads")]

    operations = [
        migrations.AddField(
            "case", "reopen_until", models.DateTimeField("可要求重办至", null=True, help_text="结案时按办理政策写明；为空不可")
        ),
        migrations.AddField(
            "complainant",
            "verified_at",
            models.DateTimeField("号码验证时间", null=True, help_text="本人收到验证码并填对的时间"),
        ),
        migrations.AddField(
            "remark",
            "kind",
            models.CharField(
                "种类",
                max_length=10,
                choices=[("note", "补充"), ("question", "提问"), ("answer", "答复"), ("thanks", "致谢")],
                default="note",
            ),
        ),
        migrations.AddField(
            "remark",
            "answers",
            models.ForeignKey(
                "grievance.remark",
                django.db.models.deletion.PROTECT,
                null=True,
                related_name="replies",
                verbose_name="答复的提问",
            ),
        ),
        migrations.AddField(
            "remark", "round", models.PositiveSmallIntegerField("轮次", null=True, help_text="致谢写明为哪一轮办理")
        ),
        migrations.AddConstraint(
            "remark",
            models.UniqueConstraint(name="thanks_once_a_round", fields=["grievance", "round"], condition=models.Q(kind="thanks")),
        ),
        migrations.AddConstraint(
            "remark",
            models.UniqueConstraint(name="question_answered_once", fields=["answers"], condition=models.Q(answers__isnull=False)),
        ),
        migrations.CreateModel(
            "SmsCode",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_index", models.CharField("电话盲索引", max_length=64)),
                ("phone", grievance.sealing.SealedTextField("电话", blank=True, default=b"")),
                ("minute", models.PositiveBigIntegerField("分钟", help_text="自 1970 年起的分钟数：一个号码一分钟一条")),
                ("salt", models.BinaryField("盐", max_length=16)),
                ("made_at", models.DateTimeField("申请时间", db_index=True)),
                ("sent_at", models.DateTimeField("发出时间", null=True)),
                ("used_at", models.DateTimeField("用掉时间", null=True)),
                ("tries", models.PositiveSmallIntegerField("已试次数", default=0)),
                (
                    "grievance",
                    models.ForeignKey(
                        "grievance.grievance",
                        django.db.models.deletion.CASCADE,
                        null=True,
                        related_name="codes",
                        verbose_name="诉求",
                        help_text="为空为按号码找回",
                    ),
                ),
            ],
            options={
                "verbose_name": "验证码",
                "verbose_name_plural": "验证码",
                "ordering": ["made_at", "pk"],
                "indexes": [models.Index(name="code_unsent", fields=["made_at"], condition=models.Q(sent_at__isnull=True))],
                "constraints": [models.UniqueConstraint(name="one_code_a_minute", fields=["phone_index", "minute"])],
            },
        ),
    ]
