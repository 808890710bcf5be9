"""联合上门: several units go to one door once (只敲一次门)."""

from django.db import models
from django.db.models import Q


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user):
        """可见范围: those of one's streets, and those in which one's own unit takes part."""
        scope = user.scope
        return self.filter(Q(units__organisation__in=scope.organisations) | Q(street__in=scope.streets)).distinct()

    def planned(self):
        """待上门."""
        return self.filter(status=Visit.Status.PLANNED)


class Visit(models.Model):
    """上门: to a place, perhaps to a company there; merged ones point at the one that is made."""

    class Status(models.TextChoices):
        PLANNED = "planned", "待上门"
        MADE = "made", "已上门"
        CANCELLED = "cancelled", "已取消"
        MERGED = "merged", "已并入联合上门"

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="visits", verbose_name="街道")
    place = models.ForeignKey("street.Place", models.PROTECT, related_name="visits", verbose_name="点位")
    party = models.ForeignKey(
        "street.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="走访单位"
    )
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PLANNED)
    starts_at = models.DateTimeField("上门时间")
    planned_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="安排人")
    planned_at = models.DateTimeField("安排时间")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed", verbose_name="并入")
    apart_why = models.CharField("单独上门理由", max_length=200, blank=True)
    record = models.TextField("上门记录", blank=True)
    made_at = models.DateTimeField("完成时间", null=True)
    cancelled_why = models.CharField("取消原因", max_length=200, blank=True)
    ended_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上门"
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="merged_visit_says_into_which",
                condition=Q(status="merged", merged_into__isnull=False) | (~Q(status="merged") & Q(merged_into__isnull=True)),
            )
        ]
        indexes = [models.Index(name="visit_planned", fields=["place", "starts_at"], condition=Q(status="planned"))]

    def __str__(self):
        return f"上门 {self.place}"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.street_id


class VisitUnit(models.Model):
    """上门单位: who goes, for which matter and why."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="units", verbose_name="上门")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="visits_made", verbose_name="单位")
    case = models.ForeignKey("grievance.Case", models.PROTECT, null=True, related_name="visits", verbose_name="事项")
    purpose = models.CharField("目的", max_length=120)
    came_from = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+", verbose_name="原属上门")

    class Meta:
        verbose_name = verbose_name_plural = "上门单位"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="unit_once_per_visit_and_case", fields=["visit", "organisation", "case"])]

    def __str__(self):
        return f"{self.organisation} {self.purpose}"
