"""说事码: the code posted at a place."""

from django.db import models
from django.db.models import Q

from street.models import Role


class QRCodeQuerySet(models.QuerySet["QRCode"]):
    def live(self):
        """在用: not revoked."""
        return self.filter(revoked_at__isnull=True)

    def visible_to(self, user):
        """可见范围: the codes of one's street (the administrator's too), or of the communities one works for."""
        scope = user.scope
        streets = scope.streets | scope.where({Role.SYSTEM_ADMIN})
        return self.filter(Q(place__street__in=streets) | Q(place__community__in=scope.organisations))


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
