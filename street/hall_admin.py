"""后台 of the one-stop hall: its roster, and the specialists to be asked. Read by the desk, kept by administrators."""

from django.contrib import admin

from street.admin import ConfigAdmin
from street.models import STREET_ROLES, HallSeat, Organisation, Specialist, Speciality


@admin.register(HallSeat)
class HallSeatAdmin(ConfigAdmin):
    """大厅席位登记册."""

    sees = STREET_ROLES
    place = "hall__"
    list_display = ["hall", "unit", "kind", "days", "opens", "closes", "starts_on", "ends_on"]
    list_filter = ["kind"]
    list_select_related = ["hall", "unit"]
    search_fields = ["unit__name"]

    @admin.display(description="周几")
    def days(self, seat):
        """周一、周三…"""
        return seat.days

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Agencies of the district and the city sit in the hall of a street as well."""
        if db_field.name == "unit":
            kwargs["queryset"] = Organisation.objects.filter(active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class SpecialityRows(admin.StackedInline):
    """专长, one a row; who may change the specialist may change these."""

    model = Speciality
    extra = 1

    def has_view_permission(self, request, obj=None):
        return bool(request.user.scope.roles & (SpecialistAdmin.sees | SpecialistAdmin.changes))

    def has_change_permission(self, request, obj=None):
        return bool(request.user.scope.roles & SpecialistAdmin.changes)

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Specialist)
class SpecialistAdmin(ConfigAdmin):
    """专业力量登记册: whom to ask; no count is kept of what they do."""

    sees = STREET_ROLES
    place = "organisation__"
    list_display = ["name", "kind", "organisation", "known", "phone", "starts_on", "ends_on"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__name", "subjects__subject"]
    inlines = [SpecialityRows]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("subjects")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Communities alone."""
        kwargs["queryset"] = Organisation.objects.filter(kind=Organisation.Kind.COMMUNITY, active=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="专长")
    def known(self, specialist):
        """Specialities, parted by 、."""
        return "、".join(row.subject for row in specialist.subjects.all())
