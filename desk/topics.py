"""话题: matters of the last weeks that tell of one place and one trouble, side by side. Of matters, never of persons."""

from datetime import timedelta

from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.doors import for_roles, page
from grievance.classify import matters
from street.models import STREET_ROLES, Organisation

WEEKS = (2, 4, 12)
USUAL = 4


@for_roles(STREET_ROLES)
@require_safe
def topics(request):
    """话题: GET weeks (2, 4 or 12); for each street whose desk one belongs to, what is told of again and again."""
    at = timezone.now()
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in map(str, WEEKS) else USUAL
    streets = Organisation.objects.filter(pk__in=request.user.scope.streets).order_by("path")
    found = [(street, matters.topics(street.pk, at - timedelta(weeks=weeks), at, user=request.user)) for street in streets]
    return page(request, "desk/topics.html", {"title": "话题", "streets": found, "weeks": weeks, "choices": WEEKS})
