"""附件: pictures, voice and short video, made harmless before they are kept."""

from django.db import models

ENDINGS = {
    "image/jpeg": ".jpg",
    "audio/webm": ".webm",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
}
"""内容类型: the only ones that are ever kept or served."""


def stored_as(attachment, filename):
    """A path that says nothing of what was uploaded: the digest alone."""
    return f"attachments/{attachment.sha256[:2]}/{attachment.sha256}{attachment.suffix}"


class Attachment(models.Model):
    """附件: belongs to a grievance or to a remark on it; served only after a permission check."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "图片"
        VOICE = "voice", "语音"
        VIDEO = "video", "视频"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="attachments", verbose_name="事项")
    grievance = models.ForeignKey(
        "grievance.Grievance", models.PROTECT, null=True, related_name="attachments", verbose_name="诉求"
    )
    remark = models.ForeignKey("grievance.Remark", models.PROTECT, null=True, related_name="attachments", verbose_name="补充")
    kind = models.CharField("类型", max_length=6, choices=Kind.choices)
    file = models.FileField("文件", upload_to=stored_as, max_length=160)
    content_type = models.CharField("内容类型", max_length=40)
    sha256 = models.CharField("摘要", max_length=64)
    size = models.PositiveIntegerField("字节数")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["pk"]

    @property
    def speaks(self):
        """有声音: it may tell who speaks, so whoever may not know that does not get it."""
        return self.kind in (self.Kind.VOICE, self.Kind.VIDEO)

    @property
    def suffix(self):
        """The file ending that goes with the content type found."""
        return ENDINGS.get(self.content_type, "")
