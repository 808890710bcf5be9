"""保存与删除: personal data goes when its time is over or its person asks, papers and their archive come first.

个人信息保护法 art. 19, 47 (delete when the purpose is reached, or hold back from all use while another law keeps it), art. 45, 50
(copy on request; a refusal says why)."""

from datetime import timedelta

from django.db import transaction

from grievance.actions import board_consent, wishes
from grievance.casework import RESIDENT, Move, Refused, lock, notice_for, notify, permit, record
from grievance.models import (
    Attachment,
    Case,
    Complainant,
    ErasureRequest,
    Grievance,
    OnBehalf,
    RetentionRule,
    SearchText,
    Sketch,
    Tombstone,
)
from street.models import Role

DECIDE = Move("decide_erasure", "答复删除申请", set(), None, {Role.SHIFT_LEADER, Role.STREET_LEADER})
GONE = "（个人信息已去除）"


def rule_for(street_id):
    """保存期限 of a street; the model's own figures where the office has set none."""
    return RetentionRule.objects.filter(street=street_id).first() or RetentionRule()


@transaction.atomic
def ask(grievance, *, at):
    """申请删除: the holder of the receipt wants nothing of it kept. Refused `still_open`, `already_asked`, `already_gone`."""
    grievance = lock(grievance)
    if Tombstone.objects.filter(grievance=grievance).exists():
        raise Refused("already_gone", "您的个人信息已经去除。")
    if not _over(grievance):
        raise Refused("still_open", "这件事还在办理，现在不能删除。不想继续办的，请先“撤回”，再申请删除。")
    if grievance.erasures.waiting().exists():
        raise Refused("already_asked", "已经收到您的删除申请，街道会答复，不用再提。")
    row = ErasureRequest.objects.create(grievance=grievance, asked_at=at)
    record(
        grievance.case, "erasure.ask", at=at, by=RESIDENT, subject=row, grievance=grievance,
        sentence=f"诉求 {grievance.number} 的诉求人申请删除个人信息。", public="您申请删除个人信息，街道会答复。",
    )  # fmt: skip
    text = f"诉求 {grievance.number} 的诉求人申请删除个人信息，请答复。"
    notify(notice_for(f"erasure:{row.pk}", "erasure", grievance.case, text, at=at, role=Role.SHIFT_LEADER))
    return row


@transaction.atomic
def decide(request, *, agreed, opinion, by, at):
    """答复删除申请. Refused `opinion_missing` where a refusal gives no ground, `already_decided`, `papers_first`."""
    if not agreed and not opinion.strip():
        raise Refused("opinion_missing", "不同意删除须写明依据（诉求人会看到），请补充。", status=400)
    grievance = lock(request.grievance)
    row = ErasureRequest.objects.get(pk=request.pk)
    posting = permit(DECIDE, grievance.case, by=by, at=at)
    if row.agreed is not None:
        raise Refused("already_decided", f"该申请已由{row.decided_by}答复。请刷新页面。")
    if agreed:
        _refuse_for_papers(grievance, at)
    row.agreed, row.opinion, row.decided_by, row.decided_at = agreed, opinion.strip()[:200], by, at
    row.save(update_fields=["agreed", "opinion", "decided_by", "decided_at"])
    said = "同意删除，个人信息已去除。" if agreed else f"不同意删除：{row.opinion}"
    record(
        grievance.case, "erasure.decide", at=at, by=by, posting=posting, subject=row, grievance=grievance,
        sentence=f"答复删除申请：{said}", public=said,
    )  # fmt: skip
    if agreed:
        _erase(grievance, Tombstone.Why.ASKED, at=at)
    return row


def _refuse_for_papers(grievance, at):
    until = kept_until(grievance.case)
    if until and at < until:
        day = f"{until:%Y年%-m月%-d日}"
        raise Refused("papers_first", f"本件有公文或调解档案，依规定保存到{day}，期满前不能删除。请按“不同意”答复并说明。")


def kept_until(case):
    """档案期满: the instant until which the archive of a case with papers must stand, else None."""
    if case.kept_since is None:
        return None
    return case.kept_since + timedelta(days=rule_for(case.street_id).papers_days)


