"""问答的动作: a resident's question hangs on its case until those who are asked have answered; they may ask one of their own."""

from django import forms as fields

from desk import forms
from desk.act import Act, Chapter, Hung
from grievance.actions import asking, privacy, talk
from grievance.casework import Refused, Workflow
from grievance.models import Case, Remark

TALK = Workflow("提问")
"""No status of its own: a question waits until it is answered."""


class Reply(forms.MoveForm):
    """答复提问: what the person will read under the question."""

    text = forms.words("答复", help_text="诉求人会看到这段话，不要写别人的姓名、电话。")


class AskResident(forms.MoveForm):
    """向诉求人提问: what is asked, and of whom where several spoke."""

    text = forms.words("问题", help_text="诉求人会看到这段话，时限照常。最多 300 字，不要写别人的姓名、电话。")
    grievance = fields.ChoiceField(label="问哪一位")

    def prepare(self):
        self.voices = {row.number: row for row in standing(self.row)}
        if len(self.voices) < 2:
            del self.fields["grievance"]
            return
        # Masked before it is cut: half a number would pass every mask
        said = [(number, f"{number} {privacy.masked(row.description)[:20]}") for number, row in self.voices.items()]
        self.fields["grievance"].choices = [("", "请选择"), *said]

    def clean_grievance(self):
        """The grievance itself."""
        return self.voices[self.cleaned_data["grievance"]]


def standing(case):
    """诉求 of a case that nobody withdrew."""
    return [row for row in case.grievances.all() if row.withdrawn_at is None]


def _ask(case, *, text, by, at, grievance=None):
    one = grievance or next(iter(standing(case)), None)
    if one is None:
        raise Refused("nobody_to_ask", "这件事没有诉求人可以问。")
    return asking.ask(one, text=text, by=by, at=at)


def _somebody(case, user, at):
    return bool(standing(case))


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
    """答复提问 stands on a question, 向诉求人提问 on a case that is worked on."""
    if isinstance(row, Case):
        return [asking.ASK] if asking.may_ask(row, user) else []
    return [talk.ANSWER] if isinstance(row, Remark) and talk.may_answer(row, user) else []


CHAPTER = Chapter(
    acts={("remark", "answer_question"): Act(talk.answer, Reply), ("case", "ask_resident"): Act(_ask, AskResident, _somebody)},
    tables={Remark: TALK},
    loose=(talk.ANSWER, asking.ASK),
    beside=_beside,
    hung=(Hung("desk/_question.html", questions),),
)
