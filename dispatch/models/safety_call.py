"""电话报告: danger to a person is telephoned at once; here stands that it was, to whom and when."""

from django.db import models


class SafetyCall(models.Model):
    """电话报告: to the duty leader or the police station; who answered, never what the person said."""

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="safety_calls", verbose_name="事项")
    to = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="单位")
    answered_by = models.CharField("接听人", max_length=60)
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="报告人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "电话报告"
        ordering = ["at"]

    def __str__(self):
        return f"{self.to} {self.answered_by}"
