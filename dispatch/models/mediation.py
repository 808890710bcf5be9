"""调解: 人民调解, from the attempt to the agreement or its failure."""

from django.db import models
from django.db.models import Q


class MediationQuerySet(models.QuerySet["Mediation"]):
    def visible_to(self, user):
        """可见范围: those of one's own unit and of one's streets."""
        scope = user.scope
        return self.filter(Q(unit__in=scope.organisations) | Q(case__street__in=scope.streets))


class Mediation(models.Model):
    """调解: free of charge, by consent of both sides (人民调解法 art. 4, 17)."""

    class Status(models.TextChoices):
        OPEN = "open", "调解中"
        AGREED = "agreed", "达成协议"
        FAILED = "failed", "调解未果"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="mediations", verbose_name="事项")
    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="mediations", verbose_name="调解单位")
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.OPEN)
    mediator = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="调解员")
    parties = models.TextField("当事人", help_text="当事各方，不写身份证号")
    helpers = models.CharField("参与人（律师等）", max_length=120, blank=True)
    opened_at = models.DateTimeField("开始时间")
    record = models.TextField("调解记录", blank=True)
    agreement = models.TextField("协议内容", blank=True)
    perform_by = models.DateField("履行期限", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = MediationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解"
        ordering = ["opened_at"]
        constraints = [models.UniqueConstraint(name="case_has_one_open_mediation", fields=["case"], condition=Q(status="open"))]

    def __str__(self):
        return f"{self.unit}调解"

    def seat(self, role):
        """Where a role must be held: at the mediating unit, the desk's own people at the street."""
        from street.models import STREET_ROLES

        return self.case.street_id if role in STREET_ROLES else self.unit_id
