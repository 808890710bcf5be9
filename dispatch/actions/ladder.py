"""升级阶梯: what a due checkpoint does. The clock reminds, drafts and climbs; it never signs.

Every measure takes many checkpoints at once and returns the rows to write, so that a thousand cost a few statements."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q

from dispatch import deadlines, standing
from dispatch.models import Anchor, Checkpoint, EscalationRung, Letter, Level, SecretaryVisit, Supervision
from dispatch.papers.forms import FORMS
from dispatch.posts import LAST, OFFICES, Posts
from dispatch.workflow import BY_AUTHORITY, SIGNERS
from grievance.casework import beijing, event_for, notice_for
from grievance.models import Case, CaseUnit, Event, Notice, Urgency
from street.models import Organisation, Place, Role

OUTLIVING = (Anchor.PERFORMANCE, Anchor.CONFIRMATION)
"""Clocks of what parties have promised one another, which run on when the matter is closed."""

UNIT_LEVELS = (Level.HANDLER, Level.UNIT_HEAD)
SUPERVISION_LEVELS = {
    Level.COMMUNITY_SECRETARY: Supervision.Level.COMMUNITY,
    Level.STREET_SECRETARY: Supervision.Level.STREET,
    Level.DISTRICT_LIST: Supervision.Level.DISTRICT,
}
PAPER_OF_LEVEL = {
    Supervision.Level.STREET: Letter.Kind.SECRETARY_SUPERVISE,
    Supervision.Level.DISTRICT: Letter.Kind.LISTING_PROPOSAL,
}
UPWARDS = (Role.SHIFT_LEADER, Role.STREET_LEADER, Role.STREET_SECRETARY)
"""签发人由低到高: a draft waits for the lowest who may sign it, and climbs where that office is vacant."""


@dataclass
class Outcome:
    """What a batch of checkpoints leads to, to be written at the end in a few statements; and what the batch was read with."""

    at: object
    posts: Posts
    levels: dict = field(default_factory=dict)
    stepped: set = field(default_factory=set)
    authorities: dict = field(default_factory=dict)
    calendars: dict = field(default_factory=dict)
    notices: list = field(default_factory=list)
    events: list = field(default_factory=list)
    letters: list = field(default_factory=list)
    supervisions: list = field(default_factory=list)
    units: list = field(default_factory=list)
    visits: list = field(default_factory=list)

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

    def awake(self, checkpoint):
        """静默时段: when people may be told: at once if the matter is urgent or its class wakes them, else when at work."""
        order, clock, case = checkpoint.order, checkpoint.deadline, checkpoint.case
        limit_class = order.limit_class if order else clock.limit.limit_class if clock else ""
        if case.urgency == Urgency.URGENT or limit_class in checkpoint.rung.policy.awake_classes:
            return self.at
        if case.street_id not in self.calendars:
            self.calendars[case.street_id] = deadlines.calendar_of(case.street)
        return self.calendars[case.street_id].working_instant(self.at)


def remind(checkpoint, outcome):
    """临期提醒: in the desk's name, automatic, unnumbered."""
    _press(checkpoint, outcome, "临期提醒")


def chase(checkpoint, outcome):
    """催办: in the desk's name, automatic, unnumbered."""
    _press(checkpoint, outcome, "催办")


def _press(checkpoint, outcome, word):
    deadline, order, sentence = checkpoint.deadline, checkpoint.order, checkpoint.rung.sentence
    what = f"工单 {order.number} " if order else f"事项 {checkpoint.case.number} "
    due = f"{deadline.get_anchor_display()}时限{beijing(deadline.due_at)}。" if deadline else ""
    target, name, gap = _whom(checkpoint, outcome)
    outcome.notice(checkpoint, f"【{word}】{what}{due}{sentence}{gap}", **target, not_before=outcome.awake(checkpoint))
    outcome.event(checkpoint, f"{word}：{name}。{sentence}{gap}")


