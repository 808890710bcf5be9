"""办公留痕: what left the register of cases in bulk, and what was shared or taken away. It belongs to no case, so is no Event."""

from django.db import models
from django.db.models import Q

from street.models import Role

OVERSEERS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEADER, Role.STREET_LEADER, Role.STREET_SECRETARY, Role.DISTRICT_SUPERVISION})


class DeskRecordQuerySet(models.QuerySet["DeskRecord"]):
    def visible_to(self, user):
        """可见范围: one's own; those of the street, the units below it and the district that one oversees."""
        held = user.scope.where(OVERSEERS)
        return self.filter(Q(by=user) | Q(organisation__in=held) | Q(organisation__parent__in=held))


class DeskRecord(models.Model):
    """办公留痕: who, from which post, when, by which filter, how many rows, and why. No words and no number of a resident."""

    class Kind(models.TextChoices):
        XLSX = "xlsx", "导出 XLSX"
        CSV = "csv", "导出 CSV"
        PRINT = "print", "打印一览表"
        SHARE = "share", "共享视图"
        UNSHARE = "unshare", "取消共享"
        DELETE = "delete", "删除共享视图"

    kind = models.CharField("事项", max_length=8, choices=Kind.choices)
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="经办人")
    posting = models.CharField("当时任职", max_length=120)
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="单位")
    at = models.DateTimeField("时间")
    about = models.CharField("条件", max_length=400)
    reason = models.CharField("事由", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数", null=True, help_text="为空表示没有导完")

    objects = DeskRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办公留痕"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(name="desk_record_newest", fields=["-at", "-id"])]
