"""载入辅助文字: what residents' pages say beside the Chinese; without a file, the languages shipped with the product."""

from django.core.management.base import BaseCommand, CommandError

from street.datafile import DataFileError
from street.loading.wording import load
from street.wording_file import shipped


class Command(BaseCommand):
    """载入辅助文字: safe to run twice; a file with a mistake changes nothing and is answered with file, line and reason."""

    help = "载入辅助文字（默认载入随附的语言）；本地改过、审定过的不覆盖，开关不变"

    def add_arguments(self, parser):
        """参数: files, one language each."""
        parser.add_argument("files", nargs="*", help="TOML 文件；格式见 street/data/wording/en.toml")

    def handle(self, *, files, **options):
        """载入: one line a language; CommandError on the first mistake."""
        try:
            for path in files or shipped():
                language, added, changed, removed = load(path)
                state = "开放" if language.on else "未开放"
                self.stdout.write(f"{language.name}（{language.code}，{state}）：新增 {added}，更新 {changed}，去掉 {removed}")
        except DataFileError as error:
            raise CommandError(str(error)) from error
