"""回访以后的动作: the visit of a secretary after the second "not solved", and what was promised; their panels on a case."""

from desk.act import Act, Chapter, Hung
from desk.forms import MoveForm, words
from dispatch.actions import secretary_visits
from dispatch.models import Pledge, SecretaryVisit
from dispatch.workflow import PLEDGE, SECRETARY_VISIT
from grievance.actions import privacy


class CallOn(MoveForm):
    """记录上门."""

    said = words("对方说了什么", help_text="照本人的意思写，不写姓名和电话。")
    agreed = words("当面商定怎么办", help_text="谁做什么、哪天以前。")


def _visits(case, user):
    return secretary_visits.readable(case, user)


def _pledges(case, user):
    """承诺事项, for those who know the matter; what a firm reads is masked as everything else."""
    rows = list(case.pledges.all())
    for row in rows:
        row.words = privacy.words_for(row.what, case, user)
    return rows


CHAPTER = Chapter(
    acts={("secretaryvisit", "call_on"): Act(secretary_visits.call_on, CallOn)},
    tables={SecretaryVisit: SECRETARY_VISIT, Pledge: PLEDGE},
    hung=(Hung("desk/_secretary_visit.html", _visits), Hung("desk/_pledge.html", _pledges)),
)
