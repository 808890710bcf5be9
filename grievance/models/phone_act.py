"""手机补送: what was done on a phone reaches the house once, however often it is sent, and says when it was done."""

from django.db import models


class PhoneAct(models.Model):
    """手机办理: one act under the key that the phone made for it, with the line of history it became.

    `at` is when it arrived, and by that every clock is met; `done_at` is what the phone says of itself, since nobody can check
    the clock of a phone. It is empty where act and arrival are one."""

    key = models.CharField("标识", max_length=64)
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="经办人")
    case = models.ForeignKey("grievance.Case", models.CASCADE, null=True, related_name="phone_acts", verbose_name="事项")
    event = models.OneToOneField("grievance.Event", models.CASCADE, null=True, related_name="phone_act", verbose_name="流转记录")
    digest = models.CharField("内容摘要", max_length=64)
    done_at = models.DateTimeField("手机上的办理时间", null=True)
    at = models.DateTimeField("送达时间")

    class Meta:
        verbose_name = verbose_name_plural = "手机补送"
        constraints = [models.UniqueConstraint(name="phone_act_once", fields=["by", "key"])]

    def __str__(self):
        return self.key
