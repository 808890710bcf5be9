"""数字: what each case counts for, added up by day and month. Of matters and units, never of persons."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from grievance.models.case import Urgency


class Fact(models.Model):
    """计数事实: one case counts `number` for `measure` on a local `day`; what lies behind every figure is a list of these.

    The case is named by its key alone: a matter that is sealed and taken out leaves no row that points to it, and is counted
    anew at the next sweep (docs/decisions/0017)."""

    case = models.BigIntegerField("事项")
    street = models.ForeignKey("street.Organisation", models.CASCADE, db_index=False, related_name="+", verbose_name="街道")
    unit = models.ForeignKey(
        "street.Organisation", models.CASCADE, null=True, db_index=False, related_name="+", verbose_name="单位"
    )
    community = models.ForeignKey(
        "street.Organisation", models.CASCADE, null=True, db_index=False, related_name="+", verbose_name="社区"
    )
    category = models.ForeignKey(
        "grievance.Category", models.CASCADE, null=True, db_index=False, related_name="+", verbose_name="类别"
    )
    measure = models.CharField("计什么", max_length=20)
    day = models.DateField("日期")
    number = models.IntegerField("数")

    class Meta:
        verbose_name = verbose_name_plural = "计数事实"
        indexes = [
            models.Index(name="fact_of_case", fields=["case"]),
            models.Index(name="fact_of_measure", fields=["street", "measure", "day", "unit", "case"]),
        ]


class Tally(models.Model):
    """累计: the facts of a street added up by day or month, over the whole, a unit, a community or a category."""

    class Face(models.TextChoices):
        STREET = "street", "全街道"
        UNIT = "unit", "承办单位"
        COMMUNITY = "community", "社区"
        CATEGORY = "category", "类别"

    class Span(models.TextChoices):
        DAY = "day", "日"
        MONTH = "month", "月"

    street = models.ForeignKey("street.Organisation", models.CASCADE, db_index=False, related_name="+", verbose_name="街道")
    face = models.CharField("按", max_length=10, choices=Face.choices)
    of = models.BigIntegerField("单位、社区或类别", help_text="0 表示全街道")
    span = models.CharField("期", max_length=5, choices=Span.choices)
    starts = models.DateField("期初")
    measure = models.CharField("计什么", max_length=20)
    number = models.IntegerField("数")

    class Meta:
        verbose_name = verbose_name_plural = "累计"
        constraints = [
            models.UniqueConstraint(name="tally_once", fields=["street", "face", "span", "starts", "of", "measure"]),
        ]


class TallyMark(models.Model):
    """计到哪里: the last line of history that has been counted; its row is the lock of the sweep."""

    key = models.PositiveSmallIntegerField(primary_key=True, default=1)
    event = models.BigIntegerField("流转记录", default=0)
    digest = models.CharField("口径摘要", max_length=64, blank=True, help_text="口径变了，全部重计")

    class Meta:
        verbose_name = verbose_name_plural = "计到哪里"


class FigureRuleQuerySet(models.QuerySet["FigureRule"]):
    def in_force(self, street, day):
        """口径: the latest of `street`, else of every street, from a day up to `day`; the shipped one where there is none."""
        dated = self.filter(Q(street=street) | Q(street__isnull=True), starts__lte=day)
        return dated.order_by(models.F("street").asc(nulls_last=True), "-starts").first() or self.model()


class FigureRule(models.Model):
    """统计口径: what differs between offices, dated. Frozen months keep the one they were counted by."""

    street = models.ForeignKey(
        "street.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街道",
        help_text="为空表示各街道通用",
    )  # fmt: skip
    starts = models.DateField("起用日期")
    mostly = models.DecimalField(
        "“基本解决”“基本满意”折算", max_digits=4, decimal_places=2, default=1, help_text="k：1 为全算，0 为不算"
    )
    shown_from = models.PositiveSmallIntegerField("不足多少件不显示比率", default=10)
    take_within = models.PositiveSmallIntegerField(
        "受理期限（小时）", default=24, help_text="DB11/T 2021—2022：一般 24 小时内派出"
    )
    take_within_urgent = models.PositiveSmallIntegerField("特急受理期限（小时）", default=1)
    frozen_after = models.PositiveSmallIntegerField("月后第几天定格", default=5)
    weights = models.JSONField("考评指标权重", default=dict, blank=True, help_text='如 {"on_time": 30, "satisfied": 40}')

    recheck_share = models.DecimalField(
        "复核回访比例", max_digits=4, decimal_places=3, default=Decimal("0.050"), help_text="0.05 为百分之五；0 为不抽"
    )
    recheck_days = models.PositiveSmallIntegerField("评价后几天内复核", default=14, help_text="过了就不再打扰")
    hasty_seconds = models.PositiveSmallIntegerField("办结后几秒内的评价要提示", default=120)
    one_device = models.PositiveSmallIntegerField("一天内同一台设备评价几位起提示", default=3)
    one_network = models.PositiveSmallIntegerField("一天内同一网络评价几位起提示", default=10)

    objects = FigureRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计口径"
        ordering = ["-starts"]
        constraints = [
            models.UniqueConstraint("starts", Coalesce("street", 0), name="figure_rule_once"),
            models.CheckConstraint(name="mostly_is_a_share", condition=Q(mostly__gte=0, mostly__lte=1)),
            models.CheckConstraint(name="rechecked_is_a_share", condition=Q(recheck_share__gte=0, recheck_share__lte=1)),
            models.CheckConstraint(name="alone_is_no_crowd", condition=Q(one_device__gte=2, one_network__gte=2)),
            models.CheckConstraint(name="rates_want_ten", condition=Q(shown_from__gte=10)),
            models.CheckConstraint(name="frozen_within_the_month", condition=Q(frozen_after__gte=1, frozen_after__lte=28)),
        ]

    def __str__(self):
        return f"{self.starts} 起的统计口径"

    def take_hours(self, urgency):
        """受理期限 in hours for a matter of this urgency."""
        return self.take_within_urgent if urgency == Urgency.URGENT else self.take_within

    def clean(self):
        """Weights name figures that exist and are whole numbers; anything else is refused in Chinese."""
        from feedback.figures.metrics import BY_NAME

        known = isinstance(self.weights, dict) and set(self.weights) <= set(BY_NAME)
        if not known or any(not isinstance(weight, int) or weight < 0 for weight in self.weights.values()):
            raise ValidationError({"weights": f"权重写成 指标: 非负整数，指标只能是：{'、'.join(sorted(BY_NAME))}。"})
