"""统计另列的动作: asked on a case, decided by the street and then by the district; its panel on the page of the case."""

from desk import forms
from desk.act import Act, Chapter, Hung
from desk.exclusion_forms import AskExclusion, Opinion
from feedback.actions import exclusion
from feedback.models import Exclusion
from feedback.workflow import ASK_EXCLUSION, EXCLUSION
from grievance.casework import posting_for
from grievance.models import Case

S = Case.Status


def _beside(row, user):
    """申请统计另列, for the unit in charge and the leader of the shift, once the work was done at least once."""
    once_done = isinstance(row, Case) and row.status in ASK_EXCLUSION.sources and (row.round > 1 or row.status != S.IN_HANDLING)
    return [ASK_EXCLUSION] if once_done and posting_for(ASK_EXCLUSION, row, user) else []


def _of(case, user):
    return list(case.exclusions.select_related("case__street", "asked_by", "street_by", "district_by"))


def _not_own(row, user, at):
    """Nobody decides on what they asked for or agreed to themselves."""
    return user.pk not in {row.asked_by_id, row.street_by_id}


CHAPTER = Chapter(
    acts={
        ("case", "exclude"): Act(exclusion.ask, AskExclusion),
        ("exclusion", "agree"): Act(exclusion.agree_at_street, Opinion, _not_own),
        ("exclusion", "refuse"): Act(exclusion.refuse, Opinion, _not_own),
        ("exclusion", "stand"): Act(exclusion.agree_at_district, Opinion, _not_own),
        ("exclusion", "refuse_above"): Act(exclusion.refuse, Opinion, _not_own),
        ("exclusion", "lift"): Act(exclusion.lift, forms.Reason),
    },
    tables={Exclusion: EXCLUSION},
    loose=(ASK_EXCLUSION,),
    beside=_beside,
    hung=(Hung("desk/_exclusion.html", _of),),
)
