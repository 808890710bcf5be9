"""验证码: asked for by a page, sent by a sweep, checked once. It shows that whoever types it holds the phone of that number.

Asking costs the same whether or not anybody ever left the number: the sweep, not the page, finds out and stays silent."""

import hmac
import unicodedata
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from grievance import said
from grievance.casework import Refused
from grievance.models import Complainant, Grievance, SmsCode
from grievance.sealing import blind_index, new_salt, secret_for

HOLDS, PAUSE, DAY = timedelta(minutes=10), timedelta(minutes=1), timedelta(days=1)
MOST_A_DAY, MOST_TRIES, FOUND_MOST = 5, 5, 20
"""提案: five messages to a number in a day, five tries at a code; the pages list no more than twenty matters."""


def digits(code):
    """The six digits of a code: derived from its salt by our key, so that no table, log or backup holds them."""
    number = int.from_bytes(secret_for("sms-code", code.salt).encode(), "big")
    return f"{number % 1_000_000:06}"


def ask(phone, *, grievance=None, at):
    """发验证码 to a number that somebody typed, or to that of `grievance`.

    Refused `bad_phone`, `phone_missing`, `asked_recently`, `asked_often`: none tells whether anybody left the number."""
    phone = said.phone(phone)
    if not phone:
        raise Refused("phone_missing", "请填手机号码，再点“发验证码”。", status=400)
    index = blind_index(f"code:{phone}")
    made = SmsCode.objects.filter(phone_index=index)
    if made.filter(made_at__gt=at - PAUSE).exists():
        raise _asked_recently()
    if made.filter(made_at__gt=at - DAY).count() >= MOST_A_DAY:
        raise Refused("asked_often", "这个号码今天的验证码已经发满 5 次，请明天再试，或打街道电话。", status=429)
    try:
        with transaction.atomic():
            return SmsCode.objects.create(
                phone_index=index, phone=phone, minute=int(at.timestamp()) // 60, salt=new_salt(), grievance=grievance, made_at=at
            )
    except IntegrityError as twice:
        raise _asked_recently() from twice


def _asked_recently():
    return Refused("asked_recently", "刚发过一条验证码，请等 1 分钟再发。先看看短信到了没有。", status=429)


def check(phone, typed, *, grievance=None, at):
    """核对验证码: the last one asked for this number and purpose; right, it is used up. Refused `wrong_code`, the same whatever
    was wrong: the digits, the number, the time, or one try too many."""
    index = blind_index(f"code:{said.phone(phone)}")
    holding = SmsCode.objects.filter(phone_index=index, grievance=grievance, made_at__gt=at - HOLDS)
    last = holding.order_by("-made_at", "-pk").first()
    # Keyboards have digits of their own: ３, ٣
    typed = "".join(str(unicodedata.digit(sign)) for sign in said.clean(typed) if sign.isdigit())
    # Counted before it is compared, in one statement, so that many tries at once are counted as many
    free = SmsCode.objects.filter(pk=last.pk if last else 0, used_at=None, tries__lt=MOST_TRIES)
    counted = free.update(tries=F("tries") + 1)
    right = hmac.compare_digest(digits(last) if last else "", typed)
    if not (counted and right and SmsCode.objects.filter(pk=last.pk, used_at=None).update(used_at=at)):
        raise Refused("wrong_code", "验证码不对，或者已经过了 10 分钟。请核对；试过 5 次的，请重新发一条。", status=400)


def of_number(phone):
    """按号码找回: the grievances left under a number, the latest first."""
    index = blind_index(said.phone(phone))
    found = Grievance.objects.filter(complainant__phone_index=index) if index else Grievance.objects.none()
    return list(found.order_by("-submitted_at", "-pk")[:FOUND_MOST])


def verified(grievances, *, at):
    """已验证: these numbers have answered a code."""
    Complainant.objects.filter(grievance__in=grievances, verified_at=None).update(verified_at=at)


def confirm(grievance, *, at):
    """自己验证: asks for the code and types it back, for the sample street's people, whose phones nobody holds."""
    if phone := grievance.phone:
        check(phone, digits(ask(phone, grievance=grievance, at=at)), grievance=grievance, at=at)
        verified([grievance], at=at)


def wanted(code):
    """Whether the code goes out at all: somebody left that number."""
    return code.grievance_id is not None or Complainant.objects.filter(phone_index=blind_index(code.phone)).exists()
