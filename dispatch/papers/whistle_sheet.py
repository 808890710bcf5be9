"""吹哨单: who was called, who came as the street's people saw on the spot, what came of it, and what both sides say."""

from dispatch.papers.forms import organ_of
from dispatch.papers.sheets import case_facts
from grievance.actions.privacy import masked
from grievance.casework import beijing


def whistle_facts(row):
    """吹哨单 (北京市街道办事处条例 art. 11, 44): who was called, who came as seen on the spot, what came of it, both ratings."""
    case, units = row.case, list(row.units.all())
    return {
        **case_facts(case, None), "number": row.number or "（草稿，未签发）", "kind": row.get_kind_display(),
        "reason": masked(row.matter),
        "meet": beijing(row.meet_at), "where": row.where, "units": "、".join(unit.organisation.name for unit in units),
        "arrivals": "\n".join(f"{unit.organisation.name}：{_arrival(unit)}" for unit in units), "outcome": masked(row.outcome),
        "ratings": "\n".join(filter(None, map(_ratings, units))), "organ": organ_of(case.street),
        "drafted_by": str(row.drafted_by), "drafted": beijing(row.drafted_at),
        "signer": str(row.signed_by or ""), "signed": beijing(row.signed_at) if row.signed_at else "",
    }  # fmt: skip


def _arrival(unit):
    if unit.arrived_at:
        return f"{beijing(unit.arrived_at)}到场，{unit.confirmed_by}确认"
    return f"未到（{unit.absent_why}）" if unit.absent_why else ""


def _ratings(unit):
    said = []
    if unit.rating_of_unit:
        said.append(f"街道评{_rated(unit.get_rating_of_unit_display(), unit.rating_of_unit_words)}")
    if unit.rating_of_street:
        said.append(f"评街道{_rated(unit.get_rating_of_street_display(), unit.rating_of_street_words)}")
    return f"{unit.organisation.name}：{'；'.join(said)}" if said else ""


def _rated(rating, words):
    return f"“{rating}”" + (f"（{words}）" if words else "")
