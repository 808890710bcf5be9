"""后台 of organisations, people, places and calendars: what anyone may see or change follows from posts.

Django's own permissions are never asked."""

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from street.models import (
    Calendar,
    CalendarDay,
    CalendarHours,
    CalendarYear,
    Grid,
    Organisation,
    Place,
    Posting,
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


class PostingForm(forms.ModelForm):
    """任职 as it is given or put right; one that is held ends by its hand-over and in no other way."""

    def clean_ends_on(self):
        """止: refused where a post that has begun would be made to end earlier, or to go on although it was handed over."""
        day, was = self.cleaned_data["ends_on"], self.initial.get("ends_on")
        if self.instance.pk and day != was and (day is not None and (was is None or day < was)):
            raise forms.ValidationError("在任的职务请在“登记册—任职”里办“交接”：名下未了的工作才有人接。")
        if self.instance.pk and day != was and hasattr(self.instance, "hand_over"):
            raise forms.ValidationError("这项任职已经交接，不能延长；请另加一项任职。")
        return day


class PostingInline(admin.TabularInline):
    """任职 of one person; a post that is over gets an end, never a deletion."""

    model = Posting
    fk_name = "user"
    extra = 0
    fields = ["organisation", "role", "title", "grid", "acting_for", "starts_on", "ends_on"]
    read_fields = ["where", "role", "title", "cell", "acting_for", "starts_on", "ends_on"]

    def get_fields(self, request, obj=None):
        """One who only reads gets words where Django would put links that are closed to them."""
        return self.fields if self.has_change_permission(request, obj) else self.read_fields

    def get_readonly_fields(self, request, obj=None):
        return [] if self.has_change_permission(request, obj) else ["where", "cell"]

    def get_formset(self, request, obj=None, **kwargs):
        """The end of a post that began is no field of a form: a leaver's open work is handed over with it."""
        return super().get_formset(request, obj, form=PostingForm, **kwargs)

    @admin.display(description="单位")
    def where(self, posting):
        """单位."""
        return posting.organisation

    @admin.display(description="网格")
    def cell(self, posting):
        """网格."""
        return posting.grid or "—"

    def has_view_permission(self, request, obj=None):
        return bool(request.user.scope.roles & UserAdmin.sees)

    def has_change_permission(self, request, obj=None):
        return bool(request.user.scope.roles & UserAdmin.changes)

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        paths = covered(request.user, UserAdmin.sees)
        rows = {
            "organisation": Organisation.objects.filter(within(paths, ""), active=True),
            "grid": Grid.objects.filter(within(paths, "community__")),
            "acting_for": Posting.objects.filter(within(paths, "organisation__")).select_related("organisation"),
        }
        if db_field.name in rows:
            kwargs["queryset"] = rows[db_field.name]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class NewPerson(UserCreationForm):
    """新建人员: an account and its password; posts are given on the next page."""

    class Meta:
        model = User
        fields = ["username", "name"]


class PersonForm(UserChangeForm):
    """人员 as a system administrator changes one."""

    def clean_is_active(self):
        """停用: refused while a post is held, since what is open in its name would be nobody's."""
        active = self.cleaned_data["is_active"]
        if not active and self.instance.is_active and self.instance.postings.current(timezone.localdate(timezone.now())).exists():
            raise forms.ValidationError("这个人还在任。请先在“登记册—任职”里办“交接”，账号随最后一项任职停用。")
        return active

    class Meta:
        model = User
        fields = ["username", "name", "phone", "is_active"]


@admin.register(User)
class UserAdmin(ConfigAdmin, DjangoUserAdmin):
    """人员: accounts and posts. Deactivated, never deleted: what a person did keeps their name."""

    sees = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
    form = PersonForm
    add_form = NewPerson
    # Django's own speaks English
    add_form_template = None
    inlines = [PostingInline]
    fieldsets = [(None, {"fields": ["username", "password", "name", "phone", "is_active", "last_login"]})]
    add_fieldsets = [(None, {"fields": ["username", "name", "password1", "password2"]})]
    readonly_fields = ["last_login"]
    list_display = ["username", "name", "posts", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username", "name"]
    filter_horizontal = []
    ordering = ["username"]

    def get_queryset(self, request):
        """People posted within reach, and those posted nowhere yet."""
        reached = within(covered(request.user, self.sees), "postings__organisation__")
        people = super(ConfigAdmin, self).get_queryset(request).filter(reached | Q(postings__isnull=True))
        return people.distinct().prefetch_related("postings__organisation")

    def has_change_permission(self, request, obj=None):
        return self.holds(request, self.changes)

    def get_fieldsets(self, request, obj=None):
        """One who only reads is shown nothing of the password, and no way to set it."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": [name for name in self.fieldsets[0][1]["fields"] if name != "password"]})]

    @admin.display(description="任职")
    def posts(self, person):
        """在任 posts, in words."""
        today = timezone.localdate(timezone.now())
        held = [row for row in person.postings.all() if row.starts_on <= today and (row.ends_on is None or row.ends_on >= today)]
        return "；".join(dict.fromkeys(str(row) for row in held)) or "（没有任职）"

    def save_model(self, request, obj, form, change):
        """Every member of staff may come to the sign-in page; what follows is for the posts to say."""
        obj.is_staff = True
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
    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag", "change_message"]
    list_select_related = ["user", "content_type"]
    list_filter = ["action_flag"]

    def get_queryset(self, request):
        """Changes made by people posted within reach."""
        reached = within(covered(request.user, self.sees), "user__postings__organisation__")
        return super().get_queryset(request).filter(reached).distinct()


# Registers of their own file lean on the classes above
from street import hall_admin, wording_admin  # noqa: E402, F401
