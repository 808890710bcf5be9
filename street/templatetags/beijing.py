"""北京时间: how an instant is written for people; many elders here live by Xinjiang time, two hours behind."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

register = template.Library()
BEIJING = ZoneInfo("Asia/Shanghai")


@register.filter
def beijing(instant):
    """北京时间: `2023年3月21日 19:30（北京时间）` of an aware instant, nothing of None; a naive one is a ValueError."""
    return f"{beijing_date(instant)} {_clock(instant)}（北京时间）" if instant else ""


@register.filter
def beijing_date(day):
    """日期: `2023年3月21日` of a date, or of an aware instant on the Beijing calendar; nothing of None."""
    if not day:
        return ""
    local = _local(day) if isinstance(day, datetime) else day
    return f"{local.year}年{local.month}月{local.day}日"


@register.filter
def beijing_short(instant):
    """简写: `3月21日 19:30`, for staff lists whose page already says 北京时间; nothing of None."""
    if not instant:
        return ""
    local = _local(instant)
    return f"{local.month}月{local.day}日 {_clock(instant)}"


@register.filter
def beijing_clock(instant):
    """时刻: `10:20` of an aware instant, where the day stands beside it; nothing of None."""
    return _clock(instant) if instant else ""


def _local(instant):
    return timezone.localtime(instant, BEIJING)


def _clock(instant):
    return _local(instant).strftime("%H:%M")
