"""载入街道: load a street from its TOML file, and make the 说事码 of the places that carry one."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from street.calendar import CalendarError
from street.datafile import DataFileError
from street.loading import load


class Command(BaseCommand):
    """载入街道: safe to run twice; a file with a mistake changes nothing and is answered with file, line and reason."""

    help = "载入街道：组织、网格、点位、人员与任职，并为标了 qr 的点位制作说事码；重复载入不改变任何内容"

    def add_arguments(self, parser):
        """参数: the file."""
        parser.add_argument("file", help="TOML 文件；格式见 docs/street-format.md，样例 street/data/qimashan.toml")

    def handle(self, *, file, **options):
        """载入: one line a noun; CommandError on the first mistake."""
        try:
            loaded = load(file)
        except (DataFileError, CalendarError) as error:
            raise CommandError(str(error)) from error
        for line in loaded.tally.lines():
            self.stdout.write(line)
        # 说事码在上一层的应用里：按命令名调用，不导入
        call_command("issue_codes", *loaded.coded, stdout=self.stdout)
