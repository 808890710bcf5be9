"""分类模型版本: each model that was trained, what it was worth on decisions it had never seen, and which one is in use."""

from django.db import models
from django.db.models import Q


class ClassifierVersionQuerySet(models.QuerySet["ClassifierVersion"]):
    def in_use(self, street_id):
        """在用版本 of a street, None where the words of the office suggest alone."""
        return self.filter(street=street_id, status=ClassifierVersion.Status.IN_USE).first()

    def kept(self):
        """还有文件的: those that can be taken into use again."""
        return self.filter(purged_at__isnull=True)


class ClassifierVersion(models.Model):
    """分类模型版本 of one street; its file lies under DATA_DIR. Its report is about categories; about people it holds nothing."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", "待采用"
        IN_USE = "in_use", "在用"
        RETIRED = "retired", "已停用"
        REFUSED = "refused", "未采用"
        PURGED = "purged", "文件已清除"

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="classifiers", verbose_name="街道")
    number = models.PositiveIntegerField("版本号")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.CANDIDATE)
    why = models.CharField("缘由", max_length=200, blank=True)
    made_at = models.DateTimeField("训练时间")
    path = models.CharField("文件", max_length=120, blank=True)
    size = models.PositiveIntegerField("文件字节数", default=0)
    digest = models.CharField("文件摘要", max_length=64, blank=True)
    examples = models.PositiveIntegerField("训练用的决定", default=0)
    held_back = models.PositiveIntegerField("留出核对的决定", default=0)
    report = models.JSONField("评估报告", default=dict)
    taken_at = models.DateTimeField("采用时间", null=True)
    taken_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="采用人")
    purged_at = models.DateTimeField("文件清除时间", null=True)

    objects = ClassifierVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分类模型版本"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="classifier_number_once", fields=["street", "number"]),
            models.UniqueConstraint(name="one_classifier_in_use", fields=["street"], condition=Q(status="in_use")),
            models.CheckConstraint(
                name="classifier_in_use_has_its_file", condition=~Q(status="in_use") | Q(purged_at__isnull=True)
            ),
        ]

    def __str__(self):
        return f"第{self.number}版"

    @property
    def case_id(self):
        """A model hangs on no case."""
        return None

    def seat(self, role):
        """Where a role must be held to act on it: at its street."""
        return self.street_id


class VersionStep(models.Model):
    """版本记录: what was done with a version, by whom (nobody: the nightly rule), in one sentence. Never changed."""

    version = models.ForeignKey(ClassifierVersion, models.PROTECT, related_name="steps", verbose_name="版本")
    move = models.CharField("动作", max_length=20)
    sentence = models.CharField("记录", max_length=240)
    by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    posting = models.CharField("当时任职", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "分类模型版本记录"
        ordering = ["at", "pk"]
