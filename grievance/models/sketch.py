"""查重摘要: what is compared when a new matter comes in, so that a million old ones need not be read."""

from django.db import models


class Sketch(models.Model):
    """查重摘要 of a case: names of places and firms, numbers of the pairs of signs it is written in, aspects. Goes with the words
    it was made of; can be made again from them at any time, and proves nothing."""

    case = models.OneToOneField("grievance.Case", models.CASCADE, primary_key=True, related_name="sketch", verbose_name="事项")
    # Only entered through the two indexes below
    street = models.ForeignKey("street.Organisation", models.PROTECT, db_index=False, related_name="+", verbose_name="街道")
    root = models.ForeignKey(
        "street.Place", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="所在小区或点位"
    )
    name_key = models.BigIntegerField("名称键", null=True)
    at = models.DateTimeField("上报时间")
    name_index = models.JSONField("名称", default=dict)
    aspect_index = models.JSONField("说到的方面", default=dict)
    heading = models.PositiveSmallIntegerField("标题字对数", default=0)
    pairs = models.BinaryField("字对", default=bytes)

    class Meta:
        verbose_name = verbose_name_plural = "查重摘要"
        indexes = [
            models.Index(name="sketch_at_place", fields=["root", "-at"]),
            models.Index(name="sketch_by_name", fields=["street", "name_key", "-at"], condition=models.Q(name_key__isnull=False)),
        ]

    def __str__(self):
        return str(self.pk)
