"""限流: so many submissions per address and window, counted in the database. It slows a flood; it never blocks a channel."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from grievance.casework import Refused
from grievance.models import IntakeCount
from grievance.sealing import blind_index

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Throttled(Refused):
    """提交过频: a Refused that also tells, in `headers`, after how many seconds the next try may pass."""

    def __init__(self, retry_after):
        minutes = -(-retry_after // 60)
        super().__init__(
            "throttled", f"这个网络地址提交得太频繁了，请过 {minutes} 分钟再发，或直接打街道电话。", status=429
        )  # fmt: skip
        self.headers = {"Retry-After": str(retry_after)}


PROVEN = 20
"""So many times the limit with a proof of work: a whole estate may stand behind one address."""
UTMOST = 50
"""So many times the limit is no estate any more; what comes then is asked to wait, by page and phone alike."""
BUSY = "同一网络地址短时间内提交较多，请人工看一眼再派"


def lane(address, *, proven, at):
    """通道: "" for the quick one; for the one that a person looks at, why. Throttled only far beyond what an estate sends.

    Nothing is refused for want of a script: it is only looked at."""
    if not settings.INTAKE_THROTTLE:
        return ""
    most, seen, left = _one_more(address, at, "address")
    if seen > most * UTMOST:
        raise Throttled(left)
    return BUSY if seen > most * (PROVEN if proven else 1) else ""


def glance(address, *, at, purpose):
    """看一眼: a page that asks while one writes asks often, and writes nothing; Throttled only far beyond what an estate asks."""
    if not settings.INTAKE_THROTTLE:
        return
    most, seen, left = _one_more(address, at, purpose)
    if seen > most * UTMOST:
        raise Throttled(left)


def count(address, *, at, purpose="address"):
    """One more submission from `address`. Throttled once INTAKE_THROTTLE (`60/hour`; empty is off) is used up.

    Each purpose counts by itself: a firm that answers its order uses up no resident's share."""
    if not settings.INTAKE_THROTTLE:
        return
    most, seen, left = _one_more(address, at, purpose)
    if seen > most:
        raise Throttled(left)


def _one_more(address, at, purpose):
    """(the limit, how many it now is, seconds left of the window)."""
    most, _, period = settings.INTAKE_THROTTLE.partition("/")
    seconds = SECONDS[period]
    start = datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)
    seen = IntakeCount.objects.one_more(blind_index(f"{purpose}:{address}"), start)
    if seen == 1:
        # Somebody's first in this window sweeps out the windows that are over
        IntakeCount.objects.filter(window_start__lt=start).delete()
    return int(most), seen, max(1, int((start + timedelta(seconds=seconds) - at).total_seconds()))
