import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

STREET = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "street.organisation"}
OFFICE_TEXT = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("code", models.CharField(max_length=60, verbose_name="代码")),
    ("version", models.PositiveIntegerField(default=1, verbose_name="版次")),
    ("current", models.BooleanField(default=True, verbose_name="最新一版")),
    ("retired", models.BooleanField(default=False, verbose_name="停用")),
    ("at", models.DateTimeField(verbose_name="修改时间")),
    (
        "by",
        models.ForeignKey(
            help_text="空：随系统载入",
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to=settings.AUTH_USER_MODEL,
            verbose_name="修改人",
        ),
    ),
    ("street", models.ForeignKey(null=True, verbose_name="街道", **STREET)),
]
USES = [
    ("hold", "请诉求人补充"),
    ("ask_resident", "向诉求人提问"),
    ("answer_question", "答复提问"),
    ("decline", "不予受理"),
    ("add_progress", "办理进展"),
    ("complete", "办结公开答复"),
]
RECORDS = [
    ("xlsx", "导出 XLSX"),
    ("csv", "导出 CSV"),
    ("print", "打印一览表"),
    ("share", "共享视图"),
    ("unshare", "取消共享"),
    ("delete", "删除共享视图"),
]


def versions(noun, model):
    """What both kinds of office texts have: options with their two constraints."""
    no_street = django.db.models.functions.comparison.Coalesce("street", 0)
    once = models.UniqueConstraint(models.F("code"), models.F("version"), no_street, name=f"{model}_version_once")
    current = models.UniqueConstraint(
        models.F("code"), no_street, condition=models.Q(("current", True)), name=f"{model}_one_current"
    )
    return {
        "verbose_name": noun,
        "verbose_name_plural": noun,
        "ordering": ["code", "version"],
        "abstract": False,
        "constraints": [once, current],
    }


class Migration(migrations.Migration):
    dependencies = [
        ("grievance", "0015_sketch"),
        ("street", "0004_call_languages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("query", models.CharField(max_length=600, verbose_name="条件")),
                ("shared", models.BooleanField(default=False, verbose_name="共享给本单位")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="street.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保存人",
                    ),
                ),
            ],
            options={"verbose_name": "常用视图", "verbose_name_plural": "常用视图", "ordering": ["shared", "name", "pk"]},
        ),
        migrations.CreateModel(
            name="FirstView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="first_view",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="first_for",
                        to="grievance.savedview",
                        verbose_name="视图",
                    ),
                ),
            ],
            options={"verbose_name": "默认视图", "verbose_name_plural": "默认视图"},
        ),
        migrations.CreateModel(
            name="CategoryNote",
            fields=[
                *OFFICE_TEXT,
                ("law", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                ("ring", models.CharField(blank=True, max_length=200, verbose_name="找谁")),
                ("look", models.CharField(blank=True, max_length=300, verbose_name="先看什么")),
            ],
            options=versions("办理提示", "categorynote"),
        ),
        migrations.CreateModel(
            name="DeskRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=RECORDS, max_length=8, verbose_name="事项")),
                ("posting", models.CharField(max_length=120, verbose_name="当时任职")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("about", models.CharField(max_length=400, verbose_name="条件")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="事由")),
                ("rows", models.PositiveIntegerField(help_text="为空表示没有导完", null=True, verbose_name="行数")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                ("organisation", models.ForeignKey(verbose_name="单位", **STREET)),
            ],
            options={
                "verbose_name": "办公留痕",
                "verbose_name_plural": "办公留痕",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["-at", "-id"], name="desk_record_newest")],
            },
        ),
        migrations.CreateModel(
            name="ReplyTemplate",
            fields=[
                *OFFICE_TEXT,
                ("use", models.CharField(choices=USES, max_length=20, verbose_name="用在")),
                (
                    "category",
                    models.CharField(blank=True, help_text="含下级；空：各类都可用", max_length=20, verbose_name="类别代码"),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("text", models.TextField(verbose_name="模板")),
            ],
            options=versions("答复模板", "replytemplate"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="view_name_once_per_person"),
        ),
    ]
