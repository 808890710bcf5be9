"""模型版本: propose, take into use, refuse, roll back, set aside, purge: the one door by which a model comes to suggest anything.

The nightly rule (dispatch/actions/learning.py) takes a model only if it is no worse; a person may go back, and that holds."""

import hashlib
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from grievance.casework import Refused, person_of
from grievance.models import ClassifierVersion, VersionStep
from grievance.workflow import VERSION
from street.models import Organisation

S = ClassifierVersion.Status
A_PERSONS_WORD_HOLDS = timedelta(days=7)
"""提案: so long after a person chose a version the nightly rule proposes and does not take."""
CHOSEN_BY_PERSONS = ("roll_back", "set_aside", "take")


def folder():
    """模型文件夹 under DATA_DIR, readable by its owner alone."""
    path = Path(settings.DATA_DIR) / "classifier"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


@transaction.atomic
def propose(street, *, content, examples, held_back, report, cases, at):
    """登记候选: its file is written first, so that no row names one that is not there; `cases` are those it learned from."""
    Organisation.objects.select_for_update(no_key=True).get(pk=street.pk)
    last = ClassifierVersion.objects.filter(street=street).aggregate(last=Max("number"))["last"] or 0
    name = f"{street.pk}-{last + 1}.model"
    _write(folder() / name, content)
    _write(_list_of(name), "\n".join(map(str, sorted(cases))).encode())
    version = ClassifierVersion.objects.create(
        street=street, number=last + 1, made_at=at, path=name, size=len(content), digest=hashlib.sha256(content).hexdigest(),
        examples=examples, held_back=held_back, report=report,
    )  # fmt: skip
    _step(version, "propose", f"{version}训练完成：学了 {examples} 个决定，用另外 {held_back} 个核对。", by=None, at=at)
    return version


def _write(path, content):
    draft = path.with_name(f"{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)


def _list_of(name):
    return folder() / f"{name}.cases"


@transaction.atomic
def take(version, *, why, by=None, at):
    """采用: this version suggests from now on, the one before is kept. `by=None`: the nightly rule, which waits where a person
    chose lately. Refused `person_chose`, `file_gone`, `move_not_open`."""
    version = _locked(version)
    if by is None and (until := held_until(version.street_id, at)):
        raise Refused("person_chose", f"{until:%-m月%-d日}前以人工选定的版本为准，夜间不自动换。")
    return _bring_in(version, "take" if by else "take_by_rule", why or "人工采用", by=by, at=at)


@transaction.atomic
def roll_back(version, *, by, at):
    """回退: an earlier version suggests again; the nightly rule leaves it alone for a week. Refused `file_gone`."""
    version = _locked(version)
    return _bring_in(version, "roll_back", f"回退到{version}", by=by, at=at)


def _bring_in(version, move, why, *, by, at):
    posting = VERSION.check(move, version, by=by, at=at)
    if not (folder() / version.path).exists():
        raise Refused("file_gone", f"{version}的文件不在了，不能再用。请选别的版本，或等今晚重新训练。")
    former = ClassifierVersion.objects.in_use(version.street_id)
    if former is not None:
        _move(former, S.RETIRED, f"由{version}接替", at=at)
        _step(former, "retire", f"{former}停用，由{version}接替。", by=None, at=at)
    version.taken_at, version.taken_by = at, person_of(by)
    _move(version, S.IN_USE, why, at=at)
    _step(version, move, f"{version}开始使用：{why}", by=by, posting=posting, at=at)
    return version


@transaction.atomic
def refuse(version, *, why, at):
    """不采用: by the nightly rule, with the reason; the one in use stays. A person may still take it into use."""
    version = _locked(version)
    VERSION.check("refuse", version, by=None, at=at)
    _move(version, S.REFUSED, why, at=at)
    _step(version, "refuse", f"{version}未采用：{why}", by=None, at=at)
    return version


@transaction.atomic
def set_aside(version, *, by, at):
    """停用: no model suggests any more, the words of the office do; the nightly rule leaves it so for a week."""
    version = _locked(version)
    posting = VERSION.check("set_aside", version, by=by, at=at)
    _move(version, S.RETIRED, "人工停用，只按词表建议", at=at)
    _step(version, "set_aside", f"{version}停用，只按词表建议。", by=by, posting=posting, at=at)
    return version


@transaction.atomic
def forget(cases, *, street_id, at):
    """清除: files that learned from one of `cases` are deleted, also the one in use; the newest clean one that was ever in use
    takes its place, else the words of the office suggest alone. How many went."""
    Organisation.objects.select_for_update(no_key=True).get(pk=street_id)
    stained = [version for version in ClassifierVersion.objects.kept().filter(street=street_id) if _learned(version, cases)]
    was_in_use = any([_purge(version, at) for version in stained])
    if was_in_use:
        _fall_back(street_id, at)
    return len(stained)


def _purge(version, at):
    was_in_use = version.status == S.IN_USE
    VERSION.check("purge", version, by=None, at=at)
    paths = [folder() / version.path, _list_of(version.path)]
    version.purged_at, version.path, version.size = at, "", 0
    _move(version, S.PURGED, "学过的事项里有不再保留的", at=at, fields=["purged_at", "path", "size"])
    _step(version, "purge", f"{version}学过的事项里有不再保留的，文件已清除。", by=None, at=at)
    transaction.on_commit(lambda: [path.unlink(missing_ok=True) for path in paths], robust=True)
    return was_in_use


def _fall_back(street_id, at):
    clean = ClassifierVersion.objects.kept().filter(street=street_id, status=S.RETIRED, taken_at__isnull=False)
    version = clean.order_by("-taken_at").first()
    if version is not None:
        version.taken_at, version.taken_by = at, None
        _move(version, S.IN_USE, "原在用版本的文件已清除", at=at)
        _step(version, "fall_back", f"{version}开始使用：原在用版本的文件已清除。", by=None, at=at)


def _learned(version, cases):
    # Without its list nobody can say what it did not learn from
    path = _list_of(version.path)
    return not path.exists() or bool(learned_from(version) & set(cases))


def learned_from(version):
    """学过的事项: the ids of the cases a version learned from; it says nothing of them."""
    path = _list_of(version.path)
    return {int(pk) for pk in path.read_text().split()} if path.exists() else set()


def held_until(street_id, at):
    """人工选定到: until when a person's choice holds against the nightly rule; None where it does not."""
    mine = VersionStep.objects.filter(version__street=street_id, move__in=CHOSEN_BY_PERSONS, at__gt=at - A_PERSONS_WORD_HOLDS)
    last = mine.order_by("-at").first()
    return last.at + A_PERSONS_WORD_HOLDS if last else None


def _locked(version):
    # The street's row is the lock of all its versions: two clicks on two versions must not both win
    Organisation.objects.select_for_update(no_key=True).get(pk=version.street_id)
    return ClassifierVersion.objects.get(pk=version.pk)


def _move(version, status, why, *, at, fields=()):
    version.status, version.why = status, why[:200]
    version.save(update_fields=["status", "why", "taken_at", "taken_by", *fields])


def _step(version, move, sentence, *, by, at, posting=None):
    VersionStep.objects.create(
        version=version, move=move, sentence=sentence[:240], by=person_of(by), posting=str(posting or ""), at=at
    )
