"""信箱钥匙: makes a pair for a discipline office; the private half goes into a file for the officer and is kept nowhere else."""

import getpass
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grievance import sealed_box
from grievance.actions.confidential import change_key
from street.models import Organisation

SHORTEST = 12


class Command(BaseCommand):
    """信箱钥匙: run by the officer, best on a machine of their own against the same database."""

    help = "为纪检机关生成密封钥匙：公钥登记，私钥写入文件交本人保管（口令从终端读取，或用环境变量 INBOX_PASSPHRASE）"

    def add_arguments(self, parser):
        """参数: whose box, and where the file goes."""
        parser.add_argument("office", help="纪检机关代码，如 qms-jiwei")
        parser.add_argument("file", help="私钥文件，如 /media/usb/qms-jiwei.pem；已有的文件不覆盖")

    def handle(self, *, office, file, **options):
        """The mark of the new key; CommandError where the office is unknown, the file is there, or the passphrase too short."""
        where = Organisation.objects.filter(code=office).first()
        if where is None:
            raise CommandError(f"没有“{office}”这个单位。")
        passphrase = os.environ.get("INBOX_PASSPHRASE") or getpass.getpass("口令（至少 12 个字符，忘了就再也打不开）：")
        if len(passphrase) < SHORTEST:
            raise CommandError(f"口令至少 {SHORTEST} 个字符。")
        public, pem = sealed_box.new_pair(passphrase)
        _write(Path(file), pem)
        key = change_key(where, public=public, at=timezone.now())
        self.stdout.write(f"{where}：公钥 {key.mark} 已登记，私钥在 {file}。请离线备份，不要留在服务器上。")


def _write(path, pem):
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"写不了 {path}：{error.strerror}。请换一个文件名。") from error
    with os.fdopen(descriptor, "wb") as out:
        out.write(pem)
