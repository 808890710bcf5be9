"""综合报告: 日报、周报、月报、季报、年报 of a street. Figures from the matters, words from people, a number from a signature."""

from django.db import models
from django.db.models import Q

from dispatch.models.paper import stored_as


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user):
        """可见范围: of the streets to whose desk one belongs; once issued, for the units it was sent to."""
        scope = user.scope
        sent = self.model.objects.filter(status=Report.Status.ISSUED, copies__organisation__in=scope.organisations)
        return self.filter(Q(street__in=scope.streets) | Q(pk__in=sent.values("pk")))


class Report(models.Model):
    """综合报告: drafted from figures, edited, then fixed: what is issued never changes, whatever becomes of its matters."""

    class Kind(models.TextChoices):
        DAY = "day", "日报"
        WEEK = "week", "周报"
        MONTH = "month", "月报"
        QUARTER = "quarter", "季报"
        YEAR = "year", "年报"

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        ISSUED = "issued", "已签发"
        DISCARDED = "discarded", "不用"

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="街道")
    kind = models.CharField("种类", max_length=7, choices=Kind.choices)
    first = models.DateField("期初")
    last = models.DateField("期末")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    texts = models.JSONField("各节文字", default=dict)
    generated = models.JSONField("由数字写成的文字", default=dict, help_text="与各节文字不同的，是人改过的")
    tables = models.JSONField("各表", default=dict)
    foot = models.CharField("口径和数字来源", max_length=300)
    candidates = models.JSONField("典型事项候选", default=list, help_text="[[事项编号, 一行说明]]")
    picked = models.JSONField("选用的典型事项", default=list)
    revision = models.PositiveIntegerField("修改次数", default=0)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="更正哪一份")
    drafted_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间")
    counted_at = models.DateTimeField("取数时间")
    number = models.CharField("文号", max_length=40, blank=True)
    signed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True)
    facts = models.JSONField("签发时的内容", null=True)
    file = models.FileField("文件", upload_to=stored_as, max_length=160, blank=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    template = models.CharField("模板摘要", max_length=64, blank=True)

    objects = ReportQuerySet.as_manager()
    # No matter of one resident: nothing in the history of a case brings it into its state
    case_id = None

    class Meta:
        verbose_name = verbose_name_plural = "综合报告"
        ordering = ["-last", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_draft_of_a_report", fields=["street", "kind", "first"], condition=Q(status="draft")
            ),
            models.UniqueConstraint(name="report_number_once", fields=["number"], condition=~Q(number="")),
            models.CheckConstraint(
                name="issued_report_is_signed_by_a_person",
                condition=Q(status="issued", signed_by__isnull=False, signed_at__isnull=False, facts__isnull=False)
                & ~Q(number="")
                | ~Q(status="issued") & Q(signed_by__isnull=True, signed_at__isnull=True, number=""),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}（{self.label}）"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.street_id

    @property
    def label(self):
        """期间 as a paper writes it."""
        first, last = self.first, self.last
        if self.kind == self.Kind.YEAR:
            return f"{first.year}年"
        if self.kind == self.Kind.QUARTER:
            return f"{first.year}年第{'一二三四'[first.month // 3]}季度"
        if self.kind == self.Kind.MONTH:
            return f"{first.year}年{first.month}月"
        day = f"{first.year}年{first.month}月{first.day}日"
        return day if first == last else f"{day}至{last.month}月{last.day}日"


class ReportCopy(models.Model):
    """报告发送: to which unit, or to the holders of which role at the street; a row for each, kept."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="copies", verbose_name="报告")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    role = models.CharField("角色", max_length=24, blank=True)
    sent_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="发送人")
    sent_at = models.DateTimeField("发送时间")

    class Meta:
        verbose_name = verbose_name_plural = "报告发送"
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="report_once_to_a_unit", fields=["report", "organisation"], condition=Q(organisation__isnull=False)
            ),
            models.UniqueConstraint(name="report_once_to_a_role", fields=["report", "role"], condition=~Q(role="")),
            models.CheckConstraint(
                name="copy_names_a_unit_or_a_role",
                condition=Q(organisation__isnull=False, role="") | (Q(organisation__isnull=True) & ~Q(role="")),
            ),
        ]

    def __str__(self):
        return f"{self.report}的发送"
