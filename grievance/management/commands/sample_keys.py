"""样例钥匙: so that the sample street can receive reports on officials. A real office makes its own, elsewhere (inbox_key)."""

import secrets

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from grievance import sealed_box
from grievance.actions.confidential import change_key
from grievance.models import ConfidentialInbox, InboxKey


class Command(BaseCommand):
    """样例钥匙: a pair for each box that has none, into DATA_DIR/sample-keys; production must not do so."""

    help = "为样例街道的保密信箱生成钥匙（仅供试用：私钥和口令在数据目录里）"

    def handle(self, **options):
        """One line for each office given a key."""
        for box in ConfidentialInbox.objects.select_related("office", "above"):
            for office in (box.office, box.above):
                if not InboxKey.objects.filter(office=office, retired_at__isnull=True).exists():
                    self._give(office)

    def _give(self, office):
        passphrase = secrets.token_urlsafe(15)
        public, pem = sealed_box.new_pair(passphrase)
        folder = settings.DATA_DIR / "sample-keys"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{office.code}.pem").write_bytes(pem)
        (folder / f"{office.code}.passphrase").write_text(f"{passphrase}\n")
        change_key(office, public=public, at=timezone.now())
        self.stdout.write(f"{office}：样例钥匙在 {folder}")
