"""The one door: every status change of a case or of anything that hangs on it passes through a Workflow here."""

import secrets
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from grievance.models import Case, CaseUnit, Counter, Event, Notice, SearchText
from street.models import Role
from street.scope import stand

SYSTEM = "system"
RESIDENT = "resident"
OUTSIDE = "outside"
"""`by=RESIDENT`: the holder of a receipt acts; `by=OUTSIDE`: a body without an account, by its link; `by=None`: the system."""
NOBODY_OF_STAFF = {None: SYSTEM, RESIDENT: RESIDENT, OUTSIDE: OUTSIDE}

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Refused(Exception):
    """不予办理: a move that the rules do not allow, with a stable code for programs and a sentence for people."""

    def __init__(self, code, message, *, status=409):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Move:
    """动作: from which states to which one, and who may do it (roles, SYSTEM, RESIDENT or OUTSIDE)."""

    name: str
    label: str
    sources: frozenset
    target: str | None
    roles: frozenset

    def __init__(self, name, label, sources, target, roles):
        for field, value in (("name", name), ("label", label), ("target", target)):
            object.__setattr__(self, field, value)
        object.__setattr__(self, "sources", frozenset(sources))
        object.__setattr__(self, "roles", frozenset(roles))


class Workflow:
    """A table of moves over the `status` of one model."""

    def __init__(self, noun, *moves):
        self.noun = noun
        self.moves = {move.name: move for move in moves}
        if len(self.moves) != len(moves):
            raise ValueError(f"two moves of {noun} share a name")

    def open_to(self, row, user):
        """可办动作: the moves open to `user` on `row` as it stands; yields buttons and the API's `moves`."""
        return [move for move in self.moves.values() if row.status in move.sources and posting_for(move, row, user)]

    def check(self, name, row, *, by, at):
        """Refused `move_not_open` or `role_missing` unless the move may be made; the posting used, else None."""
        move = self.moves[name]
        if row.status not in move.sources:
            now = f"“{row.get_status_display()}”{_since(row)}"
            raise Refused("move_not_open", f"{self.noun} {row} 现在是{now}，不能{move.label}。请刷新页面，查看最新状态后再操作。")
        return permit(move, row, by=by, at=at)

    def apply(self, name, row, *, by, at, sentence, public="", grievance=None, **changes):
        """Make the move: check, write status and `changes`, record the Event. The case must be locked already."""
        posting = self.check(name, row, by=by, at=at)
        move, was = self.moves[name], row.status
        if move.target is not None:
            changes["status"] = move.target
        for field, value in changes.items():
            setattr(row, field, value)
        row.save(update_fields=list(changes))
        return record(
            row.case, f"{type(row)._meta.model_name}.{name}", at=at, by=by, posting=posting, subject=row,
            was=was, became=row.status, sentence=sentence, public=public, grievance=grievance,
        )  # fmt: skip


def _since(row):
    """Who brought the row into its present state, and when: for one who comes second. Empty where nobody moved it."""
    subject = f"{type(row)._meta.model_name}:{row.pk}"
    moved = Event.objects.filter(case=row.case_id, subject=subject, became=row.status).exclude(was=row.status)
    last = moved.select_related("actor").order_by("-pk").first()
    return f"（{last.actor or last.get_voice_display()}于{beijing(last.at)}办理）" if last else ""


def posting_for(move, row, user):
    """The posting by which `user` may make `move` on `row`, else None."""
    for role in sorted(move.roles - {SYSTEM, RESIDENT, OUTSIDE}):
        posting = user.scope.posting_for({role}, row.seat(role))
        if posting:
            return posting
    return None


def permit(move, row, *, by, at):
    """Refused `role_missing` unless `by` may make the move; the posting used, else None."""
    if by in NOBODY_OF_STAFF:
        if NOBODY_OF_STAFF[by] in move.roles:
            return None
        raise Refused("role_missing", f"“{move.label}”须由工作人员办理。", status=403)
    stand(by, at)
    posting = posting_for(move, row, by)
    if posting is None:
        names = "、".join(Role(role).label for role in sorted(move.roles - {SYSTEM, RESIDENT, OUTSIDE}))
        raise Refused(
            "role_missing",
            f"“{move.label}”须由{names or '系统'}办理，您当前的任职没有这项权限。如需办理，请联系值班长。",
            status=403,
        )
    return posting


def person_of(by):
    """经办人: the member of staff who acts; None for the system, a resident, or a body that acts by its link."""
    return None if by in NOBODY_OF_STAFF else by


