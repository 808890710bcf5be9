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
    conditions = models.JSONField("摘牌条件", default=list, blank=True, help_text="挂牌时写明；摘牌时逐条确认")
    stepped_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="stepped_to", verbose_name="由何督办降级")
    ends_with_case = models.BooleanField("随事项了结", default=True)
    checkpoint = models.ForeignKey(
        "dispatch.Checkpoint", models.PROTECT, null=True, related_name="supervisions", verbose_name="时限节点"
    )

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
        indexes = [
            models.Index(name="supervision_newest", fields=["-raised_at", "-id"]),
            models.Index(
                name="supervision_open", fields=["status"], condition=Q(status__in=["raised", "active", "proposed", "listed"])
            ),
        ]

    def __str__(self):
        return f"{self.get_level_display()} {self.case}"

    def seat(self, role):
        """Where a role must be held: at the holder; the street's and the desk's own people at the street."""
        from street.models import STREET_ROLES

        return self.case.street_id if role in STREET_ROLES else self.holder_id


class InstructionQuerySet(models.QuerySet["Instruction"]):
    def visible_to(self, user):
        """可见范围: those given to one's own organisation, by oneself, and all of one's streets."""
        scope = user.scope
        given = Q(to__in=scope.organisations) & ~Q(status=Instruction.Status.DRAFT)
        return self.filter(given | Q(by=user) | Q(case__street__in=scope.streets))

    def unanswered(self):
        """待落实."""
        return self.filter(status__in=[Instruction.Status.GIVEN, Instruction.Status.BACK])


class Instruction(models.Model):
    """批示: what a secretary asks for in writing: a task with a clock and an answer.

    One written by hand is photographed and typed in by the 联络员; it is given only when the secretary confirms it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "待本人确认"
        GIVEN = "given", "待落实"
        ANSWERED = "answered", "已报告落实"
        BACK = "back", "退回再落实"
        SETTLED = "settled", "已认可"
        DISCARDED = "discarded", "本人未确认"
        LAPSED = "lapsed", "随事项了结"

    OPEN = (Status.DRAFT, Status.GIVEN, Status.ANSWERED, Status.BACK)
    SENT = (Status.GIVEN, Status.ANSWERED, Status.BACK, Status.SETTLED)

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="instructions", verbose_name="事项")
    supervision = models.ForeignKey(Supervision, models.PROTECT, null=True, related_name="instructions", verbose_name="督办")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.GIVEN)
    text = models.TextField("批示")
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="批示人")
    at = models.DateTimeField("批示时间")
    given_as = models.ForeignKey("street.Posting", models.PROTECT, null=True, related_name="+", verbose_name="批示时任职")
    to = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="instructions", verbose_name="落实单位")
    due_at = models.DateTimeField("落实时限", null=True)
    photo = models.ForeignKey("grievance.Attachment", models.PROTECT, null=True, related_name="+", verbose_name="手写批示照片")
    typed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="录入人")
    answer = models.TextField("落实情况", blank=True)
    answered_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="报告人")
    answered_at = models.DateTimeField("报告时间", null=True)
    opinion = models.TextField("意见", blank=True)
    settled_at = models.DateTimeField("认可时间", null=True)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批示"
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                name="drafted_instruction_names_who_typed_it",
                condition=~Q(status__in=["draft", "discarded"]) | Q(typed_by__isnull=False),
            )
        ]
        indexes = [
            models.Index(name="instruction_open", fields=["by"], condition=Q(status__in=["draft", "given", "answered", "back"]))
        ]

    def __str__(self):
        return f"{self.by}批示"

    def seat(self, role):
        """Where a role must be held: whoever is asked, at the unit asked (the desk only where that is the street itself);
        a community's secretary who asks, at the community; others at the street or the district above it."""
        from street.models import DISTRICT_ROLES, UNIT_ROLES, Role

        if role == Role.COMMUNITY_SECRETARY and self.status in (self.Status.DRAFT, self.Status.ANSWERED):
            return self._community()
        if role in UNIT_ROLES or role in (Role.SHIFT_LEADER, Role.SUPERVISOR):
            return self.to_id
        return self.case.street.parent_id if role in DISTRICT_ROLES else self.case.street_id

    def _community(self):
        if self.given_as is not None:
            return self.given_as.organisation_id
        return self.case.place.community_id if self.case.place_id else None


class Adoption(models.Model):
    """包案: a leader takes a matter on as their own until it is solved (信访工作条例 art. 18)."""

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="adoptions", verbose_name="事项")
    leader = models.ForeignKey("street.User", models.PROTECT, related_name="adoptions", verbose_name="包案领导")
    posting = models.CharField("当时任职", max_length=120)
    promise = models.TextField("包案措施")
    adopted_at = models.DateTimeField("包案时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    outcome = models.TextField("结果", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "包案"
        ordering = ["adopted_at"]
        constraints = [
            models.UniqueConstraint(name="case_is_adopted_by_one_leader", fields=["case"], condition=Q(ended_at__isnull=True))
        ]

    def __str__(self):
        return f"{self.leader}包案"

    def seat(self, role):
        """Where a role must be held: at the street; a community's secretary at the place's community."""
        from street.models import Role

        if role == Role.COMMUNITY_SECRETARY:
            return self.case.place.community_id if self.case.place_id else None
        return self.case.street_id
