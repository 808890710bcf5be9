"""`manage.py tally`: bring the figures up to the history; `--recount` counts all anew; `--check` says whether they agree."""

from django.core.management.base import BaseCommand, CommandError

from feedback.figures import keeping


class Command(BaseCommand):
    """记账: keeps, recounts or checks facts and tallies."""

    help = "把统计跟上流转记录；--recount 全部重计；--check 只核对，不改"

    def add_arguments(self, parser):
        """参数: at most one of the two."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--recount", action="store_true", help="每件事项重新计一遍")
        which.add_argument("--check", action="store_true", help="由事项重算，与所存的逐项核对")

    def handle(self, *, recount, check, **options):
        """CommandError with --check where a stored number differs from the recomputed one."""
        if check:
            wrong = keeping.differences()
            if wrong:
                raise CommandError(f"有 {len(wrong)} 处与重算的不一致，如 {wrong[0]}。请运行 manage.py tally --recount。")
            self.stdout.write("统计与重算的完全一致。")
            return
        changed = keeping.keep_up()
        changed += keeping.recount() if recount else 0
        self.stdout.write(f"已跟上；{changed} 件有变化。")
