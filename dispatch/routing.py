"""派单规则: from category and place to the unit that leads. `choose` writes nothing."""

from dataclasses import dataclass, field

from dispatch.models import Policy, RoutingRule

SURE = 0.8
"""提案: the confidence from which a suggested category may be sent by itself."""


@dataclass
class Route:
    """派单建议: who should lead and assist, within which limits, on what ground, and whether that is sure."""

    lead: object = None
    assistants: list = field(default_factory=list)
    limit_class: str = ""
    rule: RoutingRule | None = None
    policy: Policy | None = None
    sure: bool = False
    reasons: list = field(default_factory=list)


def choose(case, at, *, category=None):
    """派单建议 for a case under the policy in force at `at`; `category` overrides what the case carries.

    Sure only where the suggestion is sure, nothing bars it, and the rule may be used automatically."""
    policy = Policy.objects.in_force(case.street, at)
    category = category or case.category
    if policy is None or category is None:
        return Route(policy=policy, reasons=["还没有生效的政策" if policy is None else "类别未能确定"])
    rule = rule_for(policy, category, case.place)
    if rule is None:
        return Route(policy=policy, reasons=[f"职责清单没有“{category.name}”的承办单位"])
    lead = lead_of(rule, case.place)
    if lead is None or not lead.may_lead:
        return Route(policy=policy, rule=rule, reasons=["点位没有所属社区，无法确定主办单位"])
    route = Route(
        lead=lead, assistants=assistants_of(rule, case.place, lead), limit_class=rule.limit_class, rule=rule, policy=policy
    )
    route.reasons = [f"职责清单：{rule.basis}", *case.suggestion.get("reasons", [])]
    route.sure = is_sure(case, category, rule)
    return route


def is_sure(case, category, rule):
    """Whether nobody needs to look before the order goes out."""
    suggestion = case.suggestion
    return (
        rule.automatic
        and not suggestion.get("barred", True)
        and suggestion.get("category") == category.code
        and suggestion.get("confidence", 0) >= SURE
    )


def rule_for(policy, category, place):
    """The most specific row for category and place; a null means any, and a finer category falls back on the one above it."""
    community = place.community_id if place else None
    kind = place.kind if place else ""
    named = [pk for pk in (category.pk, category.parent_id) if pk]
    rows = [
        rule
        for rule in policy.routes.filter(category__in=named).select_related("lead", "category").prefetch_related("assistants")
        if rule.community_id in (None, community) and rule.place_kind in ("", kind)
    ]
    return max(rows, key=lambda rule: (rule.category_id == category.pk, rule.specificity), default=None)


def lead_of(rule, place):
    """主办: the unit named, or the place's community."""
    if rule.lead_kind == RoutingRule.Lead.UNIT:
        return rule.lead
    return place.community if place else None


def assistants_of(rule, place, lead):
    """协办: units named, the community and the company of the place, never the lead itself."""
    found = list(rule.assistants.all())
    if place is not None and rule.community_assists:
        found.append(place.community)
    company = company_of(place) if rule.company_assists else None
    if company is not None:
        found.append(company)
    return [unit for unit in dict.fromkeys(found) if unit != lead]


def company_of(place):
    """物业等责任企业: of the place, or of what it lies in."""
    while place is not None:
        if place.company_id:
            return place.company
        place = place.parent
    return None


def may_lead(policy, category, place, unit):
    """Why `unit` may not lead a matter of this category, as a sentence; None where it may (domain 0.7, second reading)."""
    if not unit.may_lead:
        return f"{unit} 是社会单位，不能主办，只能协办"
    if unit.kind != unit.Kind.COMMUNITY or category is None:
        return None
    rule = rule_for(policy, category, place)
    if rule is not None and not rule.community_may_lead:
        return f"“{category.name}”不在社区职责清单内，社区不能主办，只能协办"
    return None
