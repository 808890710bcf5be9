"""值班的钟: an urgent matter that rings until a person confirms, a matter nobody has looked at, a report to the district."""

from django.db import models
from django.db.models import Q

from grievance.sealing import SealedTextField


class Ring(models.Model):
    """响铃: one urgent matter, rung at intervals until somebody on duty says what was done. The clock never confirms."""

    class Status(models.TextChoices):
        RINGING = "ringing", "响铃中"
        CONFIRMED = "confirmed", "已知悉处置"
        LAPSED = "lapsed", "随事项了结"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="rings", verbose_name="事项")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.RINGING)
    started_at = models.DateTimeField("开始")
    next_at = models.DateTimeField("下次响铃")
    times = models.PositiveSmallIntegerField("已响次数", default=0)
    confirmed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="知悉人")
    confirmed_at = models.DateTimeField("知悉时间", null=True)
    done = SealedTextField("做了什么", default=b"")

    class Meta:
        verbose_name = verbose_name_plural = "特急响铃"
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(name="case_rings_once_at_a_time", fields=["case"], condition=Q(status="ringing")),
            models.CheckConstraint(
                name="ring_is_confirmed_by_a_person",
                condition=~Q(status="confirmed") | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="ring_due", fields=["next_at"], condition=Q(status="ringing"))]

    def __str__(self):
        return f"{self.case}"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.case.street_id


class FirstLook(models.Model):
    """首次查看: whether anybody of the desk has opened a waiting matter, and never who; else when the leader is told of it."""

    case = models.OneToOneField("grievance.Case", models.PROTECT, related_name="first_look", verbose_name="事项")
    looked_at = models.DateTimeField("首次查看", null=True)
    next_at = models.DateTimeField("下次报警", null=True)
    step = models.PositiveSmallIntegerField("已报几次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "首次查看"
        indexes = [models.Index(name="first_look_due", fields=["next_at"], condition=Q(next_at__isnull=False))]

    def __str__(self):
        return f"{self.case}"


class UrgentReport(models.Model):
    """紧急信息报告: one report to the district about a 重大紧急 matter (信访工作条例 art. 25, 46), with a clock of its own."""

    class Kind(models.TextChoices):
        FIRST = "first", "初报"
        FOLLOW = "follow", "续报"
        FINAL = "final", "终报"

    class Status(models.TextChoices):
        OWED = "owed", "待起草"
        DRAFT = "draft", "待签发"
        SIGNED = "signed", "待报送"
        SENT = "sent", "已报送"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="urgent_reports", verbose_name="事项")
    kind = models.CharField("类型", max_length=8, choices=Kind.choices)
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.OWED)
    body = SealedTextField("内容", default=b"")
    number = models.CharField("文号", max_length=60, blank=True)
    opened_at = models.DateTimeField("起算")
    due_at = models.DateTimeField("报送时限")
    drafted_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间", null=True)
    signed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True)
    sent_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="报送人")
    sent_at = models.DateTimeField("报送时间", null=True)
    sent_to = models.CharField("报给谁", max_length=60, blank=True)
    alarmed_at = models.DateTimeField("超时已报警", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "紧急信息报告"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="one_open_urgent_report", fields=["case"], condition=~Q(status="sent")),
            models.UniqueConstraint(name="urgent_report_number_once", fields=["number"], condition=~Q(number="")),
            models.CheckConstraint(
                name="urgent_report_is_signed_by_a_person",
                condition=Q(status__in=["owed", "draft"]) | Q(signed_by__isnull=False, signed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.number or self.get_kind_display()

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.case.street_id


class PhoneAcceptance(models.Model):
    """电话代签收: a unit was telephoned, somebody there took the order on, and a named member of the desk wrote it down."""

    order = models.OneToOneField("dispatch.WorkOrder", models.PROTECT, related_name="by_phone", verbose_name="派工单")
    answered_by = SealedTextField("接听人")
    dialled = models.CharField("拨打号码", max_length=30, help_text="只留首尾")
    said = SealedTextField("怎么说的", default=b"")
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="拨打人")
    at = models.DateTimeField("时间")
    objection = SealedTextField("异议", default=b"")
    objected_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="提出异议的人")
    objected_at = models.DateTimeField("异议时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "电话代签收"

    def __str__(self):
        return f"{self.order}"
