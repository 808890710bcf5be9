"""会办: units are invited to one table; what is decided becomes orders."""

from django.db import models
from django.db.models import Q


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user):
        """可见范围: those of one's streets, and those to which one's own unit is invited."""
        scope = user.scope
        return self.filter(Q(units__organisation__in=scope.organisations) | Q(case__street__in=scope.streets)).distinct()


class Meeting(models.Model):
    """会办: called by the desk or a leader for one matter (复杂事项集中会办)."""

    class Status(models.TextChoices):
        CALLED = "called", "已通知"
        HELD = "held", "已召开"
        CANCELLED = "cancelled", "已取消"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="meetings", verbose_name="事项")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.CALLED)
    topic = models.CharField("议题", max_length=120)
    where = models.CharField("地点", max_length=120)
    meets_at = models.DateTimeField("时间")
    called_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="召集人")
    called_at = models.DateTimeField("通知时间")
    minutes = models.TextField("纪要", blank=True)
    held_at = models.DateTimeField("召开时间", null=True)
    cancelled_why = models.CharField("取消原因", max_length=200, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会办"
        ordering = ["-meets_at"]
        constraints = [
            models.CheckConstraint(
                name="held_meeting_has_its_minutes", condition=~Q(status="held") | (Q(held_at__isnull=False) & ~Q(minutes=""))
            )
        ]

    def __str__(self):
        return f"会办：{self.topic}"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.case.street_id


class MeetingUnit(models.Model):
    """参会单位."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="units", verbose_name="会办")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="meetings", verbose_name="参会单位")
    attended = models.BooleanField("到会", null=True)
    coming = models.BooleanField("能否到会", null=True)
    reply = models.CharField("回复", max_length=200, blank=True)
    replied_at = models.DateTimeField("回复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "参会单位"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="unit_invited_once_per_meeting", fields=["meeting", "organisation"])]

    def __str__(self):
        return str(self.organisation)


class Decision(models.Model):
    """议定事项: one thing decided, and the order it became."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions", verbose_name="会办")
    text = models.TextField("议定内容")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="落实单位")
    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, null=True, related_name="decisions", verbose_name="派工单")

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.organisation}：{self.text[:20]}"
