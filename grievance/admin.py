"""后台 of the case file: registers that show and never edit; categories, alerts and codes as the office's own data."""

from contextlib import contextmanager

from django.contrib import admin, messages
from django.db.models import Count
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from grievance.actions import codes, privacy
from grievance.casework import Refused
from grievance.models import Alert, Case, Category, Cue, Grievance, PublicPage, QRCode, Saying
from grievance.views.codes import PRINTERS
from street.admin import ConfigAdmin, PostingAdmin, SharedAdmin, covered, within
from street.models import DISTRICT_ROLES, STREET_ROLES, UNIT_ROLES, Organisation, Role


class CaseAdmin(PostingAdmin):
    """登记册 of whatever hangs on a case: `visible_to` shows it, nothing is edited, things are done through actions."""

    sees = STREET_ROLES | UNIT_ROLES | DISTRICT_ROLES
    list_display_links = None
    list_per_page = 50

    def get_queryset(self, request):
        return self.model._default_manager.visible_to(request.user).order_by(*self.get_ordering(request) or ["-pk"])

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A register has no page of its own for a row: it leads to the case page, after the same questions."""
        return redirect(case_address(self.get_object(request, object_id).case))

    def history_view(self, request, object_id, extra_context=None):
        """What befell a row stands on the case page, event by event."""
        return self.change_view(request, object_id)

    @contextmanager
    def report_refusal(self, request):
        """Refused becomes a message; the rest go on."""
        try:
            yield
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)

    @admin.display(description="事项", ordering="case__number")
    def case_link(self, row):
        """The way to the case page."""
        return format_html('<a href="{}">{}</a>', case_address(row.case), row.case.number)


def case_address(case):
    """The address of the case page, which stands above this app."""
    return f"/desk/cases/{case.number}/"


class CommunityFilter(admin.SimpleListFilter):
    """社区 of the streets one may see, and no other."""

    title, parameter_name, field = "社区", "community", "place__community"

    def lookups(self, request, model_admin):
        scope = request.user.scope
        below = within(covered(request.user, STREET_ROLES), "")
        rows = Organisation.objects.filter(below, kind=Organisation.Kind.COMMUNITY) | Organisation.objects.filter(
            pk__in=scope.organisations, kind=Organisation.Kind.COMMUNITY
        )
        return [(row.code, row.name) for row in rows.distinct().order_by("path")]

    def queryset(self, request, queryset):
        return queryset.filter(**{f"{self.field}__code": self.value()}) if self.value() else queryset


class CommunityOfCase(CommunityFilter):
    """社区 of the case that a row hangs on."""

    field = "case__place__community"


@admin.register(Case)
class CaseRegister(CaseAdmin):
    """事项登记册."""

    list_display = [
        "case_link",
        "heading",
        "status",
        "urgency",
        "category",
        "place",
        "promised_by",
        "promised_at",
        "submitted_at",
    ]
    list_filter = ["status", "urgency", "source", CommunityFilter]
    list_select_related = ["category", "place__parent__parent", "promised_by"]
    search_fields = ["number", "title"]
    ordering = ["-submitted_at"]

    @admin.display(description="事项编号", ordering="number")
    def case_link(self, row):
        """The way to the case page."""
        return format_html('<a href="{}">{}</a>', case_address(row), row.number)

    @admin.display(description="标题", ordering="title")
    def heading(self, row):
        """The title, made of somebody's words: a number in it is masked."""
        return privacy.masked(row.title)


@admin.register(Grievance)
class GrievanceRegister(CaseAdmin):
    """诉求登记册: what each person said, without who said it."""

    list_display = ["number", "case_link", "kind", "said", "submitted_at", "withdrawn_at"]
    list_filter = ["kind", CommunityOfCase]
    list_select_related = ["case"]
    search_fields = ["number", "description"]
    ordering = ["-submitted_at"]

    @admin.display(description="内容")
    def said(self, grievance):
        """The first line, a number in it masked."""
        return privacy.masked(grievance.description[:60]) or "（语音或图片）"


class PolicyRows(PostingAdmin):
    """政策里的行: read here and changed in one place, the policy desk, from whose text they are made."""

    change_list_template = "admin/policy_rows.html"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Category)
