"""一次为限: an act sent by a phone is made once; who sends it again, not knowing that it arrived, gets the first outcome."""

from datetime import timedelta

from django.db import transaction

from grievance.casework import Refused
from grievance.models import Event, PhoneAct

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=14)
"""补送最久 (proposal): what a phone says of an earlier time than this is not written down as a time."""


def earlier(key, *, by, digest):
    """此前送达的 of this person under this key, None where there is none. Refused `key_reused` where it was something else."""
    row = PhoneAct.objects.filter(by=by, key=key).first()
    if row is not None and row.digest != digest:
        raise Refused("key_reused", "这个提交标识已用于另一次办理，请刷新页面后重新提交。")
    return row


@transaction.atomic
def once(key, *, digest, age, by, at, do):
    """办一次: `do()` under this key, which gives the case it acted on, None where it is about none; the line of history that it
    became is kept beside the key. (PhoneAct, whether it was made now).

    `age` is how long ago it was done, by the phone's own clock. Where `do` refuses, nothing is kept and the key stays free.
    Refused `key_reused`, `bad_key`, and whatever `do` refuses."""
    if not 8 <= len(key) <= 64:
        raise Refused("bad_key", "提交标识须为 8 至 64 个字符。", status=400)
    # Two arrivals at the same time: the second one waits here, at the unique key, until the first is written or refused
    row, new = PhoneAct.objects.get_or_create(key=key, by=by, defaults={"digest": digest, "done_at": done_at(age, at), "at": at})
    if not new:
        return earlier(key, by=by, digest=digest), False
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    row.case = do()
    row.event = Event.objects.filter(case=row.case, actor=by, pk__gt=last).order_by("pk").first() if row.case else None
    row.save(update_fields=["case", "event"])
    return row, True


def done_at(age, at):
    """手机上的办理时间, as far as it differs from the arrival and can be believed at all; else None."""
    return at - age if SHORTEST <= age <= LONGEST else None
