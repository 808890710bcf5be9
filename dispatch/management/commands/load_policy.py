"""载入政策: load categories, alerts and a version of limits, ladder and duty list from a TOML file."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dispatch.actions import coaching, policies
from dispatch.loading import load
from street.datafile import DataFileError


class Command(BaseCommand):
    """载入政策: safe to run twice; a file with a mistake changes nothing and is answered with file, line and reason."""

    help = "载入政策：类别、警示词、时限、升级阶梯、职责清单；内容变了就是新的一版，重复载入不改变任何内容"

    def add_arguments(self, parser):
        """参数: the file, and from when a changed content holds."""
        parser.add_argument("file", help="TOML 文件；格式见 docs/policy-format.md，样例 dispatch/policies/default.toml")
        parser.add_argument("--from", dest="effective_from", help="新版本的生效时间，如 2026-12-01T00:00+08:00；不写就是现在")

    def handle(self, *, file, effective_from, **options):
        """载入: what changed, one line each; CommandError on the first mistake. A later day: it waits until then, all of it."""
        at, start = timezone.now(), _instant(effective_from)
        try:
            if start is not None and start > at:
                text = policies.schedule_file(file, start=start, at=at)
                self.stdout.write(
                    f"{text}：已定，自 {timezone.localtime(start):%Y-%m-%d %H:%M} 起生效；到时由后台任务载入，之前可以撤下"
                )
                return
            loaded = load(file, at=at, effective_from=start)
        except DataFileError as error:
            raise CommandError(str(error)) from error
        if number := coaching.coach():
            loaded.notes.append(f"从 {number} 句例句学过")
        for line in [*loaded.tally.lines(), *loaded.notes]:
            self.stdout.write(line)
        policy = loaded.policy
        start = f"{timezone.localtime(policy.effective_from):%Y-%m-%d %H:%M}"
        self.stdout.write(f"{policy}：{'已发布' if loaded.issued else '内容相同，没有变化'}，自 {start} 起生效")

    def _waits(self, text):
        start = f"{timezone.localtime(text.effective_from):%Y-%m-%d %H:%M}"
        self.stdout.write(f"{text}：已定，自 {start} 起生效；到时由后台任务载入，之前可以在“政策”页撤下")


def _instant(text):
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--from 应写成 2026-12-01T00:00+08:00，现在是“{text}”。") from error
    return at if at.tzinfo else timezone.make_aware(at)
