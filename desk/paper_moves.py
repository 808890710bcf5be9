"""公文的动作: signing for a paper; petition papers drafted on the order; the reviews of a petition on its case."""

from desk import paper_forms
from desk.act import Act, Chapter
from dispatch.actions import petition_papers, petitions, receiving
from dispatch.models import Letter, WorkOrder
from grievance.casework import posting_for
from grievance.models import Case


def _review(case, *, stage, by, at):
    return petitions.ask_review(case.petition, stage=stage, by=by, at=at)


def _reviewed(case, *, outcome, by, at):
    return petitions.record_review(case.petition, outcome=outcome, by=by, at=at)


def _beside(row, user):
    """签收 on a paper; drafting on an order; 复查、复核 on a case, also after it has ended."""
    if isinstance(row, Letter):
        return [receiving.RECEIVE] if receiving.may_receive(row, user) else []
    if isinstance(row, WorkOrder):
        drafts = (petition_papers.DRAFT_NOTICE, petition_papers.DRAFT_OPINION)
        return [move for move in drafts if petition_papers.may_draft(move, row, user)]
    return _on_case(row, user) if isinstance(row, Case) else []


def _on_case(case, user):
    if posting_for(petitions.ASK_REVIEW, case, user) is None or not hasattr(case, "petition"):
        return []
    if petitions.stage_waiting(case.petition) is not None:
        return [petitions.RECORD_REVIEW]
    return [petitions.ASK_REVIEW] if petitions.next_stage(case.petition) else []


CHAPTER = Chapter(
    acts={
        ("letter", "receive"): Act(receiving.receive),
        ("workorder", "draft_petition_notice"): Act(petition_papers.draft_notice, paper_forms.Notice),
        ("workorder", "draft_petition_opinion"): Act(petition_papers.draft_opinion, paper_forms.Opinion),
        ("case", "ask_review"): Act(_review, paper_forms.Stage),
        ("case", "record_review"): Act(_reviewed, paper_forms.Outcome),
    },
    loose=(
        receiving.RECEIVE,
        petition_papers.DRAFT_NOTICE,
        petition_papers.DRAFT_OPINION,
        petitions.ASK_REVIEW,
        petitions.RECORD_REVIEW,
    ),
    beside=_beside,
)
