"""系统检查: what `manage.py check` says about the street's data."""

from django.core.checks import Warning as CheckWarning
from django.core.checks import register
from django.db import DatabaseError
from django.utils import timezone

from street.models import Calendar


@register("calendar")
def provisional_calendar_years(app_configs, **kwargs):
    """暂定年度: warn of each calendar year within the next 90 days whose holiday notice is not loaded; silent before migrate."""
    try:
        found = Calendar.objects.provisional_years(on=timezone.localdate())
    except DatabaseError:
        return []
    return [
        CheckWarning(
            f"{calendar.name} {year} 年的放假安排是暂定的：{sentence}",
            hint="通知公布后写入日历文件，运行 manage.py load_calendar <文件>。",
            obj=calendar,
            id="street.W001",
        )
        for calendar, year, sentence in found
    ]
