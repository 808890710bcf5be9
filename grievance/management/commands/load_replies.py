"""载入答复模板和办理提示: the shipped samples, or an office's own file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grievance.office_texts_file import load
from street.datafile import DataFileError

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "office_texts.toml"


class Command(BaseCommand):
    """载入答复模板和办理提示: safe to run twice; a file with a mistake changes nothing."""

    help = "载入答复模板和办理提示：内容变了就是新的一版，街道自己改过的不动"

    def add_arguments(self, parser):
        """参数: the file."""
        parser.add_argument("file", nargs="?", default=str(SHIPPED), help="TOML 文件；不写就是随系统的样例")

    def handle(self, *, file, **options):
        """载入: how many; CommandError on the first mistake."""
        try:
            replies, notes = load(file, at=timezone.now())
        except DataFileError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"答复模板 {replies} 条，办理提示 {notes} 条。")
