"""问答的动作: a resident's question hangs on its case until those who are asked have answered."""

from desk import forms
from desk.act import Act, Chapter, Hung
from grievance.actions import privacy, talk
from grievance.casework import Workflow
from grievance.models import Remark

TALK = Workflow("提问")
"""No status of its own: a question waits until it is answered."""


class Reply(forms.MoveForm):
    """答复提问: what the person will read under the question."""

    text = forms.words("答复", help_text="诉求人会看到这段话，不要写别人的姓名、电话。")


def questions(case, user):
    """待答复的提问 of a case, the oldest first; a firm reads none of a resident's words unveiled."""
    if privacy.outsider(user):
        return []
    rows = list(case.remarks.all())
    answered = {row.answers_id for row in rows}
    waiting = [row for row in rows if row.kind == Remark.Kind.QUESTION and row.pk not in answered]
    for row in waiting:
        row.case = case
        row.words = privacy.words_for(row.text, case, user)
    return waiting


def _beside(row, user):
    """答复提问 stands on a question."""
    return [talk.ANSWER] if isinstance(row, Remark) and talk.may_answer(row, user) else []


CHAPTER = Chapter(
    acts={("remark", "answer_question"): Act(talk.answer, Reply)},
    tables={Remark: TALK},
    loose=(talk.ANSWER,),
    beside=_beside,
    hung=(Hung("desk/_question.html", questions),),
)