def _whom(checkpoint, outcome):
    """(whom a notice is addressed to, how they are called, what is said of a vacant office)."""
    to, unit = checkpoint.rung.to, unit_of(checkpoint)
    nobody = ""
    if to in UNIT_LEVELS:
        nobody = _nobody(to, unit, outcome.posts)
        if not nobody:
            return {"organisation": unit}, unit, ""
    level = Level.DESK if to in UNIT_LEVELS else Level(to)
    role, gap = outcome.posts.first_held(checkpoint.case.street_id, OFFICES[level])
    return {"role": role}, Role(role).label if gap else level.label, nobody + gap


def _nobody(to, unit, posts):
    """Why a unit is not told but the desk: there is none, or nobody heads it. Empty where it is told."""
    if unit is None:
        return "（尚无承办单位，请工作专班处理）"
    return f"（{unit}单位负责人空缺，转工作专班）" if to == Level.UNIT_HEAD and posts.headless(unit) else ""


def unit_of(checkpoint):
    """承办单位 that a checkpoint presses: the handler of its order, else whoever owes what its clock is about, else whoever is in
    charge of the case; None where that is nobody, or where it is a signature that is waited for."""
    if checkpoint.order:
        return checkpoint.order.handler
    clock = checkpoint.deadline
    if clock and (clock.unit_id or clock.anchor == Anchor.SIGNATURE):
        return clock.unit
    return checkpoint.case.promised_by


def draft(checkpoint, outcome):
    """拟文: the clock drafts a paper; a person signs it, or does not. The lowest kind may be marked to go out by authority."""
    case, unit, kind = checkpoint.case, unit_of(checkpoint), Letter.Kind(checkpoint.rung.paper)
    if unit is None:
        outcome.event(checkpoint, f"尚无承办单位，{kind.label}未拟：{checkpoint.rung.sentence}")
        role, gap = outcome.posts.first_held(case.street_id, OFFICES[Level.DESK])
        outcome.notice(checkpoint, f"事项 {case.number} 尚无承办单位：{checkpoint.rung.sentence}{gap}", role=role)
        return
    letter = _letter(kind, checkpoint, unit, outcome.at)
    outcome.letters.append(letter)
    by_itself = checkpoint.rung.self_issue and kind in BY_AUTHORITY
    authority = outcome.authorities.get(case.street_id) if by_itself else None
    if authority and standing.covers(authority, case, outcome.at):
        letter.authority = authority
        outcome.event(checkpoint, f"{kind.label}已拟稿，依值班长授权自动印发：{checkpoint.rung.sentence}")
        return
    role, gap = outcome.posts.first_held(case.street_id, signers_of(kind))
    outcome.event(checkpoint, f"{kind.label}已拟稿，待签发：{checkpoint.rung.sentence}{gap}")
    outcome.notice(checkpoint, f"事项 {case.number} 的{kind.label}已拟稿，请签发。{gap}", role=role)


def signers_of(kind):
    """签发人 of a kind of paper at a street, the lowest first."""
    return [role for role in UPWARDS if role in SIGNERS[kind]]


def escalate(checkpoint, outcome):
    """呈送: put the case before a secretary; the paper that goes with the level is drafted for signature."""
    case, reason = checkpoint.case, checkpoint.rung.sentence
    level, gap = _level_of(checkpoint, outcome)
    if level in outcome.levels[case.pk]:
        outcome.event(checkpoint, f"{level.label}已在进行：{reason}{gap}")
    elif (case.pk, level.value, *_cause(checkpoint)) in outcome.stepped:
        outcome.event(checkpoint, f"{level.label}已降级，同一缘由不再呈送：{reason}")
    else:
        _raise(checkpoint, outcome, level, gap)


def visit(checkpoint, outcome):
    """请书记上门: somebody was not content twice; a secretary goes there and writes down what was said. One task at a time."""
    case, reason = checkpoint.case, checkpoint.rung.sentence
    level, gap = _level_of(checkpoint, outcome)
    holder = _holder(case, level)
    due = answer_due(checkpoint, case, outcome.at)
    row = SecretaryVisit(case=case, holder=holder, reason=reason, asked_at=outcome.at, due_at=due, checkpoint=checkpoint)
    outcome.visits.append(row)
    outcome.units.append(CaseUnit.of(case, holder))
    by_when = f"{beijing(due)}前" if due else ""
    outcome.event(checkpoint, f"请书记{by_when}上门：{reason}{gap}", public="已请书记上门，当面听您说。")
    text = f"事项 {case.number} {reason}{by_when}记录上门情况。{gap}"
    outcome.notice(checkpoint, text, **_reader(case, holder, level, outcome))


