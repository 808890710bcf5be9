"""外部链接: a one-time link by which a body without an account reads, accepts and answers one order."""

from django.db import models
from django.db.models import Q

from grievance.sealing import fingerprint, secret_for


class OutsideLinkQuerySet(models.QuerySet["OutsideLink"]):
    def with_token(self, token, at):
        """凭链接: the live link that this secret opens, if any."""
        return self.filter(token_hash=fingerprint(token), revoked_at__isnull=True, expires_at__gt=at)


class OutsideLink(models.Model):
    """外部链接: the table holds salt and digest, never the secret; it opens one order and nothing else."""

    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, related_name="links", verbose_name="派工单")
    token_salt = models.BinaryField("盐", max_length=16)
    token_hash = models.CharField("摘要", max_length=64, unique=True)
    issued_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="开具人")
    issued_at = models.DateTimeField("开具时间")
    expires_at = models.DateTimeField("有效至")
    opened_at = models.DateTimeField("首次打开", null=True)
    revoked_at = models.DateTimeField("收回时间", null=True)

    objects = OutsideLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外部链接"
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(name="order_has_one_live_link", fields=["order"], condition=Q(revoked_at__isnull=True))
        ]

    def __str__(self):
        return f"{self.order} 外部链接"

    @property
    def token(self):
        """The secret in the link; derived, never stored."""
        return secret_for("outside", self.token_salt)
