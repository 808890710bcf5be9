"""复核回访: a share of those who answered is asked once more, by one who neither handled, closed nor asked first.

The lot falls by the secret of each callback, so that nobody can choose who is asked, or avoid it (domain §8: 虚假满意)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from feedback.actions.callback import NIGHT_BEGINS, NIGHT_ENDS, phone_of
from feedback.models import Callback, FigureRule, Recheck
from feedback.workflow import RECHECK
from grievance.actions import closing
from grievance.casework import Refused, lock, notice_for, notify
from grievance.models import Case, Complainant
from grievance.sealing import fingerprint, secret_for
from street.models import Organisation, Role

REST = timedelta(days=30)
"""提案: one and the same number is asked for a second answer at most once in so long."""
MOST_TRIES = 3
"""提案: after so many calls that reached nobody the person is left in peace."""


def lot(callback):
    """签号: a number from 0 up to 1 that follows from the callback's own secret; the same whenever it is looked at."""
    return int(fingerprint(secret_for("recheck", callback.token_salt))[:8], 16) / 2**32


def eligible(street, *, at, days):
    """可抽的: answered within `days`, closed for good so far, with a phone, of nobody who has declined or was just asked."""
    declined = Complainant.objects.filter(grievance__callbacks__recheck__status=Recheck.Status.DECLINED)
    rested = Complainant.objects.filter(grievance__callbacks__recheck__drawn_at__gt=at - REST)
    number = {"phone_index": OuterRef("grievance__complainant__phone_index")}
    rows = Callback.objects.within_reach().filter(
        case__street=street, case__status__in=(Case.Status.RESOLVED, Case.Status.CLOSED), status=Callback.Status.ANSWERED,
        ended_at__gt=at - timedelta(days=days), recheck=None, grievance__withdrawn_at=None, round=F("case__round"),
    )  # fmt: skip
    return rows.exclude(Exists(declined.filter(**number))).exclude(Exists(rested.filter(**number)))


def draw(*, at):
    """抽取: those on whom the lot has fallen, a street at a time; how many. Safe to run twice, late or beside itself."""
    return sum(_draw_in(street, at) for street in Organisation.objects.streets())


def _draw_in(street, at):
    rule = FigureRule.objects.in_force(street, timezone.localdate(at))
    if not rule.recheck_share:
        return 0
    days = rule.recheck_days
    answered = Callback.objects.filter(case__street=street, ended_at__gt=at - timedelta(days=days), recheck=None)
    lots = answered.filter(status=Callback.Status.ANSWERED).only("token_salt")
    fell = [callback.pk for callback in lots if lot(callback) < rule.recheck_share]
    return sum(
        _drawn(callback, street, days, at) for callback in eligible(street, at=at, days=days).filter(pk__in=fell).order_by("pk")
    )


@transaction.atomic
def _drawn(callback, street, days, at):
    """Looked at again under the lock: the first of two grievances of one person leaves the other in peace.

    No line of the history says so: who handled reads that, and could be first at the person's door."""
    callback = lock(callback)
    if not eligible(street, at=at, days=days).filter(pk=callback.pk).exists():
        return 0
    Recheck.objects.create(
        case=callback.case, callback=callback, unit=callback.unit, drawn_at=at, due_at=callback.ended_at + timedelta(days=days)
    )
    return 1


@transaction.atomic
def take(row, *, by, at):
    """由我复核: from now on nobody else rings this person. Refused `handled_it`, `role_missing`."""
    row = _own(row, "take", by, at)
    RECHECK.apply("take", row, by=by, at=at, owner=by, sentence="领取复核回访。")
    return row


@transaction.atomic
def put_back(row, *, by, at):
    """交回: for somebody else to ask. Refused `not_owner`."""
    row = _own(row, "put_back", by, at)
    RECHECK.apply("put_back", row, by=by, at=at, owner=None, sentence="交回复核回访，由别人来问。")
    return row


@transaction.atomic
def reveal(row, *, by, at):
    """查看电话: by day only, to the one who took it; that it was read is written down. Refused `night`, `not_owner`."""
    _by_day_only(at)
    row = _own(row, "reveal", by, at)
    RECHECK.apply("reveal", row, by=by, at=at, sentence="为复核回访查看电话。")
    return phone_of(row.callback)


