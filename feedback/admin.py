"""后台 of the verdict: the register of callbacks, for the desk alone, the networks of offices, and when
topics are found."""

from django.contrib import admin
from django.utils import timezone

from feedback.forms import FigureRuleForm
from feedback.models import Callback, FigureRule, ListedItem, UnitNetwork, WarningRule
from grievance.admin import CaseAdmin, CommunityOfCase
from street.admin import ConfigAdmin
from street.models import STREET_ROLES


@admin.register(Callback)
class CallbackAdmin(CaseAdmin):
    """回访登记册: never for the unit that handled."""

    sees = STREET_ROLES
    list_display = [
        "grievance", "case_link", "round", "status", "way", "resolved", "satisfaction", "reason", "opened_at", "ended_at",
    ]  # fmt: skip
    list_filter = ["status", "way", "resolved", "satisfaction", CommunityOfCase]
    list_select_related = ["case", "grievance"]
    search_fields = ["case__number", "grievance__number"]
    ordering = ["-opened_at"]


@admin.register(UnitNetwork)
class UnitNetworkAdmin(ConfigAdmin):
    """单位网络: by which an answer from the office that handled is told from others."""

    place = "unit__"
    list_display = ["unit", "network"]
    list_select_related = ["unit"]


@admin.register(WarningRule)
class WarningRuleAdmin(ConfigAdmin):
    """预警口径: from how many on matters become a topic, from which day."""

    place = "street__"
    list_display = ["street", "starts", "crowd_least", "crowd_metres", "surge_percent"]
    list_select_related = ["street"]


@admin.register(ListedItem)
class ListedItemAdmin(ConfigAdmin):
    """上门事项清单: what units may come to a door for."""

    place = "unit__"
    list_display = ["unit", "kind", "name", "starts", "ends", "rest_days", "sound_rest_days"]
    list_select_related = ["unit"]


@admin.register(FigureRule)
class FigureRuleAdmin(ConfigAdmin):
    """统计口径: dated. One that has begun is never changed: what was counted by it stays; another begins on a later day."""

    place = "street__"
    list_display = ["street", "starts", "mostly", "shown_from", "take_within", "frozen_after", "recheck_share"]
    list_select_related = ["street"]
    form = FigureRuleForm

    def has_change_permission(self, request, obj=None):
        """Only while its day lies ahead."""
        return super().has_change_permission(request, obj) and (obj is None or obj.starts > timezone.localdate())
