"""联合上门 “只敲一次门”: visits of several units to one door are shown to each other, joined and merged.

A visit may serve no case, one, or several, so it takes its own lock (rows in the order of their keys) and never that of a case:
it changes nothing of a case but its history. A company that is visited is told nothing here."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from dispatch.models import Policy, Visit, VisitUnit
from dispatch.teamwork import CONVENERS, VISIT, Seat, must_say, names, row_of
from dispatch.workflow import UNIT
from grievance.casework import Move, Refused, beijing, involve, notice_for, notify, permit, record
from street.scope import stand

PLAN = Move("plan_visit", "安排上门", set(), None, {*CONVENERS, *UNIT})
DAYS = 3
"""合并天数 where no policy is in force yet (as the policy's own default)."""


def days_of(street, at):
    """合并天数: how far apart in days visits to the same door may lie and still be one."""
    policy = Policy.objects.in_force(street, at)
    return policy.visit_days if policy else DAYS


def near(place, party, starts_at, *, at, but=None):
    """可合并的上门: planned visits to the same place or party within the policy's `visit_days` before or after `starts_at`."""
    span = timedelta(days=days_of(place.street, at))
    same = Q(place=place) | Q(party=party) if party else Q(place=place)
    found = Visit.objects.planned().filter(same, street=place.street_id, starts_at__range=(starts_at - span, starts_at + span))
    return found.exclude(pk=but.pk) if but else found


@transaction.atomic
def plan(place, *, unit, purpose, starts_at, party=None, case=None, join=None, apart_why="", by, at):
    """安排上门: a unit goes to a place, perhaps about a case and to a company there; with `join` it goes along with others.

    Refused `visit_near` where others go there anyway: join them, or say why not (`apart_why`)."""
    must_say(purpose, "请写明上门目的，再提交。")
    if join is not None:
        return join_visit(join, unit=unit, purpose=purpose, case=case, by=by, at=at)
    posting = permit(PLAN, Seat(unit.pk, place.street_id), by=by, at=at)
    _check(place, unit, starts_at, at)
    others = list(near(place, party, starts_at, at=at).prefetch_related("units__organisation"))
    if others and not apart_why.strip():
        raise Refused("visit_near", f"{_told(others)}。请选择一起去；确需单独上门的，请写明理由。")
    row = Visit.objects.create(
        street=place.street, place=place, party=party, starts_at=starts_at, planned_by=by, planned_at=at,
        apart_why=apart_why[:200] if others else "",
    )  # fmt: skip
    _add(row, unit, case, purpose, posting, by=by, at=at)
    return row


def _check(place, unit, starts_at, at):
    if starts_at is None or starts_at < at:
        raise Refused("visit_past", "上门时间须在现在之后，请重新填写。", status=400)
    # A unit of this street, or one of the district or city above it
    below = unit.path.startswith(place.street.path)
    beside = unit.parent is not None and place.street.path.startswith(unit.parent.path)
    if not (below or beside):
        raise Refused("elsewhere", f"{unit}不在{place.street}及其上级范围内，不能安排到这里上门。", status=400)


def _told(visits):
    said = [f"{beijing(row.starts_at)}{names(unit.organisation for unit in row.units.all())}" for row in visits]
    return f"已安排到同一地点或同一单位上门：{'；'.join(said)}"


def _add(visit, unit, case, purpose, posting, *, by, at):
    row = VisitUnit.objects.create(visit=visit, organisation=unit, case=case, purpose=purpose[:120])
    if case is not None:
        involve(case, unit)
        record(
            case, "visit.plan", at=at, by=by, posting=posting, subject=visit,
            sentence=f"{unit}安排{beijing(visit.starts_at)}上门。",
        )  # fmt: skip
    text = f"上门安排：{beijing(visit.starts_at)}到{visit.place}，{purpose[:80]}。"
    notify(notice_for(f"visit:{visit.pk}:{row.pk}", "visit", case, text, at=at, organisation=unit))
    return row


@transaction.atomic
def join_visit(visit, *, unit, purpose, case=None, by, at):
    """一起去: one more unit comes along; those who go already are told."""
    must_say(purpose, "请写明上门目的，再提交。")
    row = _locked(visit)[0]
    posting = _permitted("join_visit", row, Seat(unit.pk, row.street_id), by=by, at=at)
    _check(row.place, unit, row.starts_at, at)
    if row.units.filter(organisation=unit, case=case).exists():
        raise Refused("already_going", f"{unit}已在这次上门之列，不必再加。")
    others = list(row.units.select_related("organisation", "case"))
    added = _add(row, unit, case, purpose, posting, by=by, at=at)
    text = f"联合上门：{unit}与贵单位{beijing(row.starts_at)}一同到{row.place}，只敲一次门。"
    _tell(row, others, f"joined:{added.pk}", text, at=at)
    return row


@transaction.atomic
def merge(visit, *, into, by, at):
    """合并上门: its units go along with the other visit, at that one's time; every unit of both is told, and where they came from
    stays on record. Refused `not_near` (neither place nor party in common), `same_visit`."""
    if visit.pk == into.pk:
        raise Refused("same_visit", "不能与自己合并，请另选一次上门。", status=400)
    row, other = _locked(visit, into)
    if not (row.place_id == other.place_id or (row.party_id and row.party_id == other.party_id)):
        raise Refused("not_near", "两次上门不是同一地点，也不是同一单位，不能合并。", status=400)
    _permitted("merge_visits", other, other, by=by, at=at)
    _end("merge_visits", row, by=by, at=at, merged_into=other)
    moved, there = _units(row), _units(other)
    for unit in moved:
        _move(unit, row, other, there)
    text = f"联合上门：原定{beijing(row.starts_at)}的上门并入{beijing(other.starts_at)}到{other.place}的上门，只敲一次门。"
    _tell(other, [*there, *moved], f"merged:{row.pk}", text, at=at)
    _note([*there, *moved], "visit.merge", other, f"上门合并为{beijing(other.starts_at)}联合上门。", by=by, at=at)
    return other


def _move(unit, row, other, there):
    who = (unit.organisation_id, unit.case_id)
    same = next((one for one in there if one.case_id and (one.organisation_id, one.case_id) == who), None)
    if same is None:
        VisitUnit.objects.filter(pk=unit.pk).update(visit=other, came_from=row)
        return
    # One unit about one matter stands once; both purposes are kept, and its first row stays with the visit that was merged
    same.purpose = f"{same.purpose}；{unit.purpose}"[:120]
    same.save(update_fields=["purpose"])


@transaction.atomic
def make(visit, *, record_text, by, at):
    """上门记录: it was made; what was seen and agreed. Refused `too_early`."""
    must_say(record_text, "请填写上门记录，再提交。")
    row = _locked(visit)[0]
    if at < row.starts_at:
        raise Refused("too_early", f"上门时间是{beijing(row.starts_at)}，还没有到，不能先写记录。")
    _end("make_visit", row, by=by, at=at, record=record_text, made_at=at)
    units = _units(row)
    text = f"{beijing(row.starts_at)}到{row.place}的上门已完成，记录请在上门页查看。"
    _tell(row, units, "made", text, at=at)
    _note(units, "visit.make", row, f"{names({unit.organisation for unit in units})}已上门。", by=by, at=at)
    return row


@transaction.atomic
def cancel(visit, *, reason, by, at):
    """取消上门, with the reason; every unit is told."""
    must_say(reason, "取消上门须写明原因，请补充。")
    row = _locked(visit)[0]
    _end("cancel_visit", row, by=by, at=at, cancelled_why=reason[:200])
    units = _units(row)
    _tell(row, units, "cancelled", f"{beijing(row.starts_at)}到{row.place}的上门取消：{reason[:150]}", at=at)
    _note(units, "visit.cancel", row, "上门取消。", by=by, at=at)
    return row


def seat_of(visit, move, user):
    """席位 from which `user` may act on a visit: that of the first unit going for which they may, else the street's alone."""
    unit = row_of(visit.units.all(), move, user)
    return Seat(unit.organisation_id if unit else None, visit.street_id)


def _permitted(name, visit, seat, *, by, at):
    """The posting by which the move may be made from that seat. Refused `move_not_open`, `role_missing`."""
    move = VISIT.moves[name]
    if visit.status not in move.sources:
        raise Refused("move_not_open", f"这次上门现在是“{visit.get_status_display()}”，不能{move.label}。请刷新页面后再看。")
    return permit(move, seat, by=by, at=at)


def _end(name, visit, *, by, at, **changes):
    """The one way a visit changes its status: checked against the table, with who and when."""
    stand(by, at)
    move = VISIT.moves[name]
    _permitted(name, visit, seat_of(visit, move, by), by=by, at=at)
    changes |= {"status": move.target, "ended_by": by, "ended_at": at}
    for field, value in changes.items():
        setattr(visit, field, value)
    visit.save(update_fields=list(changes))


def _locked(*visits):
    """The rows under a lock, in the order asked for; taken in the order of their keys, so that two merges cannot wait for each
    other."""
    keys = [visit.pk for visit in visits]
    rows = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("street", "place__street", "party")
    found = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
    return [found[key] for key in keys]


def _units(visit):
    return list(visit.units.select_related("organisation", "case"))


def _tell(visit, units, what, text, *, at):
    notices = {}
    for unit in units:
        key = f"visit:{visit.pk}:{what}:{unit.organisation_id}"
        notices[key] = notice_for(key, "visit", unit.case, text, at=at, organisation=unit.organisation)
    notify(*notices.values())


def _note(units, kind, visit, sentence, *, by, at):
    """In the history of every case that the visit serves; a case is named to nobody who came for another."""
    for case in {unit.case_id: unit.case for unit in units if unit.case}.values():
        record(case, kind, at=at, by=by, subject=visit, sentence=sentence)
