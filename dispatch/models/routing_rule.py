"""派单规则与职责清单: which unit leads a matter, who assists, within which limits, and on what ground."""

from django.db import models
from django.db.models.functions import Coalesce


class RoutingRule(models.Model):
    """派单规则 (职责清单条目): a null means any; the most specific row wins; a tie is refused at load."""

    class List(models.TextChoices):
        BASIC = "basic", "基本履职"
        ASSIST = "assist", "配合履职"
        WITHDRAWN = "withdrawn", "上级收回"

    class Lead(models.TextChoices):
        COMMUNITY = "community", "所在社区"
        UNIT = "unit", "指明的单位"

    policy = models.ForeignKey("dispatch.Policy", models.CASCADE, related_name="routes", verbose_name="政策")
    category = models.ForeignKey("grievance.Category", models.PROTECT, related_name="+", verbose_name="类别")
    community = models.ForeignKey(
        "street.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="社区"
    )
    place_kind = models.CharField("点位类型", max_length=12, blank=True)
    lead_kind = models.CharField("主办", max_length=10, choices=Lead.choices)
    lead = models.ForeignKey(
        "street.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主办单位"
    )
    assistants = models.ManyToManyField("street.Organisation", blank=True, related_name="+", verbose_name="协办单位")
    community_assists = models.BooleanField("所在社区协办", default=False)
    company_assists = models.BooleanField("物业等责任企业协办", default=False)
    limit_class = models.CharField("时限等级", max_length=8)
    list = models.CharField("清单", max_length=10, choices=List.choices, default=List.BASIC)
    community_may_lead = models.BooleanField("社区可以主办", default=False)
    automatic = models.BooleanField("可自动派单", default=True)
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "派单规则（职责清单）"
        ordering = ["policy", "category__code"]
        constraints = [
            models.UniqueConstraint("policy", "category", Coalesce("community", 0), "place_kind", name="one_route_for_each_key"),
            models.CheckConstraint(
                name="route_names_its_lead_unit",
                condition=models.Q(lead_kind="unit", lead__isnull=False) | models.Q(lead_kind="community", lead__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.category} → {self.lead or self.get_lead_kind_display()}"

    @property
    def specificity(self):
        """How much the row names; the most specific row wins."""
        return bool(self.community_id) * 2 + bool(self.place_kind)
