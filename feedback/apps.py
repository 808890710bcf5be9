"""回访与评价: was it solved for the resident."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """回访反馈应用。"""

    name = "feedback"
    verbose_name = "回访反馈"
    default_auto_field = "django.db.models.BigAutoField"
