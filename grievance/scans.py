"""扫码计数: which openings of a report page count as a scan.

One small statement a page (an upsert of one row, by its unique index), and not a tally in memory: that would need a thread or a
signal to write it out, lose what a killed process held, and show each process of the web server a different figure."""

import logging
import re

from django.db import DatabaseError
from django.utils import timezone

from grievance.models import ScanCount

log = logging.getLogger(__name__)

PROGRAM = re.compile(r"(?<!cu)bot|spider|crawl|slurp|headless|lighthouse|curl/|wget/|python|java/|go-http|okhttp|libwww", re.I)
"""What programs call themselves; a person's browser calls itself none of these (Cubot makes telephones)."""


def note(request, code, *, at):
    """记一次扫码: one more for this code today, if a person asks for the page. It never keeps the page from being shown.

    Pages opened again count again: to know that it was the same person, one would have to know the person."""
    if request.method != "GET" or not by_a_person(request.headers):
        return
    try:
        ScanCount.objects.one_more(code.pk, timezone.localdate(at))
    except DatabaseError:
        log.warning("a scan was not counted", exc_info=True)


def by_a_person(headers):
    """Whether it looks like a browser that shows the page to somebody: not a robot, not a page fetched ahead of need."""
    agent = headers.get("User-Agent", "")
    ahead = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')}".lower()
    return bool(agent) and not PROGRAM.search(agent) and "prefetch" not in ahead
