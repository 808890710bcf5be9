"""启动: everything in one process; the addresses that matter are printed before the first request is served."""

import io
import sys

import qrcode
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application

from config import embedded, first_start
from config.settings import env
from grievance.models import QRCode

SHOWN = [
    "zhibanzhang", "paidan1", "duban", "huifang1", "luxi_shuji", "luxi_banli", "luxi_wangge", "sifasuo_banli",
    "chengguan_banli", "jiaojing_banli", "heat_banli", "fenguan", "shuji", "qushuji", "ducha", "jiwei", "admin",
]  # fmt: skip


class Command(BaseCommand):
    """启动: tables, sample data on the first start, web + worker + scheduler; Ctrl-C or SIGTERM stops all of it."""

    help = "一条命令启动：网页、后台任务、定时器（内嵌模式）"
    requires_system_checks = []

    def handle(self, *args, **options):
        """Exit code 0 when stopped by a signal, 1 where the worker failed."""
        if settings.PRODUCTION:
            raise CommandError("up 是内嵌模式的命令；正式环境分开启动网页、worker 和 beat，见 docs/operations.md。")
        if embedded.port_is_taken(settings.HOST, settings.PORT):
            raise CommandError(f"{settings.HOST}:{settings.PORT} 已被占用。请停掉占用的程序，或换一个端口：PORT=8001 make up")
        try:
            first_start.migrate()
            first_start.prepare(self._say, demo=env.bool("DEMO", default=True))
        except KeyboardInterrupt:
            self._say("\n已中断；下次启动会接着做完。")
            sys.exit(130)
        application = get_wsgi_application()
        self._print_addresses()
        code = embedded.serve(application)
        self._say("已停止。")
        sys.exit(code)

    def _say(self, text=""):
        self.stdout.write(text)
        self.stdout.flush()

    def _print_addresses(self):
        site = settings.SITE_URL
        codes = list(codes_of_different_communities(4))
        self._say(f"\n居民首页    {site}/")
        self._say(f"工作人员登录  {site}/admin/\n")
        self._say("样例账号（用户名  密码  姓名  任职；全部账号见 " + str(first_start.accounts_file()) + "）")
        accounts = first_start.accounts()
        for name in SHOWN:
            if name in accounts:
                self._say("  {:<16} {}  {}  {}".format(*accounts[name]))
        self._say("\n说事码（每个点位一张）")
        for code in codes:
            self._say(f"  {site}/q/{code.token}/  {code.place.community} {code.place}")
        if codes:
            self._say(f"\n手机扫一扫（{codes[0].place}）：\n{self._scannable(f'{site}/q/{codes[0].token}/')}")
        self._say(f"数据目录 {settings.DATA_DIR}。按 Ctrl-C 停止。")

    def _scannable(self, address):
        text = as_text(address)
        # White on black whatever the terminal's own colours are: an inverted code is not read by every phone
        return "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in text.splitlines()) if self.stdout.isatty() else text


def codes_of_different_communities(count):
    """说事码: one live code for each community, at most `count`."""
    first: dict = {}
    live = QRCode.objects.filter(revoked_at__isnull=True).select_related("place__community").order_by("place__community_id", "pk")
    for code in live:
        first.setdefault(code.place.community_id, code)
    return list(first.values())[:count]


def as_text(address):
    """终端码: a QR code in characters, for a light text on a dark ground."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(address)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue()
