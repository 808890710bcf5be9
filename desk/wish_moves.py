"""微心愿的动作: opened by the desk, taken down by it; its panel on the page of a case that is a wish."""

from desk import forms, wish_forms
from desk.act import Act, Chapter, Hung
from grievance.actions import wishes
from grievance.casework import posting_for
from grievance.models import Case, Wish
from grievance.workflow import WISH


def _beside(row, user):
    """公开心愿 or 说明办不了 on a case in which somebody said 我有心愿; other cases cost no query."""
    if not isinstance(row, Case) or row.status not in wishes.OFFER.sources or not wishes.is_wish(row):
        return []
    shown = Wish.objects.claimable().filter(case=row).exists()
    moves = [move for move in (wishes.OFFER, wishes.SAY_NO) if row.status in move.sources and posting_for(move, row, user)]
    return [] if shown else moves


def _wish(case, user):
    if not wishes.is_wish(case):
        return []
    found = list(Wish.objects.filter(case=case).select_related("claimed_by", "opened_by", "community"))
    for wish in found:
        wish.case = case
    return found


CHAPTER = Chapter(
    acts={
        ("case", "open_wish"): Act(wishes.open_wish, wish_forms.OpenWish),
        ("case", "say_no"): Act(wishes.say_no, wish_forms.SayNo),
        ("wish", "take_down"): Act(wishes.take_down, forms.Reason),
    },
    tables={Wish: WISH},
    loose=(wishes.OFFER, wishes.SAY_NO),
    beside=_beside,
    hung=(Hung("desk/_wish.html", _wish),),
)
