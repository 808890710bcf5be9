"""组装根: settings, addresses and commands."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    """系统应用。"""

    name = "config"
    verbose_name = "系统"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register the system checks."""
        from config import checks  # noqa: F401


class DeskAdminConfig(AdminConfig):
    """The desk's site is *the* admin site, so that lower apps register with `admin.register` and need not know it."""

    default_site = "desk.site.DeskSite"
