"""专业力量: lawyers, mediators, 警务助理 and mediation committees, found by place and speciality."""

from django.db import models
from django.db.models import Q


class SpecialistQuerySet(models.QuerySet["Specialist"]):
    def serving(self, community, speciality="", *, on):
        """可请: those who serve `community` (or its whole street) on the local date `on`, knowing `speciality` if it is named."""
        street = Q(organisation=community.parent) | Q(organisation__parent=community.parent)
        everywhere = street & Q(communities__isnull=True) & ~Q(organisation__kind=community.kind)
        here = Q(organisation=community) | Q(communities=community) | everywhere
        found = self.filter(here, Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)
        if speciality:
            found = found.filter(subjects__subject=speciality)
        return found.distinct()


class Specialist(models.Model):
    """专业力量: a person or a committee that can be asked to take part; no count is kept of what they do."""

    class Kind(models.TextChoices):
        LAWYER = "lawyer", "律师"
        MEDIATOR = "mediator", "人民调解员"
        POLICE_ASSISTANT = "police_assistant", "警务助理"
        COMMITTEE = "committee", "人民调解委员会"

    kind = models.CharField("类型", max_length=16, choices=Kind.choices)
    name = models.CharField("名称", max_length=60)
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="specialists", verbose_name="所属单位")
    communities = models.ManyToManyField("street.Organisation", blank=True, related_name="+", verbose_name="服务社区")
    user = models.ForeignKey("street.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号")
    phone = models.CharField("联系电话", max_length=30, blank=True)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = SpecialistQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专业力量"
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(name="specialist_once", fields=["organisation", "kind", "name"])]

    def __str__(self):
        return f"{self.name}（{self.get_kind_display()}）"


class Speciality(models.Model):
    """专长: what a specialist is asked for, in the words of the duty list (物业、劳动、邻里…)."""

    specialist = models.ForeignKey(Specialist, models.CASCADE, related_name="subjects", verbose_name="专业力量")
    subject = models.CharField("专长", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "专长"
        constraints = [models.UniqueConstraint(name="speciality_once", fields=["specialist", "subject"])]

    def __str__(self):
        return self.subject
