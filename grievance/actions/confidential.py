"""检举控告: received sealed, opened by the officer alone, passed on. Nothing of it enters the ordinary track.

信访工作条例 (2022) art. 22: to the discipline office, art. 30 and 46(5): never to the one it is about."""

import base64
import json
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from grievance import media, sealed_box
from grievance.casework import Refused, human_number
from grievance.classify.screening import mentions
from grievance.models import ConfidentialEvent, ConfidentialFile, ConfidentialInbox, ConfidentialReport, InboxKey
from grievance.sealing import blind_index, fingerprint, new_salt, secret_for

S = ConfidentialReport.Status
TEXT, FILE = "shuoshi:report", "shuoshi:file"
FOUND_LATE = "found_late"
"""Of a report that was an ordinary grievance first: others have read it, and its page says so."""


def receive(street, *, said, files=(), key, body_digest, prefix, at):
    """接收: sealed at once for the discipline office; unopened for the one above where it speaks of that office or above.

    `said` is what the officer will read, {field: text}; `files` are uploads as they came. Refused `confidential_closed` where the
    office has no key (then nothing of it is kept), `key_reused`, `too_many_photos`, `photo_too_large`."""
    media.refuse_unread(files)
    public = _key_for(street, said)
    key_hash = _key_hash(key)
    if earlier := ConfidentialReport.objects.filter(key_hash=key_hash).first():
        return _same(earlier, body_digest)
    names = [_seal_file(public, file) for file in files]
    try:
        return _write(public, said, names, key_hash=key_hash, body_digest=body_digest, prefix=prefix, at=at)
    except IntegrityError:
        earlier = ConfidentialReport.objects.filter(key_hash=key_hash).first()
        if earlier is None:
            raise
        return _same(earlier, body_digest)


def again(key, body_digest):
    """再次提交: what the same key made before. Refused `key_reused`, and `upload_gone` where it made nothing."""
    earlier = ConfidentialReport.objects.filter(key_hash=_key_hash(key)).first()
    if earlier is None:
        raise Refused("upload_gone", "有照片或录音没有传好，还没有登记。请再按一次“发送”，会自动重传。")
    return _same(earlier, body_digest)


def _key_hash(key):
    return blind_index(f"confidential:{key}")


def _same(earlier, body_digest):
    if earlier.body_digest != body_digest:
        raise Refused("key_reused", "这份内容与先前已收到的用了同一个提交标识，但内容不同，没有登记。请重新扫码填写。")
    return earlier


def _key_for(street, said):
    public = key_for(street, "\n".join(said.values()))
    if public is None:
        raise Refused(
            "confidential_closed",
            "您说的像是检举、控告。这里还没有开通保密接收，内容没有保存，也没有人看到。请拨打12388，或到区纪委监委信访室反映。",
            status=503,
        )
    return public


def key_for(street, words, *, above=False):
    """信箱公钥 of the office that reads what a street seals: the one above where `words` name that office, or `above` says so.
    None where the office has no key."""
    box = ConfidentialInbox.objects.filter(street=street).select_related("office", "above").first()
    if box is None:
        return None
    office = box.above if above or mentions(words, box.passes) else box.office
    return InboxKey.objects.filter(office=office, retired_at__isnull=True).select_related("office").first()


def found_late(public, grievance, *, said, files, by, at):
    """晚识别: what was an ordinary grievance lies sealed under its own number and receipt. Inside a transaction only, in which
    the caller takes the ordinary rows out. `files` are uploads."""
    names = [_seal_file(public, file) for file in files]
    report = _keep(
        public, said, names, number=grievance.number, salt=bytes(grievance.receipt_salt), body_digest=grievance.body_digest,
        key_hash=blind_index(f"confidential:late:{grievance.number}"), at=at,
    )  # fmt: skip
    _record(report, FOUND_LATE, "先按普通诉求登记，现转为保密件；普通登记和办理记录已移出。", by=by, at=at)
    return report


