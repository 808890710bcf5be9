"""验证码: six digits sent to a number, to show that whoever types them holds that phone."""

from django.db import models

from grievance.sealing import SealedTextField


class SmsCode(models.Model):
    """验证码: asked for by a page, sent by the sweep. The digits stand nowhere: they are derived from the salt by our key.

    The number is kept sealed until the message has left, and the row for a day, so that 5 a day can be counted."""

    phone_index = models.CharField("电话盲索引", max_length=64)
    phone = SealedTextField("电话", blank=True, default=b"")
    minute = models.PositiveBigIntegerField("分钟", help_text="自 1970 年起的分钟数：一个号码一分钟一条")
    salt = models.BinaryField("盐", max_length=16)
    grievance = models.ForeignKey(
        "grievance.Grievance", models.CASCADE, null=True, related_name="codes", verbose_name="诉求", help_text="为空为按号码找回"
    )
    made_at = models.DateTimeField("申请时间", db_index=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    used_at = models.DateTimeField("用掉时间", null=True)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "验证码"
        ordering = ["made_at", "pk"]
        constraints = [models.UniqueConstraint(name="one_code_a_minute", fields=["phone_index", "minute"])]
        indexes = [models.Index(name="code_unsent", fields=["made_at"], condition=models.Q(sent_at__isnull=True))]
