"""职责清单: which unit leads a kind of matter and who assists; who may not lead is refused here, not at the first dispatch."""

from dispatch.models import RoutingRule
from street.datafile import Names
from street.models import Organisation, Place, Posting, Role

KEYS = (
    "category", "community", "place_kind", "lead", "assistants", "limit_class", "list", "community_may_lead",
    "automatic", "basis",
)  # fmt: skip
Kind = Organisation.Kind
COMMUNITY, ESTATE_COMPANY = "community", "estate_company"
"""主办、协办处的两个代词: the place's community; the company answering for the place."""


def read(content):
    """Read every `[[route]]`; two rows for the same category, community and kind of place are refused."""
    names = Names("派单规则（同一类别、社区、点位类型）")
    for row in content.file.rows("route"):
        row.only(*KEYS)
        route = _route(row, content)
        names.add(row, " ".join(route[key] or "-" for key in ("category", "community", "place_kind")), "category")
        content.routes.append((route, row))


def _route(row, content):
    if not row.code("category"):
        row.fail("派单规则须写明类别 category。", "category")
    category, community = content.category(row), _community(row, content)
    route = {
        "category": category.code,
        "community": community.code if community else "",
        "place_kind": row.choice("place_kind", Place.Kind, required=False),
        **_lead(row, content),
        **_assistants(row, content),
        "limit_class": row.code("limit_class", most=8),
        "list": row.choice("list", RoutingRule.List),
        "community_may_lead": row.get("community_may_lead", bool, False),
        "automatic": row.get("automatic", bool, True),
        "basis": row.text("basis"),
    }
    _check_lead(row, route, content)
    return route


def _community(row, content):
    community = content.units.named(row, "community")
    if community is not None and community.kind != Kind.COMMUNITY:
        row.fail(f"“{community.code}”不是社区。", "community")
    return community


def _lead(row, content):
    if row.code("lead") == COMMUNITY:
        return {"lead_kind": RoutingRule.Lead.COMMUNITY.value, "lead": ""}
    return {"lead_kind": RoutingRule.Lead.UNIT.value, "lead": content.units.named(row, "lead").code}


def _assistants(row, content):
    named = row.texts("assistants")
    units = []
    for code in named:
        if code in (COMMUNITY, ESTATE_COMPANY):
            continue
        if content.units.find(code) is None:
            row.fail(f"协办单位“{code}”不存在：请先载入街道文件，或改正代码。", "assistants")
        units.append(code)
    return {
        "assistants": sorted(units),
        "community_assists": COMMUNITY in named,
        "company_assists": ESTATE_COMPANY in named,
    }


def _check_lead(row, route, content):
    lead = content.units.find(route["lead"]) if route["lead"] else None
    is_community = lead is None or lead.kind == Kind.COMMUNITY
    if lead is not None and not lead.may_lead:
        row.fail(f"{lead}是{lead.get_kind_display()}，不能主办，只能协办（公用企业除外）。", "lead")
    if is_community and not route["community_may_lead"]:
        row.fail("community_may_lead 不是 true，社区不能主办；属于社区职责清单的请写明 community_may_lead = true。", "lead")
    if route["list"] == RoutingRule.List.WITHDRAWN and (is_community or _office_of_street(lead)):
        row.fail("“withdrawn 上级收回”的事项不能由社区或街道科室主办，请写区级单位或派驻站所。", "lead")
    if route["automatic"] and lead is not None and _receives_accusations(lead):
        row.fail(f"{lead}受理检举控告，不得自动派单，请写 automatic = false。", "automatic")
    if lead is not None and lead.kind == Kind.COMMUNITY and lead.code != route["community"]:
        row.fail(f'{lead}只能主办自己社区的事：请写 lead = "community"，或写明 community = "{lead.code}"。', "lead")
    if lead is not None and lead.code in route["assistants"]:
        row.fail(f"{lead}已是主办，不能同时协办。", "assistants")


def _office_of_street(unit):
    return unit.kind == Kind.DEPARTMENT and unit.parent is not None and unit.parent.kind == Kind.STREET


def _receives_accusations(unit):
    return Posting.objects.filter(organisation=unit, role=Role.DISCIPLINE).exists()
