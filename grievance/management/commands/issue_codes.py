"""制作说事码: for places that never had one; a code taken out of use is not made anew by this."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from grievance.actions import codes
from street.models import Place


class Command(BaseCommand):
    """制作说事码: safe to run twice."""

    help = "为点位制作说事码（已经有过的不再制作）"

    def add_arguments(self, parser):
        """参数: codes of places."""
        parser.add_argument("places", nargs="*", help="点位代码")

    def handle(self, *, places, **options):
        """制作: how many were made."""
        at = timezone.now()
        new = Place.objects.filter(code__in=places, qr_codes__isnull=True)
        for place in new:
            codes.issue(place, at=at)
        self.stdout.write(f"说事码：新建 {len(new)}，未变 {len(places) - len(new)}")
