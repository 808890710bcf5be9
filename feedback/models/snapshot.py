"""月度定格: the figures of a month as they stood when it was frozen. A correction is a new version; none is ever changed."""

from django.db import models
from django.db.models import Q


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user):
        """可见范围: of the streets to whose desk one belongs, and for the district of the streets below it."""
        from street.models import DISTRICT_ROLES

        district = user.scope.where(DISTRICT_ROLES)
        return self.filter(Q(street__in=user.scope.streets) | Q(street__parent__in=district))

    def last_versions(self):
        """Each month's last version."""
        newer = self.model.objects.filter(
            street=models.OuterRef("street"), month=models.OuterRef("month"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(newer))


class Snapshot(models.Model):
    """月度定格: the parts of every figure of a street and a month, with the rule they are weighed by. Frozen by the clock, which
    signs nothing; corrected only by people, with a reason."""

    street = models.ForeignKey("street.Organisation", models.PROTECT, db_index=False, related_name="+", verbose_name="街道")
    month = models.DateField("月份", help_text="当月第一天")
    version = models.PositiveSmallIntegerField("版本")
    rule = models.JSONField("口径")
    numbers = models.JSONField("各项计数", help_text="{按什么: {单位等: {计什么: 数}}}")
    names = models.JSONField("当时的名称", default=dict)
    frozen_at = models.DateTimeField("定格时间")
    appeal = models.ForeignKey(
        "feedback.Appeal", models.PROTECT, null=True, related_name="snapshots", verbose_name="因何更正", help_text="首版为空"
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度定格"
        ordering = ["-month", "-version"]
        constraints = [
            models.UniqueConstraint(name="snapshot_version_once", fields=["street", "month", "version"]),
            models.CheckConstraint(
                name="only_the_first_snapshot_is_the_clocks",
                condition=Q(version=1, appeal=None) | Q(version__gt=1, appeal__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.month.year}年{self.month.month}月的数字（第{self.version}版）"


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user):
        """可见范围: of the streets to whose desk one belongs, one's own unit's, and for the district below it."""
        from street.models import DISTRICT_ROLES

        district = user.scope.where(DISTRICT_ROLES)
        return self.filter(
            Q(street__in=user.scope.streets) | Q(unit__in=user.scope.organisations) | Q(street__parent__in=district)
        )


class Appeal(models.Model):
    """数字异议: a unit says a frozen figure is wrong; somebody above agrees, and the month is counted anew, as a new version."""

    class Status(models.TextChoices):
        ASKED = "asked", "待复核"
        AGREED = "agreed", "已更正"
        REFUSED = "refused", "不予更正"

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="街道")
    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="提出单位")
    month = models.DateField("月份")
    reason = models.TextField("哪个数字、错在哪里")
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    decided_at = models.DateTimeField("复核时间", null=True)
    opinion = models.TextField("复核意见", blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "数字异议"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="appeal_is_decided_by_another", condition=~Q(decided_by=models.F("asked_by"))),
        ]

    def __str__(self):
        return f"{self.unit}对{self.month.year}年{self.month.month}月数字的异议"

    def seat(self, role):
        """Where a role must be held: a unit's own at the unit, the district's above the street, else the street."""
        from street.models import DISTRICT_ROLES, UNIT_ROLES

        if role in UNIT_ROLES:
            return self.unit_id
        return self.street.parent_id if role in DISTRICT_ROLES else self.street_id
