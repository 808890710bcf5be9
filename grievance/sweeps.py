"""定时清扫: deliver what waits in the outbox. Safe to run twice, late or beside itself."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from grievance.actions import phone_codes
from grievance.delivery import code_message, message_for
from grievance.models import Notice, SmsCode

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
"""So long a batch belongs to one worker; should that worker die, others take it up afterwards."""
STOP_AFTER_SECONDS = LEASE.total_seconds() / 2
"""A slow gateway must not outlast the lease: what is left is handed back."""
LONGEST_WAIT = timedelta(hours=6)


def deliver(*, at, size=200):
    """发送: lease up to `size` notices, send each with its key outside any transaction, mark it; the number sent.

    At least once: a crash between sending and marking sends again, with the same key. What fails waits 1, 2, 4 … minutes, at most
    six hours, and holds up nobody else."""
    send, started, sent = import_string(settings.NOTICE_BACKEND), time.monotonic(), 0
    leased = _lease(at, size)
    for number, notice in enumerate(leased):
        if time.monotonic() - started > STOP_AFTER_SECONDS:
            _hand_back(leased[number:])
            break
        sent += _send(notice, send, at)
    return sent


CODE_TOO_LATE = timedelta(minutes=10)
CODES_KEPT = timedelta(days=1)


def send_codes(*, at, size=100):
    """发验证码: those that wait, each once, to numbers that somebody left; the others are passed over in silence.

    Marked before they leave: one that is lost is asked for again a minute later, one that came twice would be a riddle."""
    SmsCode.objects.filter(made_at__lt=at - CODES_KEPT).delete()
    waiting = list(SmsCode.objects.filter(sent_at=None, used_at=None, made_at__gt=at - CODE_TOO_LATE).order_by("pk")[:size])
    return sum(_send_code(code, at) for code in waiting)


def _send_code(code, at):
    message = code_message(code, phone_codes.digits(code)) if phone_codes.wanted(code) else None
    # The number has done its work
    if not SmsCode.objects.filter(pk=code.pk, sent_at=None).update(sent_at=at, phone=b""):
        return 0
    if message is None:
        return 1
    try:
        import_string(settings.SMS_BACKEND)(message)
    except Exception as error:
        log.warning("code %s was not sent: %s", code.pk, type(error).__name__)
    return 1


WAITS_FOR_A_CODE = timedelta(hours=24)
UNVERIFIED = "号码没有验证，过了 24 小时不再发"


def lapse(*, at):
    """作废: messages that waited a day for their number to be verified; old news is not sent late. How many."""
    late = Notice.objects.waiting_for_a_code().filter(not_before__lte=at - WAITS_FOR_A_CODE)
    return late.update(lapsed_at=at, failure=UNVERIFIED)


@transaction.atomic
def _lease(at, size):
    due = Notice.objects.due(at).order_by("not_before", "pk")
    waiting = list(due.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:size])
    Notice.objects.due(at).filter(pk__in=waiting).update(leased_until=at + LEASE, attempts=F("attempts") + 1)
    # Complainants are read one by one while sending, so that one that no key opens holds up nobody else
    read = Notice.objects.select_related("grievance", "organisation", "user")
    return list(read.filter(pk__in=waiting).order_by("not_before", "pk"))


def _send(notice, send, at):
    # A process may have stood still (a suspended machine, a clock set right) while its lease ran out and others took over
    if not _still_ours([notice]).exists():
        return 0
    try:
        send(message_for(notice))
    except Exception as error:
        log.warning("notice %s was not sent (try %s): %s", notice.key, notice.attempts, error)
        wait = min(timedelta(minutes=2 ** min(notice.attempts - 1, 12)), LONGEST_WAIT)
        failure = f"{type(error).__name__}: {error}"[:200]
        Notice.objects.filter(pk=notice.pk).update(leased_until=None, not_before=at + wait, failure=failure)
        return 0
    Notice.objects.filter(pk=notice.pk).update(leased_until=None, sent_at=at, failure="")
    return 1


def _hand_back(notices):
    _still_ours(notices).update(leased_until=None, attempts=F("attempts") - 1)


def _still_ours(notices):
    """Those of one batch that nobody else has taken or sent since it was leased."""
    keys = [notice.pk for notice in notices]
    return Notice.objects.filter(pk__in=keys, sent_at=None, leased_until=notices[0].leased_until)
