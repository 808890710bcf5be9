"""Instants with names, and a clock that stands where a test puts it."""

from contextlib import contextmanager
from datetime import datetime
from unittest import mock
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def instant(text):
    """`instant("2023-06-27 10:00")`: a local time of Beijing as an aware instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# An ordinary week of winter hours (10:00–14:00, 15:30–19:30 in Xinjiang), without a holiday near
MONDAY_9AM = instant("2023-03-13 09:00")
MONDAY_10AM = instant("2023-03-13 10:00")
MONDAY_NOON = instant("2023-03-13 12:00")
TUESDAY_10AM = instant("2023-03-14 10:00")
FRIDAY_6PM = instant("2023-03-17 18:00")
SATURDAY_NOON = instant("2023-03-18 12:00")
# The last working day before 古尔邦节 (28–30 June 2023), which only Xinjiang's calendar knows
BEFORE_QURBAN = instant("2023-06-27 10:00")


@contextmanager
def travel(instant):
    """The edges (views, API, admin, tasks, commands) read `instant` as now."""
    with mock.patch("django.utils.timezone.now", return_value=instant):
        yield instant
