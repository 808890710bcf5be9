import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('street', '0001_initial'),
        ('street', '0002_organisation_mark'),
        ('street', '0003_halls_and_specialists'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=200, verbose_name='名称')),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=40, verbose_name='时区')),
                ('base', models.ForeignKey(blank=True, help_text='先按底历，再按本日历', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='regional', to='street.calendar', verbose_name='底历')),
                ('version', models.BigIntegerField(default=0, editable=False, help_text='内容指纹，载入或改动后更新；各进程据此换用新日历', verbose_name='内容版本')),
            ],
            options={
                'verbose_name': '工作日历',
                'verbose_name_plural': '工作日历',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('base', models.F('id')), _negated=True), name='calendar_is_not_its_own_base')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='工作电话')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '人员',
                'verbose_name_plural': '人员',
                'indexes': [],
                'constraints': [],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='years', to='street.calendar', verbose_name='工作日历')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('provisional', models.BooleanField(default=True, verbose_name='暂定')),
                ('source', models.CharField(max_length=200, verbose_name='依据或缘由')),
            ],
            options={
                'verbose_name': '日历年度',
                'verbose_name_plural': '日历年度',
                'ordering': ['calendar', 'year'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'year'), name='calendar_year_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='street.calendar', verbose_name='工作日历')),
                ('date', models.DateField(verbose_name='日期')),
                ('kind', models.CharField(choices=[('off', '放假'), ('work', '调休上班')], max_length=4, verbose_name='安排')),
                ('name', models.CharField(max_length=200, verbose_name='节日')),
            ],
            options={
                'verbose_name': '特别日',
                'verbose_name_plural': '特别日',
                'ordering': ['calendar', 'date'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'date'), name='calendar_day_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='CalendarHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='street.calendar', verbose_name='工作日历')),
                ('starts_on', models.CharField(help_text='05-01 每年起用，2024-05-06 只此一次', max_length=10, verbose_name='起用日')),
                ('spans', models.CharField(help_text='例如 10:00-14:00,16:00-20:00', max_length=200, verbose_name='时段')),
            ],
            options={
                'verbose_name': '作息时间',
                'verbose_name_plural': '作息时间',
                'ordering': ['calendar', 'starts_on'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'starts_on'), name='calendar_hours_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('short_name', models.CharField(blank=True, max_length=30, verbose_name='简称')),
                ('mark', models.CharField(blank=True, help_text='如 沙骑街；不写则用简称', max_length=20, verbose_name='发文代字')),
                ('kind', models.CharField(choices=[('city', '市'), ('district', '区县'), ('street', '街道'), ('community', '社区'), ('department', '科室/部门'), ('station', '派驻站所'), ('utility', '公用企业'), ('company', '社会单位')], max_length=12, verbose_name='类型')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='street.organisation', verbose_name='上级')),
                ('path', models.CharField(help_text='从根到本级的代码，以 / 分隔并以 / 结尾', max_length=200, unique=True, verbose_name='层级路径')),
                ('supervisor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supervised', to='street.organisation', verbose_name='监督（主管）单位')),
                ('relation', models.CharField(choices=[('subordinate', '下属'), ('dispatched', '派驻'), ('district', '区级部门'), ('vertical', '垂直管理'), ('outside', '社会单位')], default='subordinate', max_length=12, verbose_name='隶属关系')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='办公电话')),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='人口')),
                ('calendar', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='street.calendar', verbose_name='工作日历')),
                ('active', models.BooleanField(default=True, verbose_name='在用')),
            ],
            options={
                'verbose_name': '组织',
                'verbose_name_plural': '组织',
                'ordering': ['path'],
                'indexes': [models.Index(fields=['kind'], name='street_orga_kind_ee6546_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='organisation_is_not_its_own_parent')],
            },
        ),
        migrations.CreateModel(
            name='HallSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hall_seats', to='street.organisation', verbose_name='街道')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='street.organisation', verbose_name='进驻单位')),
                ('kind', models.CharField(choices=[('resident', '常驻'), ('rotating', '轮驻'), ('on_call', '随叫随到')], max_length=10, verbose_name='方式')),
                ('weekdays', models.CharField(help_text='如 ,1,3,5, 表示周一、三、五', max_length=20, verbose_name='周几')),
                ('opens', models.TimeField(verbose_name='自')),
                ('closes', models.TimeField(verbose_name='至')),
                ('starts_on', models.DateField(verbose_name='起')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
            ],
            options={
                'verbose_name': '大厅席位',
                'verbose_name_plural': '大厅席位',
                'ordering': ['hall', 'kind', 'unit__path', 'starts_on'],
                'constraints': [models.UniqueConstraint(fields=('hall', 'unit', 'weekdays', 'opens', 'starts_on'), name='hall_seat_once'), models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='hall_seat_closes_after_it_opens')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Grid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grids', to='street.organisation', verbose_name='社区')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='micro_grids', to='street.grid', verbose_name='所属网格')),
            ],
            options={
                'verbose_name': '网格',
                'verbose_name_plural': '网格',
                'ordering': ['code'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Specialist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('lawyer', '律师'), ('mediator', '人民调解员'), ('police_assistant', '警务助理'), ('committee', '人民调解委员会')], max_length=16, verbose_name='类型')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='specialists', to='street.organisation', verbose_name='所属单位')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='联系电话')),
                ('starts_on', models.DateField(verbose_name='起')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                ('communities', models.ManyToManyField(blank=True, related_name='+', to='street.organisation', verbose_name='服务社区')),
            ],
            options={
                'verbose_name': '专业力量',
                'verbose_name_plural': '专业力量',
                'ordering': ['kind', 'name'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'name'), name='specialist_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='street.organisation', verbose_name='单位')),
                ('role', models.CharField(choices=[('grid_worker', '网格员'), ('handler', '承办人'), ('unit_head', '单位负责人'), ('community_secretary', '社区书记'), ('dispatcher', '研判派单员'), ('shift_leader', '值班长'), ('supervisor', '督办员'), ('caller', '回访员'), ('liaison', '联络员'), ('street_leader', '分管领导'), ('street_secretary', '街道党工委书记'), ('district_secretary', '区委书记'), ('district_supervision', '区委督查室'), ('discipline', '纪工委'), ('system_admin', '系统管理员'), ('security_admin', '安全管理员'), ('auditor', '审计员')], max_length=24, verbose_name='角色')),
                ('title', models.CharField(blank=True, max_length=60, verbose_name='职务')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='street.grid', verbose_name='网格')),
                ('acting_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputies', to='street.posting', verbose_name='代行')),
                ('starts_on', models.DateField(verbose_name='起')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
            ],
            options={
                'verbose_name': '任职',
                'verbose_name_plural': '任职',
                'ordering': ['organisation__path', 'role', 'starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='posting_ends_after_it_starts'), models.UniqueConstraint(fields=('user', 'organisation', 'role', 'starts_on'), name='posting_once_per_role_and_start')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='代码')),
                ('kind', models.CharField(choices=[('estate', '小区'), ('building', '楼栋'), ('entrance', '单元'), ('shop', '商户'), ('crossroads', '路口'), ('road', '道路'), ('site', '工地'), ('office', '办事场所')], max_length=12, verbose_name='类型')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('aliases', models.JSONField(blank=True, default=list, verbose_name='别名')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='street.place', verbose_name='所在')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='street.organisation', verbose_name='社区')),
                ('street', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='street_places', to='street.organisation', verbose_name='街道')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='places', to='street.grid', verbose_name='网格')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='served_places', to='street.organisation', verbose_name='物业/责任企业')),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='纬度')),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='经度')),
                ('coordinate_system', models.CharField(blank=True, choices=[('cgcs2000', 'CGCS2000'), ('wgs84', 'WGS-84'), ('gcj02', 'GCJ-02')], max_length=10, verbose_name='坐标系')),
            ],
            options={
                'verbose_name': '点位',
                'verbose_name_plural': '点位',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('coordinate_system', ''), ('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), models.Q(('coordinate_system', ''), _negated=True)), _connector='OR'), name='place_coordinates_name_their_system')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Speciality',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('specialist', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subjects', to='street.specialist', verbose_name='专业力量')),
                ('subject', models.CharField(max_length=20, verbose_name='专长')),
            ],
            options={
                'verbose_name': '专长',
                'verbose_name_plural': '专长',
                'constraints': [models.UniqueConstraint(fields=('specialist', 'subject'), name='speciality_once')],
                'indexes': [],
            },
        ),
    ]
