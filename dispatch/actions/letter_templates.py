"""公文模板: a new version is tried with made-up facts when uploaded, and enabled by another person; so is an older one."""

from hashlib import sha256

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max

from dispatch.actions.policies import EDITORS, ISSUERS, permit
from dispatch.models import LetterTemplate
from dispatch.papers.editions import NAMES, Broken, refuse_unknown, sample_of
from dispatch.papers.render import render, template_of
from grievance.casework import Refused

LARGEST = 1024 * 1024
"""Bytes: a letter with a coat of arms is some 40 KB."""
FORBIDDEN = (b"vbaProject.bin", b"oleObject")
"""What runs when a document is opened."""


@transaction.atomic
def upload(name, content, *, note, by, at):
    """上传新版: kept beside the one in use, which stays in use. Refused `template_broken`, `too_large`."""
    permit(by, EDITORS, None, at=at, what="修改公文模板")
    if len(content) > LARGEST:
        raise Refused("too_large", "模板最大 1 MB。", status=400)
    if any(part in content for part in FORBIDDEN):
        raise Refused("template_broken", "模板里有宏或嵌入的程序，不能使用。请另存为不带宏的 .docx。", status=400)
    try:
        refuse_unknown(name, content)
    except Broken as why:
        raise Refused("template_broken", f"没有保存：{why}", status=400) from why
    render(name, sample_of(name), content)
    _keep_first(name, at)
    return _made(name, content, note, by, at)


def _keep_first(name, at):
    """What is in use before the first version is kept as a version too, so that there is a way back."""
    if not LetterTemplate.objects.filter(name=name).exists():
        first = _made(name, template_of(name), "原来使用的模板", None, at)
        first.enabled_at = at
        first.save(update_fields=["enabled_at"])


def _made(name, content, note, by, at):
    last = LetterTemplate.objects.filter(name=name).aggregate(last=Max("number"))["last"] or 0
    row = LetterTemplate.objects.create(
        name=name, number=last + 1, content=content, digest=sha256(content).hexdigest(), note=note.strip()[:200], made_by=by,
        made_at=at,
    )  # fmt: skip
    if by is not None:
        _noted(row, by, at, f"上传公文模板“{NAMES[name]}”第{row.number}版", ADDITION)
    return row


@transaction.atomic
def enable(row, *, by, at):
    """启用 (or 回到) a version. Papers already issued stay as they were. Refused `own_template`."""
    permit(by, ISSUERS, None, at=at, what="启用公文模板")
    row = LetterTemplate.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.made_by_id == by.pk:
        raise Refused("own_template", "这一版是您上传的，须由另一位有发布权的人启用。", status=403)
    row.enabled_at, row.enabled_by = at, by
    row.save(update_fields=["enabled_at", "enabled_by"])
    _noted(row, by, at, f"启用公文模板“{NAMES[row.name]}”第{row.number}版", CHANGE)
    return row


def _noted(row, by, at, words, flag):
    LogEntry.objects.create(
        user=by, content_type=ContentType.objects.get_for_model(LetterTemplate), object_id=str(row.pk), object_repr=str(row),
        action_flag=flag, change_message=words, action_time=at,
    )  # fmt: skip
