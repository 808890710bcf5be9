"""指标: every figure of domain §5 as parts of facts. What is left out of a rate is named beside it; the parts open matters."""

from dataclasses import dataclass, field
from decimal import Decimal

from feedback.models import Tally

STREET, UNIT, COMMUNITY = Tally.Face.STREET, Tally.Face.UNIT, Tally.Face.COMMUNITY
WIDE = (STREET, COMMUNITY)
"""Said of a street and its communities, not of a unit: no unit decides how often something is reported."""


@dataclass(frozen=True)
class Metric:
    """一个指标: `top` ÷ `bottom`, both sums of measures; a measure with a weight `k` counts as much as the rule in force says."""

    name: str
    label: str
    formula: str
    top: tuple
    bottom: tuple
    weighed: tuple = ()
    beside: dict = field(default_factory=dict)
    faces: tuple = (STREET, UNIT, COMMUNITY)
    complement: bool = False
    less_is_better: bool = False

    def share(self, numbers, mostly):
        """(share of 1 as Decimal or None, n): of `numbers`, {measure: number}; `mostly` is the weight k."""
        n = sum(numbers.get(measure, 0) for measure in self.bottom)
        top = Decimal(sum(numbers.get(measure, 0) for measure in self.top))
        top += mostly * sum(numbers.get(measure, 0) for measure in self.weighed)
        if not n:
            return None, 0
        return (1 - top / n if self.complement else top / n), n


BESIDE_VERDICTS = {"unreachable": "无法回访", "heard_out": "评价另列", "heard_petition": "信访件"}
"""What no verdict's rate counts, said beside it."""
METRICS = [
    Metric(
        "response", "响应率", "本期应首次联系的工单中，按时联系的",
        ("contact_ok",), ("contact_due",), beside={"contact_out": "另列", "contact_petition": "信访件"},
    ),
    Metric(
        "taken", "及时受理率", "本期上报的事项中，在受理期限内受理或依法答复的",
        ("taken",), ("to_take",), faces=WIDE,
    ),
    Metric(
        "accepted", "按期签收率", "本期应签收的工单中，按时签收的",
        ("accept_ok",), ("accept_due",), beside={"accept_out": "另列"},
    ),
    Metric(
        "on_time", "按期办结率", "本期到期的工单中，按时办结的",
        ("finish_ok",), ("finish_due",), beside={"finish_out": "另列"},
    ),
    Metric(
        "solved", "解决率", "回访到的答复中，解决的，加基本解决 × k",
        ("solved_yes",), ("heard",), ("solved_mostly",), BESIDE_VERDICTS,
    ),
    Metric(
        "satisfied", "满意率", "回访到的答复中，满意的，加基本满意 × k",
        ("content_yes",), ("heard",), ("content_mostly",), BESIDE_VERDICTS,
    ),
    Metric(
        "reached", "回访到率", "回访结束的人中，作出评价的",
        ("heard", "heard_out", "heard_petition"), ("heard", "heard_out", "heard_petition", "unreachable"), faces=WIDE,
    ),
    Metric("asked", "回访覆盖率", "本期结案的每位诉求人中，已评价或按规定问过的", ("asked",), ("to_ask",), faces=WIDE),
    Metric(
        "kept", "承诺兑现率", "承诺到期以后问到的答复中，办到了的",
        ("pledge_kept",), ("pledge_heard",), beside={"pledge_unheard": "没有问到"},
    ),
    Metric("returned", "退单率", "本期派出的工单中，同意退单的", ("returned",), ("sent",), less_is_better=True),
    Metric("accurate", "派单准确率", "1 − 退单率", ("returned",), ("sent",), faces=(STREET,), complement=True),
    Metric(
        "refused", "退单被驳回率", "本期审核的退单申请中，被驳回的",
        ("return_refused",), ("return_decided",), less_is_better=True,
    ),
    Metric(
        "repeated", "重复诉求率", "本期诉求中，90 天内同一件事已有人反映的",
        ("repeated",), ("said",), faces=WIDE, less_is_better=True,
    ),
    Metric("reworked", "重办率", "本期结案的事项中，重办过的", ("reworked",), ("closed",), less_is_better=True),
    Metric("at_once", "一次办结率", "1 − 重办率", ("reworked",), ("closed",), faces=WIDE, complement=True),
    Metric("found", "主动发现率", "本期事项中，工作人员或网格主动发现的", ("found",), ("came",), faces=WIDE),
]  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True)
class Value:
    """一个值: of a metric in a period; `percent` None where n is too small to say anything."""

    metric: Metric
    share: Decimal | None
    n: int
    shown: bool
    beside: tuple = ()

    @property
    def percent(self):
        """Per cent with one decimal, None where it is not shown."""
        return None if self.share is None or not self.shown else round(self.share * 100, 1)


def values(numbers, rule, face):
    """[Value] of the metrics that are said of `face`; rates of fewer than `rule.shown_from` are not shown (domain §5: n < 10)."""
    made = []
    for metric in METRICS:
        if face not in metric.faces:
            continue
        share, n = metric.share(numbers, rule.mostly)
        beside = tuple((label, numbers.get(measure, 0)) for measure, label in metric.beside.items())
        made.append(Value(metric, share, n, n >= rule.shown_from, beside))
    return made


def hours(numbers, rule):
    """(median, p90, n) 平均办理时长 in working hours of lead orders done in the period; (None, None, n) below `shown_from`.

    Exact: begun hours count whole, and the smallest number of hours that covers half, nine tenths, of the orders is taken."""
    spent = sorted((int(measure[6:]), number) for measure, number in numbers.items() if measure.startswith("hours_") and number)
    n = sum(number for _, number in spent)
    if n < rule.shown_from:
        return None, None, n
    return _covering(spent, n, 5), _covering(spent, n, 9), n


def _covering(spent, n, tenths):
    seen = 0
    for length, number in spent:
        seen += number
        if seen * 10 >= n * tenths:
            return length
    raise AssertionError("the last length covers all")


def per_ten_thousand(came, population):
    """万人诉求比: matters for ten thousand people; None where the population is not known."""
    return round(Decimal(came) * 10_000 / population, 1) if population else None
