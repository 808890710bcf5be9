"""政策版本: a new draft from an old version, and its issue, after which nothing in it changes."""

from django.db import transaction

from dispatch.actions.handling import REWORK_CLASS
from dispatch.actions.ladder import MEASURES
from dispatch.deadlines import SIGN_CLASS
from dispatch.loading.rungs import ADDRESSEES
from dispatch.models import Allowance, Anchor, EscalationRung, Letter, Policy, RoutingRule, TimeLimit, Trigger
from grievance.casework import Refused
from grievance.models import Category

NEEDED = (Anchor.ACCEPT, Anchor.FIRST_CONTACT, Anchor.COMPLETION, Anchor.REVIEW)
COPIED = (
    *("name", "street", "callback_tries", "callback_days", "callback_bands", "survey_days", "visit_days", "link_days"),
    *("awake_classes", "urge_hours", "reopen_days"),
)


@transaction.atomic
def draft_from(policy, *, at):
    """另拟一版: the next version with the same rows, not yet issued, to be edited. It starts to hold when it is issued."""
    last = Policy.objects.filter(name=policy.name, street=policy.street).order_by("-version").first()
    draft = Policy.objects.create(
        **{name: getattr(policy, name) for name in COPIED}, version=last.version + 1, effective_from=at, issued_at=None
    )
    for model in (TimeLimit, EscalationRung, Allowance):
        rows = list(model.objects.filter(policy=policy))
        for row in rows:
            row.pk, row.policy = None, draft
        model.objects.bulk_create(rows)
    for rule in RoutingRule.objects.filter(policy=policy).prefetch_related("assistants"):
        assistants = list(rule.assistants.all())
        rule.pk, rule.policy = None, draft
        rule._state.adding = True
        rule._prefetched_objects_cache = {}
        rule.save(force_insert=True)
        rule.assistants.set(assistants)
    return draft


@transaction.atomic
def issue(policy, *, at):
    """发布: from now on orders are planned under this version, and nothing in it changes any more.

    Refused `already_issued`, `policy_incomplete` (what would leave a matter without a unit or an order without a due time)."""
    policy = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    if policy.issued_at:
        raise Refused("already_issued", f"{policy}已经发布，不能重复发布。要修改，请另拟一版。")
    if gaps := gaps_of(policy):
        raise Refused("policy_incomplete", f"{policy}还不能发布：{'；'.join(gaps[:5])}。", status=400)
    policy.issued_at, policy.effective_from = at, max(at, policy.effective_from)
    policy.digest = ""
    policy.save(update_fields=["issued_at", "effective_from", "digest"])
    return policy


def gaps_of(policy):
    """缺口: sentences about what is missing; empty when the version is whole."""
    plain = {(row.limit_class, row.anchor) for row in policy.limits.all() if not row.category_id and not row.urgency}
    rules, rungs = list(policy.routes.select_related("category")), list(policy.rungs.all())
    classes = {rule.limit_class for rule in rules} | {REWORK_CLASS}
    gaps = [
        f"时限等级 {name} 缺少“{anchor.label}”时限"
        for name in sorted(classes)
        for anchor in NEEDED
        if (name, anchor) not in plain
    ]
    gaps += [f"阶梯 {rung.code} 的措施“{rung.measure}”不认识" for rung in rungs if rung.measure not in MEASURES]
    known = {name for name, _ in plain}
    gaps += [
        f"阶梯 {rung.code} 说的时限等级 {rung.limit_class} 不存在"
        for rung in rungs
        if rung.limit_class and rung.limit_class not in known
    ]
    if any(rung.anchor == Anchor.SIGNATURE for rung in rungs) and (SIGN_CLASS, Anchor.SIGNATURE) not in plain:
        gaps.append("有签发环节的阶梯，但没有签发时限")
    return gaps + [sentence for rung in rungs for sentence in _nonsense(rung)] + _unrouted(rules)


def _nonsense(rung):
    """What a rung edited by hand may say and cannot mean; a file is checked when it is loaded (`dispatch.loading.reach`)."""
    if rung.to not in ADDRESSEES.get(rung.measure, ()):
        yield f"阶梯 {rung.code}：{rung.get_measure_display()}不能给“{rung.get_to_display()}”"
    if rung.self_issue and (rung.measure, rung.paper) != (EscalationRung.Measure.DRAFT, Letter.Kind.CAUTION):
        yield f"阶梯 {rung.code}：只有提醒函可以自动印发"
    if rung.trigger == Trigger.NEARBY and not (rung.radius and rung.within_hours):
        yield f"阶梯 {rung.code}：附近同类诉求须写半径和时间窗"
    if (rung.answer_amount is None) != (not rung.answer_unit):
        yield f"阶梯 {rung.code}：反馈时限须同时写数量和单位"


def _unrouted(rules):
    routed = {rule.category_id for rule in rules if not rule.community_id and not rule.place_kind}
    listed = Category.objects.filter(active=True, parent__isnull=False, parent__parent__isnull=True)
    return [f"类别“{category}”没有派单规则" for category in listed if category.pk not in routed]