def expire(*, at, size=100):
    """到期去除: up to `size` grievances whose time is over, those with papers later; how many. Safe to run twice."""
    return _each(_expired, _expire_one, at, size)


def _each(found, act, at, size):
    """Act on up to `size` of those that are `found` under each street's rule, a transaction each; how many were acted on."""
    done = 0
    for rule in RetentionRule.objects.all():
        done += sum(act(grievance, at) for grievance in found(rule, at)[: size - done])
    return done


def _expired(rule, at):
    over, archived = (at - timedelta(days=days) for days in (rule.personal_days, rule.papers_days))
    ended = Grievance.objects.filter(case__street=rule.street, tombstone=None, case__ended_at__lte=over)
    return ended.exclude(case__kept_since__gt=archived).order_by("pk")


@transaction.atomic
def _expire_one(grievance, at):
    grievance = lock(grievance)
    if Tombstone.objects.filter(grievance=grievance).exists() or not _over(grievance):
        return 0
    record(
        grievance.case, "erasure.expire", at=at, by=None, grievance=grievance, subject=grievance,
        sentence=f"诉求 {grievance.number} 保存期满，去除个人信息。",
    )  # fmt: skip
    _erase(grievance, Tombstone.Why.EXPIRED, at=at)
    return 1


def _over(grievance):
    return grievance.withdrawn_at is not None or grievance.case.ended


def _erase(grievance, why, *, at):
    what = []
    board_consent.drop(grievance, "诉求人的个人信息已去除", by=None, at=at)
    wishes.forget(grievance.case)
    if Complainant.objects.filter(grievance=grievance).delete()[0]:
        what.append("姓名和电话")
    # Channel and consent stay: they are how the matter came, and say nothing of who spoke
    OnBehalf.objects.filter(grievance=grievance).update(language="", interpreter="")
    files = _erase_files(grievance)
    if files:
        what.append(f"附件 {files} 件")
    words = grievance.remarks.filter(author=None).exclude(text="").update(text=GONE)
    if grievance.description or grievance.address:
        grievance.description, grievance.address = GONE, ""
        grievance.save(update_fields=["description", "address"])
        what.append("原话和位置")
    if words:
        what.append(f"补充 {words} 条")
    # Made of these words and of no use without them
    Sketch.objects.filter(case=grievance.case_id).delete()
    SearchText.objects.forget(grievance.case_id, grievance.first_case_id)
    _retitle(grievance.case)
    Tombstone.objects.create(grievance=grievance, why=why, what=what, at=at)


def _erase_files(grievance):
    """The rows go with the transaction; the bytes only after it, and only where no other grievance has the same."""
    rows = list(grievance.attachments.all())
    grievance.attachments.all().delete()
    transaction.on_commit(lambda: _drop_bytes(rows))
    return len(rows)


def _drop_bytes(rows):
    for row in rows:
        if not Attachment.objects.filter(sha256=row.sha256).exists():
            row.file.storage.delete(row.file.name)


def _retitle(case):
    """A title is made of what was said: it goes with the last who said it."""
    left = case.grievances.exclude(description__in=("", GONE)).exists()
    if not left:
        name = case.category.name if case.category else "事项"
        Case.objects.filter(pk=case.pk).update(title=f"（{name}）"[:80])


def keep(case, *, at):
    """归档: the case has a paper from now on, which an archive has to keep; the latest one counts."""
    Case.objects.filter(pk=case.pk).update(kept_since=at)


def drop_withdrawn(*, at, size=100):
    """撤回诉求的附件: taken away some months after the withdrawal, the words with the rest later; how many grievances."""
    return _each(_withdrawn, _drop_files_of, at, size)


def _withdrawn(rule, at):
    over = at - timedelta(days=rule.withdrawn_days)
    rows = Grievance.objects.filter(case__street=rule.street, withdrawn_at__lte=over, attachments__isnull=False)
    return rows.distinct().order_by("pk")


@transaction.atomic
def _drop_files_of(grievance, at):
    grievance = lock(grievance)
    files = _erase_files(grievance)
    if files:
        record(
            grievance.case, "erasure.files", at=at, by=None, grievance=grievance, subject=grievance,
            sentence=f"诉求 {grievance.number} 已撤回，附件保存期满，去除 {files} 件。",
        )  # fmt: skip
    return bool(files)
