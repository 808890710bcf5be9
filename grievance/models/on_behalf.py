"""代为上报: how one grievance reached staff who wrote it down, and what its speaker agreed to."""

from django.db import models

from grievance.sealing import SealedTextField


class OnBehalf(models.Model):
    """代录: one row for a grievance that staff wrote down for a person; it stays with the grievance wherever that is merged.

    The person is told who handles it and why, and says yes or no to name and number being kept (个人信息保护法 art. 13, 17).
    The language belongs to this one contact; who interpreted is personal data of the interpreter."""

    class Channel(models.TextChoices):
        HOTLINE = "hotline", "电话 12345 转来"
        WINDOW = "window", "窗口"
        VISIT = "visit", "网格上门"
        PHONE = "phone", "电话"

    grievance = models.OneToOneField("grievance.Grievance", models.CASCADE, related_name="on_behalf", verbose_name="诉求")
    channel = models.CharField("来源", max_length=10, choices=Channel.choices)
    consented = models.BooleanField("同意登记姓名电话")
    asked_at = models.DateTimeField("告知并询问时间")
    language = models.CharField("联系语言", max_length=20, blank=True)
    interpreter = SealedTextField("代译", blank=True, default=b"")

    class Meta:
        verbose_name = verbose_name_plural = "代录"

    def __str__(self):
        return self.get_channel_display()

    @property
    def masked_interpreter(self):
        """脱敏代译: the first character alone."""
        return f"{self.interpreter[0]}**" if self.interpreter else ""
