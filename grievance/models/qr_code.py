"""说事码: the code posted at a place."""

from django.db import connection, models
from django.db.models import Q

from street.models import Place, Role

# By hand: every submission asks this, and the ORM takes several times as long to compose it as the database to answer it
LIVE_CODE_AND_PLACE = """
SELECT q.id, q.token, q.place_id, q.revoked_at, p.id, p.name, p.community_id, p.street_id
FROM grievance_qrcode q JOIN street_place p ON p.id = q.place_id WHERE q.token = %s AND q.revoked_at IS NULL
"""


class QRCodeQuerySet(models.QuerySet["QRCode"]):
    def live(self):
        """在用: not revoked."""
        return self.filter(revoked_at__isnull=True)

    def scanned(self, token):
        """扫到的码: the code of this token, live or revoked, with what a submission needs of its place; None if there is none."""
        with connection.cursor() as cursor:
            cursor.execute(LIVE_CODE_AND_PLACE, [token])
            row = cursor.fetchone()
        if row is None:
            return self.select_related("place").filter(token=token).first()
        code = QRCode.from_db(self.db, ["id", "token", "place_id", "revoked_at"], row[:4])
        code.place = Place.from_db(self.db, ["id", "name", "community_id", "street_id"], row[4:])
        return code

    def visible_to(self, user):
        """可见范围: the codes of one's street (the administrator's too), or of the communities one works for."""
        scope = user.scope
        streets = scope.streets | scope.where({Role.SYSTEM_ADMIN})
        return self.filter(Q(place__street__in=streets) | Q(place__community__in=scope.organisations))

    def narrowed(self, wanted):
        """筛选: by `community`, `estate` (it and all that lies in it), `kind` or one `place`, as a page's address says."""
        return self.filter(of_places(wanted, "place__"))


def of_places(wanted, prefix=""):
    """A condition on places from {community, estate, kind, place}; what is left out or empty is not asked."""
    found = Q()
    for name, field in (("community", "community__code"), ("kind", "kind"), ("place", "code")):
        if value := wanted.get(name):
            found &= Q(**{f"{prefix}{field}": value})
    if estate := wanted.get("estate"):
        ups = ("", "parent__", "parent__parent__")
        found &= Q(*(Q(**{f"{prefix}{up}code": estate}) for up in ups), _connector=Q.OR)
    return found


class QRCode(models.Model):
    """说事码: a random token for one place; what is printed on a wall holds no personal data."""

    token = models.CharField("令牌", max_length=40, unique=True)
    place = models.ForeignKey("street.Place", models.PROTECT, related_name="qr_codes", verbose_name="点位")
    created_at = models.DateTimeField("制作时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = QRCodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "说事码"
        constraints = [
            models.UniqueConstraint(name="place_has_one_live_code", fields=["place"], condition=Q(revoked_at__isnull=True))
        ]

    def __str__(self):
        return f"{self.place} 说事码"

    @property
    def live(self):
        """在用: not revoked."""
        return self.revoked_at is None