@transaction.atomic
def attempt(row, *, by, at):
    """登记没有接通: after three tries the person is left in peace. Refused `night`, `not_owner`."""
    _by_day_only(at)
    row = _own(row, "attempt", by, at)
    tries = row.tries + 1
    RECHECK.apply("attempt", row, by=by, at=at, tries=tries, tried_at=at, sentence=f"复核回访第{tries}次拨打没有接通。")
    return _lapse(row, at) if tries >= MOST_TRIES else row


@transaction.atomic
def record(row, *, replied, resolved, satisfaction, by, at):
    """登记第二次回答, beside the first, which stays. Refused `answer_incomplete`, `not_owner`, `move_not_open`.

    Where it contradicts the first, supervision is told, and the person how to ask that the work be done again."""
    if resolved not in Callback.Resolved or satisfaction not in Callback.Satisfaction:
        raise Refused("answer_incomplete", "请问清是否解决、是否满意，再登记。", status=400)
    row = _own(row, "record", by, at)
    row.replied, row.resolved, row.satisfaction = replied, resolved, satisfaction
    RECHECK.apply(
        "record", row, by=by, at=at, replied=replied, resolved=resolved, satisfaction=satisfaction, ended_at=at,
        sentence="复核回访已问到，第一次的评价不改。",
    )  # fmt: skip
    if row.contradicts:
        _tell(row, at)
    return row


@transaction.atomic
def decline(row, *, by, at):
    """登记不愿再答: this number is never drawn again. Refused `not_owner`."""
    row = _own(row, "decline", by, at)
    RECHECK.apply("decline", row, by=by, at=at, ended_at=at, sentence="不愿再答复核回访，以后不再抽。")
    return row


@transaction.atomic
def lapse(row, *, at):
    """到期: nobody was reached in the days there are for it. Refused `move_not_open`."""
    return _lapse(lock(row), at)


def expire(*, at):
    """到期的复核回访 end by themselves, as do those whose matter was taken back or is being done again; how many."""
    redone = Q(callback__grievance__withdrawn_at__isnull=False) | ~Q(case__round=F("callback__round"))
    return len([lapse(row, at=at) for row in Recheck.objects.open().filter(Q(due_at__lte=at) | redone)])


def _lapse(row, at):
    RECHECK.apply("lapse", row, by=None, at=at, ended_at=at, sentence="复核回访没有问到，不再打扰。")
    return row


def _tell(row, at):
    """The supervisor reads that two answers differ; the person is offered what is theirs anyway, as long as it is."""
    case, grievance = row.case, row.callback.grievance
    text = f"事项 {case.number} 的复核回访与第一次评价不一致，请看事项页。"
    notify(notice_for(f"recheck:{row.pk}", "recheck", case, text, at=at, role=Role.SUPERVISOR))
    if closing.reopenable(grievance, at=at):
        text = f"【说事直通车】您在复核回访中说诉求 {grievance} 还没有办好，可以在这里要求重办：{{follow}}reopen/"
        notify(notice_for(f"recheck:{row.pk}:resident", "survey", case, text, at=at, grievance=grievance))


def _own(row, move, by, at):
    """The row, locked. Refused `not_owner` where another has taken it, `handled_it` where `by` had a hand in the matter."""
    row = lock(row)
    RECHECK.check(move, row, by=by, at=at)
    if row.owner_id not in (None, by.pk):
        raise Refused("not_owner", f"这一位由{row.owner}复核，请不要再打。", status=403)
    if not Recheck.objects.to_ask(by).filter(pk=row.pk).exists():
        raise Refused("handled_it", f"您办理、审核过事项 {row.case.number}，或者作过第一次回访，请交给别人复核。", status=403)
    return row


def _by_day_only(at):
    hour = timezone.localtime(at).hour
    if not NIGHT_ENDS <= hour < NIGHT_BEGINS:
        raise Refused("night", f"{NIGHT_BEGINS} 点以后、{NIGHT_ENDS} 点以前不打回访电话，请白天再打。")
