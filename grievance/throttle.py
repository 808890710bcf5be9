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


def count(address, *, at, purpose="address"):
    """One more submission from `address`. Throttled once INTAKE_THROTTLE (`60/hour`; empty is off) is used up.

    Each purpose counts by itself: a firm that answers its order uses up no resident's share."""
    if not settings.INTAKE_THROTTLE:
        return
    most, _, period = settings.INTAKE_THROTTLE.partition("/")
    seconds = SECONDS[period]
    start = datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)
    seen = IntakeCount.objects.one_more(blind_index(f"{purpose}:{address}"), start)
    if seen == 1:
        # Somebody's first in this window sweeps out the windows that are over
        IntakeCount.objects.filter(window_start__lt=start).delete()
    if seen > int(most):
        raise Throttled(max(1, int((start + timedelta(seconds=seconds) - at).total_seconds())))
