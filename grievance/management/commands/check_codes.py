"""核对说事码: which codes lead to places that are no longer served, and which places have no code."""

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, F, OuterRef, Q

from grievance.models import QRCode
from street.models import Organisation, Place

NO_LONGER_SERVED = (
    Q(place__community__active=False) | Q(place__street__active=False) | ~Q(place__community__parent=F("place__street"))
)


class Command(BaseCommand):
    """核对说事码: reads only; exit code 1 where a live code leads to a place that is out of use."""

    help = "核对说事码：在用的码通向已撤并的点位、没有在用码的点位；只读"

    def add_arguments(self, parser):
        """参数: a street."""
        parser.add_argument("--street", default="", help="街道代码；不写则核对全部")

    def handle(self, *, street, **options):
        """核对: a line for each, then the numbers; CommandError for an unknown street, and where a code leads nowhere."""
        places = Place.objects.select_related("parent__parent", "community", "street").order_by("street__path", "code")
        live = QRCode.objects.live().select_related("place__parent__parent", "place__community").order_by("place__code")
        if street:
            if not Organisation.objects.streets().filter(code=street).exists():
                raise CommandError(f"没有代码是“{street}”的街道。")
            places, live = places.filter(street__code=street), live.filter(place__street__code=street)
        gone = self._gone(live.filter(NO_LONGER_SERVED))
        bare = self._bare(places.filter(~Exists(QRCode.objects.live().filter(place=OuterRef("pk")))))
        self.stdout.write(f"在用的码 {live.count()} 个：{gone} 个通向已停用的点位。没有在用码的点位 {bare} 个。")
        if gone:
            raise CommandError(f"有 {gone} 个在用的码，扫的人说了也没有单位接。请在“说事码管理”里停用，并撕下。", returncode=1)

    def _gone(self, codes):
        for code in codes:
            self.stdout.write(f"点位已停用：{code.place.code} {code.place.full_name}（{code.place.community}）")
        return len(codes)

    def _bare(self, places):
        ever = set(QRCode.objects.filter(place__in=places).values_list("place_id", flat=True))
        for place in places:
            what = "码已停用，没有换新" if place.pk in ever else "从未制码"
            self.stdout.write(f"{what}：{place.code} {place.full_name}（{place.community}）")
        return len(places)
