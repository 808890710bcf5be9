"""复核回访 on the page of a case: two answers that differ, for the desk. It is asked and written down on its own page."""

from desk.act import Chapter, Hung
from feedback.models import Recheck
from feedback.workflow import RECHECK


def _of(case, user):
    """For the desk of the street alone: the unit that handled reads its verdict, and no second one."""
    if case.street_id not in user.scope.streets:
        return []
    rows = case.rechecks.filter(status=Recheck.Status.ANSWERED).select_related("callback__grievance", "owner", "case__street")
    return [row for row in rows if row.verdict != Recheck.Verdict.SAME]


CHAPTER = Chapter(acts={}, tables={Recheck: RECHECK}, hung=(Hung("desk/_recheck.html", _of),))
