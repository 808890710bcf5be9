"""书记上门: after the second "not solved" a secretary goes to the people of the matter, and writes down what was said."""

from django.db import models
from django.db.models import Q


class SecretaryVisit(models.Model):
    """书记上门: a task with a clock, for the secretary of the place's community, or of the street where there is none."""

    class Status(models.TextChoices):
        WAITING = "waiting", "待上门"
        MADE = "made", "已上门"
        LAPSED = "lapsed", "随事项了结"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="secretary_visits", verbose_name="事项")
    holder = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="上门的书记所在")
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField("事由", max_length=200)
    asked_at = models.DateTimeField("呈送时间")
    due_at = models.DateTimeField("上门时限", null=True)
    made_at = models.DateTimeField("上门时间", null=True)
    made_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="上门的书记")
    said = models.TextField("对方说了什么", blank=True, default="")
    agreed = models.TextField("当面商定的办法", blank=True, default="")
    ended_at = models.DateTimeField("结束时间", null=True)
    checkpoint = models.ForeignKey(
        "dispatch.Checkpoint", models.PROTECT, null=True, related_name="+", verbose_name="时限节点"
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = "书记上门"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="case_has_one_secretary_visit_waiting", fields=["case"], condition=Q(status="waiting"))
        ]

    def __str__(self):
        return "书记上门"

    def seat(self, role):
        """Where a role must be held: at the holder."""
        return self.holder_id
