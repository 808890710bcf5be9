"""回访录音: what the person said in their own voice, or the recording of a call. Heard by the desk of the street alone."""

from django.db import models


def kept_as(row, filename):
    """A path that says nothing of what was said: the digest alone."""
    return f"callbacks/{row.sha256[:2]}/{row.sha256}"


class CallbackVoice(models.Model):
    """回访录音: beside the words of an answer; it goes when the personal data of the grievance go."""

    callback = models.OneToOneField("feedback.Callback", models.CASCADE, related_name="voice", verbose_name="回访")
    file = models.FileField("文件", upload_to=kept_as, max_length=160)
    content_type = models.CharField("内容类型", max_length=40)
    sha256 = models.CharField("摘要", max_length=64)
    size = models.PositiveIntegerField("字节数")
    by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="附上的人")
    at = models.DateTimeField("时间")

    @classmethod
    def keep(cls, callback, kept, *, by, at):
        """存下 a recording that lies in the storage already (`grievance.media.Kept`)."""
        facts = {"content_type": kept.content_type, "sha256": kept.sha256, "size": kept.size}
        return cls.objects.create(callback=callback, file=kept.name, **facts, by=by, at=at)

    class Meta:
        verbose_name = verbose_name_plural = "回访录音"
