"""紧急信息报告单: what the district is told, and the outline from which the desk writes it."""

from dispatch.models import WorkOrder
from dispatch.papers.forms import organ_of
from dispatch.papers.sheets import case_facts
from dispatch.papers.veil import Veil
from grievance.casework import beijing


def urgent_facts(row):
    """紧急信息报告 (信访工作条例 art. 25, 46): who signed and who has it, and until when it was due."""
    case, veil = row.case, Veil.of(row.case, None)
    return {
        **case_facts(case, veil), "number": row.number or "（草稿，未签发）", "kind": row.get_kind_display(),
        "happened": beijing(case.submitted_at), "due": beijing(row.due_at), "body": veil.words(row.body or "") or "（未起草）",
        "drafted_by": str(row.drafted_by or ""), "drafted": _time(row.drafted_at), "signer": str(row.signed_by or ""),
        "signed": _time(row.signed_at), "to": row.sent_to, "sent": _time(row.sent_at), "organ": organ_of(case.street),
        "phone": case.street.phone or "无",
    }  # fmt: skip


def outline(row, at):
    """报告提纲 from the file: time, place, kind, how many spoke of it, who was sent. No name and no number of a resident."""
    case, veil = row.case, Veil.of(row.case, None)
    sent = case.orders.filter(status__in=WorkOrder.OPEN).select_related("handler").order_by("-lead", "pk")
    units = "、".join(f"{order.handler}（{order.get_status_display()}）" for order in sent) or "尚未派单"
    known = case_facts(case, veil)
    lines = [
        f"{beijing(case.submitted_at)}，{known['place']}，{known['category']}：{known['matter']}",
        f"反映人数：{len(veil.spoke)}；涉及户数：{case.households or '核实中'}。",
        f"已采取的措施：{units}。",
        f"截至{beijing(at)}的情况：",
        "下一步：",
    ]
    return "\n".join(lines)


def _time(at):
    return beijing(at) if at else ""
