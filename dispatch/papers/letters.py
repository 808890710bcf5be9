"""公文内容: the facts of a letter as plain strings, ready to be fixed at signing and set in a template."""

from dispatch.models import Letter, WorkOrder
from dispatch.models.letter import BY_AUTHORITY
from dispatch.papers.forms import DESK, balanced, form_of, organ_of, subject_for
from dispatch.papers.veil import Veil
from grievance.casework import beijing
from street.models import Organisation
from street.templatetags.beijing import beijing_date

RELATED = (
    "issuer__parent", "to__supervisor", "to__parent", "case__street", "case__category", "case__place__community",
    "case__place__parent__parent", "order__handler", "supervision__taken_by", "checkpoint__rung", "signed_by",
    "case__petition",
)  # fmt: skip
"""What `letter_facts` reads with the letter; fetched with it, the rest costs three queries."""


PETITIONS = (Letter.Kind.PETITION_NOTICE, Letter.Kind.PETITION_OPINION)
TO_PETITIONER = "信访人"
"""The name itself is written in by hand when the paper is handed over: what is kept of papers holds none in clear."""


def letter_facts(letter):
    """公文要素: everything that the templates name, {field: text or list of texts}. A draft has no number and no date."""
    form, case, veil = form_of(letter), letter.case, Veil.of(letter.case, letter.to)
    title = veil.words(subject_for(letter))
    return {
        "template": form.template, "noun": form.noun, "organ": _organ(letter, form), "number": letter.number,
        "draft": letter.status != Letter.Status.ISSUED, "title": title, "title_lines": balanced(title, _whole(case, form)),
        "to": TO_PETITIONER if letter.kind in PETITIONS else _addressee(letter.to),
        "paragraphs": [*(veil.words(line) for line in letter.body.splitlines() if line.strip()), *_until(letter)],
        "closing": form.closing + _in_nobodys_hand(letter),
        "signer": letter.signed_as, "date": beijing_date(letter.signed_at),
        "copies": copies_of(letter, form), "phone": letter.issuer.phone or case.street.phone,
        **_matter(case, veil), **_work(letter, veil), "attachments": _attachments(letter, form),
        "petition_number": case.petition.number if hasattr(case, "petition") else "",
    }  # fmt: skip


def _organ(letter, form):
    """发文机关: what goes out by authority goes out in the desk's name, and in no office-holder's."""
    return organ_of(letter.issuer, DESK if letter.authority_id else form.organ)


def _until(letter):
    return [f"请于{beijing(letter.answer_due_at)}前反馈。"] if letter.answer_due_at else []


def _in_nobodys_hand(letter):
    return f"（本件{BY_AUTHORITY}，未经个人签发。）" if letter.authority_id else ""


def copies_of(letter, form):
    """抄送: the 主管部门 of a company; the street of what the district lists; who forwarded a petition."""
    found = [letter.to.supervisor.name] if form.copies_above and letter.to.supervisor else []
    if letter.kind in PETITIONS:
        found = [letter.to.name]
    if letter.kind in (Letter.Kind.LISTING, Letter.Kind.UNLISTING) and letter.case.street_id != letter.to_id:
        found.append(letter.case.street.name)
    return found


def _addressee(to):
    # A district or a street has no letter box: its committee or its office has
    return organ_of(to) if to.kind in (Organisation.Kind.DISTRICT, Organisation.Kind.STREET) else to.name


def _whole(case, form):
    """Words that no line of a title breaks."""
    return [case.place.community.name if case.place else "", case.category.name if case.category else "", form.noun]


def _attachments(letter, form):
    if letter.kind in PETITIONS:
        return []
    found = [f"派工单（{letter.order.number}）"] if letter.order else []
    own = {"supervise": "督办事项签收反馈单", "listing": "挂牌督办事项表"}.get(form.template)
    return [*found, own] if own else found


def _matter(case, veil):
    spoke = [one for one in veil.spoke if one.grievance.withdrawn_at is None]
    return {
        "case_number": case.number, "matter": veil.words(case.title) or case.number, "reporters": str(len(spoke)),
        "households": str(case.households or ""), "category": case.category.name if case.category else "未定",
        "place": f"{case.place.community.name} {case.place.full_name}" if case.place else "未指明",
        "submitted": beijing(case.submitted_at),
    }  # fmt: skip


def _work(letter, veil):
    order, eye = letter.order, letter.supervision
    reason = eye.reason if eye else letter.checkpoint.rung.sentence if letter.checkpoint else ""
    due = (eye.due_at if eye else None) or (order.due_at if order else None)
    handed = letter.case.orders.select_related("handler").order_by("pk")
    return {
        "order_number": order.number if order else "无", "handler": order.handler.name if order else letter.to.name,
        "reason": veil.words(reason) or "见正文", "demand": veil.words(eye.demand if eye else "") or form_of(letter).ask,
        "due": beijing(due) if due else "另行通知", "outcome": veil.words(eye.outcome if eye else ""),
        "course": [veil.words(_course(one)) for one in handed], "leads": _named(handed, True), "assists": _named(handed, False),
    }  # fmt: skip


def _course(order):
    role, what = "主办" if order.lead else "协办", order.get_status_display()
    due = f"，办结时限{beijing(order.due_at)}" if order.due_at else ""
    return f"{beijing(order.dispatched_at)}派{order.handler.name}{role}{due}，现状：{what}。"


def _named(orders, lead):
    units = [order.handler.name for order in orders if order.lead is lead and order.status in (*WorkOrder.OPEN, "done")]
    return "、".join(dict.fromkeys(units)) or "无"
