"""承诺事项: what a unit said it would still do, and by which day. After that day everybody is asked whether it was done."""

from django.db import models
from django.db.models import Q


class Pledge(models.Model):
    """承诺事项: a payment, a repair, a season of heating. Kept or broken is what those say to whom it was promised."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", "付款"
        REPAIR = "repair", "维修"
        HEATING = "heating", "供暖季"
        AGREED = "agreed", "履行协议"
        OTHER = "other", "其他"

    class Status(models.TextChoices):
        WAITING = "waiting", "未到期"
        ASKED = "asked", "已到期，正在问"
        KEPT = "kept", "已兑现"
        BROKEN = "broken", "没有兑现"
        UNKNOWN = "unknown", "没有问到"
        DROPPED = "dropped", "不再问"

    OPEN = (Status.WAITING, Status.ASKED)

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="pledges", verbose_name="事项")
    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, null=True, related_name="pledges", verbose_name="派工单")
    mediation = models.ForeignKey("dispatch.Mediation", models.PROTECT, null=True, related_name="pledges", verbose_name="调解")
    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="承诺单位")
    kind = models.CharField("种类", max_length=8, choices=Kind.choices)
    what = models.CharField("承诺什么", max_length=120)
    due_on = models.DateField("哪天以前")
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.WAITING)
    made_at = models.DateTimeField("承诺时间")
    made_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    ended_at = models.DateTimeField("问完时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "承诺事项"
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(name="mediation_pledges_once", fields=["mediation"])]
        indexes = [models.Index(name="pledge_open", fields=["due_on"], condition=Q(status__in=["waiting", "asked"]))]

    def __str__(self):
        return f"{self.get_kind_display()}承诺"

    def seat(self, role):
        """Where a role must be held: at the street; nobody but the system moves it."""
        return self.case.street_id
