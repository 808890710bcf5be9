"""组装根: settings, addresses and commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """系统应用。"""

    name = "config"
    verbose_name = "系统"
    default_auto_field = "django.db.models.BigAutoField"
