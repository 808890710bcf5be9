"""Tables of moves of the work between units: whistle, joint meeting, joint visit; and where their roles must be held."""

from dataclasses import dataclass

from dispatch.models import Meeting, Visit, Whistle
from dispatch.workflow import HEADS, UNIT
from grievance.casework import SYSTEM, Move, Refused, Workflow, permit, posting_for
from street.models import UNIT_ROLES, Role
from street.scope import stand

CONVENERS = {Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.STREET_LEADER, Role.STREET_SECRETARY}
"""召集人: those of the street who bring units together (proposal)."""
ON_SITE = {*CONVENERS, *UNIT, Role.LIAISON}
"""现场人员: the street's own people, and those of the community on whose ground it happens (proposal)."""

W = Whistle.Status
WHISTLE = Workflow(
    "吹哨",
    Move("sign", "签发", {W.DRAFT}, W.CALLED, {Role.STREET_LEADER, Role.STREET_SECRETARY}),
    Move("withdraw", "撤回", {W.DRAFT}, W.WITHDRAWN, CONVENERS),
    Move("close", "了结", {W.CALLED}, W.CLOSED, CONVENERS),
    Move("lapse", "随事项了结", {W.DRAFT}, W.WITHDRAWN, {SYSTEM}),
)

M = Meeting.Status
MEETING = Workflow(
    "会办",
    Move("hold", "记录会议", {M.CALLED}, M.HELD, CONVENERS),
    Move("cancel", "取消会办", {M.CALLED}, M.CANCELLED, {*CONVENERS, SYSTEM}),
)

V = Visit.Status
VISIT = Workflow(
    "上门",
    Move("join_visit", "一起去", {V.PLANNED}, None, {*CONVENERS, *UNIT}),
    Move("make_visit", "上门记录", {V.PLANNED}, V.MADE, {*CONVENERS, *UNIT}),
    Move("cancel_visit", "取消上门", {V.PLANNED}, V.CANCELLED, {*CONVENERS, *HEADS}),
    Move("merge_visits", "合并上门", {V.PLANNED}, V.MERGED, CONVENERS),
)


@dataclass(frozen=True)
class Seat:
    """席位: where roles must be held (ids): a unit's own at `unit`, others at `street`; None: nowhere."""

    unit: int | None
    street: int | None

    def seat(self, role):
        """Where the role must be held."""
        return self.unit if role in UNIT_ROLES else self.street


def on_site(whistle):
    """现场席位: the street, and the community of the place."""
    place = whistle.case.place
    return Seat(place.community_id if place else None, whistle.case.street_id)


def row_of(rows, move, user):
    """本单位的一行: the first of `rows` (each with an `organisation`) for whose unit `user` may make the move, else None."""
    return next((row for row in rows if posting_for(move, Seat(row.organisation_id, None), user)), None)


def own_row(rows, move, *, by, at):
    """本单位的一行 and the posting by which `by` may act for it. Refused `role_missing` where there is none."""
    stand(by, at)
    row = row_of(rows, move, by)
    return row, permit(move, Seat(row.organisation_id if row else None, None), by=by, at=at)


def names(units):
    """单位名单 in one phrase."""
    return "、".join(str(unit) for unit in units)


def must_say(text, sentence):
    """Refused `text_missing` (400) where nothing was written."""
    if not text.strip():
        raise Refused("text_missing", sentence, status=400)
