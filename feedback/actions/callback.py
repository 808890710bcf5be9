"""回访: ask every person of a resolved case, write down the answer, and act on it. Silence is never satisfaction."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from dispatch import deadlines
from dispatch.actions import handling
from dispatch.callback_words import words_of
from dispatch.models import Pledge, Policy, Trigger
from feedback import asking
from feedback.actions import pledges
from feedback.models import CallAttempt, Callback, CallbackVoice
from feedback.workflow import CALLBACK
from grievance import casework, said
from grievance.actions import closing, talk
from grievance.casework import RESIDENT, Refused, beijing, lock, notice_for, notify
from grievance.models import Case, Grievance
from grievance.sealing import fingerprint, new_salt, secret_for
from street.models import UNIT_ROLES

log = logging.getLogger(__name__)

MOST_WORDS = 2000
NIGHT_BEGINS, NIGHT_ENDS = 21, 10
"""免打扰: local hours between which nobody is asked for an opinion (domain §8, 重复回访)."""
BANDS = (12, 18)
"""时段: local hours that part 上午, 下午 and 晚上, for tries that are to fall at different times of day (domain §1.7)."""


def unasked():
    """尚未回访的诉求: of resolved cases, not withdrawn, without a callback of the case's present round."""
    asked = Callback.objects.filter(grievance=OuterRef("pk"), case=OuterRef("case"), round=OuterRef("case__round"), pledge=None)
    return Grievance.objects.filter(~Exists(asked), case__status=Case.Status.RESOLVED, withdrawn_at__isnull=True)


@transaction.atomic
def open_callback(grievance, *, at):
    """开始回访: one for each grievance and round, the same one when asked again; a link goes to those with a phone.

    The link holds for the policy's `survey_days`. Refused `not_resolved`, `withdrawn`."""
    case = lock(grievance.case)
    grievance = case.grievances.filter(pk=grievance.pk).first()
    if grievance is None or case.status != Case.Status.RESOLVED:
        raise Refused("not_resolved", "这件事还没有办结，办结后会请您评价。")
    if grievance.withdrawn_at:
        raise Refused("withdrawn", f"诉求 {grievance} 已经撤回，不再回访。")
    grievance.case = case
    return grievance.callbacks.filter(case=case, round=case.round, pledge=None).first() or begin(grievance, at=at)


def begin(grievance, *, pledge=None, at):
    """开始一次回访 of a locked case: after the work is done, or after what was promised fell due. A link goes to a phone."""
    case, salt = grievance.case, new_salt()
    callback = Callback.objects.create(
        case=case, grievance=grievance, round=case.round, opened_at=at, expires_at=at + _link_holds(case, at), pledge=pledge,
        token_salt=salt, token_hash=fingerprint(secret_for("survey", salt)), sms_code=asking.code_for(grievance),
    )  # fmt: skip
    what = f"{pledge}到期再问" if pledge else f"第{case.round}轮"
    casework.record(
        case, "callback.open", at=at, by=None, subject=callback, grievance=grievance, became=callback.status,
        sentence=f"开始回访诉求 {grievance}（{what}）。",
    )  # fmt: skip
    asked = f"{pledge.unit}承诺的事到期了，请说是否办到" if pledge else "已办结，请评价是否真正解决"
    _send_link(callback, f"callback:{callback.pk}", asked, at=at)
    return callback


@transaction.atomic
def record(
    callback, *, replied, resolved, satisfaction, reason="", words="", language="", interpreter="", recording=None, way, by, at
):
    """登记评价: the answer, told to a caller or given by the person; content closes, anything else is done again.

    `replied`: whether the unit spoke with the person, None where not asked. Words that may report on officials go to the
    discipline office alone, and that report is what is returned; the answer counts all the same. `recording` lies in the storage
    already. Refused `answer_incomplete`,
    `reason_missing`, `already_answered`, `callback_over`, `way_not_open`, `handled_it` (domain §1.7: never who handled)."""
    answer = _checked(replied=replied, resolved=resolved, satisfaction=satisfaction, reason=reason, words=words)
    callback = lock(callback)
    move = _move_for(callback, way, by)
    may_still_answer(callback)
    _may_call(callback, move, by=by, at=at)
    if way not in Callback.Way or (by == RESIDENT) != (way in Callback.OWN):
        raise Refused("way_not_open", "回访员登记的只能是电话或上门回访，本人评价只能由诉求人自己提交。", status=400)
    verdict = verdict_of(answer)
    answer["words"], report = keep_words(callback, answer["words"], at=at)
    answer |= {"language": said.language(language), "interpreter": said.name(interpreter)}
    CALLBACK.apply(
        move, callback, by=by, at=at, **answer, way=way, recorded_by=None if by == RESIDENT else by, ended_at=at,
        grievance=callback.grievance, sentence=f"{Callback.Way(way).label}：{verdict}。", public=f"已登记您的评价：{verdict}。",
    )  # fmt: skip
    if way == Callback.Way.ASSISTED:
        _tell_person(callback, verdict, at=at)
    if way == Callback.Way.PHONE:
        CallAttempt.objects.create(callback=callback, result=CallAttempt.Result.ANSWERED, by=by, at=at)
    if recording is not None:
        CallbackVoice.keep(callback, recording, by=None if by == RESIDENT else by, at=at)
    _after(callback, at=at)
    return report or callback


