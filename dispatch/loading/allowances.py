"""宽限规则: how often an order may be extended or suspended, for how many days at most, and which roles decide."""

from dispatch.models import Allowance
from dispatch.models.allowance import DAYS
from dispatch.workflow import DECIDERS
from street.datafile import Names

KEYS = ("kind", "limit_class", "step", "most", "unit", "by", "basis")
LONGEST_CODE = 8


def read(content):
    """Read every `[[allowance]]`; two rows for the same kind, class and step are refused, and so are steps with a hole."""
    names, steps = Names("宽限规则（同一种类、等级、次数）"), set()
    for row in content.file.rows("allowance"):
        row.only(*KEYS)
        shared = _allowance(row)
        for limit_class in _classes(row):
            key = (shared["kind"], limit_class, shared["step"])
            names.add(row, " ".join(str(part or "-") for part in key), "kind")
            if shared["step"] > 1 and (*key[:2], shared["step"] - 1) not in steps:
                row.fail(f"第 {shared['step']} 次之前须先写第 {shared['step'] - 1} 次。", "step")
            steps.add(key)
            content.allowances.append(({"limit_class": limit_class, **shared}, row))


def _classes(row):
    if isinstance(row.values.get("limit_class"), list):
        return row.texts("limit_class")
    return [row.code("limit_class", required=False, most=LONGEST_CODE)]


def _allowance(row):
    return {
        "kind": row.choice("kind", Allowance.Kind),
        "step": row.count("step", default=1, least=1),
        "most": _most(row),
        "unit": row.choice("unit", DAYS),
        "deciders": _deciders(row),
        "basis": row.text("basis", required=False),
    }


def _most(row):
    most = row.count("most", least=1)
    if most is None:
        row.fail("宽限规则须写明最多几日 most。")
    return most


def _deciders(row):
    roles = row.texts("by")
    if not roles:
        row.fail("宽限规则须写明由谁审批 by。")
    for role in roles:
        if role not in DECIDERS:
            row.fail(f"“by”里没有“{role}”这个审批角色，可用：{'、'.join(sorted(DECIDERS))}。", "by")
    return roles
