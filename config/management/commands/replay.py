"""`manage.py replay`: a span of a street or of a district on a scripted clock, with what must hold checked every night."""

import sys
import time
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.demo.stage import local
from config.replay import district, playing
from dispatch.models import Checkpoint, Letter, WorkOrder
from grievance.models import Case, Event, Notice
from street.models import Organisation


class Command(BaseCommand):
    """推演: on an empty DATA_DIR; it loads the sample street and policy itself and leaves the data for looking at."""

    help = "推演：随机但可重复的若干事项，按脚本的钟走真实动作，每晚核对不变量；在空的 DATA_DIR 上运行"

    def add_arguments(self, parser):
        """参数: how much, how long, from when, and the seed."""
        parser.add_argument("--cases", type=int, default=500)
        parser.add_argument("--days", type=int, default=91)
        parser.add_argument("--streets", type=int, default=1)
        parser.add_argument("--since", default="2023-03-01 09:00", help="北京时间")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--hurried", action="store_true", help="不影响结果的清扫一天只跑四遍")

    def handle(self, *, cases, days, streets, since, seed, hurried, **options):
        """Play, check, report. CommandError where there are matters already, or where something did not hold."""
        call_command("migrate", verbosity=0)
        if Case.objects.exists():
            raise CommandError("库里已有事项，不推演。请换一个空的 DATA_DIR。")
        self._load(streets)
        settings.NOTICE_BACKEND = "config.replay.playing.handed_over"
        began, spent, start = time.monotonic(), time.process_time(), local(since)
        until = start + timedelta(days=days)
        stage, audit = playing.play(cases, seed=seed, since=start, until=until, tell=self._tell, hurried=hurried)
        self.stdout.write(f"$ {' '.join(['manage.py', *sys.argv[1:]])}")
        self.stdout.write(f"用时 {time.monotonic() - began:.0f} 秒，处理器 {time.process_time() - spent:.0f} 秒")
        self._report(stage, audit)
        if audit.found:
            raise CommandError(f"{len(audit.found)} 处不成立")

    def _load(self, streets):
        if Organisation.objects.exists():
            return
        for command in (
            ["load_calendar"],
            ["load_street", settings.BASE_DIR / "street/data/qimashan.toml"],
            ["load_policy", settings.BASE_DIR / "dispatch/policies/default.toml"],
        ):
            call_command(*command, verbosity=0, stdout=self.stdout)
        district.clone(streets - 1)

    def _tell(self, at, audit):
        if at.day == 1 and at.hour == 0:
            self.stderr.write(f"{at:%Y-%m-%d} 事项 {Case.objects.count()}，不成立 {len(audit.found)}")

    def _report(self, stage, audit):
        counted = {
            model._meta.verbose_name: model.objects.count() for model in (Case, WorkOrder, Checkpoint, Letter, Notice, Event)
        }
        counted["未了事项"] = Case.objects.open().count()
        counted["已签发公文"] = Letter.objects.exclude(number="").count()
        self.stdout.write("、".join(f"{name} {count}" for name, count in counted.items()))
        self.stdout.write("动作：" + "、".join(f"{name} {count}" for name, count in sorted(stage.done.items())))
        self.stdout.write(
            "被规则拒绝：" + ("、".join(f"{name} {count}" for name, count in sorted(stage.refused.items())) or "无")
        )
        self.stdout.write(f"核对 {audit.nights} 晚，每晚 {len(audit.asked)} 项，不成立 {len(audit.found)}")
        for at, sentence in audit.found[:50]:
            self.stdout.write(f"  {at:%Y-%m-%d} {sentence}")
