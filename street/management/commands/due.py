"""期限: tell when something falls due: `due --from 2023-06-27T10:00+08:00 --amount 1 --unit working_day --calendar xinjiang`."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from street.calendar import CalendarError, Unit
from street.calendar_file import shipped
from street.models import Calendar


class Command(BaseCommand):
    """期限: one line, minutes with offset; provisional years and `--explain` speak on standard error."""

    help = "计算期限：从某个时刻起若干小时、工作时、工作日或自然日，到什么时候截止"
    requires_system_checks = []

    def add_arguments(self, parser):
        """参数: where the count starts, how much of which unit, by which calendar."""
        parser.add_argument("--from", dest="start", required=True, help="起算时刻，带时区，例如 2023-06-27T10:00+08:00")
        parser.add_argument("--amount", required=True, help="数量，大于零；小时可以是小数")
        parser.add_argument("--unit", required=True, help="、".join(f"{unit} {unit.label}" for unit in Unit))
        parser.add_argument("--calendar", required=True, help="日历代码，例如 national、xinjiang")
        parser.add_argument("--no-roll-over", dest="roll_over", action="store_false", help="自然日末日不上班也不顺延")
        parser.add_argument("--explain", action="store_true", help="逐日说明怎样算出来的")

    def handle(self, *, start, amount, unit, calendar, roll_over, explain, **options):
        """计算: print the due time; CommandError with the sentence of the CalendarError."""
        try:
            working, start = _calendar(calendar), _instant(start)
            due = working.add(start, amount, unit, roll_over)
            steps = working.explain(start, amount, unit, roll_over) if explain else []
        except CalendarError as error:
            raise CommandError(error.message) from error
        except OverflowError as error:
            raise CommandError("日期超出可计算的范围。") from error
        for step in steps:
            self.stderr.write(f"{step.date} {step.counted} {step.reason}")
        for sentence in working.provisional_between(start, due).values():
            self.stderr.write(self.style.WARNING(f"提示：{sentence}"))
        self.stdout.write(due.isoformat(timespec="minutes"))


def _calendar(code):
    try:
        return Calendar.objects.working(code)
    except DatabaseError:  # no tables yet: the shipped data answer
        return shipped(code)


def _instant(text):
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CalendarError("bad_datetime", f"时刻“{text}”写法不对，例如 2023-06-27T10:00+08:00。") from error
