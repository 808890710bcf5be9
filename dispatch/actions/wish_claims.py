"""认领心愿: a claim is a work order, sent by the desk's standing approval to the unit that asked for it, with its clocks.

A private firm or a team registered as one never leads (domain, second reading): the community leads, the claimant assists, and
the way to the resident is the desk or the resident's own consent (grievance.actions.consent)."""

from django.db import transaction

from dispatch import routing, standing
from dispatch.actions import handling
from grievance.casework import Refused, lock
from grievance.models import Case, Wish
from grievance.workflow import WISH


@transaction.atomic
def claim(wish, *, unit, by, at):
    """认领: the first who asks has it; the order is theirs and taken on.

    Refused `already_claimed`, `limit_missing`, `no_authority`, `role_missing`, and what `handling.dispatch` refuses."""
    wish = lock(wish)
    case = wish.case
    if wish.status != Wish.Status.OPEN or case.status != Case.Status.ADMITTED:
        who = f"已由{wish.claimed_by}认领" if wish.claimed_by and case.status == Case.Status.IN_HANDLING else "现在不在认领中"
        raise Refused("already_claimed", f"这个心愿{who}，请看别的心愿。")
    route = routing.choose(case, at)
    if not route.limit_class:
        raise Refused("limit_missing", "这个心愿的类别没有办理时限，请告诉街道专班改类别后再认领。")
    authority = standing.authority_for(case, at)
    if authority is None:
        raise Refused("no_authority", "现在没有值班长的派单授权，不能直接认领。请告诉街道专班，由专班派单。")
    wish.claimed_by = unit
    WISH.apply(
        "claim", wish, by=by, at=at, claimed_by=unit, claimed_at=at, sentence=f"{unit}认领心愿。",
        public=f"{unit}认领了您的心愿。",
    )  # fmt: skip
    lead, assistants = (unit, ()) if unit.may_lead else (wish.community, (unit,))
    handling.dispatch(
        case, to=lead, assistants=assistants, limit_class=route.limit_class, policy=route.policy,
        basis=f"微心愿认领（{wish.opened_by}审核公开）", authority=authority, by=None, at=at,
    )  # fmt: skip
    return handling.accept(case.orders.open().get(handler=unit), by=by, at=at)
