"""短信回复: an answer to a callback that came back as a text message. It is the resident's own, and nobody rings them again.

Whose it is, is told by the number it came from, and only where that number was asked: of any other one nothing is kept."""

import re
import unicodedata
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dispatch.callback_words import replies, words_of
from feedback.actions import callback as actions
from feedback.actions import doubts
from feedback.models import Callback, InboundCount, InboundReply
from grievance import said, throttle
from grievance.casework import RESIDENT, Refused, notice_for, notify
from grievance.models import Notice
from grievance.sealing import blind_index

REMEMBERED = timedelta(days=15)
"""提案: so long after its end a callback is still known to one who replies late."""
Outcome = InboundCount.Outcome
CODED = re.compile(r"(\d\d)(\D.*|\d)")
NOISE = re.compile(r"[\s,，.。、!！?？;；:：#＃\-—]+")


def receive(*, message, phone, text, at):
    """收到一条: what came of it, one of InboundCount.Outcome; the same message again gives the same and does nothing.

    Refused `message_missing`, `Throttled` for a number that was asked and writes too often."""
    if not message:
        raise Refused("message_missing", "缺少短信通道的消息编号 id。", status=400)
    mark = blind_index(f"sms-message:{message}")
    earlier = InboundReply.objects.filter(mark=mark).first()
    if earlier:
        return earlier.outcome
    found = _asked(phone, at)
    outcome = _heard(found, mark, said.clean(text), at) if found else Outcome.UNKNOWN
    InboundCount.objects.one_more(timezone.localdate(at), outcome)
    return outcome


def _asked(phone, at):
    """[Callback] about which a message went out to that number, the oldest first; those that wait, else the last that did."""
    try:
        index = blind_index(said.phone(phone))
    except Refused:
        return []
    if not index:
        return []
    sent = Notice.objects.filter(grievance=OuterRef("grievance"), kind="survey", sent_at__gte=OuterRef("opened_at"))
    rows = Callback.objects.filter(Exists(sent), grievance__complainant__phone_index=index, grievance__withdrawn_at=None)
    rows = rows.select_related("case__street", "grievance__complainant").order_by("opened_at", "pk")
    # Somebody found late is heard as well, as long as the matter goes on
    return list(rows.open()) or list(rows.filter(ended_at__gte=at - REMEMBERED).order_by("-opened_at", "-pk")[:1])


def _heard(found, mark, text, at):
    throttle.count(found[0].grievance.complainant.phone_index, at=at, purpose="sms")
    row, meaning = _meant(found, text)
    try:
        with transaction.atomic():
            outcome = _answer(row, meaning, text, at)
            InboundReply.objects.create(mark=mark, callback=row, outcome=outcome, at=at)
    except IntegrityError:
        # The gateway sent it twice at once: the other one did it
        return InboundReply.objects.get(mark=mark).outcome
    return outcome


def _meant(found, text):
    """(the callback a reply is about, what it says of it or None): by the short code where there is one, else the oldest."""
    plain = NOISE.sub("", unicodedata.normalize("NFKC", text))
    coded = CODED.fullmatch(plain)
    for row in found:
        if coded and row.sms_code == coded[1]:
            return row, _meaning(row, coded[2])
    return found[0], _meaning(found[0], plain)


def _meaning(row, plain):
    return replies(words_of(actions.policy_of(row))).get(plain)


def _answer(row, meaning, text, at):
    waiting = row.status in (Callback.Status.OPEN, Callback.Status.UNREACHABLE)
    try:
        if not waiting:
            return _late(row, at)
        return _rated(row, meaning, at) if meaning else _kept(row, text, at)
    except Refused as no:
        if no.code not in {"already_answered", "callback_over", "move_not_open"}:
            raise
        return _late(row, at)


def _rated(row, meaning, at):
    """计入: as the resident's own answer, told to the number it came from, so that one that is not theirs comes out."""
    resolved_at = row.case.resolved_at
    resolved, satisfaction, reason = meaning
    answer = {"replied": None, "resolved": resolved, "satisfaction": satisfaction, "reason": reason}
    actions.record(row, **answer, way=Callback.Way.SMS, by=RESIDENT, at=at)
    doubts.timed(row, resolved_at=resolved_at, at=at)
    verdict = actions.verdict_of(answer)
    _write(row, "sms_thanks", f"callback:{row.pk}:heard", at, verdict=verdict)
    return Outcome.RATED


def _kept(row, text, at):
    """没有看懂: the words are the person's own and stay on the callback; what to reply is said once."""
    callback = actions.add_words(row, text, at=at)
    _write(callback, "sms_explain", f"callback:{row.pk}:explain", at)
    return Outcome.WORDS


def _late(row, at):
    _write(row, "sms_late", f"callback:{row.pk}:late", at)
    return Outcome.LATE


def _write(row, item, key, at, **facts):
    """回一条, as the policy words it, once for each callback and kind: at once, since the person is writing just now."""
    words = words_of(actions.policy_of(row))[item]
    text = "【说事直通车】" + words.format(code=row.sms_code, number=row.grievance, **({"verdict": ""} | facts))
    notify(notice_for(key, "survey", row.case, text, at=at, grievance=row.grievance))
