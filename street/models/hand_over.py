"""交接: a posting was ended, and what was open in its holder's name went to a named successor."""

from django.db import models


class HandOver(models.Model):
    """交接: kept as it was done; the lines of it stand in the history of each matter."""

    posting = models.OneToOneField("street.Posting", models.PROTECT, related_name="hand_over", verbose_name="交出的任职")
    successor = models.ForeignKey(
        "street.Posting", models.PROTECT, null=True, related_name="taken_over", verbose_name="接手的任职"
    )
    handed = models.JSONField("交接内容", default=dict, help_text="各类有几件；哪几件写在各事项的流转记录里")
    locked = models.BooleanField("账号随之停用", default=False)
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "交接"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.posting.user}交接"

    @property
    def words(self):
        """交接内容 in words: 工单 3 件、调解 1 件."""
        return "、".join(f"{noun} {count} 件" for noun, count in self.handed.items())
