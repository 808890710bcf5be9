import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grievance", "0003_on_behalf"),
        ("street", "0002_registrar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="同意时间")),
            ],
            options={
                "verbose_name": "同意公开",
                "verbose_name_plural": "同意公开",
            },
        ),
        migrations.CreateModel(
            name="BoardEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(verbose_name="办理轮次")),
                ("month", models.DateField(help_text="当月第一天；公开栏不写到日", verbose_name="结案月份")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "待审核"), ("published", "公开中"), ("refused", "不公开"), ("taken_down", "已撤下")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("title", models.CharField(max_length=40, verbose_name="公开标题")),
                ("came_in", models.TextField(verbose_name="反映了什么")),
                ("done", models.TextField(verbose_name="怎么办的")),
                ("drafted_at", models.DateTimeField(verbose_name="拟稿时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="不公开或撤下的理由")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="撤下时间")),
            ],
            options={
                "verbose_name": "公开内容",
                "verbose_name_plural": "公开内容",
                "ordering": ["-decided_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="BoardPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after", models.BooleanField(default=False, verbose_name="办理后")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="公开名")),
            ],
            options={
                "verbose_name": "公开照片",
                "verbose_name_plural": "公开照片",
                "ordering": ["after", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PublicPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("board", models.BooleanField(default=False, verbose_name="开通公开栏")),
                ("wishes", models.BooleanField(default=False, verbose_name="开通微心愿")),
                ("wish_days", models.PositiveSmallIntegerField(default=30, verbose_name="心愿无人认领，几天后退回专班")),
            ],
            options={
                "verbose_name": "对外公开",
                "verbose_name_plural": "对外公开",
                "ordering": ["community__path"],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "公开认领"), ("returned", "退回专班")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("title", models.CharField(max_length=40, verbose_name="公开标题")),
                ("text", models.TextField(verbose_name="公开内容")),
                ("opened_at", models.DateTimeField(verbose_name="公开时间")),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="认领时间")),
            ],
            options={
                "verbose_name": "微心愿",
                "verbose_name_plural": "微心愿",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="category",
            name="board",
            field=models.BooleanField(default=False, verbose_name="结案后可以上公开栏"),
        ),
        migrations.AlterField(
            model_name="grievance",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report", "我要反映"),
                    ("dispute", "我有纠纷"),
                    ("question", "我想问"),
                    ("suggestion", "我建议"),
                    ("wish", "我有心愿"),
                ],
                default="report",
                max_length=12,
                verbose_name="类型",
            ),
        ),
        migrations.AddField(
            model_name="boardconsent",
            name="grievance",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="board_consent",
                to="grievance.grievance",
                verbose_name="诉求",
            ),
        ),
        migrations.AddField(
            model_name="boardconsent",
            name="photos",
            field=models.ManyToManyField(blank=True, related_name="+", to="grievance.attachment", verbose_name="同意公开的照片"),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="board_entries",
                to="grievance.case",
                verbose_name="事项",
            ),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="community",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="street.organisation", verbose_name="社区"
            ),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="审核人",
            ),
        ),
        migrations.AddField(
            model_name="boardentry",
            name="drafted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="拟稿人"
            ),
        ),
        migrations.AddField(
            model_name="boardphoto",
            name="attachment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="grievance.attachment", verbose_name="原照片"
            ),
        ),
        migrations.AddField(
            model_name="boardphoto",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="photos",
                to="grievance.boardentry",
                verbose_name="公开内容",
            ),
        ),
        migrations.AddField(
            model_name="publicpage",
            name="community",
            field=models.OneToOneField(
                limit_choices_to={"kind": "community"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="public_page",
                to="street.organisation",
                verbose_name="社区",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="wish", to="grievance.case", verbose_name="事项"
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="claimed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="street.organisation",
                verbose_name="认领单位",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="community",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="street.organisation", verbose_name="社区"
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="审核人"
            ),
        ),
        migrations.AddIndex(
            model_name="boardentry",
            index=models.Index(
                condition=models.Q(("status", "published")), fields=["community", "-month", "-id"], name="board_entry_shown"
            ),
        ),
        migrations.AddConstraint(
            model_name="boardentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["draft", "published"])), fields=("case",), name="case_has_one_open_board_entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="boardentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    models.Q(("decided_by__isnull", False), models.Q(("decided_by", models.F("drafted_by")), _negated=True)),
                    _connector="OR",
                ),
                name="board_entry_is_approved_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(
                condition=models.Q(("claimed_by__isnull", True), ("status", "open")), fields=["opened_at"], name="wish_open"
            ),
        ),
    ]
