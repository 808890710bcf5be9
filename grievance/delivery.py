"""送达: what leaves the house for one notice, and the default way out. NOTICE_BACKEND names another one by dotted path.

A back end is a function of one Message. It returns when the message has been handed over and raises when it has not; it may be
given the same message again and tells it by `key`.
"""

import json
import os
import threading
from dataclasses import asdict, dataclass

from django.conf import settings

FOLLOW = "{follow}"
"""In the text of a notice, the place of the address of the resident's own page. The outbox itself holds no secret."""


@dataclass(frozen=True)
class Message:
    """消息: `channel` is sms (to `phone`), page (a resident who left no phone reads it there) or desk (staff)."""

    key: str
    kind: str
    channel: str
    to: str
    text: str
    phone: str = ""


def message_for(notice):
    """消息 of a Notice read with its grievance, complainant, organisation and user. Never a name, never what was said."""
    if notice.grievance_id is None:
        to = notice.organisation or notice.user or notice.role
        return Message(notice.key, notice.kind, "desk", str(to), notice.text)
    complainant = getattr(notice.grievance, "complainant", None)
    phone = complainant.phone if complainant else ""
    text = notice.text if FOLLOW in notice.text else f"{notice.text} {FOLLOW}"
    text = text.replace(FOLLOW, f"{settings.SITE_URL}/r/{notice.grievance.receipt}/")
    if not phone:
        return Message(notice.key, notice.kind, "page", notice.grievance.number, text)
    return Message(notice.key, notice.kind, "sms", complainant.masked_phone, text, phone)


def code_message(code, digits):
    """消息 of a SmsCode to whoever holds that number: no name, no number of a grievance, nothing said."""
    text = f"【说事直通车】验证码 {digits}，10 分钟内有效。不要告诉任何人，工作人员不会向您要验证码。"
    phone = code.phone
    return Message(f"code:{code.pk}", "code", "sms", f"{phone[:3]}****{phone[-4:]}", text, phone)


def no_gateway(message):
    """没有短信通道: what SMS_BACKEND is in production until one is named; a code is never written to a file there."""
    raise ConnectionError("SMS_BACKEND 没有配置，验证码发不出去")


writing = threading.Lock()


def append_to_file(message):
    """默认通道: one JSON line for each delivery in DATA_DIR/outbox.log, on the disk before it counts as sent."""
    line = {name: value for name, value in asdict(message).items() if name != "phone"}
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    with writing:
        # One write to a file opened for appending is whole, also beside another process
        file = os.open(settings.DATA_DIR / "outbox.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, data)
            os.fsync(file)
        finally:
            os.close(file)
