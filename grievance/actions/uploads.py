"""边写边传: a file is taken in before there are words, waits encrypted, and goes into the report or is gone.

Whether the words make it a report on officials is not known yet; so nothing plain of it may lie anywhere until they are."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from grievance import media, receiving, waiting
from grievance.casework import Refused
from grievance.models import Attachment, Upload
from grievance.sealing import fingerprint

LIFE = timedelta(hours=23)
"""提案: swept every hour, so gone within the 24 hours that the privacy page promises. A draft may lie overnight; the phone has
the file itself and sends it again."""
MOST = 16
"""Nine pictures, a voice, a video, and some that were taken back while they were on their way."""
SECRET = re.compile(r"[\w-]{32,64}", re.ASCII)
KINDS = set(Attachment.Kind.values)


class Gone(Exception):
    """已不在: sent already, taken back, or older than a day."""


@dataclass(frozen=True)
class Draft:
    """草稿: the secret that only the phone keeps, and the keys of the files it says it has sent."""

    secret: str = ""
    keys: tuple = ()

    def __bool__(self):
        return bool(self.keys)

    def files(self):
        """取出: what waits under the keys, in their order. Gone where one is not there; Refused `too_many_photos`."""
        if len(self.keys) > MOST:
            raise _too_many()
        rows = {row.key_mark: row for row in self.rows()} if self.keys else {}
        try:
            return [_ready(rows[fingerprint(key)], self.secret, key) for key in self.keys]
        except (KeyError, FileNotFoundError, waiting.InvalidTag) as error:
            raise Gone from error

    def rows(self):
        """Every file of this draft that waits, named in `keys` or not."""
        return Upload.objects.of_draft(_mark(self.secret)) if self.secret else Upload.objects.none()

    def within(self, act):
        """同一行为: what `act` makes of the files and their going away happen together or not at all."""
        if not self.secret:
            return act()
        with transaction.atomic():
            made = act()
            self.forget()
        return made

    def forget(self):
        """去除: all of the draft, row and file; part of the act that took its words. Files go once that act is certain."""
        rows = list(self.rows())
        Upload.objects.filter(pk__in=[row.pk for row in rows]).delete()
        transaction.on_commit(lambda: waiting.drop([row.name for row in rows]))


NONE = Draft()


def _mark(secret):
    return fingerprint(f"draft:{secret}")


def _ready(row, secret, key):
    note, content = waiting.take(row.name, secret, key)
    return media.Ready(note["kind"], note["type"], content, note["name"])


def _too_many():
    return Refused("too_many_photos", f"一次最多 {media.MAX_PHOTOS} 张照片、一段语音、一段视频。请去掉一些再发送。", status=400)


def keep(code, secret, key, *, kind, name, stream, length, at):
    """边写边传: one file made harmless at once and put away under the draft's secret; the same key again is the same file.

    Refused `bad_draft`, `unknown_kind`, `too_many_photos`, `waiting_full` 503, and those of `receiving.taken_in` and `media`."""
    if not (SECRET.fullmatch(secret) and SECRET.fullmatch(key)) or kind not in KINDS:
        raise Refused("bad_draft", "这次上传不完整，请刷新页面再试。", status=400)
    mark = _mark(secret)
    if earlier := Upload.objects.of_draft(mark).filter(key_mark=fingerprint(key)).first():
        return earlier
    _refuse_when_full(mark, length)
    with receiving.taken_in(stream, length, kind) as file:
        content_type, content = media.ready(kind, file)
    note = {"kind": kind, "type": content_type, "name": name[-80:]}
    stored = waiting.put(secret, key, note, content)
    try:
        with transaction.atomic():
            return Upload.objects.create(
                qr_code=code, draft_mark=mark, key_mark=fingerprint(key), name=stored, size=len(content), at=at
            )
    except IntegrityError:
        # The same file twice at once: the other one is the file
        waiting.drop([stored])
        return Upload.objects.get(draft_mark=mark, key_mark=fingerprint(key))


def _refuse_when_full(mark, length):
    if Upload.objects.of_draft(mark).count() >= MOST:
        raise _too_many()
    if Upload.objects.waiting_bytes() + length > settings.WAITING_MAX_MB * 1024 * 1024:
        raise Refused("waiting_full", "现在传的人多，文件会在您点“发送”时一起发出。", status=503)


@transaction.atomic
def take_back(secret, key):
    """删除: one file of a draft, by whoever has its secrets; nothing happens where it is gone."""
    rows = list(Upload.objects.of_draft(_mark(secret)).filter(key_mark=fingerprint(key)))
    Upload.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(lambda: waiting.drop([row.name for row in rows]))


def sweep(*, at, size=500):
    """清扫: what has waited for a day goes, row and file, and with it what a crash left without a row; how many rows."""
    rows = list(Upload.objects.filter(at__lte=at - LIFE).order_by("at")[:size])
    with transaction.atomic():
        Upload.objects.filter(pk__in=[row.pk for row in rows]).delete()
    known = set(Upload.objects.values_list("name", flat=True))
    waiting.drop([*(row.name for row in rows), *waiting.left_over(known, at - LIFE)])
    return len(rows)
