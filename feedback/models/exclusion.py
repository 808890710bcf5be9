"""剔除: a matter whose clocks or verdict are counted apart, after two levels have agreed. It stays visible, in its own column."""

from collections import defaultdict

from django.db import models
from django.db.models import F, Q


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def visible_to(self, user):
        """可见范围: as far as the matter itself is visible, and to the district that decides at the second level."""
        from grievance.models import Case
        from street.models import Role

        district = user.scope.where({Role.DISTRICT_SUPERVISION})
        return self.filter(Q(case__in=Case.objects.visible_to(user)) | Q(case__street__parent__in=district))

    def standing(self, cases):
        """{case: kinds that are counted apart} among the keys `cases`."""
        found = defaultdict(frozenset)
        rows = self.filter(case__in=cases, status=Exclusion.Status.STANDING)
        for case, kind in rows.values_list("case", "kind"):
            found[case] |= {kind}
        return found


class Exclusion(models.Model):
    """剔除申请: asked by one, agreed by the street and by the district; each by another person. Nobody's word vanishes by it."""

    class Status(models.TextChoices):
        ASKED = "asked", "待街道复核"
        AGREED = "agreed", "待区级复核"
        STANDING = "standing", "已另列"
        REFUSED = "refused", "不予另列"
        LIFTED = "lifted", "已撤销"

    class Kind(models.TextChoices):
        LIMITS = "limits", "时限另列"
        VERDICT = "verdict", "评价另列"

    class Ground(models.TextChoices):
        FORCE = "force", "不可抗力"
        BEYOND = "beyond", "超出行政范围"
        UNREASONABLE = "unreasonable", "诉求不合理"
        MISTAKEN = "mistaken", "登记有误"

    OPEN = (Status.ASKED, Status.AGREED, Status.STANDING)

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="exclusions", verbose_name="事项")
    kind = models.CharField("另列什么", max_length=8, choices=Kind.choices)
    ground = models.CharField("理由类型", max_length=14, choices=Ground.choices)
    reason = models.TextField("事实和依据")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    street_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="街道复核人")
    street_at = models.DateTimeField("街道复核时间", null=True)
    street_opinion = models.TextField("街道复核意见", blank=True)
    district_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="区级复核人")
    district_at = models.DateTimeField("区级复核时间", null=True)
    district_opinion = models.TextField("区级复核意见", blank=True)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "剔除申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="excluded_once_for_a_kind", fields=["case", "kind"], condition=Q(status__in=["asked", "agreed", "standing"])
            ),
            models.CheckConstraint(
                name="exclusion_stands_on_two_levels",
                condition=~Q(status="standing")
                | (Q(street_by__isnull=False, district_by__isnull=False) & ~Q(street_by=F("district_by"))),
            ),
            models.CheckConstraint(name="nobody_agrees_to_their_own", condition=~Q(street_by=F("asked_by"))),
            models.CheckConstraint(name="nobody_agrees_from_above_to_their_own", condition=~Q(district_by=F("asked_by"))),
        ]
        indexes = [models.Index(name="exclusion_of_case", fields=["case", "status"])]

    def __str__(self):
        return f"{self.case}的{self.get_kind_display()}申请"

    def seat(self, role):
        """Where a role must be held: a unit's own at the unit in charge, the district's above the street, else the street."""
        from street.models import DISTRICT_ROLES

        return self.case.street.parent_id if role in DISTRICT_ROLES else self.case.seat(role)
