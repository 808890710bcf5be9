"""工作台: the pages people work on; owns no table."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """工作台应用。"""

    name = "desk"
    verbose_name = "工作台"
    default_auto_field = "django.db.models.BigAutoField"
