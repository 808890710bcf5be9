"""政策台: a draft that several people write, checked at each saving, issued by another from a date, rolled back by issuing again.

Whoever has changed a draft does not issue it (提案：一人改、另一人发布). What is in force changes only in `put_in_force`."""

import logging

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from dispatch.loading import load_file, written
from dispatch.loading.patch import Patch
from dispatch.loading.texts import next_number
from dispatch.loading.trial import NAME, Trial, trial
from dispatch.models import Policy, PolicyText
from grievance.casework import Refused, beijing
from street.datafile import DataFile, DataFileError
from street.models import Organisation, Role
from street.scope import stand

log = logging.getLogger(__name__)
Status = PolicyText.Status

EDITORS = frozenset({Role.SHIFT_LEADER, Role.SUPERVISOR, Role.STREET_LEADER, Role.SYSTEM_ADMIN})
ISSUERS = frozenset({Role.STREET_LEADER, Role.STREET_SECRETARY})
"""提案: those who answer for the street's limits and its duty list."""
LONGEST = 1_000_000
"""Characters of a text."""


def reaches(user, roles, street):
    """Whether one of `roles` is held for `street`; None, what all streets share, asks for every street."""
    paths = [_reach(posting) for posting in user.scope.postings if posting.role in roles]
    streets = [street] if street else Organisation.objects.streets()
    return bool(paths) and all(any(one.path.startswith(path) for path in paths) for one in streets)


def _reach(posting):
    """An office of a street or a district stands for the whole of it; a system administrator sits in one."""
    unit = posting.organisation
    whole = unit.kind in (Organisation.Kind.CITY, Organisation.Kind.DISTRICT, Organisation.Kind.STREET)
    return unit.path if whole else unit.path[: unit.path.rstrip("/").rfind("/") + 1]


def permit(by, roles, street, *, at, what):
    """Refused `role_missing` unless `by` holds one of `roles` there."""
    stand(by, at)
    if not reaches(by, roles, street):
        names = "、".join(Role(role).label for role in sorted(roles))
        where = "各街道共用的政策须由管辖全部街道的人办理。" if street is None else ""
        raise Refused("role_missing", f"“{what}”须由{names}办理。{where}", status=403)


def in_force(street, *, at):
    """现行原文 of a street (None: of all), from the tables where none was kept at loading. None where there is none."""
    found = PolicyText.objects.of(street).issued().filter(effective_from__lte=at).first()
    return found or _recovered(street, at)


def _recovered(street, at):
    policy = (
        Policy.objects.filter(street=street, issued_at__isnull=False, effective_from__lte=at).order_by("-effective_from").first()
    )
    if policy is None:
        return None
    facts = {"issued_at": policy.issued_at, "effective_from": policy.effective_from, "saved_at": at, "policy": policy}
    facts |= {"text": written.of(policy), "status": Status.ISSUED, "reason": "由现行数据写成：载入时还没有留存原文"}
    return PolicyText.objects.get_or_create(street=street, number=policy.version, defaults=facts)[0]


def latest(street, *, at):
    """最新一版: issued or scheduled, whichever begins last; what a new draft begins from."""
    begun = PolicyText.objects.of(street).filter(status__in=(Status.SCHEDULED, Status.ISSUED))
    return begun.order_by("-effective_from", "-number").first() or in_force(street, at=at)


@transaction.atomic
def open_draft(street, *, by, at, source=None):
    """另拟草稿: a copy of the latest version, or of `source` to go back to it. Refused `draft_open` while another one is open."""
    permit(by, EDITORS, street, at=at, what="修改政策")
    base = latest(street, at=at)
    if base is None:
        raise Refused("no_policy", "还没有载入过政策。请先用 load_policy 载入一份。")
    if other := PolicyText.objects.of(street).drafts().first():
        raise Refused(
            "draft_open",
            f"已有一份草稿（{other.saved_by or '系统'}于{beijing(other.saved_at)}保存）。请在那份草稿上改，或先弃用它。",
        )
    text = base.text if source is None else going_back(source.text, base.text)
    draft = PolicyText(street=street, text=text, base=base, saved_at=at, saved_by=by, reason=_why(source))
    draft.hands = [by.pk] if source else []
    _check(draft, at)
    draft.save(force_insert=True)
    _noted(draft, by, at, f"另拟政策草稿：{draft.reason or f'以{base}为底'}", ADDITION)
    return draft