def _seal_file(public, upload):
    upload.seek(0)
    content = json.dumps({"name": upload.name, "type": upload.content_type, "body": base64.b64encode(upload.read()).decode()})
    sealed = sealed_box.put_in(public.public, content.encode(), FILE)
    return default_storage.save(f"confidential/{secrets.token_hex(16)}", ContentFile(sealed))


@transaction.atomic
def _write(public, said, names, *, key_hash, body_digest, prefix, at):
    marks = {"key_hash": key_hash, "body_digest": body_digest}
    report = _keep(public, said, names, number=human_number(prefix, at), salt=new_salt(), at=at, **marks)
    _record(report, "received", "已密封接收。", by=None, at=at)
    return report


def _keep(public, said, names, *, number, salt, key_hash, body_digest, at):
    report = ConfidentialReport.objects.create(
        number=number, office=public.office, sealed_to=public,
        sealed=sealed_box.put_in(public.public, json.dumps(said, ensure_ascii=False).encode(), TEXT),
        key_hash=key_hash, body_digest=body_digest, receipt_salt=salt, receipt_hash=fingerprint(secret_for("receipt", salt)),
        received_at=at,
    )  # fmt: skip
    ConfidentialFile.objects.bulk_create(ConfidentialFile(report=report, name=name) for name in names)
    return report


def _record(report, kind, sentence, *, by, at):
    ConfidentialEvent.objects.create(report=report, kind=kind, actor=by, at=at, sentence=sentence)


@transaction.atomic
def read(report, *, key, by, at):
    """启封: ({field: text}, [file]) for the officer who brings the private half; that it was opened is recorded.

    Refused `not_the_key`."""
    report = _locked(report)
    try:
        said = json.loads(sealed_box.take_out(key, report.sealed, TEXT))
        files = [json.loads(sealed_box.take_out(key, _stored(file), FILE)) for file in report.files.all()]
    except sealed_box.NotTheKey as error:
        raise _wrong_key(report) from error
    if report.status == S.WAITING:
        report.status = S.OPENED
        report.save(update_fields=["status"])
    _record(report, "opened", "启封查看。", by=by, at=at)
    return said, files


def _stored(file):
    with default_storage.open(file.name) as content:
        return content.read()


def _wrong_key(report):
    return Refused("not_the_key", f"这把钥匙打不开本件。请用指纹为 {report.sealed_to.mark} 的钥匙文件，并核对口令。", status=400)


@transaction.atomic
def forward(report, *, to, by, at):
    """转有权机关: on paper or in the discipline system; here stands only that it was, and to whom. Refused `text_missing`."""
    if not to.strip():
        raise Refused("text_missing", "请写明转往哪个机关，再提交。", status=400)
    report = _locked(report)
    if report.status not in (S.OPENED, S.WAITING):
        raise Refused("move_not_open", f"本件现在是“{report.get_status_display()}”，不能转出。请刷新页面。")
    report.status, report.forwarded_to = S.FORWARDED, to.strip()[:60]
    report.save(update_fields=["status", "forwarded_to"])
    _record(report, "forwarded", f"转{report.forwarded_to}。", by=by, at=at)
    return report


@transaction.atomic
def release(report, *, by, at):
    """转回普通诉求: it was no report on officials; the receipt goes on opening it. The words are given on by the caller.

    Refused `move_not_open` unless it was opened before."""
    report = _locked(report)
    if report.status != S.OPENED:
        raise Refused("move_not_open", f"本件现在是“{report.get_status_display()}”，须先启封查看，才能转回普通诉求。")
    report.status = S.RELEASED
    report.save(update_fields=["status"])
    _record(report, "released", "核实不是检举控告，转回普通诉求。", by=by, at=at)
    return report


def _locked(report):
    return ConfidentialReport.objects.select_for_update(no_key=True).select_related("sealed_to").get(pk=report.pk)


@transaction.atomic
def change_key(office, *, public, at):
    """登记公钥: from now on reports are sealed to this key; older ones stay sealed to theirs."""
    InboxKey.objects.filter(office=office, retired_at__isnull=True).update(retired_at=at)
    return InboxKey.objects.create(office=office, public=public, made_at=at)
