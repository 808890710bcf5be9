"""协同的动作: whistles, joint meetings, supporting orders and visits; and their panels on the page of a case."""

from desk import forms, teamwork_forms
from desk.act import Act, Chapter, Hung
from dispatch.actions import meetings, support, visits, whistles
from dispatch.models import Anchor, Deadline, Meeting, Visit, Whistle, WorkOrder
from dispatch.teamwork import MEETING, VISIT, WHISTLE, Seat, on_site, row_of
from dispatch.workflow import UNIT
from grievance.actions import privacy
from grievance.casework import Refused, Workflow, posting_for
from grievance.models import Case

IN_TRIAGE = (Case.Status.SUBMITTED, Case.Status.HELD)
"""待研判: whose door it is, and who goes, is not known yet."""
BY_SEAT = Workflow("上门")
"""A visit's moves depend on the unit that goes: they stand beside this empty table (see `_on_visit`)."""


def own_unit(rows, by):
    """本单位: the first of `rows`' units for which the person works. Refused `unit_missing`."""
    held = by.scope.where(UNIT)
    found = next((unit for unit in rows if unit.pk in held), None)
    if found is None:
        raise Refused("unit_missing", "请选择上门的单位。", status=400)
    return found


def _plan_visit(case, *, unit, by, at, **said):
    unit = unit or own_unit([order.handler for order in case.orders.all()], by)
    return visits.plan(case.place, unit=unit, case=case, by=by, at=at, **said)


def _join_visit(visit, *, unit, purpose, by, at):
    unit = unit or own_unit([posting.organisation for posting in by.scope.postings], by)
    return visits.join_visit(visit, unit=unit, purpose=purpose, by=by, at=at)


def _owed(order, user, at):
    return order.status in support.OWING


def _led(case, user=None, at=None):
    return case.status == Case.Status.IN_HANDLING and any(row.lead and row.status in WorkOrder.OPEN for row in case.orders.all())


def _time_over(whistle, user, at):
    return whistle.meet_at <= at


def _all_accounted_for(whistle, user, at):
    return all(unit.arrived_at or unit.absent_why for unit in whistle.units.all())


def _begun(meeting, user, at):
    return meeting.meets_at <= at


def _has_started(visit, user, at):
    return visit.starts_at <= at


def _has_neighbour(visit, user, at):
    return bool(getattr(visit, "near", []))


def _open_draft(whistle, user, at):
    return not whistle.case.ended


def _beside(row, user):
    """What stands beside the tables: on a case, an order, a whistle, a meeting, a visit."""
    found = BESIDE.get(type(row))
    return found(row, user) if found else []


def _on_case(case, user):
    if case.ended:
        return []
    moves = [move for move in (whistles.DRAFT, meetings.CALL) if posting_for(move, case, user)]
    if _led(case) and posting_for(support.SUPPORT, case, user):
        moves.append(support.SUPPORT)
    known = case.place_id and case.status not in IN_TRIAGE
    if known and (posting_for(visits.PLAN, Seat(None, case.street_id), user) or _handles(case, user)):
        moves.append(visits.PLAN)
    return moves


def _handles(case, user):
    units = user.scope.where(UNIT)
    return bool(units) and any(order.handler_id in units and order.status in WorkOrder.OPEN for order in case.orders.all())


def _on_order(order, user):
    return [*_asking(order, user), *_chasing(order, user)]


def _asking(order, user):
    return [support.ASK] if order.status in support.OWING and posting_for(support.ASK, order, user) else []


def _chasing(order, user):
    if order.lead or order.status not in WorkOrder.OPEN:
        return []
    lead = next((row for row in order.case.orders.all() if row.lead and row.status in WorkOrder.OPEN), None)
    seat = Seat(lead.handler_id if lead else None, order.case.street_id)
    return [support.CHASE] if posting_for(support.CHASE, seat, user) else []


def _on_whistle(whistle, user):
    if whistle.status == Whistle.Status.CLOSED:
        return _to_rate(whistle, user)
    if whistle.status != Whistle.Status.CALLED:
        return []
    waited = [unit for unit in whistle.units.all() if unit.arrived_at is None]
    moves = [move for move in (whistles.ARRIVE, whistles.ABSENT) if waited and posting_for(move, on_site(whistle), user)]
    return moves + ([whistles.REPLY] if row_of(waited, whistles.REPLY, user) else [])


def _to_rate(whistle, user):
    units = list(whistle.units.all())
    unrated = any(not unit.rating_of_unit for unit in units)
    moves = [whistles.RATE_UNIT] if unrated and posting_for(whistles.RATE_UNIT, whistle, user) else []
    own = row_of([unit for unit in units if not unit.rating_of_street], whistles.RATE_STREET, user)
    return moves + ([whistles.RATE_STREET] if own else [])


def _on_meeting(meeting, user):
    invited = meeting.status == Meeting.Status.CALLED and row_of(meeting.units.all(), meetings.REPLY, user)
    return [meetings.REPLY] if invited else []


def _on_visit(visit, user):
    if visit.status != Visit.Status.PLANNED:
        return []
    # Whether others come along is the street's to say here; a unit joins from the page of its own case
    seats = {name: visit if name == "join_visit" else visits.seat_of(visit, move, user) for name, move in VISIT.moves.items()}
    return [move for name, move in VISIT.moves.items() if posting_for(move, seats[name], user)]


