"""张贴文字: what a street prints beside its codes."""

from django.db import models


class SheetText(models.Model):
    """张贴文字: the helper text of a street, in Chinese and, once approved, in another language."""

    USUAL = "微信扫一扫，写字、拍照、语音都行，不用注册"

    street = models.OneToOneField("street.Organisation", models.PROTECT, related_name="+", verbose_name="街道")
    helper = models.CharField("提示语", max_length=40, default=USUAL, help_text="印在码下面，最多 40 个字")
    other = models.CharField("其他语言", max_length=120, blank=True, help_text="同样意思的一行其他语言文字；没有就空着")
    other_approved = models.BooleanField("其他语言文字已经区里审定", default=False, help_text="没有审定的不印")

    class Meta:
        verbose_name = verbose_name_plural = "张贴文字"

    def __str__(self):
        return f"{self.street}张贴文字"

    @property
    def other_printed(self):
        """The line in the other language, empty until it is approved: nobody at the desk may be able to read it."""
        return self.other if self.other_approved else ""
