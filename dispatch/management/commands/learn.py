"""学习: trains what is due, in a process of its own that leaves with its memory; the office's example sentences first."""

import fcntl

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dispatch.actions import coaching, learning
from grievance.actions import versions
from street.models import Organisation


class Command(BaseCommand):
    """训练: by the nightly task, or by hand with --now."""

    help = "训练分类模型：夜间任务自动运行；--now 立即为每个街道训练一次，--street 只为一个街道"

    def add_arguments(self, parser):
        """参数: which street, and whether at once."""
        parser.add_argument("--street", default="")
        parser.add_argument("--now", action="store_true", help="不等夜间，也不看有没有新的决定")

    def handle(self, *, street, now, **options):
        """A line for each street that was trained; one at a time on a machine."""
        with open(versions.folder() / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.stdout.write("正在训练，不用再启动一次。")
                return
            self._coach()
            streets = Organisation.objects.streets().filter(active=True).order_by("path")
            for one in streets.filter(code=street) if street else streets:
                self._learn(one, now)

    def _coach(self):
        if number := coaching.coach():
            self.stdout.write(f"例句改过：从 {number} 句重新学过。")

    def _learn(self, street, now):
        at = timezone.now()
        labels = None if now else learning.due(street, at)
        if not now and not labels:
            return
        try:
            version = learning.learn(street, at=at, labels=labels)
        except ImportError as missing:
            raise CommandError(f"训练要用的程序包没有装：{missing.name}。请按 requirements.lock 安装后再试。") from missing
        self.stdout.write(f"{street}：{version}，{version.get_status_display()}。{version.why}")
