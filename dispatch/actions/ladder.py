"""升级阶梯: what a due checkpoint does. The clock reminds, drafts and climbs; it never signs.

Every measure takes many checkpoints at once and returns the rows to write, so that a thousand cost a few statements."""

from collections import defaultdict
from dataclasses import dataclass, field

from dispatch import deadlines
from dispatch.models import Checkpoint, EscalationRung, Letter, Level, Supervision
from dispatch.papers.forms import FORMS
from grievance.casework import beijing, event_for, notice_for
from grievance.models import CaseUnit, Event, Notice
from street.models import Organisation

DESK_ROLES = {Level.DESK: "supervisor", Level.STREET_LEADER: "street_leader", Level.STREET_SECRETARY: "street_secretary"}
SUPERVISION_LEVELS = {
    Level.COMMUNITY_SECRETARY: Supervision.Level.COMMUNITY,
    Level.STREET_SECRETARY: Supervision.Level.STREET,
    Level.DISTRICT_LIST: Supervision.Level.DISTRICT,
}
PAPER_OF_LEVEL = {
    Supervision.Level.STREET: Letter.Kind.SECRETARY_SUPERVISE,
    Supervision.Level.DISTRICT: Letter.Kind.LISTING_PROPOSAL,
}


@dataclass
class Outcome:
    """What a batch of checkpoints leads to, to be written at the end in a few statements."""

    at: object
    notices: list = field(default_factory=list)
    events: list = field(default_factory=list)
    letters: list = field(default_factory=list)
    supervisions: list = field(default_factory=list)
    units: list = field(default_factory=list)
    levels: dict = field(default_factory=dict)

    def notice(self, checkpoint, text, **to):
        """One notice for a checkpoint, exactly."""
        key = f"checkpoint:{checkpoint.pk}"
        self.notices.append(notice_for(key, checkpoint.rung.measure, checkpoint.case, text, at=self.at, **to))

    def event(self, checkpoint, sentence, public=""):
        """One event for a checkpoint, exactly."""
        kind = f"checkpoint.{checkpoint.rung.measure}"
        self.events.append(
            event_for(checkpoint.case, kind, at=self.at, by=None, subject=checkpoint, sentence=sentence, public=public)
        )


def remind(checkpoint, outcome):
    """临期提醒: in the desk's name, automatic, unnumbered."""
    _press(checkpoint, outcome, "临期提醒")


def chase(checkpoint, outcome):
    """催办: in the desk's name, automatic, unnumbered."""
    _press(checkpoint, outcome, "催办")


def _press(checkpoint, outcome, word):
    deadline, order = checkpoint.deadline, checkpoint.order
    what = f"工单 {order.number} " if order else f"事项 {checkpoint.case.number} "
    due = f"{deadline.get_anchor_display()}时限{beijing(deadline.due_at)}。" if deadline else ""
    to = checkpoint.rung.to
    unit = unit_of(checkpoint)
    target = {"role": DESK_ROLES[to]} if to in DESK_ROLES or unit is None else {"organisation": unit}
    outcome.notice(checkpoint, f"【{word}】{what}{due}{checkpoint.rung.sentence}", **target)
    name = Level(to).label if "role" in target else unit
    outcome.event(checkpoint, f"{word}：{name}。{checkpoint.rung.sentence}")


def unit_of(checkpoint):
    """承办单位 that a checkpoint presses: the handler of its order, else whoever owes what its clock is about; None: the desk."""
    if checkpoint.order:
        return checkpoint.order.handler
    return checkpoint.deadline.unit if checkpoint.deadline else None


def draft(checkpoint, outcome):
    """拟文: the clock drafts a paper; a person signs it, or does not."""
    case = checkpoint.case
    to = unit_of(checkpoint) or case.promised_by or case.street
    kind = Letter.Kind(checkpoint.rung.paper)
    outcome.letters.append(_letter(kind, checkpoint, to, outcome.at))
    outcome.event(checkpoint, f"{kind.label}已拟稿，待签发：{checkpoint.rung.sentence}")
    outcome.notice(checkpoint, f"事项 {case.number} 的{kind.label}已拟稿，请签发。", role=_signing_role(kind))


def _signing_role(kind):
    return {
        Letter.Kind.CAUTION: "shift_leader",
        Letter.Kind.SUPERVISE: "street_leader",
    }.get(kind, "street_secretary")


