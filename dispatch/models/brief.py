"""书记专报: each morning the three matters that need this person, one line each, with what is to be decided."""

from django.db import models


class Brief(models.Model):
    """书记专报的一行: kept as it was sent."""

    user = models.ForeignKey("street.User", models.PROTECT, related_name="briefs", verbose_name="送")
    on = models.DateField("日期")
    rank = models.PositiveSmallIntegerField("序")
    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="+", verbose_name="事项")
    line = models.CharField("情况", max_length=200)
    need = models.CharField("需要您定什么", max_length=120)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "书记专报"
        ordering = ["-on", "user", "rank"]
        constraints = [
            models.UniqueConstraint(name="brief_line_once", fields=["user", "on", "rank"]),
            models.UniqueConstraint(name="brief_names_a_case_once", fields=["user", "on", "case"]),
        ]

    def __str__(self):
        return f"{self.on} {self.user} 第{self.rank}条"
