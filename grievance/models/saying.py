"""例句: invented sentences, as a resident might write them, and how each is to be understood; data of the office."""

from django.db import models

from grievance.models.category import Category


class Saying(models.Model):
    """例句: never anything that a resident really said. A question that is left empty is not answered by this sentence."""

    text = models.CharField("例句", max_length=200, unique=True, help_text="自己编的话，不抄居民的原话，不写真名、电话、门牌")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="sayings", verbose_name="类别")
    nature = models.CharField("性质", max_length=10, blank=True, help_text="诉求性质；不写 = 不说明")
    urgent = models.BooleanField("特急", null=True, blank=True, help_text="不选 = 不说明")
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "例句"
        ordering = ["pk"]

    def __str__(self):
        return self.text
