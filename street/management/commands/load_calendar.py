"""载入日历: load calendars from TOML files; without a file, those shipped with the product."""

from django.core.management.base import BaseCommand, CommandError

from street.calendar import CalendarError
from street.calendar_file import SHIPPED, read
from street.models import Calendar


class Command(BaseCommand):
    """载入日历: safe to run twice; a file with a mistake changes nothing and is answered with file, line and reason."""

    help = "载入工作日历（默认载入随附的全国与新疆日历）；重复载入不改变任何内容"

    def add_arguments(self, parser):
        """参数: files, in the order in which they build on each other."""
        parser.add_argument("files", nargs="*", help="TOML 文件；格式见 street/data/calendars/national.toml")

    def handle(self, *, files, **options):
        """载入: one line a calendar; CommandError on the first mistake."""
        try:
            for data, changed in load(files):
                self.stdout.write(f"{data.name}（{data.code}）：{'已更新' if changed else '没有变化'}")
        except CalendarError as error:
            raise CommandError(error.message) from error


def load(files=()):
    """载入日历: load each file (none: the shipped ones, base first) and yield (CalendarData, changed); CalendarError."""
    for path in files or [SHIPPED / "national.toml", SHIPPED / "xinjiang.toml"]:
        data = read(path)
        yield data, Calendar.objects.load(data, path)
