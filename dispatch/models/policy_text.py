"""政策原文: the whole text of each version as it was written, who wrote it, who issued it, and from when it holds.

The text is the truth; the rows of limits, ladder and duty list are made from it and from nothing else."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce


class PolicyTextQuerySet(models.QuerySet["PolicyText"]):
    def of(self, street):
        """一个街道的原文; of every street where `street` is None."""
        return self.filter(street=street) if street else self.filter(street__isnull=True)

    def drafts(self):
        """草稿."""
        return self.filter(status=PolicyText.Status.DRAFT)

    def scheduled(self):
        """已定、还没有生效, the next one first."""
        return self.filter(status=PolicyText.Status.SCHEDULED).order_by("effective_from", "pk")

    def issued(self):
        """已生效过的, the latest first."""
        return self.filter(status=PolicyText.Status.ISSUED).order_by("-effective_from", "-number")


class PolicyText(models.Model):
    """政策原文: a draft that people share, or a version that was issued and is never changed again."""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SCHEDULED = "scheduled", "已定，未到生效时间"
        ISSUED = "issued", "已发布"
        WITHDRAWN = "withdrawn", "已撤下"

    street = models.ForeignKey(
        "street.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="街道",
        help_text="为空表示通用",
    )
    number = models.PositiveIntegerField("版本", null=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    text = models.TextField("原文")
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    revision = models.PositiveIntegerField("修改次数", default=1, help_text="两个人同时改时，以此发现")
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="以哪一版为底")
    hands = models.JSONField("改过的人", default=list, help_text="人员编号；改过的人不能自己发布")
    problem = models.CharField("校验结果", max_length=400, blank=True)
    problem_line = models.PositiveIntegerField("错在第几行", null=True)
    saved_at = models.DateTimeField("最近保存")
    saved_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="保存人")
    issued_at = models.DateTimeField("发布时间", null=True)
    issued_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="发布人")
    effective_from = models.DateTimeField("生效时间", null=True)
    reason = models.CharField("缘由", max_length=200, blank=True)
    policy = models.ForeignKey(
        "dispatch.Policy", models.PROTECT, null=True, related_name="texts", verbose_name="时限与职责清单版本"
    )

    objects = PolicyTextQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策原文"
        ordering = ["-effective_from", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Coalesce("street", 0), "number", condition=Q(number__isnull=False), name="policy_text_number_once"
            ),
            models.UniqueConstraint(Coalesce("street", 0), condition=Q(status="draft"), name="one_policy_draft_at_a_time"),
            models.CheckConstraint(
                name="issued_text_has_its_number",
                condition=~Q(status__in=["scheduled", "issued"])
                | Q(number__isnull=False, issued_at__isnull=False, effective_from__isnull=False),
            ),
        ]

    def __str__(self):
        return f"第{self.number}版" if self.number else "草稿"


class LetterTemplate(models.Model):
    """公文模板的一版: the one enabled last is in use; where none ever was, the one shipped."""

    name = models.CharField("模板", max_length=40)
    number = models.PositiveIntegerField("版本")
    content = models.BinaryField("DOCX")
    digest = models.CharField("摘要", max_length=64)
    note = models.CharField("说明", max_length=200, blank=True)
    made_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    made_at = models.DateTimeField("上传时间")
    enabled_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="启用人")
    enabled_at = models.DateTimeField("启用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "公文模板版本"
        ordering = ["name", "-number"]
        constraints = [models.UniqueConstraint(name="letter_template_number_once", fields=["name", "number"])]

    def __str__(self):
        return f"{self.name} 第{self.number}版"