def lock(row):
    """One case, one lock: lock the case row first, then read the row itself afresh. Inside a transaction only.

    Refused `case_moving` where the row was just merged or split into a case that somebody holds, `handed_over` where it has just
    left with the whole of its case."""
    try:
        case = Case.objects.select_for_update(no_key=True).get(pk=row.case_id)
        fresh = case if isinstance(row, Case) else type(row)._default_manager.get(pk=row.pk)
    except ObjectDoesNotExist as gone:
        raise Refused("handed_over", "这件事刚刚已依法转办，这里不能再办理。请刷新页面。") from gone
    if not isinstance(fresh, Case):
        fresh.case = case if fresh.case_id == case.pk else _locked_if_free(fresh.case_id)
    return fresh


def _locked_if_free(pk):
    # Who holds one case waits for no other, or two could wait for each other
    case = Case.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    if case is None:
        raise Refused("case_moving", "这件事正在并案或拆分，请稍后再试一次。")
    return case


def lock_two(one, other):
    """Two cases are locked in id order, so that two merges cannot wait for each other."""
    rows = {
        case.pk: case for case in Case.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk]).order_by("pk")
    }
    return rows[one.pk], rows[other.pk]


def event_for(case, kind, *, at, by, sentence, posting=None, subject=None, was="", became="", public="", grievance=None):
    """An unsaved Event, for those who write many at once."""
    staff = by not in NOBODY_OF_STAFF
    return Event(
        case=case, grievance=grievance, kind=kind, at=at, sentence=sentence, public=public, was=was, became=became,
        subject="" if subject is None else f"{type(subject)._meta.model_name}:{subject.pk}",
        voice=Event.Voice.STAFF if staff else Event.Voice(NOBODY_OF_STAFF[by]),
        actor=by if staff else None,
        posting=str(posting) if posting else "",
    )  # fmt: skip


def record(case, kind, **facts):
    """流转记录: write down what was done, in the transaction that does it."""
    event = event_for(case, kind, **facts)
    event.save(force_insert=True)
    return event


def involve(case, *organisations):
    """知情: an organisation is told of the case and may from now on read it."""
    rows = [CaseUnit.of(case, organisation) for organisation in organisations]
    CaseUnit.objects.bulk_create(rows, ignore_conflicts=True)


def excuse(case, organisation):
    """不再知情: an organisation that handed the case back reads it no more."""
    CaseUnit.objects.filter(case=case, organisation=organisation).delete()


def promise(case, *, unit, due, at, why="", urge_hours=None):
    """承诺: what the resident may know of the work: who is in charge, by when, and how often they may urge (None: as before).
    `due` may be None."""
    before, case.promised_by, case.promised_at, case.urge_hours = case.promised_by_id, unit, due, urge_hours or case.urge_hours
    case.save(update_fields=["promised_by", "promised_at", "urge_hours"])
    if case.promised_by_id != before:
        SearchText.objects.in_charge(case, unit)
    if due is not None and why:
        record(case, "case.promise", at=at, by=None, sentence=why, public=why)


def notice_for(key, kind, case, text, *, at, grievance=None, organisation=None, user=None, role="", not_before=None):
    """An unsaved Notice, for those who write many at once. `key` makes it one row exactly."""
    return Notice(
        key=key, kind=kind, case=case, text=text[:400], grievance=grievance, organisation=organisation, user=user, role=role,
        created_at=at, not_before=not_before or at,
    )  # fmt: skip


def notify(*notices):
    """通知: put messages into the outbox; one that is already there stays as it was."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def human_number(prefix, at):
    """编号: short and human, with the local day in it; it opens nothing. 33 million a day before two may meet."""
    # 32 letters, so five bits each
    bits = secrets.randbits(25)
    tail = "".join(LETTERS[bits >> shift & 31] for shift in range(0, 25, 5))
    return f"{prefix}{_day(at)}-{tail}"


@lru_cache(maxsize=4)
def _day(at):
    return f"{timezone.localtime(at):%y%m%d}"


def next_in(series):
    """连续编号: the next whole number of a series, without gaps or doubles, as it takes part in the transaction."""
    counter = Counter.objects.filter(pk=series)
    with transaction.atomic(savepoint=False):
        if not counter.update(last=F("last") + 1):
            Counter.objects.bulk_create([Counter(series=series)], ignore_conflicts=True)
            counter.update(last=F("last") + 1)
        return counter.get().last


def beijing(at):
    """北京时间: an instant as people read it, to the minute."""
    return f"{timezone.localtime(at):%Y年%-m月%-d日 %H:%M}"
