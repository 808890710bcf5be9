"""接访: a leader sits at a known time and place, residents book a slot, what is said is recorded and linked."""

from django.db import models
from django.db.models import F, Q


class ReceptionQuerySet(models.QuerySet["Reception"]):
    def visible_to(self, user):
        """可见范围: those of one's own organisations and streets."""
        scope = user.scope
        return self.filter(Q(organisation__in=scope.organisations | scope.streets))

    def bookable(self, street, at):
        """可预约: of `street` and its communities, still ahead."""
        here = Q(organisation=street) | Q(organisation__parent=street)
        return self.filter(here, ends_at__gt=at, cancelled_at__isnull=True)


class Reception(models.Model):
    """接访日: who sits where from when to when, and how long one visitor has."""

    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="receptions", verbose_name="单位")
    leader = models.ForeignKey("street.User", models.PROTECT, related_name="receptions", verbose_name="接访领导")
    where = models.CharField("地点", max_length=120)
    starts_at = models.DateTimeField("自")
    ends_at = models.DateTimeField("至")
    minutes = models.PositiveSmallIntegerField("每人分钟", default=20)
    arranged_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="安排人")
    cancelled_at = models.DateTimeField("取消时间", null=True)

    objects = ReceptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接访日"
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(name="reception_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"), minutes__gt=0))
        ]

    def __str__(self):
        return f"{self.organisation}接访"


class ReceptionSlot(models.Model):
    """接访预约: one visitor's time. The person is known by the grievance alone; who comes without one is only counted."""

    class Status(models.TextChoices):
        BOOKED = "booked", "已预约"
        RECEIVED = "received", "已接访"
        MISSED = "missed", "未到"
        CANCELLED = "cancelled", "已取消"

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="slots", verbose_name="接访日")
    starts_at = models.DateTimeField("时间")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.BOOKED)
    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="receptions", verbose_name="事项")
    grievance = models.ForeignKey(
        "grievance.Grievance", models.PROTECT, null=True, related_name="receptions", verbose_name="诉求"
    )
    booked_at = models.DateTimeField("预约时间")
    record = models.TextField("接访记录", blank=True)
    recorded_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接访预约"
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                name="reception_time_is_given_once", fields=["reception", "starts_at"], condition=~Q(status="cancelled")
            ),
            models.UniqueConstraint(
                name="grievance_has_one_booked_reception", fields=["grievance"], condition=Q(status="booked")
            ),
        ]

    def __str__(self):
        return f"{self.reception} {self.case}"

    def seat(self, role):
        """Where a role must be held: at the organisation that receives; the street's own people at the street."""
        from street.models import STREET_ROLES

        return self.case.street_id if role in STREET_ROLES else self.reception.organisation_id
