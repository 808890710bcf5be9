"""督办: a secretary's or the district's eye on a case."""

from django.db import models
from django.db.models import Q


class SupervisionQuerySet(models.QuerySet["Supervision"]):
    def visible_to(self, user):
        """可见范围: those held by the organisations one works for or leads, and all of one's streets."""
        scope = user.scope
        return self.filter(Q(holder__in=scope.organisations) | Q(case__street__in=scope.streets))

    def open(self):
        """在督."""
        return self.filter(status__in=Supervision.OPEN)


class Supervision(models.Model):
    """督办: raised by the clock or a person, taken on by signing, ended by a person or with the case."""

    class Level(models.TextChoices):
        COMMUNITY = "community", "社区书记盯办"
        STREET = "street", "街道党工委书记督办"
        DISTRICT = "district", "区级挂牌督办"

    class Status(models.TextChoices):
        RAISED = "raised", "已呈送待签"
        ACTIVE = "active", "督办中"
        PROPOSED = "proposed", "已提请挂牌"
        LISTED = "listed", "挂牌督办"
        LIFTED = "lifted", "已解除"
        DECLINED = "declined", "未列入"

    OPEN = (Status.RAISED, Status.ACTIVE, Status.PROPOSED, Status.LISTED)

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="supervisions", verbose_name="事项")
    level = models.CharField("层级", max_length=10, choices=Level.choices)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.RAISED)
    holder = models.ForeignKey("street.Organisation", models.PROTECT, related_name="supervisions", verbose_name="督办单位")
    reason = models.CharField("事由", max_length=200)
    raised_at = models.DateTimeField("呈送时间")
    raised_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="提出人")
    demand = models.TextField("督办要求", blank=True)
    taken_at = models.DateTimeField("督办时间", null=True)
    taken_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="督办人")
    due_at = models.DateTimeField("督办时限", null=True)
    ended_at = models.DateTimeField("解除时间", null=True)
    ended_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="解除人")
    outcome = models.TextField("结果", blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                name="case_has_one_open_supervision_per_level",
                fields=["case", "level"],
                condition=Q(status__in=["raised", "active", "proposed", "listed"]),
            )
        ]

    def __str__(self):
        return f"{self.get_level_display()} {self.case}"

    def seat(self, role):
        """Where a role must be held: at the holder; the street's and the desk's own people at the street."""
        from street.models import STREET_ROLES

        return self.case.street_id if role in STREET_ROLES else self.holder_id


class Instruction(models.Model):
    """批示: what a secretary asks for in writing, and the answer to it."""

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="instructions", verbose_name="事项")
    supervision = models.ForeignKey(Supervision, models.PROTECT, null=True, related_name="instructions", verbose_name="督办")
    text = models.TextField("批示")
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="批示人")
    at = models.DateTimeField("批示时间")

    class Meta:
        verbose_name = verbose_name_plural = "批示"
        ordering = ["at"]
