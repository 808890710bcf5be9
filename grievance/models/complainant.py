"""诉求人: how the one who spoke can be reached, for this grievance only."""

from django.db import models

from grievance.sealing import SealedTextField


class Complainant(models.Model):
    """诉求人: one row for one grievance, so that nothing here ever becomes a record of a person."""

    grievance = models.OneToOneField("grievance.Grievance", models.CASCADE, related_name="complainant", verbose_name="诉求")
    name = SealedTextField("姓名", blank=True, default=b"")
    phone = SealedTextField("电话", blank=True, default=b"")
    phone_index = models.CharField("电话盲索引", max_length=64, blank=True, db_index=True)
    confidential = models.BooleanField("不要把姓名告诉办理人员", default=False)
    shared_at = models.DateTimeField("同意把联系方式告诉社会单位", null=True)
    verified_at = models.DateTimeField("号码验证时间", null=True, help_text="本人收到验证码并填对的时间")
    safe_contact = SealedTextField("安全联系方式", blank=True, default=b"")
    language = models.CharField("联系语言", max_length=20, blank=True)
    interpreter = models.CharField("代译", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "诉求人"

    def __str__(self):
        return "诉求人"

    @property
    def masked_phone(self):
        """脱敏电话: 138****5678."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 7 else ""

    @property
    def masked_name(self):
        """脱敏姓名: the first character alone."""
        return f"{self.name[0]}**" if self.name else ""
