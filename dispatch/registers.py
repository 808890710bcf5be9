"""登记册 of what is granted on an order and of the statutory track: read only, as the street's and the unit's own."""

from django.contrib import admin
from django.utils.html import format_html

from dispatch.models import Petition, Suspension
from grievance.admin import CaseAdmin, case_address


@admin.register(Suspension)
class SuspensionAdmin(CaseAdmin):
    """挂账登记册: asked by whom, agreed by whom, until when at the latest, and when it ended."""

    list_display = [
        "on_case",
        "order",
        "reason",
        "asked_by",
        "asked_at",
        "agreed",
        "decided_by",
        "review_at",
        "cap_at",
        "resumed_at",
    ]
    list_filter = ["reason", "agreed"]
    list_select_related = ["order__case", "asked_by", "decided_by"]
    search_fields = ["order__number", "order__case__number"]
    ordering = ["-asked_at"]

    @admin.display(description="事项", ordering="order__case__number")
    def on_case(self, row):
        """The way to the case page."""
        return format_html('<a href="{}">{}</a>', case_address(row.case), row.case.number)


@admin.register(Petition)
class PetitionAdmin(CaseAdmin):
    """信访件登记册: the number in the 信访信息系统, from whom and when it came, when it was taken up and told in writing."""

    list_display = ["number", "case_link", "kind", "forwarded_by", "received_at", "registered_at", "admitted_at", "notified_at"]
    list_filter = ["kind"]
    list_select_related = ["case", "forwarded_by"]
    search_fields = ["number", "case__number"]
    ordering = ["-received_at"]
