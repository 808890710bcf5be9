"""签收回执: the addressee signs for an issued paper, with the time; who answers it has thereby signed for it."""

from django.db import transaction

from dispatch.models import Letter
from dispatch.workflow import ANSWERERS
from grievance.casework import Move, Refused, beijing, lock, permit, posting_for, record

RECEIVE = Move("receive", "签收公文", set(), None, ANSWERERS)


class Addressee:
    """主送单位: the seat of those who sign for a paper and answer it."""

    def __init__(self, letter):
        self.letter = letter

    def seat(self, role):
        """Where the role must be held."""
        return self.letter.to_id


@transaction.atomic
def receive(letter, *, by, at):
    """签收: the addressee has the paper in hand, once. Refused `not_issued`, `received_before`, `role_missing`."""
    letter = lock(letter)
    if letter.status != Letter.Status.ISSUED:
        raise Refused("not_issued", "该公文尚未签发，不能签收。请刷新后查看。")
    if letter.received_at:
        who = letter.received_by or letter.to
        raise Refused("received_before", f"公文 {letter.number} 已由{who}于{beijing(letter.received_at)}签收，不能再次签收。")
    posting = permit(RECEIVE, Addressee(letter), by=by, at=at)
    letter.received_at, letter.received_by = at, by
    letter.save(update_fields=["received_at", "received_by"])
    sentence = f"{letter.to}签收 {letter.number}。"
    record(letter.case, "letter.receive", at=at, by=by, posting=posting, subject=letter, sentence=sentence)
    return letter


def may_receive(letter, user):
    """可否签收: issued, not yet signed for, and addressed to where `user` may do so."""
    waiting = letter.status == Letter.Status.ISSUED and letter.received_at is None
    return waiting and posting_for(RECEIVE, Addressee(letter), user) is not None
