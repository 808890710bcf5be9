"""辅助文字: what residents' pages say in another language, beside the Chinese, which stays in the pages themselves."""

from django.db import models
from django.db.models import Q


class LanguageQuerySet(models.QuerySet["Language"]):
    def offered(self):
        """可选: the languages a reader may choose, in the order of the switch."""
        return self.filter(on=True).order_by("place", "code")


class Language(models.Model):
    """语言: one that stands beside the Chinese, never in its place (国家通用语言文字法)."""

    class Direction(models.TextChoices):
        LTR = "ltr", "从左到右"
        RTL = "rtl", "从右到左"

    code = models.SlugField("代码", max_length=12, unique=True, help_text="如 en、ug：写进网页的 lang")
    name = models.CharField("名称", max_length=40, help_text="用这种语言自己的文字写，显示在切换按钮上")
    direction = models.CharField("书写方向", max_length=3, choices=Direction.choices, default=Direction.LTR)
    note = models.CharField(
        "声明", max_length=200, blank=True, help_text="选了这种语言的页面上都写着，如“译文仅供参考，以中文为准”"
    )
    needs_approval = models.BooleanField("逐句审定后才显示", default=True)
    on = models.BooleanField("开放", default=False, help_text="关着的语言，居民看不到切换按钮")
    place = models.PositiveSmallIntegerField("顺序", default=0)

    objects = LanguageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "辅助语言"
        ordering = ["place", "code"]

    def __str__(self):
        return self.name


class WordingQuerySet(models.QuerySet["Wording"]):
    def shown(self):
        """可显示: switched on, in a language that is switched on, and approved where that language asks for it."""
        approved = Q(language__needs_approval=False) | Q(approved_at__isnull=False)
        return self.filter(approved, on=True, language__on=True).exclude(text="")


class Wording(models.Model):
    """辅助文字: a Chinese sentence of the pages and what stands beside it; `{…}` marks a value in both."""

    class Part(models.TextChoices):
        PAGE = "page", "页面文字"
        SERVER = "server", "系统答复"
        SCRIPT = "script", "脚本提示"

    language = models.ForeignKey(Language, models.PROTECT, related_name="wordings", verbose_name="语言")
    source = models.CharField("中文", max_length=400)
    text = models.CharField("译文", max_length=1000)
    part = models.CharField("出处", max_length=8, choices=Part.choices, default=Part.PAGE)
    on = models.BooleanField("显示", default=True)
    ours = models.BooleanField("本地改过", default=False, help_text="改过、审定过的，重新载入随附文字时不再覆盖")
    approved_by = models.ForeignKey("street.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人")
    approved_at = models.DateTimeField("审定时间", null=True, blank=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "辅助文字"
        ordering = ["language", "part", "source"]
        constraints = [
            models.UniqueConstraint(name="wording_once", fields=["language", "source"]),
            models.CheckConstraint(
                name="wording_approved_by_somebody",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.source
