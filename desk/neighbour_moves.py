"""邻里的动作: what neighbours may read of a matter at work, and the calls that somebody asked for instead of writing."""

from desk import neighbour_forms
from desk.act import Act, Chapter
from grievance.actions import calls, joining
from grievance.models import Case


def _beside(row, user):
    if not isinstance(row, Case):
        return []
    shared = joining.open_to(row, user)
    return [*([calls.RANG] if calls.may_ring(row, user) else []), *([shared] if shared else [])]


CHAPTER = Chapter(
    acts={
        ("case", "rang"): Act(calls.rang, neighbour_forms.Rang),
        ("case", "publish_text"): Act(joining.publish, neighbour_forms.PublicText),
        ("case", "withdraw_text"): Act(joining.withdraw_text, neighbour_forms.TakeBack),
    },
    loose=(calls.RANG, joining.PUBLISH, joining.WITHDRAW),
    beside=_beside,
)
