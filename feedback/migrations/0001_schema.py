import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('feedback', '0001_initial'),
        ('feedback', '0002_initial'),
        ('feedback', '0003_callback_once_per_case'),
    ]

    initial = True

    dependencies = [
        ('dispatch', '0001_schema'),
    ]

    operations = [
        migrations.CreateModel(
            name='Callback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='callbacks', to='grievance.case', verbose_name='事项')),
                ('grievance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='callbacks', to='grievance.grievance', verbose_name='诉求')),
                ('round', models.PositiveSmallIntegerField(verbose_name='轮次')),
                ('status', models.CharField(choices=[('open', '待回访'), ('answered', '已评价'), ('unreachable', '无法回访'), ('superseded', '已作废')], default='open', max_length=12, verbose_name='状态')),
                ('token_salt', models.BinaryField(max_length=16, verbose_name='评价码盐')),
                ('token_hash', models.CharField(max_length=64, unique=True, verbose_name='评价码摘要')),
                ('opened_at', models.DateTimeField(verbose_name='开始时间')),
                ('expires_at', models.DateTimeField(verbose_name='评价截止')),
                ('tried_at', models.DateTimeField(help_text='拨打次数、天数、时段都够了的那一次；此后只等评价截止', null=True, verbose_name='拨满次数时间')),
                ('way', models.CharField(blank=True, choices=[('survey', '本人评价'), ('phone', '电话回访'), ('visit', '上门回访')], max_length=8, verbose_name='方式')),
                ('replied', models.BooleanField(null=True, verbose_name='是否联系回复')),
                ('resolved', models.CharField(blank=True, choices=[('yes', '解决'), ('mostly', '基本解决'), ('no', '未解决')], max_length=8, verbose_name='是否解决')),
                ('satisfaction', models.CharField(blank=True, choices=[('yes', '满意'), ('mostly', '基本满意'), ('no', '不满意')], max_length=8, verbose_name='是否满意')),
                ('reason', models.CharField(blank=True, choices=[('unsolved', '未解决'), ('attitude', '态度'), ('time', '时间'), ('result', '结果不认可')], max_length=10, verbose_name='不满意原因')),
                ('words', models.TextField(blank=True, verbose_name='原话')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='回访员')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
            ],
            options={
                'verbose_name': '回访',
                'verbose_name_plural': '回访',
                'ordering': ['opened_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['opened_at'], name='callback_open')],
                'constraints': [models.UniqueConstraint(fields=('case', 'grievance', 'round'), name='callback_once_per_round'), models.CheckConstraint(condition=models.Q(('status', 'answered'), models.Q(('resolved', ''), ('satisfaction', '')), _connector='OR'), name='only_an_answer_satisfies'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'answered'), _negated=True), models.Q(models.Q(('satisfaction', ''), _negated=True), models.Q(('resolved', ''), _negated=True)), _connector='OR'), name='answer_is_whole')],
            },
        ),
        migrations.CreateModel(
            name='CallAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('callback', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='feedback.callback', verbose_name='回访')),
                ('result', models.CharField(choices=[('no_answer', '无人接听'), ('unreachable', '号码不通'), ('later', '请稍后再打'), ('declined', '接通但不愿评价'), ('answered', '已接通')], max_length=12, verbose_name='结果')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='回访员')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '回访拨打',
                'verbose_name_plural': '回访拨打',
                'ordering': ['at'],
                'indexes': [],
                'constraints': [],
            },
        ),
    ]
