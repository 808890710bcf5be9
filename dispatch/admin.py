"""后台 of the work: policy versions that freeze when issued, the standing authority, and the registers."""

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from dispatch import registers, version_admin  # noqa: F401, since the admin looks for registers here alone
from dispatch.actions import handling
from dispatch.models import (
    Allowance,
    EscalationRung,
    Letter,
    Mediation,
    Policy,
    RoutingRule,
    StandingAuthority,
    Supervision,
    TimeLimit,
    WorkOrder,
)
from grievance.admin import CaseAdmin, CommunityOfCase, PolicyRows
from grievance.models import Category
from street.admin import ConfigAdmin, PostingAdmin, covered, within
from street.models import Role

CONFIGURE = frozenset({Role.SYSTEM_ADMIN})
HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


def within_reach(request, field):
    """Rows of the streets one configures, and those that name no street and so hold for every one."""
    return within(covered(request.user, CONFIGURE), f"{field}street__") | Q(**{f"{field}street__isnull": True})


class Frozen(admin.TabularInline):
    """Rows of a policy, for show: they are made from its text."""

    extra = 0
    classes = ["collapse"]
    select: tuple = ("category",)

    def has_view_permission(self, request, obj=None):
        return bool(request.user.scope.roles & CONFIGURE)

    def has_change_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.select)


class TimeLimitRows(Frozen):
    model = TimeLimit
    fields = ["limit_class", "anchor", "category", "urgency", "amount", "unit", "roll_over", "basis"]
    ordering = ["limit_class", "anchor"]


class AllowanceRows(Frozen):
    """宽限规则: extension and suspension, by step."""

    model = Allowance
    fields = ["kind", "limit_class", "step", "most", "unit", "deciders", "basis"]
    ordering = ["kind", "limit_class", "step"]
    select = ()


class RungRows(Frozen):
    model = EscalationRung
    fields = [
        *("code", "trigger", "anchor", "amount", "unit", "limit_class", "category", "unit_kind", "radius", "within_hours"),
        *("measure", "to", "paper", "answer_amount", "answer_unit", "ends_with_case", "self_issue", "sentence"),
    ]


class RouteRows(Frozen):
    """派单规则 at a glance; each has a page of its own."""

    model = RoutingRule
    readonly_fields = ["category", "community", "place_kind", "unit", "limit_class", "list", "automatic", "basis"]
    fields = [*readonly_fields]
    show_change_link = True
    select = ("category", "community", "lead")

    @admin.display(description="主办单位")
    def unit(self, route):
        """主办单位 as a word: many stand outside one's reach, where a link would lead nowhere."""
        return route.lead or route.get_lead_kind_display()


@admin.register(Policy)
class PolicyAdmin(PolicyRows, ConfigAdmin):
    """政策版本: the rows as they were made; they are changed at the policy desk."""

    list_display = ["name", "version", "street", "state", "effective_from", "issued_at"]
    list_select_related = ["street"]
    inlines = [TimeLimitRows, AllowanceRows, RungRows, RouteRows]
    exclude = ["digest"]

    def get_queryset(self, request):
        return super(ConfigAdmin, self).get_queryset(request).filter(within_reach(request, "")).distinct()

    @admin.display(description="状态")
    def state(self, policy):
        """草稿, 未生效 or 已发布."""
        if policy.issued_at is None:
            return "草稿"
        return "已发布" if policy.effective_from <= timezone.now() else "已发布，未生效"


@admin.register(RoutingRule)
class RoutingRuleAdmin(PolicyRows, ConfigAdmin):
    """派单规则（职责清单） of every version."""

    list_display = ["category", "community", "place_kind", "lead_kind", "lead", "limit_class", "list", "automatic", "policy"]
    list_filter = ["policy", "list", "automatic", "limit_class"]
    list_select_related = ["category", "community", "lead", "policy"]
    search_fields = ["category__code", "category__name", "lead__name", "basis"]

    def get_queryset(self, request):
        return super(ConfigAdmin, self).get_queryset(request).filter(within_reach(request, "policy__")).distinct()


class AuthorityForm(forms.ModelForm):
    """派单授权 as its leader switches it."""

    class Meta:
        model = StandingAuthority
        fields = ["street", "hours", "barred"]
        widgets = {"barred": forms.CheckboxSelectMultiple(attrs={"class": "d-ticks"})}

    def clean_hours(self):
        """00:00-24:00."""
        if not HOURS.fullmatch(self.cleaned_data["hours"]):
            raise ValidationError("时段应写成 00:00-24:00 或 08:00-22:00 的样子。")
        return self.cleaned_data["hours"]


