"""信访文书: 信访事项告知书 and 信访事项处理意见书, drafted from the case by the unit that has the power, signed by its head.

Signing, numbering and keeping are those of every paper (supervision.sign); handing over to the person stays an act of its own
(petitions.notify_in_writing)."""

from django.db import models, transaction

from dispatch import deadlines
from dispatch.actions.petitions import petition_of
from dispatch.models import Letter, Petition, WorkOrder
from grievance.casework import Move, Refused, beijing, lock, notice_for, notify, permit, posting_for, record
from street.models import Role

DRAFTERS = {Role.HANDLER, Role.UNIT_HEAD}
DRAFT_NOTICE = Move("draft_petition_notice", "拟信访告知书", set(), None, DRAFTERS)
DRAFT_OPINION = Move("draft_petition_opinion", "拟处理意见书", set(), None, DRAFTERS)
ISSUING = {DRAFT_NOTICE.name: Letter.Kind.PETITION_NOTICE, DRAFT_OPINION.name: Letter.Kind.PETITION_OPINION}


class Result(models.TextChoices):
    """处理结果 (信访工作条例 art. 32)."""

    SUPPORT = "support", "请求事实清楚，符合法律、法规、规章或者其他有关规定，予以支持"
    EXPLAIN = "explain", "请求事由合理但缺乏法律依据，作出解释说明"
    REJECT = "reject", "请求缺乏事实根据或者不符合法律、法规、规章或者其他有关规定，不予支持"


@transaction.atomic
def draft_notice(order, *, route, by, at):
    """拟信访事项告知书: that the petition came, from whom, and by which way and procedure it is handled (art. 23).

    Refused `text_missing`, `not_a_petition`, `drafted_before`."""
    _must_say(route, "请写明办理的途径和程序，再提交。")
    order, petition, posting = _begin(order, DRAFT_NOTICE, by=by, at=at)
    lines = [
        f"您反映的事项（信访信息系统编号 {petition.number}），由{petition.forwarded_by.name}转送，"
        f"我单位已于{beijing(petition.received_at)}收到。",
        f"依照《信访工作条例》第二十三条的规定，现将接收情况和处理途径、程序告知如下：{_ended(route)}",
        "申诉求决类事项自受理之日起六十日内办结；情况复杂的，经本单位负责人批准可以适当延长，"
        "延长期限不超过三十日，并告知您延期理由（《信访工作条例》第三十四条）。",
        f"您可以凭信访信息系统编号 {petition.number} 查询办理进展。",
    ]
    return _draft(order, petition, DRAFT_NOTICE, lines, posting, by=by, at=at)


@transaction.atomic
def draft_opinion(order, *, requests, facts, result, opinion, reviewer, by, at):
    """拟信访事项处理意见书: requests, facts and reasons, opinion with its legal basis (art. 32), the right to 复查 (art. 35).

    Refused `text_missing`, `result_unknown`, `not_a_petition`, `not_a_claim` (art. 31), `not_admitted`, `drafted_before`."""
    for text in (requests, facts, opinion, reviewer):
        _must_say(text, "请写明请求、事实和理由、处理意见及法律依据、复查机关，再提交。")
    if result not in Result:
        raise Refused("result_unknown", "请选择处理结果：支持、解释说明或者不予支持。", status=400)
    order, petition, posting = _begin(order, DRAFT_OPINION, by=by, at=at)
    if petition.kind != Petition.Kind.CLAIM:
        raise Refused("not_a_claim", "只有申诉求决类信访事项出具处理意见书；建议意见类的，请在办结时答复。")
    if petition.admitted_at is None:
        raise Refused("not_admitted", f"信访件 {petition.number} 还没有受理，不能出具处理意见书。请先受理。")
    lines = [
        f"您反映的事项（信访信息系统编号 {petition.number}），由{petition.forwarded_by.name}转送，"
        f"我单位于{beijing(petition.received_at)}收到，{beijing(petition.admitted_at)}受理，现已办理完毕。",
        "一、信访请求", *requests.splitlines(),
        "二、事实和理由", *facts.splitlines(),
        "三、处理意见及法律依据", f"{Result(result).label}。", *opinion.splitlines(),
        f"如不服本处理意见，可以自收到本意见书之日起三十日内，向{_bare(reviewer)}请求复查（《信访工作条例》第三十五条）。"
        "逾期不请求复查的，不再受理以同一事实和理由提出的信访请求。",
    ]  # fmt: skip
    return _draft(order, petition, DRAFT_OPINION, lines, posting, by=by, at=at)


def may_draft(move, order, user):
    """可否拟: a petition of one's own unit, with no such paper yet, and for an opinion admitted as a claim."""
    if order.limit_class != deadlines.PETITION_CLASS or order.status != WorkOrder.Status.ACCEPTED:
        return False
    petition = getattr(order.case, "petition", None)
    if petition is None:
        return False
    if move is DRAFT_OPINION and (petition.kind != Petition.Kind.CLAIM or petition.admitted_at is None):
        return False
    there = any(row.kind == ISSUING[move.name] and row.status != Letter.Status.DISCARDED for row in order.case.letters.all())
    return not there and posting_for(move, order, user) is not None


def _begin(order, move, *, by, at):
    order = lock(order)
    petition = petition_of(order)
    posting = permit(move, order, by=by, at=at)
    kind = ISSUING[move.name]
    if order.status != WorkOrder.Status.ACCEPTED:
        raise Refused("not_accepted", f"工单 {order.number} 不在办理中，不能拟{kind.label}。请先签收。")
    if order.case.letters.filter(kind=kind).exclude(status=Letter.Status.DISCARDED).exists():
        raise Refused("drafted_before", f"该信访件已有{kind.label}，不能重复拟稿。如需重拟，请单位负责人先不予签发原稿。")
    return order, petition, posting


def _draft(order, petition, move, lines, posting, *, by, at):
    kind, case = ISSUING[move.name], order.case
    row = Letter.objects.create(
        kind=kind, case=case, order=order, issuer=order.handler, to=petition.forwarded_by, drafted_at=at,
        subject=f"{kind.label}（{petition.number}）", body="\n".join(line.strip() for line in lines if line.strip()),
    )  # fmt: skip
    deadlines.plan_letters([row], at=at)
    sentence = f"{order.handler}拟{kind.label}，待单位负责人签发。"
    record(case, "letter.draft", at=at, by=by, posting=posting, subject=row, became=row.status, sentence=sentence)
    text = f"信访件 {petition.number} 的{kind.label}已拟稿，请单位负责人签发。"
    notify(notice_for(f"petition_paper:{row.pk}", "draft", case, text, at=at, organisation=order.handler))
    return row


def _must_say(text, sentence):
    if not text.strip():
        raise Refused("text_missing", sentence, status=400)


def _bare(text):
    return text.strip().rstrip("。；，")


def _ended(text):
    return f"{_bare(text)}。"
