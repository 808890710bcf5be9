"""事项: the matter that is worked on; one or more grievances lie in it."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from street.models import UNIT_ROLES


class Urgency(models.TextChoices):
    """紧急程度."""

    NORMAL = "normal", "一般"
    URGENT = "urgent", "特急"


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user):
        """可见范围: all matters of the streets whose desk one belongs to, else those one's unit was told of."""
        scope = user.scope
        told = CaseUnit.objects.filter(case=OuterRef("pk"), organisation__in=scope.organisations)
        return self.filter(Q(street__in=scope.streets) | Exists(told))

    def in_queue(self):
        """待研判: submitted or held matters, urgent ones first, then the oldest."""
        waiting = self.filter(status__in=[Case.Status.SUBMITTED, Case.Status.HELD])
        return waiting.order_by(models.Case(models.When(urgency=Urgency.URGENT, then=0), default=1), "submitted_at")

    def unstudied(self):
        """未研判: submitted matters which nothing has yet looked at."""
        return self.filter(status=Case.Status.SUBMITTED, studied_at__isnull=True)

    def open(self):
        """未了: matters that still wait for somebody."""
        return self.exclude(status__in=Case.ENDED)


class Case(models.Model):
    """事项: what work orders, clocks, supervision and mediation hang on."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "待研判"
        HELD = "held", "待补充"
        ADMITTED = "admitted", "已受理"
        IN_HANDLING = "in_handling", "办理中"
        RESOLVED = "resolved", "已办结待回访"
        CLOSED = "closed", "已结案"
        DECLINED = "declined", "不予受理"
        MERGED = "merged", "已并案"
        WITHDRAWN = "withdrawn", "已撤回"
        TRANSFERRED = "transferred", "已依法转办"

    class Source(models.TextChoices):
        SCAN = "scan", "扫码"
        API = "api", "接口"
        STAFF = "staff", "工作人员主动发现"
        PHONE = "phone", "电话代录"
        WINDOW = "window", "窗口代录"
        HOTLINE = "hotline", "12345 转来"
        VISIT = "visit", "网格上门代录"

    ENDED = (Status.CLOSED, Status.DECLINED, Status.MERGED, Status.WITHDRAWN, Status.TRANSFERRED)

    number = models.CharField("事项编号", max_length=24, unique=True)
    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="cases", verbose_name="街道")
    place = models.ForeignKey("street.Place", models.PROTECT, null=True, related_name="cases", verbose_name="点位")
    title = models.CharField("标题", max_length=80, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices, default=Source.SCAN)
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.SUBMITTED)
    category = models.ForeignKey("grievance.Category", models.PROTECT, null=True, related_name="cases", verbose_name="类别")
    urgency = models.CharField("紧急程度", max_length=8, choices=Urgency.choices, default=Urgency.NORMAL)
    suggestion = models.JSONField("研判建议", default=dict, blank=True)
    doubt = models.CharField("先看一眼", max_length=80, blank=True, help_text="为什么自动派单前要人看；诉求人看不到")
    households = models.PositiveIntegerField("涉及户数", null=True, blank=True)
    round = models.PositiveSmallIntegerField("办理轮次", default=1)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", verbose_name="并入事项")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="linked", verbose_name="由其引出的事项")
    recount = models.BooleanField("诉求人数有变", default=False, editable=False, help_text="等待升级阶梯重新计数")
    waits_for_linked = models.BooleanField("等待关联事项", default=False)
    promised_by = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="承办单位")
    promised_at = models.DateTimeField("承诺办结时间", null=True)
    urge_hours = models.PositiveSmallIntegerField("催促间隔小时", null=True, help_text="由派单时的办理政策写明；为空用系统设置")
    submitted_at = models.DateTimeField("上报时间")
    studied_at = models.DateTimeField("研判时间", null=True)
    resolved_at = models.DateTimeField("办结时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    reopen_until = models.DateTimeField("可要求重办至", null=True, help_text="结案时按办理政策写明；为空不可")
    kept_since = models.DateTimeField("归档起算", null=True, help_text="有公文或调解的，档案期从最近一份起算")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事项"
        ordering = ["-submitted_at"]
        constraints = [
            models.CheckConstraint(
                name="merged_case_names_the_other",
                condition=Q(status="merged", merged_into__isnull=False) | (~Q(status="merged") & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(
                name="ended_case_has_its_time",
                condition=Q(status__in=["closed", "declined", "merged", "withdrawn", "transferred"], ended_at__isnull=False)
                | (~Q(status__in=["closed", "declined", "merged", "withdrawn", "transferred"]) & Q(ended_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="case_unstudied", fields=["submitted_at"], condition=Q(status="submitted", studied_at__isnull=True)
            ),
            models.Index(name="case_recount", fields=["id"], condition=Q(recount=True)),
            models.Index(name="case_waiting", fields=["id"], condition=Q(status="in_handling", waits_for_linked=True)),
            models.Index(name="case_resolved", fields=["resolved_at"], condition=Q(status="resolved")),
            models.Index(fields=["street", "status", "submitted_at"]),
            models.Index(name="case_newest", fields=["street", "-submitted_at", "-id"]),
            # A unit's own list has no street to enter by; what is open is few beside what was ever open
            models.Index(name="case_newest_of_all", fields=["-submitted_at", "-id"]),
            models.Index(
                name="case_open",
                fields=["-submitted_at", "-id"],
                condition=~Q(status__in=["closed", "declined", "merged", "withdrawn", "transferred"]),
            ),
        ]

    def __str__(self):
        # Not the title: it is made of somebody's words, and this goes into refusals and lists
        return self.number

    @property
    def case(self):
        """A case is its own case, so that one lock and one record serve every row."""
        return self

    @property
    def case_id(self):
        """See `case`."""
        return self.pk

    @property
    def ended(self):
        """已了: closed, declined, merged or withdrawn."""
        return self.status in self.ENDED

    def seat(self, role):
        """Where a role must be held to act on the case itself: at its street, or at the unit now in charge."""
        return self.promised_by_id if role in UNIT_ROLES else self.street_id


class CaseUnit(models.Model):
    """知情单位: an organisation that has been told of the case, and may therefore read it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="units", verbose_name="事项")
    # The index from the unit's side holds the case as well, so that the table itself need not be read
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, db_index=False, related_name="+", verbose_name="单位")
    # As of the case, for good: a unit's newest are found among its own, and not among everybody's
    at = models.DateTimeField("上报时间")

    class Meta:
        verbose_name = verbose_name_plural = "知情单位"
        constraints = [models.UniqueConstraint(name="case_unit_once", fields=["case", "organisation"])]
        indexes = [models.Index(name="case_unit_newest", fields=["organisation", "-at", "-case"])]

    @classmethod
    def of(cls, case, organisation):
        """An unsaved row: this unit is told of this case."""
        return cls(case=case, organisation=organisation, at=case.submitted_at)


class Counter(models.Model):
    """编号: the last number given in a series; its row is the lock of that series."""

    series = models.CharField("序列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("已用至", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
