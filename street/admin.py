"""后台 of organisations, people, places and calendars: what anyone may see or change follows from posts.

Django's own permissions are never asked."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.http import Http404

from street.models import (
    Calendar,
    CalendarDay,
    CalendarHours,
    CalendarYear,
    Grid,
    Organisation,
    Place,
    Role,
    User,
)
from street.scope import covered, within

__all__ = ["ConfigAdmin", "PostingAdmin", "SharedAdmin", "covered", "within"]


class PostingAdmin(admin.ModelAdmin):
    """任职后台: `sees` and `changes` name the roles; outside one's scope a row is not found, without the role it is forbidden."""

    asks_posts = True
    sees: frozenset = frozenset()
    changes: frozenset = frozenset()
    list_per_page = 50
    show_full_result_count = False

    def holds(self, request, roles):
        """Whether one of the roles is held now."""
        return request.user.is_authenticated and bool(request.user.scope.roles & roles)

    def changelist_view(self, request, extra_context=None):
        """The list is headed by what it lists."""
        return super().changelist_view(request, {"title": self.model._meta.verbose_name_plural, **(extra_context or {})})

    def get_fieldsets(self, request, obj=None):
        """To one who only reads, a related row is a word: Django's link leads to pages that are closed to many."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [(title, {**how, "fields": [in_words(self.model, name) for name in how["fields"]]}) for title, how in found]

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.holds(request, self.sees | self.changes)

    def has_change_permission(self, request, obj=None):
        return self.holds(request, self.changes)

    def has_add_permission(self, request):
        return self.has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_object(self, request, object_id, from_field=None):
        """The row, 403 without the role, 404 outside the scope."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row


def in_words(model, name):
    """A field for show: as it is, or, where it is a related row, a column that gives the row's name alone."""
    field = {field.name: field for field in model._meta.concrete_fields}.get(name)
    if field is None or not field.is_relation:
        return name

    @admin.display(description=field.verbose_name)
    def shown(row):
        return getattr(row, name) or "—"

    return shown


class ConfigAdmin(PostingAdmin):
    """配置后台: for system administrators, each within the organisation the post is held at."""

    changes = frozenset({Role.SYSTEM_ADMIN})
    place: str = ""
    """How a row reaches its organisation, e.g. `community__`."""

    def get_queryset(self, request):
        paths = covered(request.user, self.sees | self.changes)
        return super().get_queryset(request).filter(within(paths, self.place)).distinct()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only organisations, grids, places and people within reach can be chosen; a supervisor may stand outside."""
        reach = REACH.get(db_field.related_model) if db_field.name != "supervisor" else None
        if reach is not None and "queryset" not in kwargs:
            paths = covered(request.user, self.sees | self.changes)
            kwargs["queryset"] = db_field.related_model.objects.filter(within(paths, reach)).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


REACH = {Organisation: "", Grid: "community__", Place: "street__", User: "postings__organisation__"}


class SharedAdmin(PostingAdmin):
    """共用配置: what every street of the installation uses; changed only by one whose post covers them all."""

    sees = frozenset({Role.SYSTEM_ADMIN})

    def has_change_permission(self, request, obj=None):
        return self.holds(request, self.sees) and covers_every_street(request.user)


def covers_every_street(user):
    """管全部街道: whether the user's administration reaches every street of the installation; asked once a request."""
    known = vars(user.scope)
    if "every_street" not in known:
        paths = covered(user, SharedAdmin.sees)
        known["every_street"] = not Organisation.objects.streets().exclude(within(paths, "")).exists()
    return known["every_street"]


@admin.register(Organisation)
class OrganisationAdmin(ConfigAdmin):
    list_display = ["name", "code", "kind", "parent", "relation", "supervisor", "phone", "active"]
    list_filter = ["kind", "relation", "active"]
    list_select_related = ["parent", "supervisor"]
    search_fields = ["name", "short_name", "code"]
    ordering = ["path"]

    def get_readonly_fields(self, request, obj=None):
        """Code and parent make the path by which everything is found; a reorganisation is loaded from a file."""
        return ["path", "code", "above"] if obj else ["path"]

    def get_exclude(self, request, obj=None):
        return ["parent"] if obj else []

    @admin.display(description="上级")
    def above(self, organisation):
        """上级 as a word: it may stand outside one's reach."""
        return organisation.parent or "—"

    def get_form(self, request, obj=None, change=False, **kwargs):
        """A new organisation always has a parent: nobody here reaches above the root."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "parent" in form.base_fields:
            form.base_fields["parent"].required = True
        return form

    def save_model(self, request, obj, form, change):
        """A new organisation takes its place below its parent."""
        if not change:
            obj.path = f"{obj.parent.path}{obj.code}/"
        super().save_model(request, obj, form, change)


@admin.register(Grid)
class GridAdmin(ConfigAdmin):
    place = "community__"
    list_display = ["name", "code", "community", "parent"]
    list_select_related = ["community", "parent"]
    search_fields = ["name", "code"]


@admin.register(Place)
class PlaceAdmin(ConfigAdmin):
    place = "street__"
    list_display = ["full", "code", "kind", "community", "grid", "company"]
    list_filter = ["kind"]
    list_select_related = ["community", "grid", "company", "parent__parent"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["parent"]

    class Media:
        js = ("shuoshi/named.js",)

    @admin.display(description="全称", ordering="name")
    def full(self, place):
        """全称."""
        return place.full_name


class CalendarRows(admin.TabularInline):
    """Rows of a calendar; the version is stamped anew after every change."""

    extra = 0
    classes = ["collapse"]

    def has_view_permission(self, request, obj=None):
        return bool(request.user.scope.roles & SharedAdmin.sees)

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request)

    def has_add_permission(self, request, obj=None):
        return self.has_view_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)


class YearRows(CalendarRows):
    model = CalendarYear


class DayRows(CalendarRows):
    model = CalendarDay


class HoursRows(CalendarRows):
    model = CalendarHours


@admin.register(Calendar)
class CalendarAdmin(SharedAdmin):
    list_display = ["name", "code", "base", "time_zone", "provisional"]
    list_select_related = ["base"]
    inlines = [HoursRows, YearRows, DayRows]
    readonly_fields = ["version"]

    def get_inlines(self, request, obj):
        """One who may not change the calendar does not get forms for its rows."""
        return self.inlines if self.has_change_permission(request) else []

    @admin.display(description="暂定年度")
    def provisional(self, calendar):
        """Years whose notice is not in."""
        years = [str(row.year) for row in calendar.years.all() if row.provisional]
        return "、".join(years) or "无"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("years")

    def save_related(self, request, form, formsets, change):
        """Every process rebuilds the calendar once its version has changed."""
        super().save_related(request, form, formsets, change)
        form.instance.stamp()


@admin.register(LogEntry)
class LogEntryAdmin(PostingAdmin):
    """配置变更记录: who changed which setting; read by the auditor and the security administrator."""

    sees = frozenset({Role.AUDITOR, Role.SECURITY_ADMIN})
    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag", "what"]
    list_select_related = ["user", "content_type"]
    list_filter = ["action_flag"]

    @admin.display(description="改了什么")
    def what(self, entry):
        """改了什么, as a sentence and not as it is stored."""
        return entry.get_change_message()

    def get_queryset(self, request):
        """Changes made by people posted within reach."""
        reached = within(covered(request.user, self.sees), "user__postings__organisation__")
        return super().get_queryset(request).filter(reached).distinct()


# Registers of their own file lean on the classes above
from street import hall_admin, people_admin, wording_admin  # noqa: E402, F401
