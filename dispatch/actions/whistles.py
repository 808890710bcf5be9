"""吹哨报到: the street whistles, units report in on the spot (北京市街道办事处条例 art. 11, 44; 接诉即办工作条例 art. 16, 33).

A person signs; who has arrived the street's people on the spot confirm by hand: no position is ever asked for or kept.
Events name no unit and no kind: who was not called learns nothing but that there was a whistle."""

from django.db import transaction
from django.utils import timezone

from dispatch import deadlines
from dispatch.models import Anchor, Whistle, WhistleUnit
from dispatch.teamwork import CONVENERS, ON_SITE, WHISTLE, must_say, names, on_site, own_row
from dispatch.workflow import HEADS, UNIT
from grievance import casework
from grievance.casework import Move, Refused, beijing, involve, lock, notice_for, notify, permit, record
from street.models import UNIT_ROLES, Organisation

SERIES = "哨"
"""代字 after the street's own mark: 骑街哨〔2026〕1号."""
LIMIT_CLASSES = {Whistle.Kind.PROBLEM: "W1", Whistle.Kind.ENFORCEMENT: "W2", Whistle.Kind.EMERGENCY: "W3"}
"""报到的时限等级 by kind of whistle."""
CALLABLE = (Organisation.Kind.DEPARTMENT, Organisation.Kind.STATION, Organisation.Kind.UTILITY)
"""可吹哨的单位: authorities, stations and public utilities. A private firm gets a 告知函, a community is the street's own."""

DRAFT = Move("draft_whistle", "拟吹哨单", set(), None, CONVENERS)
REPLY = Move("reply", "回复", set(), None, UNIT)
ARRIVE = Move("arrive", "确认到场", set(), None, ON_SITE)
ABSENT = Move("mark_absent", "登记未到", set(), None, ON_SITE)
RATE_UNIT = Move("rate_unit", "评价报到单位", set(), None, CONVENERS)
RATE_STREET = Move("rate_street", "评价街道", set(), None, HEADS)


@transaction.atomic
def draft(case, *, kind, matter, where, meet_at, units, by, at):
    """拟吹哨单: one of the three lawful cases, what for, where and when, and which units shall come. Nobody is told yet.

    Refused `text_missing`, `case_over`, `kind_unknown`, `units_missing`, `not_callable`, `meet_past`."""
    must_say(matter, "请写明吹哨事由，再提交。")
    must_say(where, "请写明报到地点，再提交。")
    case = lock(case)
    posting = permit(DRAFT, case, by=by, at=at)
    _check(case, kind, units)
    _must_lie_ahead(meet_at, at)
    row = Whistle.objects.create(
        case=case, kind=kind, matter=matter, where=where, meet_at=meet_at, drafted_by=by, drafted_at=at
    )  # fmt: skip
    WhistleUnit.objects.bulk_create(WhistleUnit(whistle=row, organisation=unit) for unit in dict.fromkeys(units))
    deadlines.start_for(row, Anchor.SIGNATURE, deadlines.SIGN_CLASS, unit=case.street, at=at)
    record(
        case, "whistle.draft", at=at, by=by, posting=posting, subject=row, became=row.status,
        sentence="拟吹哨单，待签发。",
    )  # fmt: skip
    text = f"事项 {case.number} 的吹哨单（{row.get_kind_display()}）已拟稿，请签发。"
    notify(*(notice_for(f"whistle:{row.pk}:{role}", "draft", case, text, at=at, role=role) for role in SIGNING_ROLES))
    return row


SIGNING_ROLES = ("street_leader", "street_secretary")


def _check(case, kind, units):
    _must_be_open(case)
    if kind not in Whistle.Kind.values:
        raise Refused("kind_unknown", "吹哨只限三种情形：街道难以解决的突出问题、综合执法、应急处置。请选择一种。", status=400)
    if not units:
        raise Refused("units_missing", "请选择至少一个需要报到的单位。", status=400)
    if barred := [unit for unit in units if unit.kind not in CALLABLE]:
        raise Refused(
            "not_callable", f"{names(barred)}不能作为吹哨对象：吹哨只对职能部门、派出机构和公用企业。社区、企业请派协办工单。"
        )


