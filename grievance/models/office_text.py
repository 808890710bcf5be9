"""答复模板与办理提示: words of the office, kept version by version: each change is a row more, with who and when."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce


class OfficeTextQuerySet(models.QuerySet):
    def of(self, street):
        """一个街道看得到的: its own rows and the shared ones."""
        return self.filter(Q(street=street) | Q(street__isnull=True))

    def in_force(self, street):
        """在用: of each code the latest version, a street's own before the shared one; nothing that was retired. A list."""
        found = {}
        for row in sorted(self.of(street).filter(current=True), key=lambda row: row.street_id is not None):
            found[row.code] = row
        return sorted((row for row in found.values() if not row.retired), key=lambda row: row.code)


class OfficeText(models.Model):
    """办公用语: what was shipped belongs to every street; what a street changes is its own and stands before it."""

    street = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="街道")
    code = models.CharField("代码", max_length=60)
    version = models.PositiveIntegerField("版次", default=1)
    current = models.BooleanField("最新一版", default=True)
    retired = models.BooleanField("停用", default=False)
    by = models.ForeignKey(
        "street.User", models.PROTECT, null=True, related_name="+", verbose_name="修改人", help_text="空：随系统载入"
    )
    at = models.DateTimeField("修改时间")

    objects = OfficeTextQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint("code", "version", Coalesce("street", 0), name="%(class)s_version_once"),
            models.UniqueConstraint("code", Coalesce("street", 0), name="%(class)s_one_current", condition=Q(current=True)),
        ]


class ReplyTemplate(OfficeText):
    """答复模板: words for a resident, with places to fill in; a person picks, changes and sends them."""

    class Use(models.TextChoices):
        HOLD = "hold", "请诉求人补充"
        ASK = "ask_resident", "向诉求人提问"
        ANSWER = "answer_question", "答复提问"
        DECLINE = "decline", "不予受理"
        PROGRESS = "add_progress", "办理进展"
        COMPLETE = "complete", "办结公开答复"

    use = models.CharField("用在", max_length=20, choices=Use.choices)
    category = models.CharField("类别代码", max_length=20, blank=True, help_text="含下级；空：各类都可用")
    name = models.CharField("名称", max_length=40)
    text = models.TextField("模板")

    class Meta(OfficeText.Meta):
        verbose_name = verbose_name_plural = "答复模板"

    def __str__(self):
        return self.name


class CategoryNote(OfficeText):
    """办理提示 beside a category: which law, whom to ring, what to look at first. A few lines, for staff alone.

    Its code is that of the category."""

    law = models.CharField("依据", max_length=300, blank=True)
    ring = models.CharField("找谁", max_length=200, blank=True)
    look = models.CharField("先看什么", max_length=300, blank=True)

    class Meta(OfficeText.Meta):
        verbose_name = verbose_name_plural = "办理提示"

    def __str__(self):
        return self.code
