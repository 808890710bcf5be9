"""研判用语: how residents ask, thank and look back, and whom they speak of; data of the office, like the words of categories."""

from django.db import models


class Cue(models.Model):
    """研判用语: one group of expressions and what it makes of a text."""

    class Kind(models.TextChoices):
        NATURE = "nature", "诉求性质"
        SHADE = "shade", "语气（否定、已解决、往事、假设）"
        PATH = "path", "法定途径"
        PARTY = "party", "提到的单位"
        CONDUCT = "conduct", "对人员言行的不满"
        SPOT = "spot", "事发部位"

    code = models.SlugField("代码", max_length=40, unique=True)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    label = models.CharField("名称", max_length=40)
    words = models.JSONField("词语及权重", default=dict, blank=True, help_text="{词语: 权重}；“甲…乙”表示同一句里先甲后乙")
    unless = models.JSONField("除外", default=list, blank=True, help_text="含有上面的词、但不是这个意思的说法")
    categories = models.JSONField("类别", default=list, blank=True, help_text="性质：哪些类别（或其开头）通常是这个性质")
    category = models.CharField("归入类别", max_length=20, blank=True, help_text="没有别的词语时归到这一类")
    unit = models.CharField("单位", max_length=40, blank=True, help_text="组织代码，或 community、estate_company")
    place_kind = models.CharField("点位类型", max_length=12, blank=True)
    share = models.DecimalField("所在分句的词语按几成计", max_digits=3, decimal_places=2, default=1)
    text = models.CharField("告知的话", max_length=200, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "研判用语"
        ordering = ["kind", "code"]

    def __str__(self):
        return self.label
