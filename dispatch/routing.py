"""派单规则: from category, place and what was understood to the unit that leads. `choose` writes nothing."""

from dataclasses import dataclass, field
from typing import Any

from dispatch.models import Policy, RoutingRule
from grievance.models import Category
from street.models import Organisation

SURE = 0.8
"""提案: the confidence from which a suggested category may be sent by itself."""
TRUSTED = 0.85
"""提案: where words and example sentences were weighed together, so likely the unit must be; chosen by cross-validation."""
PLAIN = 5.0
"""提案: so much must have been said for it, in words: one word alone may be there by chance."""
COMMUNITY = "community"
"""被反映的单位的代词: the people of the place's own community."""


@dataclass
class Route:
    """派单建议: who should lead and assist, within which limits, on what ground, and whether that is sure."""

    lead: Any = None
    assistants: list = field(default_factory=list)
    limit_class: str = ""
    rule: RoutingRule | None = None
    policy: Policy | None = None
    sure: bool = False
    reasons: list = field(default_factory=list)
    category: Category | None = None


def choose(case, at, *, category=None):
    """派单建议 for a case under the policy in force at `at`; `category` overrides what the case carries.

    Sure only where the suggestion is sure, nothing bars it, and the rule may be used automatically. What was understood beside
    the category (another legal path, a reproach of persons, danger) counts only while the category is the one suggested."""
    policy = Policy.objects.in_force(case.street, at)
    category = category or case.category
    understood = understood_of(case, category)
    path = understood.get("legal_path")
    if path and not path["category"]:
        return Route(policy=policy, category=category, reasons=[f"答复引导，不派单：{path['text']}", *understood["reasons"]])
    if policy is None or category is None:
        return Route(policy=policy, reasons=["还没有生效的政策" if policy is None else "类别未能确定"])
    return _by_rule(policy, category, case, understood)


def understood_of(case, category):
    """What was read in the words, while the category is the one that was read there; else nothing."""
    return case.suggestion if case.suggestion.get("category") == (category and category.code) else {}


def _by_rule(policy, category, case, understood):
    lead, rule, why = led_by(policy, category, case, understood)
    if rule is None:
        return Route(policy=policy, category=category, reasons=[f"职责清单没有“{category.name}”的承办单位"])
    if lead is None or not lead.may_lead:
        return Route(policy=policy, category=category, rule=rule, reasons=["点位没有所属社区，无法确定主办单位"])
    route = Route(
        lead=lead, assistants=assistants_of(rule, case.place, lead), limit_class=rule.limit_class, rule=rule, policy=policy,
        category=category,
    )  # fmt: skip
    route.reasons = [f"职责清单：{rule.basis}", *why, *case.suggestion.get("reasons", [])]
    route.sure = not why and is_sure(case, category, rule)
    return route


def led_by(policy, category, case, understood):
    """主办 by the duty list of `policy` alone: (unit, row, why it is not the unit that the row names); the row None for a gap."""
    rule = _row_named(policy, category, case.place, understood)
    return _above_those_reproached(policy, rule, case.place, understood.get("reproached")) if rule else (None, None, [])


def _row_named(policy, category, place, understood):
    """The row of the duty list for what was understood, else for category and place."""
    kind = understood.get("place_kind", "")
    return _row_of(policy, understood.get("routes_as"), place) or rule_for(policy, category, place, kind=kind)


def suggested(case, at):
    """两个建议: the route of the category suggested, and that of the next one, each with its own reasons; the second only where
    another unit would lead or other words speak for it."""
    routes, second = [choose(case, at)], case.suggestion.get("second")
    category = Category.objects.filter(code=second["category"], active=True).first() if second else None
    if category is not None and category != routes[0].category:
        other = choose(case, at, category=category)
        ground = [f"职责清单：{other.rule.basis}"] if other.rule else other.reasons
        other.sure, other.reasons = False, [*ground, *second["reasons"]]
        routes.append(other)
    return routes


