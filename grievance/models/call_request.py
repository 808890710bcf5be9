"""回电: somebody asked to be rung instead of writing; the desk rings, and writes down what was said."""

from django.db import models


class CallRequest(models.Model):
    """请给我回电: hangs on the one grievance it became. Number and language stand with its Complainant, for this contact only."""

    class Time(models.TextChoices):
        ANY = "any", "随时"
        MORNING = "morning", "上午"
        AFTERNOON = "afternoon", "下午"
        EVENING = "evening", "晚上"

    class Result(models.TextChoices):
        WAITING = "", "等待回电"
        SAID = "said", "已回电，内容已记下"
        SETTLED = "settled", "已回电，电话里已说清"
        ELSEWHERE = "elsewhere", "已回电，另行登记"

    grievance = models.OneToOneField("grievance.Grievance", models.CASCADE, related_name="call", verbose_name="诉求")
    best_time = models.CharField("方便的时间", max_length=10, choices=Time.choices, default=Time.ANY)
    tries = models.PositiveSmallIntegerField("没打通次数", default=0)
    result = models.CharField("结果", max_length=10, choices=Result.choices, blank=True, default=Result.WAITING)
    done_at = models.DateTimeField("回电时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "回电"
        constraints = [
            models.CheckConstraint(
                name="call_done_has_its_result",
                condition=models.Q(result="", done_at__isnull=True) | (~models.Q(result="") & models.Q(done_at__isnull=False)),
            )
        ]

    def __str__(self):
        return "回电"
