"""后台 of the verdict: the register of callbacks, for the desk alone."""

from django.contrib import admin

from feedback.models import Callback
from grievance.admin import CaseAdmin, CommunityOfCase
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
