"""书记上门: the record of a visit that the ladder asked a secretary for. Made by the secretary alone, never by the clock."""

from django.db import transaction

from dispatch.models import SecretaryVisit
from dispatch.workflow import SECRETARY_VISIT
from grievance.casework import Refused, lock
from street.models import Role

S = SecretaryVisit.Status
SECRETARIES = {Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY}


@transaction.atomic
def call_on(row, *, said, agreed, by, at):
    """记录上门: what was said at the door and what was settled. Refused `text_missing`, `role_missing`."""
    if not said.strip() or not agreed.strip():
        raise Refused("text_missing", "请写明对方说了什么、当面商定怎么办，再提交。没有见到人的，改天再去。", status=400)
    row = lock(row)
    SECRETARY_VISIT.apply(
        "call_on", row, by=by, at=at, made_at=at, made_by=by, ended_at=at, said=said.strip(), agreed=agreed.strip(),
        sentence=f"{row.holder}书记已上门。", public="书记已上门听取您的意见。",
    )  # fmt: skip
    return row


def waiting(user):
    """待我上门: at an office of mine, of matters that go on."""
    rows = SecretaryVisit.objects.filter(status=S.WAITING, holder__in=user.scope.where(SECRETARIES))
    return rows.order_by("due_at", "pk")


def readable(case, user):
    """可读的上门记录: the street's, and those of the office that was asked; what was said at a door is for no other unit."""
    rows = case.secretary_visits.all()
    return [row for row in rows if case.street_id in user.scope.streets or row.holder_id in user.scope.where(SECRETARIES)]


def lapse(case, *, at):
    """随事项了结."""
    for row in case.secretary_visits.filter(status=S.WAITING):
        row.case = case
        SECRETARY_VISIT.apply("lapse", row, by=None, at=at, ended_at=at, sentence="书记上门随事项了结。")
