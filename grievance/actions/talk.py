"""问答与致谢: what residents ask those in charge and are answered, and the thanks they say. No score comes of any of it."""

from django.db import transaction

from grievance import said
from grievance.actions.intake import refuse_when_over, sealed_remark, tell_those_in_charge
from grievance.actions.privacy import DESK, UNIT
from grievance.casework import RESIDENT, Move, Refused, lock, notice_for, notify, permit, posting_for, record
from grievance.classify.screening import suspected
from grievance.models import Case, Remark

ANSWER = Move("answer_question", "答复提问", set(), None, DESK | UNIT)
"""The desk of the street, and the unit in charge; never a supporting one."""
THANKS_MAX = 200
DONE = (Case.Status.RESOLVED, Case.Status.CLOSED)


def screened(grievance, text, *, at):
    """(the words that those in charge may read, None), or ("", the ConfidentialReport) where they may report on officials."""
    text = said.description(text)
    if text and suspected(text, at):
        return "", sealed_remark(grievance, text, (), at=at)
    return text, None


def note(grievance, text, *, at):
    """Words that belong to what was just done, as a remark of their own on the grievance; nothing where there are none."""
    if text:
        remark = Remark.objects.create(case=grievance.case, grievance=grievance, text=text, at=at)
        sentence = "诉求人写明了情况。"
        record(
            grievance.case, "remark.add", at=at, by=RESIDENT, subject=remark, grievance=grievance, sentence=sentence,
            public="您写的情况。",
        )  # fmt: skip


@transaction.atomic
def ask(grievance, *, text, at):
    """提问: a question to those in charge, who answer it where the person reads it; one at a time.

    A ConfidentialReport where it may report on officials. Refused `nothing_said`, `question_open`, `withdrawn`, `case_ended`."""
    grievance = lock(grievance)
    refuse_when_over(grievance, "提问")
    text = said.description(text)
    if not text:
        raise Refused("nothing_said", "还没有内容。请写下您想问的，再点“提问”。", status=400)
    waiting = unanswered(grievance)
    if waiting is not None and waiting.text == text:
        return waiting
    if waiting is not None:
        raise Refused("question_open", "您上一个问题还没有答复，答复后可以再问。有新情况，请写在“补充情况”里。")
    words, report = screened(grievance, text, at=at)
    if report:
        return report
    question = Remark.objects.create(case=grievance.case, grievance=grievance, kind=Remark.Kind.QUESTION, text=words, at=at)
    record(
        grievance.case, "remark.ask", at=at, by=RESIDENT, subject=question, grievance=grievance,
        sentence=f"诉求 {grievance} 的诉求人提问，待答复。", public="您问：",
    )  # fmt: skip
    text = f"事项 {grievance.case.number} 的诉求人有一个问题，请答复。"
    tell_those_in_charge(grievance.case, f"ask:{question.pk}", "ask", text, at=at)
    return question


def unanswered(grievance):
    """待答复的提问 of one grievance, else None."""
    return grievance.remarks.filter(kind=Remark.Kind.QUESTION, replies=None).first()


def may_answer(question, user):
    """Whether `user` belongs to those who are asked."""
    return not question.case.ended and posting_for(ANSWER, question, user) is not None


@transaction.atomic
def answer(question, *, text, by, at):
    """答复提问: the person reads it under the question and is told so.

    Refused `role_missing`, `text_missing`, `already_answered`, `case_ended`."""
    question = lock(question)
    posting = permit(ANSWER, question, by=by, at=at)
    if not text.strip():
        raise Refused("text_missing", "请写明答复，再提交。诉求人会看到这段话。", status=400)
    if question.case.ended:
        raise Refused("case_ended", f"事项 {question.case} 已经了结，不能再答复。如需联系诉求人，请打电话。")
    if earlier := question.replies.select_related("author").first():
        raise Refused("already_answered", f"这个问题已由{earlier.author}答复，不能再次答复。请刷新页面。")
    grievance = question.grievance
    reply = Remark.objects.create(
        case=question.case, grievance=grievance, author=by, kind=Remark.Kind.ANSWER, answers=question, public=True,
        text=text.strip(), at=at,
    )  # fmt: skip
    record(
        question.case, "remark.answer", at=at, by=by, posting=posting, subject=reply, grievance=grievance,
        sentence=f"答复诉求 {grievance} 的提问。", public=text.strip(),
    )  # fmt: skip
    tell(reply, "answer", f"【说事直通车】您问的已有答复，诉求 {grievance}。", at=at)
    return reply


def tell(remark, kind, text, *, at):
    """告知这个人: one message about a remark, where there is a number and the grievance stands."""
    grievance = remark.grievance
    one = getattr(grievance, "complainant", None)
    if one is not None and one.phone_index and grievance.withdrawn_at is None:
        notify(notice_for(f"{kind}:{remark.pk}", kind, remark.case, text, at=at, grievance=grievance))


def may_thank(grievance):
    """可致谢: the work is done and this person has not yet said thanks for this round."""
    if grievance.withdrawn_at is not None or grievance.case.status not in DONE:
        return False
    return not grievance.remarks.filter(kind=Remark.Kind.THANKS, round=grievance.case.round).exists()


@transaction.atomic
def thank(grievance, *, text, at):
    """说声谢谢: a short word that those who did the work read; once a round, counted nowhere.

    The same press again is the same thanks. A ConfidentialReport where it may report on officials. Refused `not_done`,
    `thanks_too_long`."""
    grievance = lock(grievance)
    case, text = grievance.case, said.clean(text)
    if len(text) > THANKS_MAX:
        raise Refused("thanks_too_long", f"请控制在 {THANKS_MAX} 字以内。", status=400)
    if grievance.withdrawn_at is not None or case.status not in DONE:
        raise Refused("not_done", "这件事办好以后，可以在这里说声谢谢。")
    earlier = grievance.remarks.filter(kind=Remark.Kind.THANKS, round=case.round).first()
    if earlier is not None:
        return earlier
    words, report = screened(grievance, text, at=at)
    if report:
        return report
    thanks = Remark.objects.create(
        case=case, grievance=grievance, kind=Remark.Kind.THANKS, round=case.round, text=words or "谢谢！", at=at
    )
    record(
        case, "remark.thank", at=at, by=RESIDENT, subject=thanks, grievance=grievance, sentence="诉求人致谢。",
        public="您说了声谢谢，承办单位和街道专班能看到。",
    )  # fmt: skip
    return thanks