def _must_be_open(case):
    if case.ended:
        raise Refused(
            "case_over", f"事项 {case.number} 现在是“{case.get_status_display()}”，不能再吹哨。确需到场处置的，请新建关联事项。"
        )


def _must_lie_ahead(meet_at, at):
    if meet_at is None or meet_at < at:
        raise Refused("meet_past", "到场时间须在现在之后，请重新填写到场时间。", status=400)


@transaction.atomic
def sign(whistle, *, meet_at=None, by, at):
    """签发: a leader signs; the whistle takes its number and goes out to every unit, whose arrival clock starts.

    `meet_at`: another time than drafted. Refused `meet_past`, `case_over`, `move_not_open`, `role_missing`."""
    row = lock(whistle)
    WHISTLE.check("sign", row, by=by, at=at)
    _must_be_open(row.case)
    meet_at = meet_at or row.meet_at
    _must_lie_ahead(meet_at, at)
    number = _number(row.case.street, at)
    WHISTLE.apply(
        "sign", row, by=by, at=at, number=number, signed_by=by, signed_at=at, meet_at=meet_at,
        sentence=f"{by}签发吹哨单 {number}。", public=_public_of(row),
    )  # fmt: skip
    deadlines.end_for(row, at=at)
    for unit in row.units.select_related("organisation"):
        _call(row, unit, at=at)
    _tell_host(row, at=at)
    return row


def _number(street, at):
    year = timezone.localtime(at).year
    serial = casework.next_in(f"letter:{street.pk}:whistle:{year}")
    return f"{street.mark or street.short_name or street.name}{SERIES}〔{year}〕{serial}号"


def _public_of(whistle):
    # An inspection that is announced finds nothing
    return "" if whistle.kind == Whistle.Kind.ENFORCEMENT else "街道已召集有关部门到现场处置。"


def _call(whistle, unit, *, at):
    """One unit is told, may read the case, and owes its arrival.

    Due when the policy's limit has run out or at the time of the meeting, whichever is later: nobody is late before the time
    at which they were asked to be there, and nobody has less than the policy gives."""
    case = whistle.case
    involve(case, unit.organisation)
    clock = deadlines.start_for(unit, Anchor.ARRIVAL, LIMIT_CLASSES[whistle.kind], unit=unit.organisation, at=at)
    if clock is not None and clock.due_at < whistle.meet_at:
        deadlines.move(clock, whistle.meet_at, deadlines.calendar_of(case.street), at=at)
    text = (
        f"吹哨单 {whistle.number}：请于{beijing(whistle.meet_at)}到{whistle.where}报到（事项 {case.number}），并请回复能否到场。"
    )
    notify(notice_for(f"whistle:{whistle.pk}:{unit.pk}", "whistle", case, text, at=at, organisation=unit.organisation))


def _tell_host(whistle, *, at):
    place = whistle.case.place
    if place is None:
        return
    involve(whistle.case, place.community)
    text = f"吹哨单 {whistle.number}：{beijing(whistle.meet_at)}在{whistle.where}，请派人到场接应，并在系统中确认各单位到场。"
    notify(notice_for(f"whistle:{whistle.pk}:host", "whistle", whistle.case, text, at=at, organisation=place.community))


@transaction.atomic
def withdraw(whistle, *, reason, by, at):
    """撤回: a draft that shall not go out, with the reason."""
    must_say(reason, "请写明撤回理由，再提交。")
    row = lock(whistle)
    WHISTLE.apply("withdraw", row, by=by, at=at, outcome=reason, sentence="撤回吹哨单草稿。")
    deadlines.end_for(row, at=at, met=False)
    return row


