"""延期申请: asked before the due time, approved by another, the resident told."""

from django.db import models
from django.db.models import Q

from dispatch.models.allowance import DAYS


class Extension(models.Model):
    """延期: days asked for an order; how often, how many and who decides is the policy's, frozen here when it is asked."""

    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, related_name="extensions", verbose_name="派工单")
    days = models.PositiveSmallIntegerField("延长日数")
    unit = models.CharField("单位", max_length=14, choices=DAYS, default="working_day")
    step = models.PositiveSmallIntegerField("第几次", default=1)
    deciders = models.JSONField("审批角色", default=list)
    reason = models.TextField("理由与依据")
    old_due_at = models.DateTimeField("原时限")
    new_due_at = models.DateTimeField("新时限", null=True)
    asked_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    agreed = models.BooleanField("同意", null=True)
    opinion = models.TextField("审批意见", blank=True)
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        constraints = [
            models.UniqueConstraint(
                name="order_is_extended_once_a_step",
                fields=["order", "step"],
                condition=Q(agreed__isnull=True) | Q(agreed=True),
            ),
            models.CheckConstraint(
                name="extension_is_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
            ),
        ]
