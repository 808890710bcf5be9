"""表单内容: the facts of the sheets: 派工单, 审批单, 办结报告, 催办通知书, 调解文书, 告知单. Set when asked for, not kept."""

from dispatch.models import Mediation
from dispatch.papers.forms import organ_of
from dispatch.papers.veil import Veil
from grievance.actions.privacy import masked
from grievance.actions.triage import LEGAL_PATHS
from grievance.casework import beijing
from grievance.models import Event, Remark, Urgency
from street.models import Organisation
from street.templatetags.beijing import beijing_date

VOICES = 5
"""Of more voices than these a 派工单 gives the number."""
OF_CASE = ("street__parent", "category", "place__community", "place__parent__parent")


def order_facts(order):
    """派工单: the limits are those frozen at dispatch; who spoke as far as the unit may know."""
    case, veil = order.case, Veil.of(order.case, order.handler)
    return {
        **case_facts(case, veil), **_order(order, veil), "who": veil.who, "content": _content(veil),
        "source": case.get_source_display(), "urgency": Urgency(case.urgency).label, "submitted": beijing(case.submitted_at),
        "role": ("主办" if order.lead else "协办") + ("（指定承办）" if order.designated else ""),
        "accept_due": _time(order.accept_due_at), "contact_due": _time(order.contact_due_at),
        "basis": order.basis or "研判派单员指定", "demand": veil.words(order.demand) or "按职责依法办理，及时答复诉求人。",
        "dispatcher": str(order.dispatched_by or f"自动（{order.authority.leader}授权）"),
        "accepted_by": str(order.accepted_by or ""),
    }  # fmt: skip


def extension_facts(row):
    """延期审批单: what was asked and what was decided; blank where it still waits."""
    order = row.order
    veil = Veil.of(order.case, order.handler)
    told = "" if row.agreed is None else "已告知诉求人新的时限和理由" if row.agreed and order.lead else "不涉及"
    return {
        **case_facts(order.case, veil), **_order(order, veil), "old_due": beijing(row.old_due_at), "days": f"{row.days}个工作日",
        "new_due": _time(row.new_due_at), "reason": veil.words(row.reason), "done": _steps(order, veil), "told": told,
        **_decided(row, veil),
    }  # fmt: skip


def return_facts(row):
    """退单审批单: reason and basis, and the decision of another."""
    order = row.order
    veil = Veil.of(order.case, order.handler)
    return {
        **case_facts(order.case, veil), **_order(order, veil), "reason": row.get_reason_display(), "basis": veil.words(row.basis),
        "suggested": row.suggested.name if row.suggested else "无", **_decided(row, veil),
    }  # fmt: skip


def completion_facts(order):
    """办结报告: what was done, what was answered, whether in time."""
    veil = Veil.of(order.case, order.handler)
    done, due = order.completed_at, order.due_at
    return {
        **case_facts(order.case, veil), **_order(order, veil), "content": _content(veil), "contacted": _time(order.contacted_at),
        "completed": _time(done), "in_time": "按期" if due is None or done is None or done <= due else "超期",
        "internal_record": veil.words(order.internal_record), "public_answer": veil.words(order.public_answer),
        "completed_by": str(order.completed_by or ""), "review": order.get_status_display(),
    }  # fmt: skip


def chase_facts(checkpoint):
    """催办通知书: automatic, in the desk's name, without a number."""
    order, clock = checkpoint.order, checkpoint.deadline
    veil = Veil.of(order.case, order.handler)
    return {
        **case_facts(order.case, veil), **_order(order, veil), "anchor": clock.get_anchor_display() if clock else "办结",
        "anchor_due": beijing(clock.due_at if clock else order.due_at), "fired": _time(checkpoint.fired_at),
        "reason": veil.words(checkpoint.rung.sentence), "phone": order.case.street.phone or "无",
        "ask": "请立即办理，并在系统中填写办理进展；确有困难的，说明原因和预计完成时间。",
    }  # fmt: skip


def record_facts(row):
    """人民调解记录 (人民调解法 art. 27)."""
    return {
        **_mediation(row),
        "record": "\n".join([*map(_sitting, row.sessions.all()), row.record]).strip(),
        "result": row.get_status_display() + (f"：{row.agreement}" if row.agreement else ""),
    }


