import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grievance', '0004_public_board_and_wishes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('draft_mark', models.CharField(db_index=True, max_length=64, verbose_name='草稿印记')),
                ('key_mark', models.CharField(max_length=64, unique=True, verbose_name='文件印记')),
                ('name', models.CharField(max_length=60, verbose_name='暂存名')),
                ('size', models.PositiveIntegerField(verbose_name='字节数')),
                ('at', models.DateTimeField(db_index=True, verbose_name='收到时间')),
                ('qr_code', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='grievance.qrcode', verbose_name='说事码')),
            ],
            options={
                'verbose_name': '暂存文件',
                'verbose_name_plural': '暂存文件',
            },
        ),
        migrations.AlterField(
            model_name='attachment',
            name='kind',
            field=models.CharField(choices=[('photo', '图片'), ('voice', '语音'), ('video', '视频')], max_length=6, verbose_name='类型'),
        ),
    ]