def _raise(checkpoint, outcome, level, gap):
    case, rung = checkpoint.case, checkpoint.rung
    outcome.levels[case.pk].add(level)
    holder = _holder(case, level)
    row = Supervision(
        case=case, level=level, holder=holder, reason=rung.sentence, raised_at=outcome.at, checkpoint=checkpoint,
        ends_with_case=rung.ends_with_case,
    )  # fmt: skip
    outcome.supervisions.append(row)
    outcome.units.append(CaseUnit.of(case, holder))
    if paper := PAPER_OF_LEVEL.get(level):
        outcome.letters.append(_letter(paper, checkpoint, _addressee(checkpoint, holder, paper), outcome.at, supervision=row))
    text = f"呈送{level.label}：{row.reason}{gap}"
    outcome.event(checkpoint, text, public=_public(level))
    outcome.notice(checkpoint, f"事项 {case.number} {text}", **_reader(case, holder, level, outcome))


def _reader(case, holder, level, outcome):
    """Who is told that a case is put before them: the community, the street's secretary, or the desk where there is none."""
    if level == Supervision.Level.COMMUNITY:
        return {"organisation": holder}
    return {"role": LAST if outcome.posts.vacant(case.street_id, Role.STREET_SECRETARY) else Role.STREET_SECRETARY}


def _level_of(checkpoint, outcome):
    """(the level a rung puts a case on, what is said of a vacant office): without a community secretary, the street's."""
    case, to = checkpoint.case, checkpoint.rung.to
    level = _next_level(outcome.levels[case.pk]) if to == Level.NEXT else SUPERVISION_LEVELS[to]
    gap = ""
    if level == Supervision.Level.COMMUNITY and _no_community_secretary(case, outcome.posts):
        level, gap = Supervision.Level.STREET, "（社区书记空缺，逐级呈送）"
    if level != Supervision.Level.COMMUNITY and outcome.posts.vacant(case.street_id, Role.STREET_SECRETARY):
        gap += "（街道党工委书记空缺，请值班长报告并督促）"
    return level, gap


def _no_community_secretary(case, posts):
    return case.place_id is None or posts.vacant(case.place.community_id, Role.COMMUNITY_SECRETARY)


def _next_level(levels):
    """上一级: one above where the case stands; what no secretary has yet goes to the street's, who stands above the desk."""
    above = {Supervision.Level.STREET, Supervision.Level.DISTRICT} & set(levels)
    return Supervision.Level.DISTRICT if above else Supervision.Level.STREET


def _cause(checkpoint):
    """缘由: the rung and the clock (or the fact) a supervision came from, whatever due time the clock has been given since."""
    return checkpoint.rung.code, checkpoint.deadline_id or checkpoint.occasion


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
    return unit_of(checkpoint) or holder


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
    EscalationRung.Measure.VISIT: visit,
}


def fire(checkpoints, *, at):
    """触发: act on checkpoints already claimed; the rows are written together at the end.

    A case that has ended in the meantime is passed over, but for what its parties have promised one another."""
    live = [row for row in _with_everything(checkpoints) if not row.case.ended or _outlives(row)]
    outcome = _outcome(live, at)
    for checkpoint in live:
        MEASURES[checkpoint.rung.measure](checkpoint, outcome)
    _write(outcome)
    return outcome


def _outlives(checkpoint):
    """协议履行、司法确认 run on when the matter is closed: that is when they come (人民调解法 art. 31, 33)."""
    closed = checkpoint.case.status == Case.Status.CLOSED
    return closed and checkpoint.deadline_id is not None and checkpoint.deadline.anchor in OUTLIVING