def _move_for(callback, way, by):
    """By which move an answer comes in: an officer's of another unit that was asked to go there has one of its own."""
    if way == Callback.Way.ASSISTED:
        return "assist"
    asked = way == Callback.Way.VISIT and callback.visitor_id is not None and by not in (None, RESIDENT)
    return "visit" if asked and callback.visitor_id in by.scope.where(UNIT_ROLES) else "record"


def keep_words(callback, words, *, at):
    """(all that the person has said in their own words so far, None), or (what was said before, the ConfidentialReport)."""
    kept, report = talk.screened(callback.grievance, words, at=at)
    return "\n".join(filter(None, [callback.words, kept]))[: MOST_WORDS * 2], report


@transaction.atomic
def add_words(callback, text, *, at):
    """记下原话 of one who wrote something else than an answer; the desk reads it, the answer may still come."""
    callback = lock(callback)
    may_still_answer(callback)
    callback.words, _ = keep_words(callback, text[:MOST_WORDS], at=at)
    callback.save(update_fields=["words"])
    casework.record(
        callback.case, "callback.words", at=at, by=RESIDENT, subject=callback, grievance=callback.grievance,
        sentence=f"诉求 {callback.grievance} 的诉求人用短信回了话，还没有评价。",
    )  # fmt: skip
    return callback


def _after(callback, *, at):
    """What an answer, or that there is none, leads to: for the promise it was about, and for the matter."""
    for twin in asking.twins(callback):
        supersede(twin, why="同一号码已经问过这件事，不再问第二次", at=at)
    if callback.pledge_id is not None:
        pledges.settle(callback.pledge, at=at)
    asking.end(callback)
    settle_safely(callback.case, at=at)


def _tell_person(callback, verdict, *, at):
    """告知本人 what was answered on somebody else's phone, so that an answer that is not theirs comes out."""
    if phone_of(callback):
        text = f"【说事直通车】您在网格员手机上评价了诉求 {callback.grievance}：{verdict}。不是本人点的，请到这里说：{{follow}}"
        facts = {"at": at, "grievance": callback.grievance, "not_before": _by_day(at)}
        notify(notice_for(f"assisted:{callback.pk}", "survey", callback.case, text, **facts))


def verdict_of(answer):
    """评价: the three answers in words, without what the person said."""
    told = [Callback.Resolved(answer["resolved"]).label, Callback.Satisfaction(answer["satisfaction"]).label]
    if answer["replied"] is not None:
        told.insert(0, "已联系答复" if answer["replied"] else "未联系答复")
    return "、".join(told) + (f"（{Callback.Reason(answer['reason']).label}）" if answer["reason"] else "")


def _checked(*, replied, resolved, satisfaction, reason, words):
    if resolved not in Callback.Resolved or satisfaction not in Callback.Satisfaction:
        raise Refused("answer_incomplete", "请回答是否解决、是否满意，再提交。", status=400)
    if satisfaction == Callback.Satisfaction.NO and reason not in Callback.Reason:
        raise Refused("reason_missing", "不满意的，请选择原因（未解决、态度、时间、结果不认可），再提交。", status=400)
    if len(words) > MOST_WORDS:
        raise Refused("words_too_long", f"补充的话请控制在 {MOST_WORDS} 字以内。", status=400)
    if satisfaction != Callback.Satisfaction.NO:
        reason = Callback.Reason.UNSOLVED if resolved == Callback.Resolved.NO else ""
    return {"replied": replied, "resolved": resolved, "satisfaction": satisfaction, "reason": reason, "words": words.strip()}


