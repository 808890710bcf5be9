"""调解: 人民调解, from the attempt to the agreement or its failure."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from grievance.sealing import SealedTextField

CONFIRM_WITHIN = timedelta(days=30)


class MediationQuerySet(models.QuerySet["Mediation"]):
    def visible_to(self, user):
        """可见范围: those of one's own unit and of one's streets."""
        scope = user.scope
        return self.filter(Q(unit__in=scope.organisations) | Q(case__street__in=scope.streets))


class Mediation(models.Model):
    """调解: free of charge, by consent of both sides (人民调解法 art. 4, 17)."""

    class Form(models.TextChoices):
        WRITTEN = "written", "书面协议"
        ORAL = "oral", "口头协议"

    class Status(models.TextChoices):
        OPEN = "open", "调解中"
        AGREED = "agreed", "达成协议"
        FAILED = "failed", "调解未果"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="mediations", verbose_name="事项")
    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="mediations", verbose_name="调解单位")
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.OPEN)
    mediator = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="调解员")
    parties = models.TextField("当事人（旧记录）", blank=True, help_text="先前记录的写法；现在各方另成一行，姓名密封")
    helpers = models.CharField("参与人（律师等）", max_length=120, blank=True)
    opened_at = models.DateTimeField("开始时间")
    record = models.TextField("调解记录", blank=True)
    facts = models.TextField("主要事实、争议事项和各方责任", blank=True)
    agreement = models.TextField("协议内容", blank=True)
    perform_by = models.DateField("履行期限", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    number = models.CharField("卷宗编号", max_length=60, blank=True)
    form = models.CharField("协议形式", max_length=8, choices=Form.choices, blank=True)
    joint = models.BooleanField("访调对接", default=False, help_text="由信访、热线转来，与承办单位一同调解")
    ways_left = models.TextField("可走的途径", blank=True)
    performed_at = models.DateTimeField("履行时间", null=True)
    performance = models.TextField("履行情况", blank=True)
    confirmed_on = models.DateField("司法确认日期", null=True)

    objects = MediationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解"
        ordering = ["opened_at"]
        constraints = [models.UniqueConstraint(name="case_has_one_open_mediation", fields=["case"], condition=Q(status="open"))]

    def __str__(self):
        return f"{self.unit}调解"

    @property
    def confirm_until(self):
        """司法确认的最后一日: both may ask the court within thirty days (人民调解法 art. 33); None without an agreement."""
        return timezone.localdate(self.ended_at) + CONFIRM_WITHIN if self.ended_at else None

    @property
    def who(self):
        """当事各方: by their rows, else as an old record has them; for those who may read it."""
        return "；".join(one.name for one in self.sides.all()) or self.parties

    def seat(self, role):
        """Where a role must be held: at the mediating unit, the desk's own people at the street."""
        from street.models import STREET_ROLES

        return self.case.street_id if role in STREET_ROLES else self.unit_id


class MediationParty(models.Model):
    """当事人: one side's consent; a clear refusal of one ends it (人民调解法 art. 17)."""

    class Side(models.TextChoices):
        APPLICANT = "applicant", "申请方"
        OTHER = "other", "另一方"

    class Consent(models.TextChoices):
        ASKED = "asked", "待表态"
        AGREED = "agreed", "同意调解"
        REFUSED = "refused", "不同意调解"

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="sides", verbose_name="调解")
    side = models.CharField("一方", max_length=10, choices=Side.choices)
    name = SealedTextField("姓名或名称")
    consent = models.CharField("意愿", max_length=8, choices=Consent.choices, default=Consent.ASKED)
    consented_at = models.DateTimeField("表态时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="consent_has_its_time",
                condition=Q(consent="asked", consented_at__isnull=True) | (~Q(consent="asked") & Q(consented_at__isnull=False)),
            )
        ]

    def __str__(self):
        return self.get_side_display()


class MediationSession(models.Model):
    """调解会: one sitting, with its minutes (art. 27)."""

    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="sessions", verbose_name="调解")
    held_at = models.DateTimeField("时间")
    where = models.CharField("地点", max_length=120)
    present = SealedTextField("到场人")
    minutes = models.TextField("记录")
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="记录人")

    class Meta:
        verbose_name = verbose_name_plural = "调解会"
        ordering = ["held_at", "pk"]

    def __str__(self):
        return f"{self.mediation} {self.where}"