def _why(source):
    return f"回到{source}" if source else ""


def going_back(text, now):
    """An older text that also puts out of use the categories which came after it; without that they would have no unit."""
    patch, newer = Patch(text), DataFile(NAME, now).tree.get("category", [])
    known = {row.get("code") for row in DataFile(NAME, text).tree.get("category", [])}
    for row in newer:
        if row["code"] not in known:
            patch.add("category", {**{key: row[key] for key in ("code", "name", "parent") if key in row}, "active": False})
    return patch.text


@transaction.atomic
def save(draft, text, *, revision, by, at):
    """保存草稿: kept as it was typed, with what the check finds. Refused `somebody_saved`, `too_long`."""
    draft = _locked(draft, revision)
    permit(by, EDITORS, draft.street, at=at, what="修改政策")
    if len(text) > LONGEST:
        raise Refused("too_long", f"原文最多 {LONGEST} 字，现在 {len(text)} 字。", status=400)
    draft.text = text.replace("\r\n", "\n")
    draft.revision, draft.saved_by, draft.saved_at = draft.revision + 1, by, at
    draft.hands = sorted({*draft.hands, by.pk})
    _check(draft, at)
    draft.save()
    return draft


def _check(draft, at):
    tried = trial(draft.text, street=draft.street, at=at, base=draft.base.text)
    draft.problem, draft.problem_line, draft.digest = tried.problem[:400], tried.line or None, tried.digest
    return tried


def _locked(draft, revision=None):
    row = PolicyText.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if row.status != Status.DRAFT:
        raise Refused("draft_gone", f"这份草稿已经{row.get_status_display()}，不能再改。请刷新页面。")
    if revision is not None and row.revision != revision:
        who = f"{row.saved_by or '别人'}于{beijing(row.saved_at)}"
        raise Refused(
            "somebody_saved", f"您打开之后，{who}保存过这份草稿。您的改动没有保存，也没有丢：请对照下面两份，合在一起再保存。"
        )
    return row


@transaction.atomic
def rebase(draft, *, revision, by, at):
    """以最新一版为底: a version was issued after the draft had begun, and the differences to it have been looked at."""
    draft = _locked(draft, revision)
    permit(by, EDITORS | ISSUERS, draft.street, at=at, what="核对新版")
    draft.base = latest(draft.street, at=at)
    draft.save(update_fields=["base"])
    return draft


@transaction.atomic
def discard(draft, *, revision, by, at):
    """弃用草稿: its text stays, as a draft that was given up."""
    draft = _locked(draft, revision)
    permit(by, EDITORS | ISSUERS, draft.street, at=at, what="弃用草稿")
    draft.status = Status.WITHDRAWN
    draft.save(update_fields=["status"])
    _noted(draft, by, at, "弃用政策草稿")
    return draft


@transaction.atomic
def issue(draft, *, revision, by, at, start=None, reason=""):
    """发布: from `start`, else at once. Orders already sent keep the version and the due times printed on them.

    Refused `role_missing`, `own_draft`, `somebody_saved`, `newer_version`, `policy_incomplete`, `nothing_changed`, `shared_rows`,
    `start_too_early`, `reason_missing`."""
    draft = _locked(draft, revision)
    permit(by, ISSUERS, draft.street, at=at, what="发布政策")
    _refuse_unfit(draft, by, at, start, reason)
    draft.number = next_number(draft.street)
    draft.issued_at, draft.issued_by, draft.reason = at, by, (reason.strip() or draft.reason)[:200]
    draft.effective_from = start if start and start > at else at
    draft.status = Status.SCHEDULED
    draft.save()
    if draft.effective_from <= at:
        _begin(draft, at)
    when = "当即生效" if draft.effective_from <= at else f"自{beijing(draft.effective_from)}起生效"
    _noted(draft, by, at, f"发布政策{draft}，{when}：{draft.reason}")
    return draft


def _begin(draft, at):
    try:
        put_in_force(draft, at=at)
    except DataFileError as error:
        raise Refused("policy_incomplete", f"草稿还不能发布。{error.reason}", status=400) from error