BESIDE = {Case: _on_case, WorkOrder: _on_order, Whistle: _on_whistle, Meeting: _on_meeting, Visit: _on_visit}


def _whistles(case, user):
    """吹哨 that the reader may see, each unit with the clock of its arrival."""
    rows = Whistle.objects.visible_to(user).filter(case=case).select_related("drafted_by", "signed_by", "closed_by")
    found = list(rows.prefetch_related("units__organisation", "units__confirmed_by").order_by("pk"))
    clocks = {}
    if found:
        clocks = {row.subject: row for row in Deadline.objects.filter(case=case, anchor=Anchor.ARRIVAL)}
    for whistle in found:
        whistle.case = case
        whistle.said = privacy.words_for(whistle.matter, case, user)
        whistle.came_of_it = privacy.words_for(whistle.outcome, case, user)
        for unit in whistle.units.all():
            unit.clock = clocks.get(f"whistleunit:{unit.pk}")
    return found


def _meetings(case, user):
    rows = Meeting.objects.visible_to(user).filter(case=case).select_related("called_by").order_by("meets_at", "pk")
    found = list(rows.prefetch_related("units__organisation", "decisions__organisation", "decisions__order"))
    firm, mine = privacy.outsider(user), user.scope.organisations
    for meeting in found:
        meeting.case = case
        # A firm at the table reads what it shall do itself, and not what was said of the resident
        meeting.said = "" if firm else privacy.words_for(meeting.minutes, case, user)
        meeting.decided = [row for row in meeting.decisions.all() if not firm or row.organisation_id in mine]
        for row in meeting.decided:
            row.said = privacy.words_for(row.text, case, user)
    return found


def _visits(case, user):
    rows = Visit.objects.visible_to(user).filter(units__case=case).distinct().order_by("starts_at", "pk")
    return masked(with_facts(rows))


def masked(rows):
    """上门 as they may be read by all who go: a visit serves several matters, so the numbers in it are shown to nobody."""
    found = list(rows)
    for visit in found:
        visit.said = privacy.masked(visit.record)
        for unit in visit.units.all():
            unit.why = privacy.masked(unit.purpose)
    return found


def with_facts(rows):
    """上门 with what its panel and its moves read."""
    rows = rows.select_related("street", "place__community", "place__parent__parent", "party", "planned_by", "ended_by")
    return rows.prefetch_related("units__organisation", "units__case")


CHAPTER = Chapter(
    acts={
        ("case", "draft_whistle"): Act(whistles.draft, teamwork_forms.DraftWhistle),
        ("case", "call_meeting"): Act(meetings.call, teamwork_forms.CallMeeting),
        ("case", "support"): Act(support.support, teamwork_forms.Support, _led),
        ("case", "plan_visit"): Act(_plan_visit, teamwork_forms.PlanVisit),
        ("workorder", "ask_help"): Act(support.ask_help, teamwork_forms.AskHelp),
        ("workorder", "chase_support"): Act(support.chase_support, offered=_owed),
        ("whistle", "sign"): Act(whistles.sign, teamwork_forms.SignWhistle, _open_draft),
        ("whistle", "withdraw"): Act(whistles.withdraw, forms.Reason),
        ("whistle", "reply"): Act(whistles.reply, teamwork_forms.Reply),
        ("whistle", "arrive"): Act(whistles.arrive, teamwork_forms.Arrive),
        ("whistle", "mark_absent"): Act(whistles.mark_absent, teamwork_forms.MarkAbsent, _time_over),
        ("whistle", "close"): Act(whistles.close, forms.Outcome, _all_accounted_for),
        ("whistle", "rate_unit"): Act(whistles.rate_unit, teamwork_forms.RateUnit),
        ("whistle", "rate_street"): Act(whistles.rate_street, teamwork_forms.RateStreet),
        ("meeting", "reply"): Act(meetings.reply, teamwork_forms.Reply),
        ("meeting", "hold"): Act(meetings.hold, teamwork_forms.HoldMeeting, _begun),
        ("meeting", "cancel"): Act(meetings.cancel, forms.Reason),
        ("visit", "join_visit"): Act(_join_visit, teamwork_forms.JoinVisit),
        ("visit", "make_visit"): Act(visits.make, teamwork_forms.MakeVisit, _has_started),
        ("visit", "cancel_visit"): Act(visits.cancel, forms.Reason),
        ("visit", "merge_visits"): Act(visits.merge, teamwork_forms.MergeVisits, _has_neighbour),
    },
    tables={Whistle: WHISTLE, Meeting: MEETING, Visit: BY_SEAT},
    loose=(
        whistles.DRAFT, whistles.REPLY, whistles.ARRIVE, whistles.ABSENT, whistles.RATE_UNIT, whistles.RATE_STREET,
        meetings.CALL, support.SUPPORT, support.ASK, support.CHASE, visits.PLAN, *VISIT.moves.values(),
    ),
    beside=_beside,
    hung=(
        Hung("desk/_whistle.html", _whistles),
        Hung("desk/_meeting.html", _meetings),
        Hung("desk/_visit.html", _visits),
    ),
)  # fmt: skip