def _row_of(policy, code, place):
    """The row of another category, by which danger to a person goes to those who can help at once."""
    category = Category.objects.filter(code=code).first() if code else None
    return rule_for(policy, category, place) if category else None


def _above_those_reproached(policy, rule, place, reproached):
    """对人员的不满: its supervisor leads, never the unit itself (domain, second reading); a street answers for its own offices
    and communities through the office that the row for conduct names."""
    lead = lead_of(rule, place)
    unit = _unit_of(reproached, place)
    if unit is None or not unit.may_lead or (rule.category.code != reproached["category"] and unit != lead):
        return lead, rule, []
    row = _row_of(policy, reproached["category"], place) or rule
    above = unit.above
    if above is None or above.kind in (Organisation.Kind.STREET, Organisation.Kind.DISTRICT, Organisation.Kind.CITY):
        above = lead_of(row, place)
    return above, row, [f"反映的是{unit}的人，由其上级{above}办理，不转{unit}"]


def _unit_of(reproached, place):
    if not reproached or not reproached["unit"]:
        return None
    if reproached["unit"] == COMMUNITY:
        return place.community if place else None
    return Organisation.objects.select_related("supervisor", "parent").filter(code=reproached["unit"], active=True).first()


def is_sure(case, category, rule):
    """Whether nobody needs to look before the order goes out."""
    suggestion = case.suggestion
    if not rule.automatic or suggestion.get("barred", True) or suggestion.get("category") != category.code:
        return False
    if suggestion.get("sure") is not None:
        return suggestion["sure"]
    if suggestion.get("weighed"):
        return _likely_unit(case, rule) >= TRUSTED
    if suggestion.get("score", PLAIN) < PLAIN:
        return False
    return suggestion.get("confidence", 0) >= SURE or _same_unit_either_way(case, rule)


def _likely_unit(case, rule):
    """How likely it is that the matter goes to this unit within these limits: by this category, or by others that do the same."""
    suggestion = case.suggestion
    score, others = suggestion["score"], dict(suggestion["alternatives"])
    likely = suggestion["confidence"]
    for category in Category.objects.filter(code__in=others):
        row = rule_for(rule.policy, category, case.place)
        if row is not None and _unit(row, case.place) == _unit(rule, case.place):
            likely += suggestion["confidence"] * others[category.code] / score
    return likely


def _same_unit_either_way(case, rule):
    """Whether what else it might be would go to the same unit within the same limits, so that only the unit is sure."""
    suggestion = case.suggestion
    score, others = suggestion.get("score", 0), suggestion.get("alternatives", [])
    categories = {row.code: row for row in Category.objects.filter(code__in=[code for code, _ in others])} if score else {}
    for code, other in others:
        row = rule_for(rule.policy, categories[code], case.place) if code in categories else None
        if row is None or _unit(row, case.place) != _unit(rule, case.place):
            return score / (score + other) >= SURE
    return False


def _unit(rule, place):
    return lead_of(rule, place), rule.limit_class, rule.automatic


def rule_for(policy, category, place, *, kind=""):
    """The most specific row for category and place; a null means any, and a finer category falls back on the one above it.

    `kind` is the kind of spot that the words speak of (stairs, street), where they say more than the place does."""
    community = place.community_id if place else None
    kind = kind or (place.kind if place else "")
    named = [pk for pk in (category.pk, category.parent_id) if pk]
    rows = [
        rule for rule in policy.routes_among(named) if rule.community_id in (None, community) and rule.place_kind in ("", kind)
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


def may_lead(policy, category, place, unit, understood=None):
    """Why `unit` may not lead a matter of this category, as a sentence; None where it may (domain 0.7, second reading).

    Asked of the very row by which it is suggested: with `understood`, what the words say of the spot counts here, too."""
    if not unit.may_lead:
        return f"{unit} 是社会单位，不能主办，只能协办"
    if unit.kind != unit.Kind.COMMUNITY or category is None:
        return None
    rule = _row_named(policy, category, place, understood or {})
    if rule is not None and not rule.community_may_lead:
        return f"“{category.name}”不在社区职责清单内，社区不能主办，只能协办"
    return None
