"""吹哨报到: the street whistles, units report in on the spot (街道吹哨、部门报到)."""

from django.db import models
from django.db.models import Q


class WhistleQuerySet(models.QuerySet["Whistle"]):
    def visible_to(self, user):
        """可见范围: those of one's streets; once signed, those that call one's own unit, and those on the ground of one's
        community, whose people receive the units there. A draft is the street's alone."""
        scope = user.scope
        called = Q(units__organisation__in=scope.organisations) | Q(case__place__community__in=scope.organisations)
        return self.filter(Q(called, signed_at__isnull=False) | Q(case__street__in=scope.streets)).distinct()


class Whistle(models.Model):
    """吹哨: only in the three lawful cases (北京市街道办事处条例 art. 11, 44; 接诉即办工作条例 art. 16); a person signs."""

    class Kind(models.TextChoices):
        PROBLEM = "problem", "街道难以解决的突出问题"
        ENFORCEMENT = "enforcement", "综合执法"
        EMERGENCY = "emergency", "应急处置"

    class Status(models.TextChoices):
        DRAFT = "draft", "待签发"
        CALLED = "called", "已吹哨"
        CLOSED = "closed", "已了结"
        WITHDRAWN = "withdrawn", "已撤回"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="whistles", verbose_name="事项")
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    matter = models.TextField("事由")
    where = models.CharField("报到地点", max_length=120)
    meet_at = models.DateTimeField("到场时间")
    number = models.CharField("文号", max_length=60, blank=True)
    drafted_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="拟稿人")
    drafted_at = models.DateTimeField("拟稿时间")
    signed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True)
    outcome = models.TextField("处置结果", blank=True)
    closed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="了结人")
    closed_at = models.DateTimeField("了结时间", null=True)

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "吹哨"
        ordering = ["-drafted_at"]
        constraints = [
            models.UniqueConstraint(name="whistle_number_once", fields=["number"], condition=~Q(number="")),
            models.CheckConstraint(
                name="called_whistle_is_numbered_and_signed_by_a_person",
                condition=Q(status__in=["draft", "withdrawn"])
                | (Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(number="")),
            ),
        ]

    def __str__(self):
        return self.number or "吹哨单（待签发）"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.case.street_id


class WhistleUnit(models.Model):
    """报到单位: called, arrived as the street's person on site confirms (no positions), rated by both sides."""

    class Rating(models.TextChoices):
        GOOD = "good", "好"
        FAIR = "fair", "一般"
        POOR = "poor", "差"

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="units", verbose_name="吹哨")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="whistles", verbose_name="报到单位")
    arrived_at = models.DateTimeField("报到时间", null=True)
    confirmed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="现场确认人")
    absent_why = models.CharField("未到原因", max_length=200, blank=True)
    coming = models.BooleanField("能否到场", null=True)
    reply = models.CharField("回复", max_length=200, blank=True)
    replied_at = models.DateTimeField("回复时间", null=True)
    rating_of_unit = models.CharField("街道评部门", max_length=6, choices=Rating.choices, blank=True)
    rating_of_unit_words = models.CharField("街道评语", max_length=200, blank=True)
    rating_of_street = models.CharField("部门评街道", max_length=6, choices=Rating.choices, blank=True)
    rating_of_street_words = models.CharField("部门评语", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报到单位"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="unit_called_once_per_whistle", fields=["whistle", "organisation"]),
            models.CheckConstraint(
                name="arrival_is_confirmed_by_a_person", condition=Q(arrived_at__isnull=True) | Q(confirmed_by__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.whistle}"

    @property
    def case(self):
        """The case of the whistle, so that one lock serves this row too."""
        return self.whistle.case

    @property
    def case_id(self):
        """See `case`."""
        return self.whistle.case_id

    def seat(self, role):
        """Where a role must be held: a unit's own at the unit called, others at the street."""
        from street.models import UNIT_ROLES

        return self.organisation_id if role in UNIT_ROLES else self.case.street_id
