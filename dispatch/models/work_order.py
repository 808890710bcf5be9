"""派工单: what a unit is asked to do about a case, and by when."""

from django.db import models
from django.db.models import F, Q, Value, When

from street.models import UNIT_ROLES


def next_due():
    """下一步的时限, as the database reads it: of the first step still owed; none where only a review is waited for."""
    return models.Case(
        When(status="completed", then=Value(None)),
        When(status="dispatched", then=F("accept_due_at")),
        When(contact_due_at__isnull=False, contacted_at__isnull=True, then=F("contact_due_at")),
        default=F("due_at"),
        output_field=models.DateTimeField(),
    )


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def visible_to(self, user):
        """可见范围: orders of the streets whose desk one belongs to, and of the units one works for."""
        scope = user.scope
        return self.filter(Q(handler__in=scope.organisations) | Q(case__street__in=scope.streets))

    def open(self):
        """未了: orders a unit still owes something on."""
        return self.filter(status__in=WorkOrder.OPEN)


class WorkOrder(models.Model):
    """派工单: its limits are printed on it, frozen at dispatch."""

    class Status(models.TextChoices):
        DISPATCHED = "dispatched", "待签收"
        ACCEPTED = "accepted", "办理中"
        SUSPENDED = "suspended", "挂账中"
        RETURNING = "returning", "退单待审"
        COMPLETED = "completed", "办结待审"
        DONE = "done", "已办结"
        RETURNED = "returned", "已退单"
        TRANSFERRED = "transferred", "已转派"
        RECALLED = "recalled", "已收回"
        MERGED = "merged", "随并案关闭"
        CANCELLED = "cancelled", "随撤回关闭"

    OPEN = (Status.DISPATCHED, Status.ACCEPTED, Status.SUSPENDED, Status.RETURNING, Status.COMPLETED)

    number = models.CharField("工单编号", max_length=24, unique=True)
    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="orders", verbose_name="事项")
    handler = models.ForeignKey("street.Organisation", models.PROTECT, related_name="orders", verbose_name="承办单位")
    lead = models.BooleanField("主办", default=True)
    designated = models.BooleanField("指定承办", default=False)
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.DISPATCHED)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    policy = models.ForeignKey("dispatch.Policy", models.PROTECT, related_name="orders", verbose_name="政策")
    limit_class = models.CharField("时限等级", max_length=8)
    basis = models.CharField("派单依据", max_length=200, blank=True)
    demand = models.TextField("办理要求", blank=True)
    dispatched_at = models.DateTimeField("派单时间")
    dispatched_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="派单人")
    authority = models.ForeignKey(
        "dispatch.StandingAuthority", models.PROTECT, null=True, related_name="+", verbose_name="自动派单授权"
    )
    accept_due_at = models.DateTimeField("签收时限", null=True)
    contact_due_at = models.DateTimeField("首次联系时限", null=True)
    due_at = models.DateTimeField("办结时限", null=True)
    missed_at = models.DateTimeField("曾超过的办结时限", null=True)
    accepted_at = models.DateTimeField("签收时间", null=True)
    accepted_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="签收人")
    contacted_at = models.DateTimeField("首次联系时间", null=True)
    completed_at = models.DateTimeField("办结时间", null=True)
    completed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="办结人")
    head_joined_at = models.DateTimeField("负责人参与时间", null=True)
    head_joined_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="参与的负责人")
    public_answer = models.TextField("公开答复", blank=True)
    internal_record = models.TextField("办理记录（内部）", blank=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "派工单"
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="case_has_one_open_lead_order",
                fields=["case"],
                condition=Q(lead=True, status__in=["dispatched", "accepted", "suspended", "returning", "completed"]),
            ),
            models.UniqueConstraint(
                name="unit_has_one_open_order_per_case",
                fields=["case", "handler"],
                condition=Q(status__in=["dispatched", "accepted", "suspended", "returning", "completed"]),
            ),
            models.CheckConstraint(
                name="automatic_order_names_its_authority",
                condition=Q(dispatched_by__isnull=False) | Q(authority__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["handler", "status", "due_at"]),
            models.Index(name="order_by_due", fields=["due_at", "id"]),
            models.Index(
                name="order_open",
                # With the last two, what is late is counted in the index alone
                fields=["status", "due_at", "case", "accept_due_at"],
                condition=Q(status__in=["dispatched", "accepted", "suspended", "returning", "completed"]),
            ),
            models.Index(
                F("handler"),
                next_due(),  # PostgreSQL puts nulls last by itself, SQLite may not be told to
                F("due_at"),
                F("id"),
                name="order_next_due",
                condition=Q(status__in=["dispatched", "accepted", "suspended", "returning", "completed"]),
            ),
        ]

    def __str__(self):
        return self.number

    def seat(self, role):
        """Where a role must be held to act on this order: a unit's own roles at the handler, others at the street."""
        return self.handler_id if role in UNIT_ROLES else self.case.street_id


class OrderReturn(models.Model):
    """退单申请: reason and basis are required; somebody else decides."""

    class Reason(models.TextChoices):
        PLACE = "place", "属地不符"
        OWNER = "owner", "权属不清"
        DUTY = "duty", "职能不符"
        DUPLICATE = "duplicate", "重复"
        INCOMPLETE = "incomplete", "要素不全"
        LEGAL_PATH = "legal_path", "应走法定途径"

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="returns", verbose_name="派工单")
    reason = models.CharField("理由", max_length=12, choices=Reason.choices)
    basis = models.TextField("法律或清单依据")
    suggested = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="建议承办单位")
    was = models.CharField("申请时状态", max_length=12)
    asked_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    agreed = models.BooleanField("同意", null=True)
    opinion = models.TextField("审核意见", blank=True)
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "退单申请"
        constraints = [
            models.UniqueConstraint(name="order_has_one_open_return", fields=["order"], condition=Q(agreed__isnull=True)),
            models.CheckConstraint(
                name="return_is_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
            ),
        ]
