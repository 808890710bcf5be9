"""在手: who has a matter open at the triage desk, so that two do not decide the same one. Nothing of it outlasts the minute."""

from django.db import models


class InHand(models.Model):
    """在手: a soft lock with a name and an end. Deleted when the matter is put down or its time is over.

    No link to the case: it is no part of the file, and must not be sealed, printed or kept with it. No time of opening: nobody
    can read from it who worked how long (国办函〔2026〕12号)."""

    number = models.CharField("事项编号", max_length=24, primary_key=True)
    user = models.ForeignKey("street.User", models.CASCADE, related_name="+", verbose_name="谁在看")
    until = models.DateTimeField("到时自动放开")
    taken_from = models.ForeignKey(
        "street.User", models.SET_NULL, null=True, related_name="+", verbose_name="从谁手上接来", help_text="告知本人之后清空"
    )

    class Meta:
        verbose_name = verbose_name_plural = "在手"

    def __str__(self):
        return self.number
