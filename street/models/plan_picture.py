"""自有底图: the office's own plan of its street, on which open matters are drawn where there are no map tiles."""

from django.db import models


class PlanPicture(models.Model):
    """自有底图: a picture, and two of its points that are known on the ground; all else follows from these two."""

    street = models.OneToOneField("street.Organisation", models.PROTECT, related_name="plan", verbose_name="街道")
    picture = models.FileField("图片", upload_to="plans/")
    width = models.PositiveIntegerField("宽", help_text="像素")
    height = models.PositiveIntegerField("高", help_text="像素")
    approval = models.CharField("审图号", max_length=60, blank=True, help_text="图上的审图号；自绘示意图没有的留空")
    points = models.JSONField("对准点", default=list, help_text="两个点，各是 [x, y, 纬度, 经度]：像素和 CGCS2000 度数")
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "自有底图"

    def __str__(self):
        return f"{self.street}底图"

    @property
    def aligned(self):
        """已对准: whether both points are known."""
        return len(self.points) == 2