def escalate(checkpoint, outcome):
    """呈送: put the case before a secretary; the paper that goes with the level is drafted for signature."""
    level = SUPERVISION_LEVELS[checkpoint.rung.to]
    case = checkpoint.case
    if level in outcome.levels[case.pk]:
        outcome.event(checkpoint, f"{Supervision.Level(level).label}已在进行：{checkpoint.rung.sentence}")
        return
    outcome.levels[case.pk].add(level)
    holder = _holder(case, level)
    row = Supervision(case=case, level=level, holder=holder, reason=checkpoint.rung.sentence, raised_at=outcome.at)
    outcome.supervisions.append(row)
    outcome.units.append(CaseUnit(case=case, organisation=holder))
    if paper := PAPER_OF_LEVEL.get(level):
        outcome.letters.append(_letter(paper, checkpoint, _addressee(checkpoint, holder, paper), outcome.at, supervision=row))
    outcome.event(checkpoint, f"呈送{row.get_level_display()}：{row.reason}", public=_public(level))
    role = {"organisation": holder} if level == Supervision.Level.COMMUNITY else {"role": "street_secretary"}
    outcome.notice(checkpoint, f"事项 {case.number} 呈送{row.get_level_display()}：{row.reason}", **role)


def _public(level):
    return {
        Supervision.Level.COMMUNITY: "社区书记已关注此事。",
        Supervision.Level.STREET: "此事已呈送街道党工委书记。",
        Supervision.Level.DISTRICT: "此事已拟提请区级挂牌督办。",
    }[level]


def _holder(case, level):
    if level == Supervision.Level.COMMUNITY and case.place_id:
        return case.place.community
    return case.street


def _addressee(checkpoint, holder, paper):
    if paper == Letter.Kind.LISTING_PROPOSAL:
        return holder.parent or holder
    return unit_of(checkpoint) or checkpoint.case.promised_by or holder


def _letter(kind, checkpoint, to, at, supervision=None):
    case, order = checkpoint.case, checkpoint.order
    number = f"（工单 {order.number}）" if order else ""
    body = f"事项 {case.number}{number}：{checkpoint.rung.sentence}"
    if order and order.due_at:
        body += f"办结时限为{beijing(order.due_at)}。"
    body += FORMS[kind][Organisation.Relation(to.relation)].ask
    return Letter(
        kind=kind, case=case, order=order, supervision=supervision, checkpoint=checkpoint, issuer=case.street, to=to,
        subject=f"关于{case.title or case.number}的{kind.label}"[:120], body=body, drafted_at=at,
    )  # fmt: skip


MEASURES = {
    EscalationRung.Measure.REMIND: remind,
    EscalationRung.Measure.CHASE: chase,
    EscalationRung.Measure.DRAFT: draft,
    EscalationRung.Measure.ESCALATE: escalate,
}


def fire(checkpoints, *, at):
    """触发: act on checkpoints already claimed; the rows are written together at the end.

    A case that has ended in the meantime is passed over."""
    outcome = Outcome(at=at)
    live = [row for row in _with_everything(checkpoints) if not row.case.ended]
    outcome.levels = _open_levels(live)
    for checkpoint in live:
        MEASURES[checkpoint.rung.measure](checkpoint, outcome)
    _write(outcome)
    return outcome


# What each checkpoint has of its own is joined, and no more of it than the measures read: a thousand rows are built from it
OWN = [
    *("case_id", "order_id", "deadline_id", "rung_id", "due_at"),
    *(f"case__{name}" for name in ("number", "title", "status", "urgency", "street", "place", "promised_by", "category")),
    *("order__number", "order__due_at", "order__handler", "order__policy", "deadline__anchor", "deadline__due_at"),
    "deadline__unit",
]
# What many share is fetched apart, so that a street is read and built once, not 500 times
SHARED = [
    *("rung", "case__street__parent", "case__place__community", "case__promised_by", "case__category", "order__handler"),
    *("order__policy", "deadline__unit"),
]


def _with_everything(checkpoints):
    rows = Checkpoint.objects.filter(pk__in=[row.pk for row in checkpoints]).order_by("due_at", "pk")
    return list(rows.select_related("case", "order", "deadline").only(*OWN).prefetch_related(*SHARED))


def _open_levels(checkpoints):
    cases = {row.case_id for row in checkpoints if row.rung.measure == EscalationRung.Measure.ESCALATE}
    found = defaultdict(set)
    for case, level in Supervision.objects.filter(case__in=cases).open().values_list("case", "level"):
        found[case].add(level)
    return found


def _write(outcome):
    Supervision.objects.bulk_create(outcome.supervisions)
    for letter in outcome.letters:
        letter.supervision = letter.supervision  # picks up the key given by the insert
    Letter.objects.bulk_create(outcome.letters)
    CaseUnit.objects.bulk_create(outcome.units, ignore_conflicts=True)
    Event.objects.bulk_create(outcome.events)
    Notice.objects.bulk_create(outcome.notices)
    deadlines.plan_letters(outcome.letters, at=outcome.at)


def climb_now(case, *, level, reason, by, at):
    """人工呈送: a person puts a case before a secretary without waiting for a clock. None where it is there already."""
    if case.supervisions.open().filter(level=level).exists():
        return None
    holder = _holder(case, level)
    CaseUnit.objects.bulk_create([CaseUnit(case=case, organisation=holder)], ignore_conflicts=True)
    return Supervision.objects.create(case=case, level=level, holder=holder, reason=reason, raised_at=at, raised_by=by)
