"""履行与司法确认: what follows an agreement: the committee asks whether it was performed (人民调解法 art. 31); both may have it
confirmed by the court within thirty days (art. 33)."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from dispatch import deadlines
from dispatch.actions import pledging
from dispatch.models import Anchor, Pledge
from dispatch.workflow import MEDIATION
from grievance.casework import Refused, lock, notice_for, notify
from street.models import Role

LIMIT_CLASS = "M"
AFTER_BREACH = (
    "可以就协议的履行向人民法院起诉（人民调解法第三十二条）；经司法确认的，可以申请强制执行（第三十三条）；也可以再行调解。"
)


def follow(mediation, *, at):
    """回访履行: the clocks that begin with an agreement, both owed by the mediating unit."""
    due = _follow_up(mediation)
    if mediation.perform_by is not None:
        promised = (Pledge.Kind.AGREED, "履行调解协议", mediation.perform_by)
        pledging.make(mediation.case, mediation.unit, promised, by=None, at=at, mediation=mediation)
    deadlines.start_for(mediation, Anchor.PERFORMANCE, LIMIT_CLASS, unit=mediation.unit, at=at, due_at=due)
    deadlines.start_for(mediation, Anchor.CONFIRMATION, LIMIT_CLASS, unit=mediation.unit, at=at)


def _follow_up(mediation):
    """The end of the working day after 履行期限; None where it was to be performed at once, then the policy's limit counts."""
    if mediation.perform_by is None:
        return None
    noon = timezone.make_aware(datetime.combine(mediation.perform_by, time(12)))
    return deadlines.calendar_of(mediation.case.street).add(noon, 1, "working_day")


@transaction.atomic
def record_performance(mediation, *, performed, text, by, at):
    """记录履行: performed, or not; then the ways that remain are named and the desk is told.

    Refused `text_missing`, `already_performed`."""
    if not text.strip():
        raise Refused("text_missing", "请写明履行情况（何时、怎样、向谁核实的），再提交。", status=400)
    row = lock(mediation)
    if row.performed_at:
        raise Refused("already_performed", "协议已记为履行完毕，不用再记。")
    if performed:
        return _performed(row, text, by=by, at=at)
    return _broken(row, text, by=by, at=at)


def _performed(row, text, *, by, at):
    MEDIATION.apply(
        "record_performance", row, by=by, at=at, performed_at=at, performance=text, ways_left="",
        sentence=f"{row.unit}核实：调解协议已履行。", public="调解协议已履行。",
    )  # fmt: skip
    deadlines.end_for(row, at=at, anchor=Anchor.PERFORMANCE)
    # Nothing is left that a court could enforce
    deadlines.end_for(row, at=at, met=False, anchor=Anchor.CONFIRMATION)
    return row


def _broken(row, text, *, by, at):
    MEDIATION.apply(
        "record_performance", row, by=by, at=at, performance=text, ways_left=AFTER_BREACH,
        sentence=f"{row.unit}核实：调解协议没有履行。", public=f"调解协议没有按约定履行。{AFTER_BREACH}",
    )  # fmt: skip
    deadlines.end_for(row, at=at, anchor=Anchor.PERFORMANCE)
    words = f"事项 {row.case.number} 的调解协议没有履行，请跟进：{AFTER_BREACH}"
    key = f"mediation:{row.pk}:broken:{int(at.timestamp())}"
    notify(notice_for(key, "performance", row.case, words, at=at, role=Role.DISPATCHER))
    return row


@transaction.atomic
def record_confirmation(mediation, *, confirmed_on=None, by, at):
    """司法确认: the day of the court's ruling, or that the parties do not ask for one (None).

    Refused `already_confirmed`, `confirmed_ahead`."""
    row = lock(mediation)
    if row.confirmed_on:
        raise Refused("already_confirmed", f"已记录{row.confirmed_on:%Y年%-m月%-d日}司法确认，不用再记。")
    if confirmed_on is None:
        sentence = "各方不申请司法确认。"
    elif timezone.localdate(row.ended_at) <= confirmed_on <= timezone.localdate(at):
        sentence = f"调解协议经人民法院司法确认（{confirmed_on:%Y年%-m月%-d日}）。"
    else:
        raise Refused("confirmed_ahead", "司法确认的日期应在达成协议之后、今天或以前，请核对裁定书。", status=400)
    MEDIATION.apply(
        "record_confirmation", row, by=by, at=at, confirmed_on=confirmed_on, sentence=sentence,
        public=sentence if confirmed_on else "",
    )  # fmt: skip
    deadlines.end_for(row, at=at, met=confirmed_on is not None, anchor=Anchor.CONFIRMATION)
    return row
