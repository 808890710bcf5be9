"""查看个人信息: who may read a name or a number in clear; every reading is an event, the number never is."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import TextChoices

from grievance.casework import Move, Refused, lock, permit, posting_for, record
from grievance.models import Complainant, OnBehalf
from street.models import Organisation, Role

DESK = {Role.DISPATCHER, Role.SHIFT_LEADER}
UNIT = {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY, Role.GRID_WORKER}
REVEAL = Move("reveal", "查看电话", set(), None, DESK | UNIT)
"""The desk of the street, and the unit in charge (never a supporting one, so never a firm)."""
NUMBER = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
AS_DESK = Move("reveal", "查看电话", set(), None, DESK)


class Why(TextChoices):
    """事由: what a name or a number is read for. Chosen, never typed, so that it can say nothing of the person."""

    ASK = "ask", "问清情况"
    COME = "come", "约时间上门或到场"
    TELL = "tell", "告知进展或结果"
    SAME = "same", "核对是不是同一个人"


@dataclass(frozen=True)
class Contact:
    """联系方式 in clear, with who interprets."""

    name: str
    phone: str
    interpreter: str = ""


def may_reveal(grievance, user):
    """Whether `user`, as now posted, may read who said it and under which number; `grievance.complainant` is read."""
    complainant = getattr(grievance, "complainant", None)
    if complainant is None or not (complainant.phone or complainant.name):
        return False
    if posting_for(AS_DESK, grievance.case, user):
        return True
    open_to_unit = not complainant.confidential and not grievance.case.ended
    return open_to_unit and posting_for(REVEAL, grievance.case, user) is not None


def knows_name(case, user):
    """Whether the masked name of one who asked for confidence may be shown: to the desk's roles, not to a unit's."""
    return case.street_id in user.scope.streets


def outsider(user):
    """社会单位人员: all of whose posts are at firms."""
    return all(posting.organisation.kind == Organisation.Kind.COMPANY for posting in user.scope.postings)


def withheld(complainant, case, user):
    """不得知: whether even the masked name, the masked number and the voice stay hidden.

    The desk knows who it may be; a unit does not where confidence was asked; a firm never does."""
    if knows_name(case, user):
        return False
    return outsider(user) or (complainant is not None and complainant.confidential)


def masked(text):
    """A mobile number inside what somebody wrote is shown in part."""
    return NUMBER.sub(r"\1****\2", text)


def words_for(text, case, user):
    """原话 as the reader may have them: the desk whole, everybody else without the numbers in them."""
    return text if knows_name(case, user) else masked(text)


def told(case, user):
    """流转 that the reader is told of: whom the street asks once more is not for those who handled the matter.

    They could be first at that person's door."""
    whole = case.street_id in user.scope.streets
    return [event for event in case.events.all() if whole or not event.kind.startswith("recheck.")]


@transaction.atomic
def reveal(grievance, *, why, by, at):
    """查看电话: name and number in clear, for one who says what for (个人信息保护法 art. 6, 51). Refused `no_phone`,
    `confidential`, `case_over`, `why_missing`."""
    grievance = lock(grievance)
    case = grievance.case
    posting = permit(REVEAL, case, by=by, at=at)
    complainant = Complainant.objects.filter(grievance=grievance).first()
    if complainant is None or not (complainant.phone or complainant.name):
        raise Refused("no_phone", f"诉求 {grievance} 没有留姓名和电话。")
    if posting_for(AS_DESK, case, by) is None:
        _open_to_unit(case, complainant)
    if why not in Why.values:
        raise Refused("why_missing", "请先选为什么要看这个号码，再点“查看电话”。", status=400)
    told = OnBehalf.objects.filter(grievance=grievance).first()
    record(
        case, "phone.revealed", at=at, by=by, posting=posting, subject=grievance, grievance=grievance,
        sentence=f"查看诉求 {grievance} 的姓名和电话，事由：{Why(why).label}。",
    )  # fmt: skip
    return Contact(complainant.name, complainant.phone, told.interpreter if told else "")


def _open_to_unit(case, complainant):
    if complainant.confidential:
        raise Refused("confidential", "诉求人要求不向办理人员透露姓名和电话。需要联系时，请由街道工作专班代为转达。", status=403)
    if case.ended:
        raise Refused("case_over", "事项已经了结，不再提供诉求人的联系方式。如确需联系，请由街道工作专班转达。", status=403)
