"""挂账: the clocks of an order stand still for a reason, until a day at the latest."""

from django.db import models
from django.db.models import F, Q


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def visible_to(self, user):
        """可见范围: those of one's streets, and of the orders of the units one works for."""
        scope = user.scope
        return self.filter(Q(order__handler__in=scope.organisations) | Q(order__case__street__in=scope.streets))

    def running(self):
        """挂账中: approved, and not yet resumed."""
        return self.filter(agreed=True, resumed_at__isnull=True)

    def to_attend(self, at):
        """挂账到期: at their cap, or at their review and not yet called for."""
        return self.running().filter(Q(cap_at__lte=at) | Q(review_at__lte=at, reviewed_at__isnull=True))


class Suspension(models.Model):
    """挂账: asked for by the unit, decided by another, reviewed on a day, ended by a person or at the cap by itself."""

    class Reason(models.TextChoices):
        MATERIALS = "materials", "等待材料或设备"
        SEASON = "season", "季节或天气不允许施工"
        APPRAISAL = "appraisal", "等待鉴定或检测"
        PROCEDURE = "procedure", "等待法定程序（诉讼、仲裁、复议、招标）"
        PERSON = "person", "等待诉求人补充或在场"
        FUNDS = "funds", "等待资金安排"

    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, related_name="suspensions", verbose_name="派工单")
    reason = models.CharField("事由", max_length=12, choices=Reason.choices)
    words = models.TextField("说明")
    review_at = models.DateTimeField("复核时间")
    most = models.PositiveSmallIntegerField("最多")
    unit = models.CharField("单位", max_length=14)
    deciders = models.JSONField("审批角色", default=list)
    asked_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    agreed = models.BooleanField("同意", null=True)
    opinion = models.TextField("审批意见", blank=True)
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    cap_at = models.DateTimeField("最迟恢复", null=True)
    reviewed_at = models.DateTimeField("提请复核时间", null=True)
    resumed_at = models.DateTimeField("恢复时间", null=True)
    resumed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="恢复人")

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "挂账"
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="order_has_one_open_suspension",
                fields=["order"],
                condition=Q(agreed__isnull=True) | Q(agreed=True, resumed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="suspension_is_decided_by_another", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="agreed_suspension_has_its_end",
                condition=~Q(agreed=True) | Q(cap_at__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="suspension_running", fields=["cap_at", "review_at"], condition=Q(agreed=True, resumed_at__isnull=True)
            )
        ]

    def __str__(self):
        return f"{self.order} {self.get_reason_display()}"

    @property
    def case(self):
        """事项 of the order."""
        return self.order.case
