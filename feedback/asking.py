"""怎么问: what a text message says of replying to it, and whom a person would be confused with."""

from secrets import choice

from django.conf import settings
from django.db.models import Q

from dispatch.callback_words import words_of
from feedback.models import Callback
from grievance.models import Grievance

CODES = [str(number) for number in range(10, 100)]


def replies_on():
    """短信回复 is used here: the office's gateway has a secret to come in with."""
    return bool(settings.SMS_INBOUND_SECRET)


def code_for(grievance):
    """短码: two digits for one who is being asked about several things at once; empty where this is the only one."""
    index = getattr(getattr(grievance, "complainant", None), "phone_index", "")
    if not index:
        return ""
    others = Callback.objects.open().filter(grievance__complainant__phone_index=index).exclude(case=grievance.case_id)
    taken = set(others.values_list("sms_code", flat=True))
    return choice([code for code in CODES if code not in taken] or CODES) if taken else ""


def reply_hint(callback, policy):
    """回复的说法 in a text message, as the policy words it; empty where no reply could come in."""
    return words_of(policy)["sms_ask"].format(code=callback.sms_code, number=callback.grievance) if replies_on() else ""


def twins(callback):
    """同一号码的另几件诉求 in the same matter, still being asked: one person who spoke several times is asked once."""
    index = getattr(getattr(callback.grievance, "complainant", None), "phone_index", "")
    alike = {"case": callback.case_id, "round": callback.round, "pledge": callback.pledge_id}
    rows = Callback.objects.open().filter(**alike, grievance__complainant__phone_index=index).exclude(pk=callback.pk)
    return rows if index else rows.none()


def end(callback):
    """不再等: the person's own page asks no more about this promise, unless another one waits."""
    waiting = Callback.objects.open().filter(~Q(pledge=None), grievance=callback.grievance_id)
    if callback.pledge_id is not None and not waiting.exists():
        Grievance.objects.filter(pk=callback.grievance_id).update(asked_again_at=None)
