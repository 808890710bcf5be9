"""组织树: 市、区、街道、社区, their offices, stations, utilities and the outside bodies that take orders."""

from django.db import models
from django.db.models import F, Q

OUTSIDE_KINDS = ("company",)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def within(self, organisation):
        """本级及下级: the organisation itself and everything below it in the tree."""
        return self.filter(path__startswith=organisation.path)

    def streets(self):
        """街道: the streets of this installation."""
        return self.filter(kind=Organisation.Kind.STREET)


class Organisation(models.Model):
    """组织: a place in the tree of government, or a body outside it that answers for something."""

    class Kind(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "区县"
        STREET = "street", "街道"
        COMMUNITY = "community", "社区"
        DEPARTMENT = "department", "科室/部门"
        STATION = "station", "派驻站所"
        UTILITY = "utility", "公用企业"
        COMPANY = "company", "社会单位"

    class Relation(models.TextChoices):
        SUBORDINATE = "subordinate", "下属"
        DISPATCHED = "dispatched", "派驻"
        DISTRICT = "district", "区级部门"
        VERTICAL = "vertical", "垂直管理"
        OUTSIDE = "outside", "社会单位"

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=30, blank=True)
    mark = models.CharField("发文代字", max_length=20, blank=True, help_text="如 沙骑街；不写则用简称")
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")
    path = models.CharField("层级路径", max_length=200, unique=True, help_text="从根到本级的代码，以 / 分隔并以 / 结尾")
    supervisor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervised", verbose_name="监督（主管）单位"
    )
    relation = models.CharField("隶属关系", max_length=12, choices=Relation.choices, default=Relation.SUBORDINATE)
    phone = models.CharField("办公电话", max_length=30, blank=True)
    call_languages = models.JSONField("能用的通话语言", default=list, blank=True, help_text="街道直通车回电时能说的语言")
    population = models.PositiveIntegerField("人口", null=True, blank=True)
    calendar = models.ForeignKey(
        "street.Calendar", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作日历"
    )
    active = models.BooleanField("在用", default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织"
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(name="organisation_is_not_its_own_parent", condition=~Q(parent=F("id"))),
        ]
        indexes = [models.Index(fields=["kind"])]

    def __str__(self):
        return self.short_name or self.name

    @property
    def may_lead(self):
        """可否主办: private firms never lead an order (domain, second reading); utilities may."""
        return self.kind not in OUTSIDE_KINDS

    @property
    def above(self):
        """主管: the one that supervises this organisation, else its parent."""
        return self.supervisor or self.parent

    def is_within(self, other):
        """在…之下: whether this organisation is `other` or stands below it."""
        return self.path.startswith(other.path)
