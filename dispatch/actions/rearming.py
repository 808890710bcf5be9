"""再次呈送: a person has set a secretary's supervision aside while the work is still owed; the rung falls due again after its
own time. Without it a matter late beyond the last rung would stand still unseen (found by `manage.py replay`)."""

from dispatch import deadlines
from dispatch.models import Anchor, Checkpoint, Deadline, EscalationRung, Level, Supervision
from grievance.casework import beijing, record

RUNG_LEVEL = {Supervision.Level.STREET: Level.STREET_SECRETARY, Supervision.Level.COMMUNITY: Level.COMMUNITY_SECRETARY}


def climb_again(row, *, at):
    """再次呈送 of the level whose supervision a person has just ended; nothing where the work is done or a rung still waits.

    The checkpoint belongs to the completion clock: it goes with it once the work is reported."""
    clock = _late_clock(row.case, at)
    rung = _rung_for(row, clock) if clock else None
    if rung is None or clock.checkpoints.filter(rung=rung, fired_at__isnull=True).exists():
        return None
    due = deadlines.calendar_of(row.case.street).add(at, rung.amount, rung.unit)
    checkpoint = Checkpoint.objects.create(
        case=row.case, order=clock.order, deadline=clock, rung=rung, occasion=f"again:{row.pk}", due_at=due
    )
    sentence = f"届时仍未办结的，{beijing(due)}再次{row.get_level_display()}。"
    record(row.case, "supervision.again", at=at, by=None, subject=row, sentence=sentence)
    return checkpoint


def _late_clock(case, at):
    running = Deadline.objects.filter(case=case, anchor=Anchor.COMPLETION, order__lead=True, met_at=None, dropped_at=None)
    clock = running.select_related("order__policy", "order__case__category").first()
    return clock if clock is not None and clock.due_at <= at else None


def _rung_for(row, clock):
    """The rung after the due time that puts such a matter before this level."""
    order = clock.order
    escalating = order.policy.rungs.filter(
        anchor=Anchor.COMPLETION, measure=EscalationRung.Measure.ESCALATE, to=RUNG_LEVEL.get(row.level, ""), trigger="after"
    )
    return next((rung for rung in escalating.order_by("pk") if deadlines.fits(rung, row.case, order)), None)
