"""保存期限: how long what a person said is kept, what was taken away when it was over, and who asked for that earlier."""

from django.db import models
from django.db.models import Q


class RetentionRule(models.Model):
    """保存期限 of a street, in days after the matter ended (个人信息保护法 art. 19, 47; the figures are the office's)."""

    street = models.OneToOneField("street.Organisation", models.PROTECT, related_name="retention", verbose_name="街道")
    personal_days = models.PositiveIntegerField("个人信息保存天数", default=1825)
    withdrawn_days = models.PositiveIntegerField("撤回诉求的附件保存天数", default=180)
    papers_days = models.PositiveIntegerField("有公文、调解的事项至少保存天数", default=3650)

    class Meta:
        verbose_name = verbose_name_plural = "保存期限"

    def __str__(self):
        return f"{self.street}保存期限"


class Tombstone(models.Model):
    """去除记录: what stands where a person's words stood: when, why and what was taken away, never what it said."""

    class Why(models.TextChoices):
        EXPIRED = "expired", "保存期满"
        ASKED = "asked", "本人要求"

    grievance = models.OneToOneField("grievance.Grievance", models.PROTECT, related_name="tombstone", verbose_name="诉求")
    why = models.CharField("缘由", max_length=10, choices=Why.choices)
    what = models.JSONField("去除的内容")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "去除记录"
        ordering = ["-at"]

    def __str__(self):
        return f"{self.grievance} {self.get_why_display()}"


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    def visible_to(self, user):
        """可见范围: those of one's streets."""
        return self.filter(grievance__case__street__in=user.scope.streets)

    def waiting(self):
        """待答复."""
        return self.filter(agreed__isnull=True)


class ErasureRequest(models.Model):
    """删除申请: by the holder of a receipt; a person answers, and says why where it is refused (个人信息保护法 art. 47, 50)."""

    grievance = models.ForeignKey("grievance.Grievance", models.PROTECT, related_name="erasures", verbose_name="诉求")
    asked_at = models.DateTimeField("申请时间")
    agreed = models.BooleanField("同意", null=True)
    opinion = models.CharField("答复", max_length=200, blank=True)
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="答复人")
    decided_at = models.DateTimeField("答复时间", null=True)

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "删除申请"
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(name="grievance_has_one_open_erasure", fields=["grievance"], condition=Q(agreed__isnull=True))
        ]

    def __str__(self):
        return f"{self.grievance} 删除申请"