def agreement_facts(row):
    """人民调解协议书 (人民调解法 art. 29): parties, dispute, what was agreed, how and until when."""
    until = f"{beijing_date(row.perform_by)}前履行完毕。" if row.perform_by else "即时履行。"
    return {
        **_mediation(row),
        "dispute": f"{_dispute(row)}{row.facts}",
        "agreement": row.agreement,
        "perform": until,
        "date": beijing_date(row.ended_at),
    }


def application_facts(row):
    """人民调解申请书 (人民调解法 art. 17), to be signed by the one who asks for mediation."""
    request = "请求组织调解，依法化解上述纠纷。"
    return {**_mediation(row), "dispute": _dispute(row), "request": request, "date": beijing_date(row.opened_at)}


def _dispute(row):
    return f"{masked(row.case.title)}（事项 {row.case.number}）。"


def _sitting(held):
    return f"{beijing(held.held_at)}，{held.where}。到场：{held.present}。{held.minutes}"


def advice_facts(case):
    """法定途径告知单, for the one who spoke: the reason and the way that is open."""
    event = Event.objects.filter(case=case, kind="case.decline").order_by("-pk").first()
    sentence = event.sentence.removeprefix("不予受理：") if event else ""
    reason, _, path = sentence.rpartition("。途径：")
    return {
        **case_facts(case, None), "reason": reason, "path": path.removesuffix("。") or "、".join(LEGAL_PATHS.values()),
        "to": "诉求人", "unit": organ_of(case.street), "phone": case.street.phone or "无", "date": beijing_date(case.ended_at),
    }  # fmt: skip


def case_facts(case, veil):
    """事项要素 that stand on every sheet; without a veil the words are only masked."""
    title = veil.words(case.title) if veil else masked(case.title)
    return {
        "case_number": case.number, "matter": title or "（语音或图片）",
        "category": case.category.name if case.category else "未定",
        "place": f"{case.place.community.name} {case.place.full_name}" if case.place else "未指明",
    }  # fmt: skip


def _order(order, veil):
    return {
        "order_number": order.number, "handler": order.handler.name, "limit_class": order.limit_class,
        "organ": organ_of(order.case.street), "due": _time(order.due_at), "dispatched": beijing(order.dispatched_at),
        "accepted": _time(order.accepted_at),
    }  # fmt: skip


def _decided(row, veil):
    verdict = {None: "", True: "同意。", False: "不同意。"}[row.agreed]
    return {
        "asked_by": str(row.asked_by), "asked": beijing(row.asked_at), "opinion": verdict + veil.words(row.opinion),
        "decided_by": str(row.decided_by or ""), "decided": _time(row.decided_at),
    }  # fmt: skip


def _mediation(row):
    unit = row.unit.name + ("人民调解委员会" if row.unit.kind == Organisation.Kind.COMMUNITY else "")
    return {
        **case_facts(row.case, None), "unit": unit, "mediator": str(row.mediator),
        "parties": "\n".join(map(_party, row.sides.all())) or row.parties,
        "file_number": row.number or "（　　）人调字第　　号",
        "helpers": row.helpers or "无", "opened": beijing(row.opened_at), "ended": _time(row.ended_at), "blank": "",
        "agreed": row.status == Mediation.Status.AGREED,
    }  # fmt: skip


def _party(one):
    return f"{one.get_side_display()}：{one.name}"


def _content(veil):
    said = [veil.words(one.grievance.description) for one in veil.spoke if one.grievance.withdrawn_at is None]
    written = [text for text in said if text]
    lines = [f"{n}. {text}" if len(written) > 1 else text for n, text in enumerate(written[:VOICES], 1)]
    return "\n".join(lines or ["（语音或图片）"]) + (f"\n（共{len(said)}人反映）" if len(said) > VOICES else "")


def _steps(order, veil):
    told = Event.objects.filter(case=order.case_id, subject=f"workorder:{order.pk}", kind="workorder.add_progress")
    notes = Remark.objects.filter(case=order.case_id, grievance__isnull=True, at__in=told.values("at")).order_by("at", "pk")
    return "\n".join(f"{beijing(note.at)} {veil.words(note.text)}" for note in notes[:VOICES]) or "未填写"


def _time(at):
    return beijing(at) if at else ""
