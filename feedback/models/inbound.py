"""短信回复: what came back by text message. Of a number that nobody had asked nothing is kept but that it came."""

from django.db import models
from django.db.models import F


class InboundReply(models.Model):
    """一条回复: its mark, so that the gateway may send it again, and what came of it. The words stand on the callback."""

    class Outcome(models.TextChoices):
        RATED = "rated", "已计入评价"
        WORDS = "words", "没有看懂，话已记下"
        LATE = "late", "回访已结束"

    mark = models.CharField("消息记号", max_length=64, unique=True, help_text="短信通道的消息编号的摘要")
    callback = models.ForeignKey("feedback.Callback", models.PROTECT, related_name="replies", verbose_name="回访")
    outcome = models.CharField("结果", max_length=8, choices=Outcome.choices)
    at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "短信回复"
        ordering = ["at", "pk"]


class InboundCountManager(models.Manager["InboundCount"]):
    def of(self, day):
        """[(what came of it, how many)] of a day."""
        return [(row.get_outcome_display(), row.count) for row in self.filter(day=day, count__gt=0)]

    def one_more(self, day, outcome):
        """One more of a kind on a day."""
        row, _ = self.get_or_create(day=day, outcome=outcome)
        self.filter(pk=row.pk).update(count=F("count") + 1)


class InboundCount(models.Model):
    """短信回复计数: how many came in on a day, by what came of them. No number, no words."""

    class Outcome(models.TextChoices):
        RATED = "rated", "已计入评价"
        WORDS = "words", "没有看懂，话已记下"
        LATE = "late", "回访已结束"
        UNKNOWN = "unknown", "没有待评价的事"
        FORGED = "forged", "口令不对"

    day = models.DateField("日期")
    outcome = models.CharField("结果", max_length=8, choices=Outcome.choices)
    count = models.PositiveIntegerField("条数", default=0)

    objects = InboundCountManager()

    class Meta:
        verbose_name = verbose_name_plural = "短信回复计数"
        ordering = ["-day", "outcome"]
        constraints = [models.UniqueConstraint(name="inbound_count_once", fields=["day", "outcome"])]
