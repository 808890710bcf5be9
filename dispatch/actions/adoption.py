"""包案: a leader takes a matter on as their own until it is solved (信访工作条例 art. 18).

An adoption ends by its leader's word, with the outcome; where the matter ends first, the system closes it without a word in the
leader's name (docs/decisions/0011)."""

from django.db import IntegrityError, transaction

from dispatch.actions import facts
from dispatch.actions.instructions import must_be_open
from dispatch.eye import ADOPT, END_ADOPTION
from dispatch.models import Adoption
from grievance.casework import Refused, lock, permit, posting_for, record
from street.models import Role

OFFICES = {
    Role.COMMUNITY_SECRETARY: "社区书记",
    Role.STREET_SECRETARY: "街道党工委书记",
    Role.STREET_LEADER: "街道分管领导",
}
"""The office that residents read of, never the person."""


@transaction.atomic
def adopt(case, *, promise, by, at):
    """包案: with what the leader means to do. Refused `text_missing`, `case_ended`, `already_adopted`."""
    if not promise.strip():
        raise Refused("text_missing", "请写明包案措施，再提交。", status=400)
    case = lock(case)
    must_be_open(case)
    posting = permit(ADOPT, seat_of(case), by=by, at=at)
    try:
        with transaction.atomic():
            row = Adoption.objects.create(case=case, leader=by, posting=str(posting), promise=promise.strip(), adopted_at=at)
    except IntegrityError:
        first = case.adoptions.get(ended_at__isnull=True)
        raise Refused("already_adopted", f"事项 {case.number} 已由{first.leader}包案，先由其结束后才能改由别人包案。") from None
    record(
        case, "case.adopt", at=at, by=by, posting=posting, subject=row, sentence=f"{by}包案。",
        public=f"{OFFICES[Role(posting.role)]}包案督办。",
    )  # fmt: skip
    facts.note_leader_word(case, at=at)
    return row


def may_adopt(case, user):
    """可否包案: open, and nobody's yet."""
    free = not case.ended and all(row.ended_at for row in case.adoptions.all())
    return free and posting_for(ADOPT, seat_of(case), user) is not None


def seat_of(case):
    """The seats of those who may adopt a case, asked of an adoption that is not yet written."""
    return Adoption(case=case)


@transaction.atomic
def end(adoption, *, outcome, by, at):
    """结束包案: the leader (or who acts for them) says what came of it."""
    if not outcome.strip():
        raise Refused("text_missing", "请写明包案结果，再提交。", status=400)
    row = lock(adoption)
    if row.ended_at:
        raise Refused("already_ended", f"这件包案已于{row.ended_at:%Y-%m-%d}结束。请刷新页面。")
    posting = permit(END_ADOPTION, row, by=by, at=at)
    if not _own(row, by):
        raise Refused("not_yours", f"此事由{row.leader}包案，须由本人或代行其职务的人结束。", status=403)
    row.ended_at, row.outcome = at, outcome.strip()
    row.save(update_fields=["ended_at", "outcome"])
    record(row.case, "adoption.end", at=at, by=by, posting=posting, subject=row, sentence=f"{by}结束包案。")
    return row


def may_end(row, user):
    """可否结束: open, and one's own or of whom one acts for."""
    return row.ended_at is None and posting_for(END_ADOPTION, row, user) is not None and _own(row, user)


def _own(row, user):
    deputies = (post.acting_for.user_id for post in user.scope.postings if post.acting_for_id)
    return row.leader_id == user.pk or row.leader_id in set(deputies)


def lapse(case, *, at):
    """随事项了结: the matter is over, so is the adoption; the leader's account of it is left empty."""
    for row in case.adoptions.filter(ended_at__isnull=True):
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        record(case, "adoption.lapse", at=at, by=None, subject=row, sentence="包案随事项了结。")
