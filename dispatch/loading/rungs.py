"""升级阶梯的一行: verbs, triggers and addressees that the code knows, and only combinations that mean something."""

from dispatch.loading import reach
from dispatch.models import Anchor, EscalationRung, Letter, Level, Trigger, Unit
from street.calendar import DAY_UNITS

KEYS = (
    "code",
    "trigger",
    "anchor",
    "amount",
    "unit",
    "limit_class",
    "category",
    "measure",
    "to",
    "paper",
    "sentence",
    *reach.KEYS,
)
Measure = EscalationRung.Measure
TIMED = (Trigger.SHARE, Trigger.BEFORE, Trigger.AFTER)
CLOCKS = (
    Anchor.ACCEPT, Anchor.FIRST_CONTACT, Anchor.INTERIM, Anchor.COMPLETION, Anchor.REVIEW, Anchor.SIGNATURE, Anchor.OBJECTION,
    Anchor.NOTICE, Anchor.MATTER, Anchor.ARRIVAL, Anchor.ANSWER, Anchor.REPLY, Anchor.PERFORMANCE, Anchor.CONFIRMATION,
)  # fmt: skip
"""有时钟的环节: only these have checkpoints planned from their limits."""

BESIDE = (Anchor.ARRIVAL, Anchor.ANSWER, Anchor.REPLY, Anchor.PERFORMANCE, Anchor.CONFIRMATION)
"""不属于派工单的时钟: of a whistle, an instruction, a paper or a mediation."""

PRESSED = (Level.HANDLER, Level.UNIT_HEAD, Level.DESK, Level.STREET_LEADER, Level.STREET_SECRETARY)
ADDRESSEES = {
    Measure.REMIND: PRESSED,
    Measure.CHASE: PRESSED,
    Measure.DRAFT: (Level.UNIT_HEAD, Level.STREET_LEADER),
    Measure.ESCALATE: (Level.COMMUNITY_SECRETARY, Level.STREET_SECRETARY, Level.DISTRICT_LIST, Level.NEXT),
    Measure.VISIT: (Level.COMMUNITY_SECRETARY, Level.STREET_SECRETARY),
}
DRAFTED = (Letter.Kind.CAUTION, Letter.Kind.SUPERVISE)
PAPERS = {
    (Measure.ESCALATE, Level.STREET_SECRETARY): (Letter.Kind.SECRETARY_SUPERVISE,),
    (Measure.ESCALATE, Level.DISTRICT_LIST): (Letter.Kind.LISTING_PROPOSAL,),
    (Measure.DRAFT, Level.UNIT_HEAD): DRAFTED,
    (Measure.DRAFT, Level.STREET_LEADER): DRAFTED,
}
"""文书: what is drafted with a measure; nothing elsewhere."""


def read_rung(row, category):
    """One rung as plain values, `limit_class` apart."""
    row.only(*KEYS)
    trigger, measure = row.choice("trigger", Trigger), row.choice("measure", Measure)
    to = _among(row, "to", row.choice("to", Level), ADDRESSEES[Measure(measure)], measure)
    clock = _clock(row, trigger) if trigger in TIMED else _fact(row)
    if trigger == Trigger.LISTED_CATEGORY and category is None:
        row.fail("派单即提请挂牌的阶梯须写明类别 category。", "trigger")
    if clock["anchor"] == Anchor.SIGNATURE and (measure == Measure.DRAFT or "limit_class" in row):
        row.fail("签发环节的阶梯不分时限等级，也不能再拟文。", "anchor")
    if clock["anchor"] == Anchor.MATTER and trigger in TIMED and "limit_class" in row:
        row.fail("事项时限的阶梯不分时限等级：事项可能几经转派。", "limit_class")
    rung = {
        "code": row.code("code", most=32),
        "trigger": trigger,
        "category": category.code if category else "",
        "measure": measure,
        "to": to,
        "paper": _paper(row, measure, to),
        "sentence": row.text("sentence"),
        **clock,
    }
    return {**rung, **reach.read(row, rung)}


def _clock(row, trigger):
    anchor = row.choice("anchor", Anchor, required=False, default=Anchor.COMPLETION)
    _among(row, "anchor", anchor, CLOCKS, trigger)
    if trigger == Trigger.SHARE:
        if "unit" in row:
            row.fail("用时比例（share）不写 unit，amount 写 0 至 1，如 0.75。", "unit")
        return {"anchor": anchor, "amount": row.amount("amount", least=0.01, most=1), "unit": ""}
    unit = row.choice("unit", Unit)
    if trigger == Trigger.BEFORE:
        _among(row, "unit", unit, (Unit.CLOCK_HOUR,), trigger)
    return {"anchor": anchor, "amount": row.amount("amount", whole=unit in DAY_UNITS), "unit": unit}


def _fact(row):
    for key in ("anchor", "unit"):
        if key in row:
            row.fail(f"由事实触发的阶梯没有时钟，不写 {key}。", key)
    return {"anchor": Anchor.MATTER.value, "amount": row.amount("amount", least=1, whole=True), "unit": ""}


def _paper(row, measure, to):
    allowed = PAPERS.get((Measure(measure), Level(to)), ())
    paper = row.choice("paper", Letter.Kind, required=measure == Measure.DRAFT)
    if not paper:
        return allowed[0].value if allowed else ""
    return _among(row, "paper", paper, allowed, measure)


def _among(row, key, value, allowed, what):
    if value not in allowed:
        wanted = "、".join(str(name.value) for name in allowed) or "不写"
        row.fail(f"“{what}”的 {key} 不能是“{value}”，可用：{wanted}。", key)
    return value
