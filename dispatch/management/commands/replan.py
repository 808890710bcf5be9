"""重排时限: list what the present calendar and policy would move, or move it in the name of a person who may."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dispatch.actions import replan
from grievance.casework import Refused, beijing
from street.models import Organisation, User


class Command(BaseCommand):
    """重排时限: with --dry-run nothing is written."""

    help = "按现行日历和政策重排未办结工单的时限；--dry-run 只列出会变动的"

    def add_arguments(self, parser):
        """参数: which street; to move, also in whose name and why."""
        parser.add_argument("--street", required=True, help="街道代码，如 qms")
        parser.add_argument("--dry-run", action="store_true", help="只列出，不改动")
        parser.add_argument("--by", help="以谁的名义（用户名，须是值班长或分管领导）")
        parser.add_argument("--reason", default="", help="缘由，写进每张工单的流转记录并告知诉求人")

    def handle(self, *, street, dry_run, by, reason, **options):
        """One line for each clock; CommandError with the sentence of the Refused."""
        at = timezone.now()
        where = Organisation.objects.filter(code=street, kind=Organisation.Kind.STREET).first()
        if where is None:
            raise CommandError(f"没有“{street}”这个街道。")
        shifts = replan.preview(where, at=at)
        for shift in shifts:
            self.stdout.write(_line(shift))
        if dry_run:
            self.stdout.write(f"共 {len(shifts)} 处，没有改动任何时限。")
            return
        moved = self._apply(where, by, reason, at)
        self.stdout.write(f"已重排 {len(moved)} 张工单。")

    def _apply(self, street, by, reason, at):
        person = User.objects.filter(username=by or "").first()
        if person is None:
            raise CommandError("请用 --by 写明以谁的名义重排，用 --reason 写明缘由；只看不改请加 --dry-run。")
        try:
            return replan.apply(street, reason=reason, by=person, at=at)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal


def _line(shift):
    clock = shift.deadline
    to = shift.held or f"→ {beijing(shift.due_at)}"
    return f"{clock.order.number} {clock.get_anchor_display()} {beijing(clock.due_at)} {to}"
