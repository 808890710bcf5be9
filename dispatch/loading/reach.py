"""升级阶梯的范围与出路: whom a rung speaks of, how near and how lately, until when it wants an answer, and how it ends.

What stays as it is when a rung says nothing is left out, so that a file written before these words existed is the same policy."""

from dispatch.models import Anchor, EscalationRung, Letter, Level, Trigger, Unit
from street.calendar import DAY_UNITS
from street.models import Organisation

KEYS = ("unit_kind", "radius", "within_hours", "answer_amount", "answer_unit", "ends_with_case", "self_issue")
K, Measure = Organisation.Kind, EscalationRung.Measure
HANDLING_KINDS = {kind.value: kind.label for kind in (K.COMMUNITY, K.DEPARTMENT, K.STATION, K.UTILITY, K.COMPANY)}
"""承办单位类型."""
FARTHEST, LONGEST = 5000, 24 * 90
"""Metres and hours; beyond them "nearby" and "lately" mean nothing."""


def read(row, rung):
    """The words of a rung about its reach and its exit; DataFileError where they do not go with the rest of it."""
    return {**_unit_kind(row, rung), **_near(row, rung), **_answer(row, rung), **_exit(row, rung), **_self_issue(row, rung)}


def _unit_kind(row, rung):
    kind = row.choice("unit_kind", HANDLING_KINDS, required=False)
    timed = rung["trigger"] in (Trigger.SHARE, Trigger.BEFORE, Trigger.AFTER)
    if kind and timed and rung["anchor"] in (Anchor.SIGNATURE, Anchor.MATTER):
        row.fail("待签发文稿和事项自己的时限不属于哪个承办单位，不写 unit_kind。", "unit_kind")
    return {"unit_kind": kind} if kind else {}


def _near(row, rung):
    if rung["trigger"] != Trigger.NEARBY:
        for key in ("radius", "within_hours"):
            if key in row:
                row.fail(f"只有附近同类诉求（nearby）的阶梯写 {key}。", key)
        return {}
    for key in ("radius", "within_hours"):
        if key not in row:
            row.fail(f"附近同类诉求（nearby）的阶梯须同时写 radius（米）和 within_hours（小时），缺少 {key}。", "trigger")
    return {"radius": _bounded(row, "radius", FARTHEST), "within_hours": _bounded(row, "within_hours", LONGEST)}


def _bounded(row, key, most):
    value = row.count(key, least=1)
    if value > most:
        row.fail(f"“{key}”不能大于 {most}，现在是 {value}。", key)
    return value


def _answer(row, rung):
    if "answer_amount" not in row and "answer_unit" not in row:
        return {}
    if rung["measure"] not in (Measure.DRAFT, Measure.ESCALATE, Measure.VISIT) or rung["to"] == Level.DISTRICT_LIST:
        row.fail(
            "反馈时限只用于拟文和呈送社区、街道书记：提醒和催办不要求书面反馈，挂牌督办的时限由区里定。",
            "answer_amount" if "answer_amount" in row else "answer_unit",
        )
    unit = row.choice("answer_unit", Unit)
    return {"answer_amount": row.amount("answer_amount", least=0.01, whole=unit in DAY_UNITS), "answer_unit": unit}


def _exit(row, rung):
    ends = row.get("ends_with_case", bool, True)
    if not ends and rung["measure"] != Measure.ESCALATE:
        row.fail("只有呈送（escalate）的阶梯可以写 ends_with_case = false：其余措施随事项了结。", "ends_with_case")
    return {} if ends else {"ends_with_case": False}


def _self_issue(row, rung):
    if not row.get("self_issue", bool, False):
        return {}
    if rung["measure"] != Measure.DRAFT or rung["paper"] != Letter.Kind.CAUTION:
        row.fail("只有提醒函（measure = draft、paper = caution）可以按值班长授权自动印发，其他文书须有人签发。", "self_issue")
    return {"self_issue": True}
