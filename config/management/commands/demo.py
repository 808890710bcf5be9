"""`manage.py demo`: the four matters of 2023 and a fortnight of invented ones, through the real actions."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import fortnight, matters, roster
from config.demo.stage import Stage, local
from grievance.models import Case, QRCode


class Command(BaseCommand):
    """演示数据: for an installation with the sample street and policy and nothing else; run it with the services stopped."""

    help = "演示：2023 年的四件事（全部办结）和最近两周的六十件虚构事项（停在当下）"

    def handle(self, *args, **options):
        """Play it. CommandError where there are matters already or the sample street is missing."""
        if Case.objects.exists():
            raise CommandError("库里已有事项，不再载入演示数据。如需重来，请换一个空的 DATA_DIR。")
        if not QRCode.objects.filter(place__code="luxi-jiayuan").exists():
            raise CommandError("没有样例街道。请先运行 load_street 和 load_policy，再运行 demo。")
        stage, now = Stage(), timezone.now()
        stage.play([story(stage) for story in matters.MATTERS], until=local("2023-12-31 23:59"))
        left = Case.objects.open().count()
        stage.play(fortnight.stories(stage, now), until=now)
        roster.put(stage, now)
        running = Case.objects.open().count()
        self.stdout.write(f"演示已就绪：2023 年的四件事未结 {left} 件；最近两周的事项有 {running} 件正在办理。")
