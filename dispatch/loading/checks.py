"""缺口: what no single row shows. A category without a unit, a class without a limit, a rung for a class that is not there."""

from dispatch.actions.handling import REWORK_CLASS
from dispatch.deadlines import SIGN_CLASS
from dispatch.loading.categories import depth_of
from dispatch.loading.rungs import BESIDE
from dispatch.models import Anchor
from grievance.models import Category

NEEDED = (Anchor.ACCEPT, Anchor.FIRST_CONTACT, Anchor.COMPLETION, Anchor.REVIEW)
SECOND_LEVEL = 2


def refuse_gaps(content):
    """Refuse a policy that would leave a matter without a unit or an order without a due time."""
    plain = {(row["limit_class"], row["anchor"]) for row, _ in content.limits if not row["category"] and not row["urgency"]}
    known = {limit_class for limit_class, _ in plain}
    for row, source in [*content.limits, *content.routes]:
        if row["limit_class"] != SIGN_CLASS and row.get("anchor") not in BESIDE:
            _refuse_incomplete(row["limit_class"], plain, source)
    for row, source in content.rungs:
        if row["limit_class"] and row["limit_class"] not in known:
            source.fail(f"没有“{row['limit_class']}”这个时限等级，请先写它的时限，或改正代码。", "limit_class")
        if row["anchor"] == Anchor.SIGNATURE and (SIGN_CLASS, Anchor.SIGNATURE) not in plain:
            source.fail(f"有签发环节的阶梯，须先写时限等级 {SIGN_CLASS} 的 signature 时限。", "anchor")
        if row["anchor"] in BESIDE and row["anchor"] not in {anchor for _, anchor in plain}:
            source.fail(f"没有哪个时限等级写了 {row['anchor']} 的时限，这一行永远不会触发。", "anchor")
    _refuse_unknown_awake(content, known)
    _refuse_incomplete(REWORK_CLASS, plain, content.policy)
    _refuse_unrouted(content)


def _refuse_unknown_awake(content, known):
    row = content.file.table("quiet", required=False)
    for name in content.figures.get("awake_classes", ()):
        if name not in known:
            row.fail(f"“awake_classes”里没有“{name}”这个时限等级，请先写它的时限，或改正代码。", "awake_classes")


def _refuse_incomplete(limit_class, plain, source):
    missing = [anchor.value for anchor in NEEDED if (limit_class, anchor) not in plain]
    if missing:
        source.fail(f"时限等级“{limit_class}”缺少 {'、'.join(missing)} 的时限（不写类别和紧急程度的那一行）。", "limit_class")


def _refuse_unrouted(content):
    routed = {row["category"] for row, _ in content.routes if not row["community"] and not row["place_kind"]}
    lines = {row.values.get("code"): row for row in content.file.rows("category")}
    for category in Category.objects.filter(active=True, parent__isnull=False).select_related("parent__parent"):
        if depth_of(category) == SECOND_LEVEL and category.code not in routed:
            source = lines.get(category.code, content.policy)
            source.fail(f"类别“{category}”没有派单规则（不写 community 和 place_kind 的那一行），出了事没有单位承办。", "code")
