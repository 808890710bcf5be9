"""授权: the named shift leader's standing authority, under which the desk acts by itself; for which hours and categories."""

from django.utils import timezone

from dispatch.models import StandingAuthority


def in_force(streets, at):
    """现行授权: {street id: row} at the instant `at`; two queries, however many streets."""
    rows = StandingAuthority.objects.filter(street__in=streets, revoked_at__isnull=True, granted_at__lte=at)
    return {row.street_id: row for row in rows.prefetch_related("barred")}


def authority_for(case, at):
    """派单授权: in force for this street, hour and category; None where a person must act."""
    row = in_force([case.street_id], at).get(case.street_id)
    return row if row and covers(row, case, at) else None


def covers(authority, case, at):
    """是否在授权之内: the hour and the category of a case."""
    local = timezone.localtime(at)
    return _hour_covered(authority.hours, local) and case.category_id not in {row.pk for row in authority.barred.all()}


def _hour_covered(hours, local):
    start, end = hours.split("-")
    now = f"{local:%H:%M}"
    return start <= now < end if start < end else now >= start or now < end
