"""暂存文件: a picture, recording or video that is sent while its sender still writes; gone with the sending, or after a day."""

from django.db import models


class UploadQuerySet(models.QuerySet):
    def of_draft(self, mark):
        """草稿的文件: all that one draft has waiting."""
        return self.filter(draft_mark=mark)

    def waiting_bytes(self):
        """暂存总量: how many bytes wait in all."""
        return self.aggregate(total=models.Sum("size"))["total"] or 0


class Upload(models.Model):
    """暂存文件: says neither what the file is nor whose; what opens it is on the phone and in its requests alone
    (docs/decisions/0016)."""

    qr_code = models.ForeignKey("grievance.QRCode", models.CASCADE, related_name="uploads", verbose_name="说事码")
    draft_mark = models.CharField("草稿印记", max_length=64, db_index=True)
    key_mark = models.CharField("文件印记", max_length=64, unique=True)
    name = models.CharField("暂存名", max_length=60)
    size = models.PositiveIntegerField("字节数")
    at = models.DateTimeField("收到时间", db_index=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "暂存文件"
