"""值班: who sits at the desk when, who leads, what is handed on; the roster is data, and a shift is taken over by a person."""

from django.db import models
from django.db.models import F, Q

from grievance.sealing import SealedTextField


def _urgent_steps():
    return [5, 15]


def _usual_steps():
    return [60, 240]


class DutyRuleQuerySet(models.QuerySet["DutyRule"]):
    def in_force(self, street, at):
        """现行值班规则: the latest of the street, else of every street; the shipped values where nobody has set any."""
        rows = self.filter(Q(street=street) | Q(street__isnull=True), effective_from__lte=at)
        return rows.order_by(F("street").asc(nulls_last=True), "-effective_from", "-pk").first() or self.model()


class DutyRule(models.Model):
    """值班规则: how often an urgent matter rings and whom next, when nobody has looked, how soon the district is told.

    The shipped values are 提案; a street that has its own sets them on the page of the roster, from a day on."""

    street = models.ForeignKey(
        "street.Organisation",
        models.PROTECT,
        null=True,
        related_name="duty_rules",
        verbose_name="街道",
        help_text="为空各街道通用",
    )
    effective_from = models.DateTimeField("起用时间")
    ring_minutes = models.PositiveSmallIntegerField("特急响铃间隔（分钟）", default=5)
    leader_rings = models.PositiveSmallIntegerField("第几次起叫带班领导", default=2)
    secretary_rings = models.PositiveSmallIntegerField("第几次起叫书记", default=4)
    unseen_urgent = models.JSONField("特急多久没人看就报警（分钟，昼夜）", default=_urgent_steps)
    unseen_usual = models.JSONField("一般多久没人看就报警（工作分钟）", default=_usual_steps)
    takeover_minutes = models.PositiveSmallIntegerField("到点多久没人接班就报警（分钟）", default=15)
    report_first_minutes = models.PositiveSmallIntegerField("紧急信息初报（分钟）", default=60)
    report_follow_minutes = models.PositiveSmallIntegerField("续报间隔（分钟）", default=240)
    made_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="设定人")

    objects = DutyRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班规则"
        ordering = ["-effective_from"]
        constraints = [
            models.CheckConstraint(name="ring_has_an_interval", condition=Q(ring_minutes__gt=0)),
            models.CheckConstraint(
                name="ring_climbs_in_order", condition=Q(leader_rings__gt=0, secretary_rings__gte=F("leader_rings"))
            ),
        ]

    def __str__(self):
        return f"值班规则 {self.effective_from:%Y-%m-%d}"


class ShiftQuerySet(models.QuerySet["Shift"]):
    def visible_to(self, user):
        """可见范围: those of one's streets."""
        return self.filter(street__in=user.scope.streets)

    def covering(self, at):
        """当班时段: whose time it is at the instant `at`, by the roster."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)


class Shift(models.Model):
    """班次: a stretch of time with a 值班员 and a 带班领导. Taking over is an act of a person; afterwards the page is frozen."""

    class Status(models.TextChoices):
        PLANNED = "planned", "待接班"
        RUNNING = "running", "在班"
        ENDED = "ended", "已交班"

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="shifts", verbose_name="街道")
    name = models.CharField("班次", max_length=12)
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    leader = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="带班领导")
    officer = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="值班员")
    phone = models.CharField("值班电话", max_length=30, blank=True)
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.PLANNED)
    made_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="排班人")
    taken_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="接班人")
    taken_at = models.DateTimeField("接班时间", null=True)
    left_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="交班人")
    left_at = models.DateTimeField("交班时间", null=True)
    ended_at = models.DateTimeField("接走时间", null=True)
    page = models.JSONField("交接时的样子", null=True, editable=False, help_text="只记编号和时间，不记诉求人的话")
    alarmed_at = models.DateTimeField("无人接班已报", null=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班次"
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(name="shift_starts_once", fields=["street", "starts_at"]),
            models.UniqueConstraint(name="one_shift_runs", fields=["street"], condition=Q(status="running")),
            models.CheckConstraint(name="shift_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="shift_is_taken_over_by_a_person",
                condition=Q(status="planned") | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="shift_is_left_by_a_person", condition=Q(left_at__isnull=True) | Q(left_by__isnull=False)
            ),
        ]

    def __str__(self):
        return self.name

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.street_id


class ShiftSwap(models.Model):
    """换班: one person of one shift gives it to another, who agrees; both names stay."""

    class Part(models.TextChoices):
        OFFICER = "officer", "值班员"
        LEADER = "leader", "带班领导"

    class Status(models.TextChoices):
        ASKED = "asked", "待对方同意"
        AGREED = "agreed", "已换"
        REFUSED = "refused", "未同意"

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="swaps", verbose_name="班次")
    part = models.CharField("岗位", max_length=8, choices=Part.choices)
    was = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="原值班")
    to = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="换成")
    reason = models.CharField("原因", max_length=100, blank=True)
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="同意人")
    decided_at = models.DateTimeField("同意时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "换班"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(name="one_open_swap_of_a_part", fields=["shift", "part"], condition=Q(status="asked")),
        ]

    def __str__(self):
        return f"{self.shift} {self.get_part_display()}"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.shift.street_id


class DutyNote(models.Model):
    """交班留言、答应回电: plain words with who and when, carried on from shift to shift until somebody strikes them."""

    class Kind(models.TextChoices):
        NOTE = "note", "留言"
        CALL = "call", "答应回电"

    class Status(models.TextChoices):
        OPEN = "open", "未划掉"
        STRUCK = "struck", "已划掉"

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="duty_notes", verbose_name="街道")
    kind = models.CharField("类型", max_length=6, choices=Kind.choices, default=Kind.NOTE)
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.OPEN)
    case = models.ForeignKey("grievance.Case", models.PROTECT, null=True, related_name="duty_notes", verbose_name="事项")
    text = SealedTextField("内容")
    due_at = models.DateTimeField("答应的时间", null=True)
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="谁写的")
    at = models.DateTimeField("时间")
    outcome = SealedTextField("结果", default=b"")
    struck_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="谁划掉的")
    struck_at = models.DateTimeField("划掉时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "交班留言"
        ordering = ["at", "pk"]
        indexes = [models.Index(name="duty_note_open", fields=["street", "at"], condition=Q(status="open"))]

    def __str__(self):
        return self.get_kind_display()

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.street_id


class AutoRead(models.Model):
    """已阅自动派单: a person of the desk has read what was dispatched by itself; one tick, once."""

    order = models.OneToOneField("dispatch.WorkOrder", models.PROTECT, related_name="read", verbose_name="派工单")
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="谁看的")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "已阅自动派单"

    def __str__(self):
        return f"{self.order}"
