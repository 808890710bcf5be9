"""信访件: what the statutory track adds to a case: its number in the 信访信息系统, and when it came from whom."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from grievance.models import CaseUnit


class PetitionQuerySet(models.QuerySet["Petition"]):
    def visible_to(self, user):
        """可见范围: petitions of one's streets, and those whose case one's own unit was told of."""
        scope = user.scope
        told = CaseUnit.objects.filter(case=OuterRef("case"), organisation__in=scope.organisations)
        return self.filter(Q(case__street__in=scope.streets) | Exists(told))


class Petition(models.Model):
    """信访件: never in the hotline's rates; its clocks are those of 信访工作条例 (2022), art. 22, 23, 34–36."""

    class Kind(models.TextChoices):
        SUGGESTION = "suggestion", "建议意见"
        CLAIM = "claim", "申诉求决"

    case = models.OneToOneField("grievance.Case", models.PROTECT, related_name="petition", verbose_name="事项")
    number = models.CharField("信访信息系统编号", max_length=40, unique=True)
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    forwarded_by = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="转送单位")
    received_at = models.DateTimeField("收到时间")
    registered_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")
    admitted_at = models.DateTimeField("受理时间", null=True)
    notified_at = models.DateTimeField("书面告知时间", null=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信访件"
        constraints = [
            models.CheckConstraint(name="petition_is_registered_after_it_came", condition=Q(registered_at__gte=F("received_at")))
        ]

    def __str__(self):
        return self.number
