"""宽限: how often a clock may be extended or stopped, for how long at most, and who decides; rows of a policy."""

from django.db import models
from django.db.models import Q

from dispatch.models.policy import Policy, Unit

DAYS = [(unit.value, unit.label) for unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY)]
"""宽限只按日."""


class Allowance(models.Model):
    """宽限规则: the `step`-th extension or suspension of an order. A class with rows of its own follows only those."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期"
        SUSPENSION = "suspension", "挂账"

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="allowances", verbose_name="政策")
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    limit_class = models.CharField("时限等级", max_length=8, blank=True)
    step = models.PositiveSmallIntegerField("第几次", default=1)
    most = models.PositiveSmallIntegerField("最多")
    unit = models.CharField("单位", max_length=14, choices=DAYS)
    deciders = models.JSONField("审批角色", default=list)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "宽限规则"
        ordering = ["policy", "kind", "limit_class", "step"]
        constraints = [
            models.UniqueConstraint(name="one_allowance_for_each_step", fields=["policy", "kind", "limit_class", "step"]),
            models.CheckConstraint(name="allowance_gives_something", condition=Q(most__gt=0, step__gt=0)),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}第{self.step}次 最多{self.most}{self.get_unit_display()}"
