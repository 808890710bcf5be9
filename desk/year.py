"""日历登记册: a year of a calendar, month by month: days off, make-up days, where they come from, and whether that is final."""

import calendar as months
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.doors import for_roles, page
from desk.registers import reach
from dispatch.actions.leaving import KEEPERS
from street.admin import covers_every_street
from street.calendar import CalendarError
from street.models import Calendar, Organisation
from street.scope import within

YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Day:
    """一天: whether it is worked, and what stands beside its number."""

    on: date
    works: bool
    word: str
    name: str


@for_roles(KEEPERS)
@require_safe
def year(request):
    """一年的放假和调休; `calendar` and `year` choose which."""
    now = timezone.localdate(timezone.now())
    calendars = list(Calendar.objects.select_related("base").order_by("code"))
    shown = next((row for row in calendars if row.code == request.GET.get("calendar")), None) or _own(request.user, calendars)
    if shown is None:
        raise Http404
    asked = request.GET.get("year", "")
    number = int(asked) if asked.isdigit() and int(asked) in YEARS else now.year
    working = shown.working()
    shown_months = _months(working, number)
    context = {
        "title": "工作日历", "calendars": calendars, "shown": shown, "year": number, "months": shown_months,
        "provisional": _provisional(working, number),
        "hours": [row for one in (shown, shown.base) if one for row in one.hours.all()],
        "sources": shown.years.filter(year=number), "changes": covers_every_street(request.user), "today": now,
        "days": sum(day.works for month in shown_months for week in month[1] for day in week if day),
    }  # fmt: skip
    return page(request, "desk/year.html", context)


def _own(user, calendars):
    """The calendar of a street within reach, else the first one."""
    used = Organisation.objects.filter(within(reach(user), ""), calendar__isnull=False).values_list("calendar", flat=True).first()
    return next((row for row in calendars if row.pk == used), calendars[0] if calendars else None)


def _provisional(working, number):
    try:
        return working.provisional(number)
    except CalendarError as error:
        return error.message


def _months(working, number):
    """[(month, weeks of Day or None)] of a year."""
    weeks = months.Calendar(firstweekday=0)
    return [(month, [_week(working, week, month) for week in weeks.monthdatescalendar(number, month)]) for month in range(1, 13)]


def _week(working, week, month):
    return [_day(working, on) if on.month == month else None for on in week]


def _day(working, on):
    special = working.days.get(on)
    works = working.is_working_day(on)
    return Day(on, works, ("班" if special.work else "休") if special else "", special.name if special else "")
