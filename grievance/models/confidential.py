"""检举控告: what was said about the conduct of officials, sealed before any ordinary row is written.

信访工作条例 (2022) art. 22, 30, 46: only the discipline office handles it, and nothing of it reaches the one it is about."""

from django.db import models
from django.db.models import Q

from grievance.sealing import fingerprint, secret_for


class ConfidentialInbox(models.Model):
    """保密信箱: which discipline office reads for a street, and what goes past it to the one above, unopened."""

    street = models.OneToOneField("street.Organisation", models.PROTECT, related_name="confidential_inbox", verbose_name="街道")
    office = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="纪检机关")
    above = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="上级纪检机关")
    passes = models.JSONField("直送上级的词语", default=list, help_text="提到它们的，本级不开启")

    class Meta:
        verbose_name = verbose_name_plural = "保密信箱"

    def __str__(self):
        return f"{self.street}保密信箱"


class InboxKey(models.Model):
    """信箱公钥: the private half lies with the officer alone; what was sealed to an older key is opened with that one."""

    office = models.ForeignKey("street.Organisation", models.PROTECT, related_name="inbox_keys", verbose_name="纪检机关")
    public = models.BinaryField("公钥", max_length=32)
    made_at = models.DateTimeField("登记时间")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "信箱公钥"
        constraints = [
            models.UniqueConstraint(name="office_has_one_live_key", fields=["office"], condition=Q(retired_at__isnull=True))
        ]

    def __str__(self):
        return f"{self.office}公钥 {self.mark}"

    @property
    def mark(self):
        """指纹: by which the officer knows which key file opens a report."""
        return fingerprint(bytes(self.public).hex())[:12]


class ConfidentialReportQuerySet(models.QuerySet["ConfidentialReport"]):
    def visible_to(self, user):
        """可见范围: the discipline officers of the office it was sealed to, and nobody else."""
        from street.models import Role

        return self.filter(office__in=user.scope.where({Role.DISCIPLINE}))

    def with_receipt(self, receipt):
        """凭查询码."""
        return self.filter(receipt_hash=fingerprint(receipt))


class ConfidentialReport(models.Model):
    """检举控告件: sealed; neither place nor code, so that the row says nothing of what is in it."""

    class Status(models.TextChoices):
        WAITING = "waiting", "已接收"
        OPENED = "opened", "已接收（已阅）"
        FORWARDED = "forwarded", "已转有权机关"
        RELEASED = "released", "已转普通诉求"

    number = models.CharField("编号", max_length=24, unique=True)
    office = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="纪检机关")
    sealed_to = models.ForeignKey(InboxKey, models.PROTECT, related_name="reports", verbose_name="公钥")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.WAITING)
    sealed = models.BinaryField("密文")
    key_hash = models.CharField("提交标识摘要", max_length=64, unique=True)
    body_digest = models.CharField("提交内容摘要", max_length=64)
    receipt_salt = models.BinaryField("查询码盐", max_length=16)
    receipt_hash = models.CharField("查询码摘要", max_length=64, unique=True)
    received_at = models.DateTimeField("收到时间")
    forwarded_to = models.CharField("转往", max_length=60, blank=True)

    objects = ConfidentialReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检举控告件"
        ordering = ["-received_at"]

    def __str__(self):
        return self.number

    @property
    def receipt(self):
        """查询码: derived, never stored."""
        return secret_for("receipt", self.receipt_salt)


class ConfidentialFile(models.Model):
    """密封附件: the bytes as they were sent, sealed; nothing of their kind or name outside the seal."""

    report = models.ForeignKey(ConfidentialReport, models.PROTECT, related_name="files", verbose_name="检举控告件")
    name = models.CharField("存放", max_length=80, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "密封附件"
        ordering = ["pk"]


class ConfidentialEvent(models.Model):
    """保密流转: who opened or passed on which report, and when; append-only, and never what it said."""

    report = models.ForeignKey(ConfidentialReport, models.PROTECT, related_name="events", verbose_name="检举控告件")
    kind = models.CharField("动作", max_length=12)
    actor = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间")
    sentence = models.CharField("记录", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "保密流转"
        ordering = ["at", "pk"]
