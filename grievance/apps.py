"""诉求与事项: the case file."""

from django.apps import AppConfig


class GrievanceConfig(AppConfig):
    """诉求应用。"""

    name = "grievance"
    verbose_name = "诉求"
    default_auto_field = "django.db.models.BigAutoField"