def may_still_answer(callback):
    """可评价: Refused `already_answered`, or `callback_over` where the matter has come to its end."""
    if callback.status == Callback.Status.ANSWERED:
        raise Refused(
            "already_answered",
            f"诉求 {callback.grievance} 已于{beijing(callback.ended_at)}登记评价（{callback.get_way_display()}），不能再次登记。"
            "如情况有变，请在查询页补充，或请值班长处理。",
        )
    case = callback.case
    heard = {Case.Status.MERGED, *([Case.Status.CLOSED] if callback.pledge_id else [])}
    if (case.ended and case.status not in heard) or callback.grievance.withdrawn_at:
        raise Refused("callback_over", "这件事已经了结，回访也已结束。如果问题还在，请重新扫码反映，或拨打办公电话。")


def _may_call(callback, move, *, by, at):
    """Refused unless `by` may make the move and, being staff, belongs to no unit that handled the case."""
    CALLBACK.check(move, callback, by=by, at=at)
    if by is None or by == RESIDENT:
        return
    if not Callback.objects.filter(pk=callback.pk).impartial_to(by).exists():
        raise Refused(
            "handled_it", f"您或您任职的单位办理过事项 {callback.case.number}，不能回访。请交由其他回访员。", status=403
        )


@transaction.atomic
def attempt(callback, *, result, by, at):
    """登记拨打: one try to reach the person. After the policy's tries, days and times of day a last link is sent.

    Refused `no_phone` (only the receipt page is open to those), `result_unknown`, `handled_it`."""
    if result not in CallAttempt.Result:
        raise Refused("result_unknown", "请选择这次拨打的结果，再登记。", status=400)
    callback = lock(callback)
    _may_call(callback, "attempt", by=by, at=at)
    if not phone_of(callback):
        raise Refused("no_phone", f"诉求 {callback.grievance} 没有留电话，只能由本人在查询页评价。")
    CallAttempt.objects.create(callback=callback, result=result, by=by, at=at)
    tries, changes = list(callback.attempts.all()), {}
    last = callback.tried_at is None and tried_enough(tries, _policy(callback.case, callback.opened_at))
    if last:
        changes = {"tried_at": at, "expires_at": max(callback.expires_at, at + _link_holds(callback.case, callback.opened_at))}
    sentence = f"第{len(tries)}次拨打：{CallAttempt.Result(result).label}。" + (
        "已按规定拨打，再发一次评价链接。" if last else ""
    )
    CALLBACK.apply("attempt", callback, by=by, at=at, **changes, grievance=callback.grievance, sentence=sentence)
    if last:
        _send_link(callback, f"callback:{callback.pk}:last", "已办结，多次打电话没有联系上您，请评价是否真正解决", at=at)
    return callback


def tried_enough(tries, policy):
    """拨满: as many tries as the policy wants, on as many local days and at as many times of day."""
    local = [timezone.localtime(one.at) for one in tries]
    days = {moment.date() for moment in local}
    bands = {sum(moment.hour >= hour for hour in BANDS) for moment in local}
    return len(local) >= policy.callback_tries and len(days) >= policy.callback_days and len(bands) >= policy.callback_bands


@transaction.atomic
def reveal_phone(callback, *, by, at):
    """查看电话: the full number, for a caller who is about to ring; that it was read is recorded, the number is not."""
    callback = lock(callback)
    _may_call(callback, "reveal", by=by, at=at)
    phone = phone_of(callback)
    if not phone:
        raise Refused("no_phone", f"诉求 {callback.grievance} 没有留电话，只能由本人在查询页评价。")
    posting = CALLBACK.check("reveal", callback, by=by, at=at)
    casework.record(
        callback.case, "phone.revealed", at=at, by=by, posting=posting, subject=callback, grievance=callback.grievance,
        sentence=f"为回访查看诉求 {callback.grievance} 的电话。",
    )  # fmt: skip
    return phone


@transaction.atomic
def give_up(callback, *, at):
    """列为无法回访: nobody was reached and the link has run out. Its own result, counted apart, never as satisfied.

    Refused `link_still_holds`, `not_tried_enough` (domain §1.7: the tries first, then the link, then this)."""
    callback = lock(callback)
    if callback.expires_at > at:
        raise Refused("link_still_holds", f"评价链接到{beijing(callback.expires_at)}才截止，此前不能列为无法回访。")
    if callback.tried_at is None and phone_of(callback):
        raise Refused("not_tried_enough", "还没有按规定的次数、天数和时段拨打，不能列为无法回访。")
    CALLBACK.apply(
        "give_up", callback, by=None, at=at, ended_at=at, grievance=callback.grievance,
        sentence=f"诉求 {callback.grievance} 无法回访，不计入满意。", public="到期没有收到您的评价，回访结束，不算作满意。",
    )  # fmt: skip
    _after(callback, at=at)
    return callback