@transaction.atomic
def reply(whistle, *, coming, words="", by, at):
    """回复: a unit says whether it will be there; the last word counts until it has arrived. A no must say why."""
    if not coming:
        must_say(words, "不能到场须写明原因，请补充。")
    row = _called(whistle)
    unit, posting = own_row(_units(row), REPLY, by=by, at=at)
    if unit.arrived_at:
        raise Refused("already_arrived", f"{unit.organisation}已经到场，不必再回复。")
    unit.coming, unit.reply, unit.replied_at = coming, words[:200], at
    unit.save(update_fields=["coming", "reply", "replied_at"])
    record(
        row.case, "whistle.reply", at=at, by=by, posting=posting, subject=unit,
        sentence=f"吹哨单 {row.number}：一个单位已回复{'到场' if coming else '不能到场'}。",
    )  # fmt: skip
    text = f"吹哨单 {row.number}：{unit.organisation}回复{'届时到场' if coming else '不能到场'}。{words[:80]}"
    notify(notice_for(f"whistle:{row.pk}:{unit.pk}:reply:{at:%s}", "whistle", row.case, text, at=at, role="supervisor"))
    return unit


@transaction.atomic
def arrive(whistle, *, units, arrived_at=None, by, at):
    """确认到场: the street's person on the spot has seen these units; their clocks stop at the time of arrival.

    Nobody confirms for their own unit. Refused `units_missing`, `unit_not_called`, `already_arrived`, `own_unit`,
    `arrival_out_of_range`."""
    row = _called(whistle)
    posting = permit(ARRIVE, on_site(row), by=by, at=at)
    arrived = arrived_at or at
    if not row.signed_at <= arrived <= at:
        raise Refused("arrival_out_of_range", "到场时间须在签发之后、现在之前，请核对。", status=400)
    found = [_waited_for(row, unit, by) for unit in units]
    if not found:
        raise Refused("units_missing", "请选择已经到场的单位。", status=400)
    for unit in found:
        unit.arrived_at, unit.confirmed_by = arrived, by
        unit.save(update_fields=["arrived_at", "confirmed_by"])
        deadlines.end_for(unit, at=arrived)
        record(
            row.case, "whistle.arrive", at=at, by=by, posting=posting, subject=unit,
            sentence=f"吹哨单 {row.number}：确认一个单位到场。",
        )  # fmt: skip
    return row


@transaction.atomic
def mark_absent(whistle, *, unit, why, by, at):
    """登记未到: who has not come when the time was over, and why as far as known. Its clock runs on until it comes or the
    whistle is closed: a reason is no arrival. Refused `too_early`, `unit_not_called`, `already_arrived`, `own_unit`."""
    must_say(why, "请写明未到原因（不清楚的写“未说明”），再提交。")
    row = _called(whistle)
    posting = permit(ABSENT, on_site(row), by=by, at=at)
    if at < row.meet_at:
        raise Refused("too_early", f"到场时间是{beijing(row.meet_at)}，还没有到，不能登记未到。")
    found = _waited_for(row, unit, by)
    found.absent_why = why[:200]
    found.save(update_fields=["absent_why"])
    record(
        row.case, "whistle.absent", at=at, by=by, posting=posting, subject=found,
        sentence=f"吹哨单 {row.number}：登记一个单位未到。",
    )  # fmt: skip
    text = f"吹哨单 {row.number}：贵单位未按时到场，已登记。请立即到场或说明情况。"
    notify(notice_for(f"whistle:{row.pk}:{found.pk}:absent", "whistle", row.case, text, at=at, organisation=found.organisation))
    return row


@transaction.atomic
def close(whistle, *, outcome, by, at):
    """了结: what came of it; no unit is left neither arrived nor absent. Refused `arrivals_open`."""
    must_say(outcome, "请写明处置结果，再提交。")
    row = lock(whistle)
    WHISTLE.check("close", row, by=by, at=at)
    units = _units(row)
    if unsaid := [unit.organisation for unit in units if not (unit.arrived_at or unit.absent_why)]:
        raise Refused("arrivals_open", f"{names(unsaid)}还没有确认到场或登记未到，请先补全再了结。")
    WHISTLE.apply(
        "close", row, by=by, at=at, outcome=outcome, closed_by=by, closed_at=at,
        sentence=f"吹哨单 {row.number} 已了结。", public=_public_of(row) and "有关部门已到现场处置。",
    )  # fmt: skip
    text = f"吹哨单 {row.number} 已了结，请评价街道的组织情况。"
    for unit in units:
        deadlines.end_for(unit, at=at, met=False)
        notify(notice_for(f"whistle:{row.pk}:{unit.pk}:closed", "whistle", row.case, text, at=at, organisation=unit.organisation))
    return row