def _outcome(live, at):
    """What a batch is read with: who is in office, what is supervised already, what may go out by authority."""
    streets = {row.case.street_id for row in live}
    communities = {row.case.place.community_id for row in live if row.case.place_id}
    levels, stepped = _eyes(live)
    by_itself = {row.case.street_id for row in live if row.rung.self_issue}
    authorities = standing.in_force(by_itself, at) if by_itself else {}
    units = {unit.pk for row in live if (unit := unit_of(row))}
    return Outcome(at=at, posts=Posts(streets | communities | units, at), levels=levels, stepped=stepped, authorities=authorities)


# What each checkpoint has of its own is joined, and no more of it than the measures read: a thousand rows are built from it
OWN = [
    *("case_id", "order_id", "deadline_id", "rung_id", "due_at"),
    *(f"case__{name}" for name in ("number", "title", "status", "urgency", "street", "place", "promised_by", "category")),
    "case__submitted_at",
    *("order__number", "order__due_at", "order__handler", "deadline__anchor", "deadline__due_at"),
    *("order__limit_class", "deadline__unit", "deadline__limit"),
]
# What many share is fetched apart, so that a street is read and built once, not 500 times
SHARED: list[str | Prefetch] = [
    Prefetch("rung", EscalationRung.objects.select_related("policy")),
    Prefetch("case__street", Organisation.objects.select_related("parent", "calendar__base")),
    Prefetch("case__place", Place.objects.select_related("community")),
    *("case__promised_by", "case__category", "order__handler", "deadline__unit", "deadline__limit"),
]


def _with_everything(checkpoints):
    rows = Checkpoint.objects.filter(pk__in=[row.pk for row in checkpoints]).order_by("due_at", "pk")
    return list(rows.select_related("case", "order", "deadline").only(*OWN).prefetch_related(*SHARED))


def _eyes(checkpoints):
    """({case: levels at which it is supervised}, {what was stepped down, with its cause}) for those that would be put higher."""
    cases = {row.case_id for row in checkpoints if row.rung.measure == EscalationRung.Measure.ESCALATE}
    rows = Supervision.objects.filter(Q(status__in=Supervision.OPEN) | Q(stepped_to__isnull=False), case__in=cases)
    levels, stepped = defaultdict(set), set()
    cause = ("checkpoint__rung__code", "checkpoint__deadline", "checkpoint__occasion")
    for case, level, status, code, deadline, occasion in rows.values_list("case", "level", "status", *cause):
        if status in Supervision.OPEN:
            levels[case].add(level)
        else:
            stepped.add((case, level, code, deadline or occasion))
    return levels, stepped


def _write(outcome):
    Supervision.objects.bulk_create(outcome.supervisions)
    # Where one waits already, the second asks for nothing more
    SecretaryVisit.objects.bulk_create(outcome.visits, ignore_conflicts=True)
    for letter in outcome.letters:
        letter.supervision = letter.supervision  # picks up the key given by the insert
    Letter.objects.bulk_create(outcome.letters)
    CaseUnit.objects.bulk_create(outcome.units, ignore_conflicts=True)
    Event.objects.bulk_create(outcome.events)
    Notice.objects.bulk_create(outcome.notices)
    deadlines.plan_letters(outcome.letters, at=outcome.at)


def answer_due(checkpoint, case, at):
    """反馈时限: until when the rung behind a paper or a supervision wants an answer, from `at` on; None where it does not say."""
    rung = checkpoint.rung if checkpoint else None
    if rung is None or rung.answer_amount is None:
        return None
    return deadlines.calendar_of(case.street).add(at, rung.answer_amount, rung.answer_unit)


def climb_now(case, *, level, reason, by, at):
    """人工呈送: a person puts a case before a secretary without waiting for a clock. None where it is there already."""
    if case.supervisions.open().filter(level=level).exists():
        return None
    holder = _holder(case, level)
    CaseUnit.objects.bulk_create([CaseUnit.of(case, holder)], ignore_conflicts=True)
    return Supervision.objects.create(case=case, level=level, holder=holder, reason=reason, raised_at=at, raised_by=by)