@transaction.atomic
def supersede(callback, *, why, at):
    """作废: the question is no longer open, since the case is done again or the grievance was withdrawn."""
    callback = lock(callback)
    CALLBACK.apply(
        "supersede", callback, by=None, at=at, ended_at=at, grievance=callback.grievance,
        sentence=f"诉求 {callback.grievance} 的本轮回访作废：{why}。",
    )  # fmt: skip
    asking.end(callback)
    return callback


@transaction.atomic
def settle(case, *, at):
    """收口: one person for whom it is not solved sends the case back at once; when all have been asked, it closes."""
    case = pledges.take_up_again(lock(case), at=at)
    if case.status != Case.Status.RESOLVED:
        return case
    asked = list(case.callbacks.filter(round=case.round).select_related("grievance"))
    waiting = [callback for callback in asked if callback.status == Callback.Status.OPEN]
    unhappy = [callback for callback in asked if callback.status == Callback.Status.ANSWERED and not callback.content]
    if unhappy and not hasattr(case, "petition"):
        for callback in waiting:
            supersede(callback, why="有人评价没有解决，退回重办，办结后再请评价", at=at)
        pledges.drop(case.pledges.filter(status=Pledge.Status.ASKED), why="已退回重办", at=at)
        order = handling.rework(case, reason=verdict_of(vars(unhappy[0])), at=at, by=None)
        deadlines.plan_fact(case, Trigger.DISSATISFIED, times_unhappy(case), at=at, policy=order.policy, order=order)
    elif not waiting and not unasked().filter(case=case).exists():
        _close(case, unhappy, at=at)
    return Case.objects.get(pk=case.pk)


def _close(case, unhappy, *, at):
    """结案. A petition is not done again for want of content: there the statute has its own ways (信访工作条例 art. 35)."""
    for callback in unhappy:
        casework.record(
            case, "callback.ways", at=at, by=None, subject=callback, grievance=callback.grievance,
            sentence="信访件回访不满意：告知复查途径，不按热线重办。",
            public="您不认可处理意见的，可以自收到书面答复之日起三十日内，向上一级行政机关申请复查。",
        )  # fmt: skip
    petition = hasattr(case, "petition")
    until = None if petition else at + timedelta(days=_policy(case, at).reopen_days)
    closing.close(case, at=at, reopen_until=until)


def times_unhappy(case):
    """不满意次数: in how many rounds somebody said it was not solved, then or after the end; many voices in one round are one."""
    unhappy = case.callbacks.filter(Q(resolved=Callback.Resolved.NO) | Q(satisfaction=Callback.Satisfaction.NO))
    return unhappy.values("round").distinct().count() + case.events.filter(kind="case.reopen").count()


def settle_safely(case, *, at):
    """As `settle`, but what goes wrong there never costs a person the answer just given: the sweep tries again."""
    try:
        with transaction.atomic():
            settle(case, at=at)
    except Exception:
        log.exception("case %s did not settle after an answer; the sweep tries again", case.pk)


def phone_of(callback):
    """电话: in clear, of the one who raised the grievance; empty where none was left."""
    complainant = getattr(callback.grievance, "complainant", None)
    return complainant.phone if complainant else ""


def put(callback):
    """问法: how questions and answers of this callback are worded."""
    return words_of(policy_of(callback))


def policy_of(callback):
    """政策 by which a callback was begun."""
    return _policy(callback.case, callback.opened_at or callback.case.resolved_at)


def _policy(case, at):
    """The version in force when the callback opened; the shipped defaults where there is none."""
    return Policy.objects.in_force(case.street, at) or Policy()


def _link_holds(case, at):
    return timedelta(days=_policy(case, at).survey_days)


def _send_link(callback, key, sentence, *, at):
    if not phone_of(callback) or asking.twins(callback).exists():
        return
    # The outbox holds no secret: the link is filled in when the message leaves
    reply = asking.reply_hint(callback, policy_of(callback))
    until = beijing(callback.expires_at)
    text = f"【说事直通车】诉求 {callback.grievance} {sentence}。{reply}点开评价（{until}前有效）：{{follow}}survey/"
    notify(notice_for(key, "survey", callback.case, text, at=at, grievance=callback.grievance, not_before=_by_day(at)))


def _by_day(at):
    """The instant itself, or the next morning when it falls in the night."""
    local = timezone.localtime(at)
    if NIGHT_ENDS <= local.hour < NIGHT_BEGINS:
        return at
    morning = local.replace(hour=NIGHT_ENDS, minute=0, second=0, microsecond=0)
    return morning if local.hour < NIGHT_ENDS else morning + timedelta(days=1)
