"""派单与督办: who handles it and by when."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """派单督办应用。"""

    name = "dispatch"
    verbose_name = "派单督办"
    default_auto_field = "django.db.models.BigAutoField"