def _refuse_unfit(draft, by, at, start, reason):
    if by.pk in draft.hands:
        raise Refused("own_draft", "您改过这份草稿，须由另一位有发布权的人发布。", status=403)
    if not reason.strip() and not draft.reason:
        raise Refused("reason_missing", "请写明发布的缘由（例如依据哪份文件），再发布。", status=400)
    base = latest(draft.street, at=at)
    if base != draft.base:
        raise Refused("newer_version", f"拟稿之后又有{base}，发布这份草稿会盖掉它的改动。请先对比，再点“已核对”。")
    if start is not None and start <= at:
        raise Refused("start_too_early", "生效时间须晚于现在；要立即生效，请选“立即”。", status=400)
    if base.status == Status.SCHEDULED and (start or at) <= base.effective_from:
        raise Refused(
            "start_too_early", f"{base}已定于{beijing(base.effective_from)}生效。请定在它之后，或先撤下它。", status=400
        )
    _refuse_unsound(draft, _check(draft, at), by)


def _refuse_unsound(draft, tried: Trial, by):
    if tried.problem:
        line = f"第 {tried.line} 行：" if tried.line else ""
        raise Refused("policy_incomplete", f"草稿还不能发布。{line}{tried.problem}", status=400)
    if draft.base.digest == tried.digest:
        raise Refused("nothing_changed", f"内容与{draft.base}相同，没有什么要发布的。", status=400)
    if tried.shared and not reaches(by, ISSUERS, None):
        raise Refused(
            "shared_rows", "草稿改了类别、警示词或研判用语：这些各街道共用，须由管辖全部街道的人发布。", status=403
        )  # fmt: skip


@transaction.atomic
def withdraw(text, *, by, at):
    """撤下: a scheduled version that has not begun yet. Refused `already_in_force`."""
    text = PolicyText.objects.select_for_update(no_key=True).get(pk=text.pk)
    permit(by, ISSUERS, text.street, at=at, what="撤下待生效的政策")
    if text.status != Status.SCHEDULED:
        raise Refused("already_in_force", f"{text}现在是“{text.get_status_display()}”，不能撤下。要回到旧版，请另发旧版。")
    text.status = Status.WITHDRAWN
    text.save(update_fields=["status"])
    _noted(text, by, at, f"撤下待生效的政策{text}")
    return text


def put_in_force(text, *, at):
    """生效: the tables are made to say what the text says, once. DataFileError where they no longer can."""
    load_file(DataFile(NAME, text.text), at=at, effective_from=text.effective_from, kept=text)
    return text


def take_force(*, at):
    """到时生效: the scheduled versions whose instant has come, each by itself; how many took force.

    One that no longer fits (a unit was renamed meanwhile) stays scheduled, says why, and is tried again the next minute."""
    due = list(PolicyText.objects.scheduled().filter(effective_from__lte=at).values_list("pk", flat=True))
    return sum(_take(pk, at) for pk in due)


def _take(pk, at):
    try:
        with transaction.atomic():
            rows = PolicyText.objects.select_for_update(skip_locked=True, no_key=True)
            text = rows.filter(pk=pk, status=Status.SCHEDULED).first()
            if text is None:
                return 0
            put_in_force(text, at=at)
            return 1
    except DataFileError as error:
        PolicyText.objects.filter(pk=pk).update(problem=error.reason[:400], problem_line=error.line or None)
        log.error("policy text %s did not take force: %s", pk, error)
    except Exception:
        log.exception("policy text %s did not take force", pk)
    return 0


@transaction.atomic
def schedule_file(path, *, start, at):
    """定时载入: a file handed to `load_policy --from` a later day waits as a scheduled version, like one of the desk."""
    file = DataFile.read(path)
    code = file.tree.get("policy", {}).get("street")
    street = Organisation.objects.filter(code=code).first() if code else None
    tried = trial(file.text, street=street, at=at)
    if tried.problem:
        raise DataFileError(file.path, tried.line, tried.problem)
    same = PolicyText.objects.of(street).scheduled().filter(digest=tried.digest, effective_from=start).first()
    return same or PolicyText.objects.create(
        street=street, number=next_number(street), status=Status.SCHEDULED, text=file.text, digest=tried.digest, issued_at=at,
        base=latest(street, at=at), effective_from=start, saved_at=at, reason="命令行载入",
    )  # fmt: skip


def _noted(text, by, at, words, flag=CHANGE):
    """审计: who did what to which version, where the auditor reads it."""
    LogEntry.objects.create(
        user=by, content_type=ContentType.objects.get_for_model(PolicyText), object_id=str(text.pk), object_repr=str(text),
        action_flag=flag, change_message=words, action_time=at,
    )  # fmt: skip
