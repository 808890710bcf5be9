"""分类模型版本: the register of models, the report of each, and the clicks by which a person chooses another."""

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404
from django.utils import timezone

from dispatch import routing, standing
from dispatch.models import Policy
from dispatch.templatetags.share import share
from grievance.actions import versions
from grievance.casework import Refused
from grievance.models import Alert, Category, ClassifierVersion
from grievance.workflow import CHOOSERS, VERSION
from street.admin import PostingAdmin, covered, within
from street.models import Role

CHOICES = {"take": versions.take, "roll_back": versions.roll_back, "set_aside": versions.set_aside}
HOW = {
    "as_suggested": "照建议受理", "named": "没有建议，由人定", "corrected": "受理时改了类别", "reclassified": "事后改了类别",
    "returned": "退单后重新研判", "settled": "自动派出，办结审核通过",
}  # fmt: skip


@admin.register(ClassifierVersion)
class ClassifierVersionAdmin(PostingAdmin):
    """分类模型版本: read by those who answer for dispatching; nothing is typed here, a version is chosen."""

    sees = frozenset({*CHOOSERS, Role.STREET_LEADER, Role.SUPERVISOR, Role.DISPATCHER})
    list_display = ["version", "street", "status", "made_at", "examples", "held_back", "right", "right_before", "bytes", "reason"]
    list_display_links = ["version"]
    list_filter = ["status"]
    list_select_related = ["street"]
    actions = list(CHOICES)
    change_form_template = "admin/grievance/classifierversion/change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).filter(within(covered(request.user, self.sees), "street__"))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_choose_permission(self, request):
        """Whether the role is held that may choose a version."""
        return self.holds(request, CHOOSERS)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The report of one version, with the choices that are open."""
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        return super().change_view(request, object_id, form_url, {"title": str(version), **facts(version, request.user)})

    @admin.display(description="版本", ordering="number")
    def version(self, version):
        """第几版."""
        return str(version)

    @admin.display(description="缘由")
    def reason(self, version):
        """Why it stands where it stands."""
        return version.why

    @admin.display(description="留出的判对")
    def right(self, version):
        """Share of the held-back decisions that it judges right."""
        return share(version.report.get("new", {}).get("accuracy"))

    @admin.display(description="当时现用的判对")
    def right_before(self, version):
        """The same of what suggested when it was made."""
        return share(version.report.get("now", {}).get("accuracy"))

    @admin.display(description="文件", ordering="size")
    def bytes(self, version):
        """Size of the file, or that it is gone."""
        return "已清除" if version.purged_at else f"{version.size / 1024:,.0f} KB"

    def _choose(self, request, queryset, move):
        for version in queryset:
            try:
                chosen = CHOICES[move](version, by=request.user, at=timezone.now(), **({"why": ""} if move == "take" else {}))
            except Refused as refusal:
                self.message_user(request, refusal.message, messages.ERROR)
            else:
                self.log_change(request, chosen, VERSION.moves[move].label)
                self.message_user(request, f"{chosen}：{chosen.why}。")

    @admin.action(description="采用所选版本", permissions=["choose"])
    def take(self, request, queryset):
        """人工采用."""
        self._choose(request, queryset, "take")

    @admin.action(description="回退到所选版本", permissions=["choose"])
    def roll_back(self, request, queryset):
        """回退."""
        self._choose(request, queryset, "roll_back")

    @admin.action(description="停用所选版本（只按词表建议）", permissions=["choose"])
    def set_aside(self, request, queryset):
        """停用."""
        self._choose(request, queryset, "set_aside")


def facts(version, user):
    """What the page of one version shows: figures of categories and of the whole, steps, choices, and what is barred."""
    found, names = version.report, dict(Category.objects.values_list("code", "name"))
    return {
        "version": version,
        "moves": [move for move in VERSION.open_to(version, user) if move.name in CHOICES],
        "sides": [(label, found.get(side, {})) for label, side in SIDES] if found else [],
        "classes": [(code, names.get(code, ""), row) for code, row in by_weight(found.get("classes", {}))],
        "confused": [(code, names.get(code, ""), as_, names.get(as_, ""), n) for code, as_, n in found.get("confusion", [])],
        "how": [(label, found.get("how", {}).get(name, 0)) for name, label in HOW.items()],
        "drifted": [(code, names.get(code, ""), f"{moved * 100:+.1f}") for code, moved in found.get("drift", {}).get("most", [])],
        "steps": version.steps.select_related("by"),
        "barred": barred(version.street, timezone.now()),
        "wanted": settings.AUTO_PRECISION,
    }


SIDES = [("这一版", "new"), ("当时现用的", "now"), ("只按词表", "words")]


def by_weight(classes):
    """Categories with most held-back decisions first."""
    return sorted(classes.items(), key=lambda pair: (-pair[1]["n"], pair[0]))


def barred(street, at):
    """不自动派单, whatever a model thinks: categories by the duty list and by the shift leader's authority, words of alerts."""
    policy = Policy.objects.in_force(street, at)
    manual = policy.routes.filter(automatic=False).select_related("category") if policy else ()
    authority = standing.in_force([street.pk], at).get(street.pk)
    return {
        "sure": routing.SURE,
        "routes": sorted({f"{rule.category.code} {rule.category.name}" for rule in manual}),
        "authority": authority,
        "by_leader": [f"{row.code} {row.name}" for row in authority.barred.all()] if authority else [],
        "alerts": list(Alert.objects.filter(active=True, bars_automatic=True).values_list("label", flat=True)),
    }
