"""重办时负责人参与: work that somebody was not content with is done again with the head of the unit taking part (domain §1.7)."""

from django.db import transaction
from django.utils import timezone

from dispatch.posts import HEADS
from dispatch.workflow import WORK_ORDER
from grievance.casework import NOBODY_OF_STAFF, Refused, lock, posting_for
from grievance.models import Remark
from street.models import Posting
from street.scope import stand


def wants_head(order):
    """须负责人参与: the lead order of a second or later round, in which the head has not yet taken part."""
    return order.lead and order.round > 1 and order.head_joined_at is None


@transaction.atomic
def join(order, *, text, by, at):
    """负责人参与: the head writes down what they did themselves. Refused `text_missing`, `not_a_rework`, `role_missing`."""
    if not text.strip():
        raise Refused("text_missing", "请写明您怎样参与（到现场、见诉求人、调人调料），再提交。", status=400)
    order = lock(order)
    if not wants_head(order):
        raise Refused("not_a_rework", f"工单 {order.number} 不是重办，或者负责人已经登记参与，不用再登记。")
    note = Remark.objects.create(case=order.case, author=by, text=text.strip(), at=at)
    sentence = f"{order.handler}负责人参与重办（第{note.pk}号说明）。"
    WORK_ORDER.apply(
        "join_rework", order, by=by, at=at, head_joined_at=at, head_joined_by=by, sentence=sentence,
        public=f"{order.handler}负责人已参与重新办理。",
    )  # fmt: skip
    return order


def require_head(order, *, by, at):
    """Refused `head_missing` while nobody who heads the unit has taken part; a head who reports the work has. A unit whose head
    has no account here, and a body that acts by its link, are not held up by it."""
    if not wants_head(order) or by in NOBODY_OF_STAFF:
        return
    stand(by, at)
    if posting_for(WORK_ORDER.moves["join_rework"], order, by):
        order.head_joined_at, order.head_joined_by = at, by
        order.save(update_fields=["head_joined_at", "head_joined_by"])
        return
    today = timezone.localdate(at)
    if Posting.objects.current(today).filter(organisation=order.handler_id, role__in=HEADS).exists():
        raise Refused(
            "head_missing",
            f"这是第{order.round}轮重办，须由{order.handler}负责人参与。请负责人在本工单点“负责人参与”，写明怎样参与，再报办结。",
        )  # fmt: skip
