"""街道与人员: who, where and when."""

from django.apps import AppConfig


class StreetConfig(AppConfig):
    """街道应用。"""

    name = "street"
    verbose_name = "街道"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register the system checks."""
        from street import checks  # noqa: F401
