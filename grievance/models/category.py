"""诉求类别与警示词: what a matter can be about, and the words that make it urgent; both are data of the office."""

from django.db import models


class Category(models.Model):
    """诉求类别: a plain-word kind of matter, with the words by which residents speak of it."""

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=40)
    public_name = models.CharField("对外名称", max_length=60, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级类别")
    words = models.JSONField("词语及权重", default=dict, blank=True, help_text="{词语: 权重}，负数表示排除")
    hazard = models.BooleanField("隐患类（可匿名）", default=False)
    board = models.BooleanField("结案后可以上公开栏", default=False)
    joinable = models.BooleanField(
        "正在办的可公开说明、可加入", default=False, help_text="只限隐患和公共设施，不得用于纠纷、求助、作风"
    )
    external_code = models.CharField("标准代码", max_length=20, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "诉求类别"
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"


class Alert(models.Model):
    """警示词: words of danger or law that decide urgency, bar automatic dispatch, and advise the resident at once."""

    code = models.SlugField("代码", max_length=40, unique=True)
    label = models.CharField("名称", max_length=40)
    words = models.JSONField("词语", default=list)
    urgent = models.BooleanField("特急", default=True)
    bars_automatic = models.BooleanField("不得自动派单", default=False)
    quarantine = models.BooleanField("检举控告（登记前隔离）", default=False)
    unless = models.JSONField("除外", default=list, blank=True, help_text="含有上面的词、但不是这个意思的说法")
    beside = models.JSONField("须同时提到", default=list, blank=True, help_text="写了就还要提到其中之一")
    categories = models.JSONField("只限类别", default=list, blank=True, help_text="类别代码或其开头；不写 = 各类")
    present = models.BooleanField("说的是往事或已解决的不算", default=False)
    routes_as = models.CharField(
        "按哪一类找主办", max_length=20, blank=True, help_text="类别代码；建议的主办单位按这一类的派单规则"
    )
    tells = models.JSONField("立即告知的角色", default=list, blank=True)
    advice = models.CharField("给居民的提示", max_length=200, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "警示词"
        ordering = ["code"]

    def __str__(self):
        return self.label
