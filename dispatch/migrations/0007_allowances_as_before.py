"""延期: what stood in the program (once, 10 working days, 分管领导 or 值班长) becomes rows of every policy already there."""

from django.db import migrations

BASIS = "山东省政务服务热线管理办法；样例，须按本地文件核对"
DECIDERS = ["street_leader", "shift_leader"]


def write(apps, schema_editor):
    Allowance, Policy = apps.get_model("dispatch", "Allowance"), apps.get_model("dispatch", "Policy")
    Allowance.objects.bulk_create(
        Allowance(policy=policy, kind="extension", step=1, most=10, unit="working_day", deciders=DECIDERS, basis=BASIS)
        for policy in Policy.objects.filter(allowances__isnull=True)
    )
    apps.get_model("dispatch", "Extension").objects.filter(deciders=[]).update(deciders=DECIDERS)


class Migration(migrations.Migration):

    dependencies = [
        ("dispatch", "0006_clocks"),
    ]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
