"""疑点: how an answer came in may suggest that somebody stood beside. Facts on matters, never on persons."""

from ipaddress import ip_network

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


class DayKey(models.Model):
    """当日钥匙: with it the address and the browser of an answer become a mark. It is thrown away after 30 days, and with it
    every way from a mark back to an address."""

    day = models.DateField("日期", unique=True)
    key = models.BinaryField("钥匙", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "当日钥匙"


class AnswerTrace(models.Model):
    """评价的记号: alike for two answers of one day from one device or network; says nothing else, deleted after 30 days."""

    callback = models.OneToOneField("feedback.Callback", models.CASCADE, related_name="trace", verbose_name="回访")
    day = models.DateField("日期", db_index=True)
    device_hash = models.CharField("设备记号", max_length=64)
    network_hash = models.CharField("网络记号", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "评价的记号"


class DoubtQuerySet(models.QuerySet["Doubt"]):
    def visible_to(self, user):
        """可见范围: of the streets one supervises, and for the district's supervision of the streets below it."""
        from street.models import Role

        street = user.scope.where({Role.SUPERVISOR})
        district = user.scope.where({Role.DISTRICT_SUPERVISION})
        return self.filter(Q(case__street__in=street) | Q(case__street__parent__in=district))


class Doubt(models.Model):
    """疑点: one fact about one answer. It changes no verdict and no figure; somebody may look at the matter."""

    class Kind(models.TextChoices):
        HASTY = "hasty", "办结后几秒就评价"
        DEVICE = "device", "同一天同一台设备评价了几位的事"
        NETWORK = "network", "同一天同一网络评价了多位的事"
        OFFICE = "office", "从承办单位的网络评价"
        STAFF = "staff", "在登录着承办单位工作账号的浏览器上评价"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="doubts", verbose_name="事项")
    callback = models.ForeignKey("feedback.Callback", models.PROTECT, related_name="doubts", verbose_name="回访")
    kind = models.CharField("疑点", max_length=8, choices=Kind.choices)
    together = models.BigIntegerField("同一批", default=0, help_text="同一设备、同一网络的是一批；0 为单独一件")
    seconds = models.PositiveIntegerField("办结后几秒", null=True)
    seen_at = models.DateTimeField("发现时间")

    objects = DoubtQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑点"
        ordering = ["-seen_at", "-pk"]
        constraints = [models.UniqueConstraint(name="doubt_once", fields=["callback", "kind"])]
        indexes = [models.Index(name="doubt_seen", fields=["seen_at"])]


class UnitNetwork(models.Model):
    """单位网络: addresses from which an office goes out, so that an answer given there can be told."""

    unit = models.ForeignKey("street.Organisation", models.CASCADE, related_name="+", verbose_name="单位")
    network = models.CharField("出口网段", max_length=43, help_text="如 203.0.113.0/28；单个地址写 203.0.113.7/32")

    class Meta:
        verbose_name = verbose_name_plural = "单位网络"
        constraints = [models.UniqueConstraint(name="unit_network_once", fields=["unit", "network"])]

    def __str__(self):
        return f"{self.unit} {self.network}"

    def clean(self):
        """Refuses, in Chinese, what is no network."""
        try:
            ip_network(self.network)
        except ValueError:
            raise ValidationError({"network": "没有看懂这个网段，请写成 203.0.113.0/28 这样。"}) from None
