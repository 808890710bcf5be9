"""Who, where, when: what would exist if nobody ever complained."""

from street.models.calendar_day import Calendar, CalendarDay, CalendarHours, CalendarYear
from street.models.hall import HallSeat
from street.models.hand_over import HandOver
from street.models.organisation import Organisation
from street.models.people import ADMIN_ROLES, DISTRICT_ROLES, STREET_ROLES, UNIT_ROLES, Posting, Role, User, mixed
from street.models.places import Grid, Place
from street.models.plan_picture import PlanPicture
from street.models.specialist import Specialist, Speciality
from street.models.wording import Language, Wording

__all__ = [
    "ADMIN_ROLES",
    "DISTRICT_ROLES",
    "STREET_ROLES",
    "UNIT_ROLES",
    "Calendar",
    "CalendarDay",
    "CalendarHours",
    "CalendarYear",
    "Grid",
    "HallSeat",
    "HandOver",
    "Language",
    "Organisation",
    "Place",
    "PlanPicture",
    "Posting",
    "Role",
    "Speciality",
    "Specialist",
    "User",
    "Wording",
    "mixed",
]