@transaction.atomic
def rate_unit(whistle, *, unit, rating, words="", by, at):
    """街道评部门, once and only after the end (条例 art. 33: both sides are assessed). No figure is made of it."""
    row = lock(whistle)
    posting = permit(RATE_UNIT, row, by=by, at=at)
    found = _by_organisation(row, unit)
    _check_rating(row, rating, words, found.rating_of_unit)
    found.rating_of_unit, found.rating_of_unit_words = rating, words[:200]
    found.save(update_fields=["rating_of_unit", "rating_of_unit_words"])
    _rated(row, found, "街道已评价一个报到单位", posting, by=by, at=at)
    return row


@transaction.atomic
def rate_street(whistle, *, rating, words="", by, at):
    """部门评街道, once and only after the end, by the unit that was called."""
    row = lock(whistle)
    found, posting = own_row(_units(row), RATE_STREET, by=by, at=at)
    _check_rating(row, rating, words, found.rating_of_street)
    found.rating_of_street, found.rating_of_street_words = rating, words[:200]
    found.save(update_fields=["rating_of_street", "rating_of_street_words"])
    _rated(row, found, "一个报到单位已评价街道", posting, by=by, at=at)
    return row


def lapse(case, *, at):
    """随事项了结: drafts and clocks do not outlive their case; what went out is closed by a person. The case is locked."""
    for row in case.whistles.filter(status=Whistle.Status.DRAFT):
        row.case = case
        WHISTLE.apply("lapse", row, by=None, at=at, sentence="事项已了结，吹哨单草稿作废。")
        deadlines.end_for(row, at=at, met=False)
    for unit in WhistleUnit.objects.filter(whistle__case=case, arrived_at__isnull=True).select_related("whistle__case"):
        deadlines.end_for(unit, at=at, met=False)


def _called(whistle):
    row = lock(whistle)
    if row.status != Whistle.Status.CALLED:
        raise Refused("move_not_open", f"吹哨单现在是“{row.get_status_display()}”，不能办这一步。请刷新页面后再看。")
    return row


def _units(whistle):
    return list(whistle.units.select_related("organisation"))


def _by_organisation(whistle, organisation):
    found = next((row for row in _units(whistle) if organisation is not None and row.organisation_id == organisation.pk), None)
    if found is None:
        raise Refused("unit_not_called", f"{organisation or '该单位'}不在吹哨单 {whistle.number} 的报到单位之列。", status=400)
    return found


def _waited_for(whistle, organisation, by):
    found = _by_organisation(whistle, organisation)
    if found.arrived_at:
        raise Refused("already_arrived", f"{organisation}已于{beijing(found.arrived_at)}确认到场。")
    if organisation.pk in by.scope.where(UNIT_ROLES):
        raise Refused("own_unit", f"不能为本单位（{organisation}）确认到场，请由街道现场人员确认。", status=403)
    return found


def _check_rating(whistle, rating, words, before):
    if whistle.status != Whistle.Status.CLOSED:
        raise Refused("not_closed", "吹哨单了结之后才能评价。")
    if before:
        raise Refused("already_rated", "已经评价过，评价只有一次。")
    if rating not in WhistleUnit.Rating.values:
        raise Refused("rating_missing", "请选择评价：好、一般或差。", status=400)
    if rating == WhistleUnit.Rating.POOR:
        must_say(words, "评价为“差”须写明原因，请补充。")


def _rated(whistle, unit, what, posting, *, by, at):
    record(
        whistle.case, "whistle.rate", at=at, by=by, posting=posting, subject=unit, sentence=f"吹哨单 {whistle.number}：{what}。"
    )
