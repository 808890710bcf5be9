"""人身安全: what is never mediated is telephoned at once, and whoever spoke is reached only in a way that is safe for them.

反家庭暴力法 art. 13–15, 未成年人保护法 art. 11 (强制报告); domain, second reading."""

from django.db import transaction

from dispatch.models import SafetyCall
from dispatch.workflow import DESK, UNIT
from grievance.casework import Move, Refused, lock, permit, record
from grievance.models import Complainant
from street.models import Role

DUTY = {*DESK, Role.STREET_LEADER}
REPORT_CALL = Move("report_call", "电话报告", set(), None, DUTY | UNIT)
KEEP_CONTACT = Move("keep_safe_contact", "记安全联系方式", set(), None, DUTY)
REVEAL_CONTACT = Move("reveal_safe_contact", "查看安全联系方式", set(), None, DUTY)
MOVES = (REPORT_CALL, KEEP_CONTACT, REVEAL_CONTACT)


@transaction.atomic
def report_call(case, *, to, answered_by, by, at):
    """电话报告: that the duty leader or the police station was telephoned, and who answered. Refused `answerer_missing`.

    The system itself rings and writes to no station."""
    if not answered_by.strip():
        raise Refused("answerer_missing", "请写明是谁接的电话，再保存。", status=400)
    case = lock(case)
    posting = permit(REPORT_CALL, case, by=by, at=at)
    call = SafetyCall.objects.create(case=case, to=to, answered_by=answered_by.strip()[:60], by=by, at=at)
    record(
        case, "safety.call", at=at, by=by, posting=posting, subject=call, sentence=f"涉及人身安全，已电话报告{to}。",
        public="已安排专人处理。",
    )  # fmt: skip
    return call


@transaction.atomic
def keep_contact(grievance, *, text, by, at):
    """记安全联系方式: in what way this person can be reached without being put in danger; kept sealed. Refused `text_missing`."""
    if not text.strip():
        raise Refused("text_missing", "请写明怎样联系才安全，再保存。", status=400)
    grievance = lock(grievance)
    posting = permit(KEEP_CONTACT, grievance.case, by=by, at=at)
    one, _ = Complainant.objects.get_or_create(grievance=grievance)
    one.safe_contact = text.strip()
    one.save(update_fields=["safe_contact"])
    _note(grievance, "safety.contact", f"记下诉求 {grievance} 的安全联系方式。", posting, by=by, at=at)
    return one


@transaction.atomic
def reveal_contact(grievance, *, by, at):
    """查看安全联系方式 in clear: for the desk and the duty roles alone; each reading is an event. Refused `no_safe_contact`."""
    grievance = lock(grievance)
    posting = permit(REVEAL_CONTACT, grievance.case, by=by, at=at)
    one = Complainant.objects.filter(grievance=grievance).first()
    if one is None or not one.safe_contact:
        raise Refused("no_safe_contact", f"诉求 {grievance} 还没有记安全联系方式。请先问清，再“记安全联系方式”。")
    _note(grievance, "safety.revealed", f"查看诉求 {grievance} 的安全联系方式。", posting, by=by, at=at)
    return one.safe_contact


def _note(grievance, kind, sentence, posting, *, by, at):
    record(
        grievance.case, kind, at=at, by=by, posting=posting, subject=grievance, grievance=grievance, sentence=sentence
    )  # fmt: skip
