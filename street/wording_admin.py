"""后台 of the helper languages: changed and approved by those who keep the settings of every street."""

from django.contrib import admin
from django.utils import timezone

from street import wording
from street.admin import SharedAdmin
from street.models import Language, Wording


@admin.register(Language)
class LanguageAdmin(SharedAdmin):
    """辅助语言: switched on as a whole; the Chinese of the pages is always there."""

    list_display = ["name", "code", "direction", "needs_approval", "on"]
    readonly_fields = ["code"]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        """Seen by this process at once, by the others within half a minute."""
        super().save_model(request, obj, form, change)
        wording.forget()


@admin.register(Wording)
class WordingAdmin(SharedAdmin):
    """辅助文字: a changed text loses its approval, and is hidden where its language asks for one."""

    list_display = ["source", "text", "language", "part", "on", "approved_by", "approved_at"]
    list_select_related = ["language", "approved_by"]
    list_filter = ["language", "part", "on", ("approved_at", admin.EmptyFieldListFilter)]
    search_fields = ["source", "text"]
    fields = ["language", "source", "text", "part", "on", "ours", "approved_by", "approved_at"]
    readonly_fields = ["language", "source", "part", "ours", "approved_by", "approved_at"]
    actions = ["approve", "switch_off"]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        """Approval was given to the words that stood there."""
        if "text" in form.changed_data:
            obj.ours, obj.approved_by, obj.approved_at = True, None, None
        super().save_model(request, obj, form, change)
        wording.forget()

    @admin.action(description="审定并显示所选文字", permissions=["change"])
    def approve(self, request, queryset):
        """审定: who and when, row by row; shown once the language is open too."""
        count = queryset.update(on=True, ours=True, approved_by=request.user, approved_at=timezone.now())
        wording.forget()
        self.message_user(request, f"已审定 {count} 条；语言开放后居民就看得到。")

    @admin.action(description="不显示所选文字", permissions=["change"])
    def switch_off(self, request, queryset):
        """停用: the pages show the Chinese alone there."""
        count = queryset.update(on=False)
        wording.forget()
        self.message_user(request, f"已停用 {count} 条。")