class CategoryAdmin(PolicyRows, SharedAdmin):
    list_display = ["code", "name", "public_name", "parent", "hazard", "joinable", "external_code", "active"]
    list_filter = ["active", "hazard", "joinable"]
    list_select_related = ["parent"]
    search_fields = ["code", "name", "public_name"]


@admin.register(Alert)
class AlertAdmin(PolicyRows, SharedAdmin):
    list_display = ["label", "code", "urgent", "bars_automatic", "active"]
    list_filter = ["active"]


@admin.register(Cue)
class CueAdmin(PolicyRows, SharedAdmin):
    list_display = ["label", "kind", "code", "active"]
    list_filter = ["kind", "active"]


class NatureFilter(admin.SimpleListFilter):
    """性质: those that occur; a sentence without one is found by name, too."""

    title, parameter_name = "性质", "nature"

    def lookups(self, request, model_admin):
        named = Saying.objects.exclude(nature="").order_by("nature").values_list("nature", flat=True).distinct()
        return [*((nature, nature) for nature in named), ("none", "不说明")]

    def queryset(self, request, queryset):
        return queryset.filter(nature="" if self.value() == "none" else self.value()) if self.value() else queryset


@admin.register(Saying)
class SayingAdmin(SharedAdmin):
    """例句: edited here or in the files beside the policy; what was edited is learned at night, or by `manage.py learn`."""

    list_display = ["text", "category", "nature", "urgent", "active"]
    list_filter = ["active", NatureFilter, "urgent", "category"]
    list_select_related = ["category"]
    search_fields = ["text"]


@admin.register(PublicPage)
class PublicPageAdmin(ConfigAdmin):
    """对外公开: where a community's public board and wishes are switched on."""

    place = "community__"
    list_display = ["community", "board", "wishes", "wish_days"]
    list_select_related = ["community"]


class LiveFilter(admin.SimpleListFilter):
    """在用或已停用."""

    title, parameter_name = "状态", "live"

    def lookups(self, request, model_admin):
        return [("yes", "在用"), ("no", "已停用")]

    def queryset(self, request, queryset):
        return queryset.filter(revoked_at__isnull=self.value() == "yes") if self.value() else queryset


@admin.register(QRCode)
class QRCodeAdmin(PostingAdmin):
    """说事码登记册: every code ever made; new ones come from the codes page, which knows the places without one."""

    sees = STREET_ROLES | UNIT_ROLES | {Role.SYSTEM_ADMIN}
    list_display = ["place", "community", "live_word", "created_at", "revoked_at", "reports", "sheet"]
    list_display_links = None
    list_filter = [LiveFilter]
    list_select_related = ["place__community", "place__parent__parent"]
    search_fields = ["place__name", "place__code"]
    actions = ["revoke"]
    ordering = ["place__code"]

    def get_queryset(self, request):
        configured = within(covered(request.user, {Role.SYSTEM_ADMIN}), "place__street__")
        rows = QRCode.objects.visible_to(request.user) | QRCode.objects.filter(configured)
        return rows.annotate(reported=Count("grievances", distinct=True)).order_by("place__code")

    def get_list_display(self, request):
        """The way to the sheet, for those who may print it."""
        shown = super().get_list_display(request)
        return shown if request.user.scope.roles & PRINTERS else [name for name in shown if name != "sheet"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description="社区")
    def community(self, code):
        """社区 of the place."""
        return code.place.community

    @admin.display(description="状态")
    def live_word(self, code):
        """在用 or 已停用."""
        return "在用" if code.live else "已停用"

    @admin.display(description="收到诉求", ordering="reported")
    def reports(self, code):
        """How many grievances came through it."""
        return code.reported

    @admin.display(description="打印")
    def sheet(self, code):
        """The sheet for the wall."""
        if not code.live:
            return "—"
        return format_html('<a href="{}?place={}">打印</a>', reverse("grievance:codes"), code.place.code)

    @admin.action(description="停用所选说事码")
    def revoke(self, request, queryset):
        """停用: whoever scans it is told so."""
        for code in queryset:
            try:
                codes.revoke(code, by=request.user, at=timezone.now())
            except Refused as refusal:
                self.message_user(request, refusal.message, messages.ERROR)