@admin.register(StandingAuthority)
class StandingAuthorityAdmin(PostingAdmin):
    """派单授权: given, narrowed and taken back by the shift leader in whose name orders go out."""

    sees = frozenset({Role.SHIFT_LEADER, Role.SYSTEM_ADMIN, Role.DISPATCHER, Role.SUPERVISOR, Role.STREET_SECRETARY})
    changes = frozenset({Role.SHIFT_LEADER})
    form = AuthorityForm
    list_display = ["street", "leader", "hours", "granted_at", "revoked_at"]
    list_select_related = ["street", "leader"]
    actions = ["revoke"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(within(covered(request.user, self.sees), "street__"))

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.revoked_at is None)

    def get_fields(self, request, obj=None):
        """The street stands once the authority is given."""
        return ["where" if obj else "street", "hours", "barred"]

    def get_readonly_fields(self, request, obj=None):
        return ["where"] if obj else []

    @admin.display(description="街道")
    def where(self, authority):
        """街道 as a word: few of those who read this may open its setting."""
        return authority.street

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only the streets at which one is shift leader."""
        if db_field.name == "street":
            streets = request.user.scope.where(self.changes)
            kwargs["queryset"] = db_field.related_model.objects.filter(pk__in=streets)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Categories as the duty list speaks of them: the second level."""
        kwargs["queryset"] = Category.objects.filter(active=True, parent__isnull=False, parent__parent__isnull=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        """The one who gives it answers for it."""
        if not change:
            obj.leader, obj.granted_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description="收回所选授权（停止自动派单）", permissions=["change"])
    def revoke(self, request, queryset):
        """收回: from now on a person dispatches everything."""
        for authority in queryset.filter(revoked_at__isnull=True, street__in=request.user.scope.where(self.changes)):
            authority.revoked_at = timezone.now()
            authority.save(update_fields=["revoked_at"])
            self.log_change(request, authority, "收回派单授权")
            self.message_user(request, f"已收回：{authority}。此后的事项都由人派单。")


@admin.register(WorkOrder)
class WorkOrderAdmin(CaseAdmin):
    """工单登记册."""

    list_display = ["number", "case_link", "handler", "part", "status", "round", "dispatched_at", "due_at", "completed_at"]
    list_filter = ["status", "lead", "designated", CommunityOfCase]
    list_select_related = ["case", "handler"]
    search_fields = ["number", "case__number", "case__title"]
    ordering = ["-dispatched_at"]
    actions = ["accept"]

    @admin.display(description="主办/协办", ordering="lead")
    def part(self, order):
        """主办 or 协办."""
        return "主办" if order.lead else "协办"

    @admin.action(description="签收所选工单")
    def accept(self, request, queryset):
        """签收, each on its own."""
        at = timezone.now()
        for order in queryset:
            with self.report_refusal(request):  # Refused becomes a message; the rest go on
                handling.accept(order, by=request.user, at=at)


@admin.register(Letter)
class LetterAdmin(CaseAdmin):
    """公文登记册."""

    list_display = ["name", "case_link", "kind", "status", "issuer", "to", "drafted_at", "signed_at", "signed_by", "answered_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["case", "issuer", "to", "signed_by"]
    search_fields = ["number", "subject", "case__number"]
    ordering = ["-drafted_at"]

    @admin.display(description="文号", ordering="number")
    def name(self, letter):
        """文号, or that it is a draft."""
        return str(letter)


@admin.register(Supervision)
class SupervisionAdmin(CaseAdmin):
    """督办登记册."""

    list_display = ["case_link", "level", "status", "holder", "reason", "raised_at", "taken_by", "due_at", "ended_at"]
    list_filter = ["level", "status"]
    list_select_related = ["case", "holder", "taken_by"]
    search_fields = ["case__number", "case__title", "reason"]
    ordering = ["-raised_at"]


@admin.register(Mediation)
class MediationAdmin(CaseAdmin):
    """调解登记册: without the parties and the record, which stand on the case page."""

    list_display = ["case_link", "unit", "status", "mediator", "opened_at", "perform_by", "ended_at"]
    list_filter = ["status"]
    list_select_related = ["case", "unit", "mediator"]
    search_fields = ["case__number", "case__title"]
    ordering = ["-opened_at"]
