"""后台 of people and their posts: accounts are closed and never deleted, posts end by their hand-over."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.db.models import Q
from django.utils import timezone

from street.admin import ConfigAdmin
from street.models import Grid, Organisation, Posting, Role, User
from street.scope import covered, within


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

    def clean(self):
        """单位、角色: of a post that has begun they stay; another post is another row, and this one is handed over."""
        data = super().clean()
        began = self.instance.pk and self.initial["starts_on"] < timezone.localdate(timezone.now())
        for name in {"organisation", "role"} & set(self.changed_data) if began else ():
            self.add_error(name, "在任的职务不能改成别的：请办“交接”，再另加一项任职。")
        return data


class PostingInline(admin.StackedInline):
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

    def user_change_password(self, request, id, form_url=""):
        """重设密码: one that somebody else has set is good for choosing one's own, and for nothing else."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302 and str(id) != str(request.user.pk):
            User.objects.filter(pk=id).update(must_change=True)
        return response

    def save_model(self, request, obj, form, change):
        """Every member of staff may come to the sign-in page; what follows is for the posts to say."""
        obj.is_staff = True
        obj.must_change = obj.must_change or not change
        super().save_model(request, obj, form, change)
