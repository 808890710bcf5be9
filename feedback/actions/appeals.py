"""数字异议: a frozen month is corrected only because a unit said so and somebody above agreed; the version before stays."""

from django.db import transaction

from feedback.figures import freezing, keeping
from feedback.models import Appeal, Snapshot
from feedback.workflow import APPEAL
from grievance.casework import Refused
from street.models import Organisation


@transaction.atomic
def ask(snapshot, *, unit, reason, by, at):
    """提出异议 to a frozen month, by a unit that stands in it. Refused `reason_missing`, `already_asked`, `role_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明哪个数字、错在哪里，再提交。", status=400)
    waiting = Appeal.objects.filter(unit=unit, month=snapshot.month, status=Appeal.Status.ASKED)
    if waiting.exists():
        raise Refused("already_asked", f"{unit}对{snapshot.month:%Y年%m月}的数字已有一件异议在复核，请等复核结果。")
    row = Appeal(street=snapshot.street, unit=unit, month=snapshot.month, reason=reason.strip(), asked_by=by, asked_at=at)
    APPEAL.check("ask", row, by=by, at=at)
    row.save()
    return row


@transaction.atomic
def agree(row, *, opinion, by, at):
    """同意更正: the month is counted anew from its matters and kept as the next version; (appeal, snapshot).

    Refused `nothing_differs` where the matters say what was frozen: figures are corrected by correcting matters, never by hand;
    `opinion_missing`, `own_request`, `role_missing`."""
    row = _decide(row, "agree", opinion, by=by, at=at)
    keeping.keep_up()
    last = Snapshot.objects.filter(street=row.street, month=row.month).latest("version")
    if not freezing.drift(last):
        raise Refused("nothing_differs", "按现在的事项重新计数，与定格的完全一样，没有可更正的。请先更正事项本身，或不予更正。")
    return row, freezing.write(row.street, row.month, at=at, appeal=row)


@transaction.atomic
def refuse(row, *, opinion, by, at):
    """不予更正: with the reason. Refused `opinion_missing`, `own_request`, `role_missing`."""
    return _decide(row, "refuse", opinion, by=by, at=at)


def _decide(row, move, opinion, *, by, at):
    if not opinion.strip():
        raise Refused("opinion_missing", "请写明复核意见，再提交。", status=400)
    Organisation.objects.select_for_update(no_key=True).get(pk=row.street_id)
    row = Appeal.objects.select_for_update(no_key=True).get(pk=row.pk)
    if by.pk == row.asked_by_id:
        raise Refused("own_request", "自己提出的异议要由另一位复核。请交给其他有权的人。", status=403)
    APPEAL.check(move, row, by=by, at=at)
    row.status, row.opinion = APPEAL.moves[move].target, opinion.strip()
    row.decided_by, row.decided_at = by, at
    row.save(update_fields=["status", "opinion", "decided_by", "decided_at"])
    return row
