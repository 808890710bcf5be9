"""流转记录: everything done or sent, append-only; the database refuses to change it, and lets a line go only as TakenOut."""

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """流转记录: one line of a case's history. No personal data: it points to the rows that hold some."""

    class Voice(models.TextChoices):
        SYSTEM = "system", "系统"
        RESIDENT = "resident", "诉求人"
        STAFF = "staff", "工作人员"
        OUTSIDE = "outside", "外部承办单位"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="events", verbose_name="事项")
    grievance = models.ForeignKey(
        "grievance.Grievance",
        models.PROTECT,
        null=True,
        related_name="events",
        verbose_name="诉求",
        help_text="为空表示与全案诉求人有关",
    )
    kind = models.CharField("动作", max_length=40)
    subject = models.CharField("对象", max_length=60, blank=True)
    voice = models.CharField("来自", max_length=8, choices=Voice.choices)
    actor = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    posting = models.CharField("当时任职", max_length=120, blank=True)
    was = models.CharField("原状态", max_length=20, blank=True)
    became = models.CharField("现状态", max_length=20, blank=True)
    sentence = models.TextField("记录")
    public = models.TextField("诉求人所见", blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "流转记录"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="event_actor_goes_with_staff",
                condition=Q(voice="staff", actor__isnull=False) | (~Q(voice="staff") & Q(actor__isnull=True)),
            )
        ]
        indexes = [models.Index(fields=["case", "at"])]


class TakenOut(models.Model):
    """移出的流转记录: written before its line goes, without which the database keeps the line (docs/decisions/0017). By id alone:
    what stood there lies with the discipline office."""

    event = models.BigIntegerField("流转记录", unique=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "移出的流转记录"
