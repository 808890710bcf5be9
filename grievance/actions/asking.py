"""问诉求人: those in charge ask one resident a question while the work is under way, and read the answer where they work.

Asking stops no clock and moves no promise: a unit must not gain time by asking. What only the resident can answer before a
matter is sent anywhere is asked by 请补充 (`triage.hold`), and nothing here."""

from django.db import transaction

from grievance import said
from grievance.actions.intake import refuse_when_over, tell_those_in_charge
from grievance.actions.talk import ANSWER, screened, tell
from grievance.casework import RESIDENT, Move, Refused, lock, permit, posting_for, record
from grievance.models import Case, Remark

ASK = Move("ask_resident", "向诉求人提问", {Case.Status.ADMITTED, Case.Status.IN_HANDLING}, None, ANSWER.roles)
"""Those who may answer a resident's questions may ask one: the desk, and the unit in charge; never a supporting one, so never
a firm."""
ASK_MAX = 300
"""提案: one question, short enough to be read on a phone at a glance."""


def may_ask(case, user):
    """Whether `user` may now ask the residents of this case."""
    return case.status in ASK.sources and posting_for(ASK, case, user) is not None


def answerable(grievance):
    """Whether a question of staff to this person still wants an answer: the work is under way, nothing was withdrawn."""
    return grievance.withdrawn_at is None and grievance.case.status in ASK.sources


def waiting(grievance):
    """待回答的提问 of staff to this grievance in this round of work; None where there is none, or it is answered or over."""
    asked = grievance.remarks.filter(kind=Remark.Kind.STAFF_ASK, round=grievance.case.round, replies=None)
    return asked.first() if answerable(grievance) else None


@transaction.atomic
def ask(grievance, *, text, by, at):
    """向诉求人提问: one question at a time to one who spoke, who is told that there is one and reads it on the follow page.

    It stops no clock. The same words again are the same question. Refused `role_missing`, `not_under_way`, `resident_withdrew`,
    `text_missing`, `text_too_long`, `already_asked`."""
    grievance = lock(grievance)
    posting = permit(ASK, grievance.case, by=by, at=at)
    text = _checked(grievance, said.clean(text))
    if earlier := waiting(grievance):
        if earlier.text == text:
            return earlier
        raise Refused("already_asked", f"上一个问题（{earlier.author}提）诉求人还没有回答，回答后可以再问。事情急的，请打电话。")
    question = Remark.objects.create(
        case=grievance.case, grievance=grievance, author=by, kind=Remark.Kind.STAFF_ASK, round=grievance.case.round,
        public=True, text=text, at=at,
    )  # fmt: skip
    record(
        grievance.case, "remark.ask_resident", at=at, by=by, posting=posting, subject=question, grievance=grievance,
        sentence=f"向诉求 {grievance} 的诉求人提问，时限照常。", public=f"工作人员问您：{text}",
    )  # fmt: skip
    # That there is a question, never which
    text = f"【说事直通车】办理人员有一个问题想问您，诉求 {grievance}。看问题并回答：{{follow}}"
    tell(question, "staff_ask", text, at=at)
    return question


def _checked(grievance, text):
    if grievance.case.status not in ASK.sources:
        now = grievance.case.get_status_display()
        raise Refused(
            "not_under_way", f"事项 {grievance.case.number} 现在是“{now}”，不能向诉求人提问。请刷新页面，查看最新状态。"
        )
    if grievance.withdrawn_at is not None:
        raise Refused("resident_withdrew", f"诉求 {grievance} 已由诉求人撤回，不再打扰。")
    if not text:
        raise Refused("text_missing", "请写明要问什么，再提交。诉求人会看到这段话。", status=400)
    if len(text) > ASK_MAX:
        raise Refused("text_too_long", f"问题有 {len(text)} 个字，最多 {ASK_MAX} 个字。请只问一件事。", status=400)
    return text


@transaction.atomic
def reply(grievance, *, text, at):
    """回答提问: what the resident answers; those in charge are told. The same answer again is the same answer.

    A ConfidentialReport where it may report on officials. Refused `nothing_said`, `withdrawn`, `case_ended`, `nothing_asked`,
    those of `said`."""
    grievance = lock(grievance)
    refuse_when_over(grievance, "回答")
    text = said.description(text)
    if not text:
        raise Refused("nothing_said", "还没有内容。请写下您的回答，再点“回答”。", status=400)
    question = waiting(grievance)
    if question is None:
        return _said_before(grievance, text)
    words, report = screened(grievance, text, at=at)
    if report:
        return report
    answer = Remark.objects.create(
        case=grievance.case, grievance=grievance, kind=Remark.Kind.ANSWER, answers=question, text=words, at=at
    )
    record(
        grievance.case, "remark.reply", at=at, by=RESIDENT, subject=answer, grievance=grievance,
        sentence=f"诉求 {grievance} 的诉求人回答了提问。", public="您回答了工作人员的提问。",
    )  # fmt: skip
    told = f"事项 {grievance.case.number} 的诉求人回答了提问，请查看。"
    tell_those_in_charge(grievance.case, f"staff_ask_answer:{answer.pk}", "staff_ask_answer", told, at=at)
    return answer


def _said_before(grievance, text):
    latest = grievance.remarks.filter(author=None, kind=Remark.Kind.ANSWER).last()
    if latest is None or latest.text != text:
        raise Refused("nothing_asked", "现在没有等您回答的问题。想说的话，请写在“补充情况”里。")
    return latest
