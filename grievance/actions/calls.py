"""请给我回电: one tap instead of writing; the desk rings, writes down what is said, and only then is it studied."""

from django.db import transaction

from grievance import said
from grievance.actions import intake
from grievance.casework import (
    RESIDENT,
    Move,
    Refused,
    event_for,
    human_number,
    lock,
    notice_for,
    notify,
    permit,
    posting_for,
    record,
)
from grievance.classify.screening import suspected
from grievance.inserting import insert
from grievance.models import CallRequest, Case, Complainant, Grievance, Remark, SearchText
from grievance.sealing import blind_index
from grievance.workflow import CASE, DESK, OPEN
from street.models import Role

RANG = Move("rang", "记回电结果", set(OPEN), None, DESK)
TITLE = "请求回电"
DOUBT = "诉求人请求回电，打过电话、记下内容后再派"
Result = CallRequest.Result
UNREACHED = "unreached"
ELSEWHERE = "请到“窗口登记”登记，系统会封存；这里选“另行登记”，不写内容。"
TOLD = {
    Result.SETTLED: ("已回电，诉求人说不用再办。", "已给您回电，您说不用再办了。以后需要，可以重新扫码。"),
    Result.ELSEWHERE: ("已回电，内容另行登记。", "已给您回电，您说的已另行登记，请凭新的编号查询。"),
}
"""What ends the matter with the call: for the desk, and for the one who was rung."""


def ask(qr_code, *, phone, language="", best_time="", key, at):
    """请给我回电: a case for the desk, flagged and never sent by itself. The same key gives the same grievance again.

    Nothing is texted to the number. Refused `phone_missing`, `unknown_language`, `revoked_code`, `key_reused`, `bad_key`,
    `bad_phone`."""
    if not qr_code.live:
        raise intake.revoked()
    key, phone = intake.key_of(key), said.phone(phone)
    if not phone:
        raise Refused("phone_missing", "请留下电话号码，我们才能打给您。", status=400)
    if language and language not in qr_code.place.street.call_languages:
        raise Refused("unknown_language", "请从列出的语言中选一种。", status=400)
    best_time = best_time if best_time in CallRequest.Time.values else CallRequest.Time.ANY
    digest = blind_index(f"call:{phone}:{language}:{best_time}")
    if earlier := Grievance.objects.filter(qr_code=qr_code, key=key).first():
        return intake.same(earlier, digest)
    return intake.once(qr_code, key, digest, lambda: _open(qr_code, phone, language, best_time, key=key, digest=digest, at=at))


@transaction.atomic
def _open(qr_code, phone, language, best_time, *, key, digest, at):
    place = qr_code.place
    case = insert(
        Case(
            number=human_number(intake.CASE_PREFIX, at), street_id=place.street_id, place=place, title=TITLE, doubt=DOUBT,
            submitted_at=at,
        )
    )  # fmt: skip
    grievance = intake.spoken_in(case, qr_code, key=key, digest=digest, at=at)
    insert(Complainant(grievance=grievance, phone=phone, phone_index=blind_index(phone), language=language))
    insert(CallRequest(grievance=grievance, best_time=best_time))
    insert(
        event_for(
            case, "case.submit", at=at, by=RESIDENT, subject=grievance, grievance=grievance, became=case.status,
            sentence=f"扫码请求回电：{place.name}。", public=f"已收到您的回电请求，编号 {grievance.number}。街道专班会打给您。",
        )
    )  # fmt: skip
    notify(
        notice_for(f"call:{grievance.pk}", "call", case, f"事项 {case.number} 请求回电，请尽快打。", at=at, role=Role.DISPATCHER)
    )
    return grievance


def waiting(case):
    """等待回电: the request of a case that nobody has rung through to yet, also after a merge; asks only where words are missing.

    The grievances are read with .all(), so that a page that prefetched them pays nothing."""
    if case.doubt != DOUBT and all(grievance.description for grievance in case.grievances.all()):
        return None
    still = CallRequest.objects.filter(grievance__case=case, grievance__withdrawn_at__isnull=True, result=Result.WAITING)
    return still.select_related("grievance__complainant").first()


def may_ring(case, user):
    """Whether `rang` stands open."""
    return case.status in OPEN and posting_for(RANG, case, user) is not None and waiting(case) is not None


@transaction.atomic
def rang(case, *, outcome, note="", by, at):
    """记回电结果: not got through, for the n-th time; or what was said, written down in the resident's name and read back; or
    that nothing is to be done any more, or was registered elsewhere, by which the matter ends.

    Refused `nobody_to_ring`, `unknown_outcome`, `nothing_said`, `may_be_confidential`."""
    case = lock(case)
    posting = permit(RANG, case, by=by, at=at)
    call = waiting(case)
    if call is None or case.status not in OPEN:
        raise Refused("nobody_to_ring", f"事项 {case.number} 没有等着回的电话，可能别人已经打过。请刷新页面。")
    if outcome == UNREACHED:
        return _not_reached(case, call, by=by, posting=posting, at=at)
    if outcome not in {Result.SAID, *TOLD}:
        raise Refused("unknown_outcome", "请选回电的结果。", status=400)
    note = said.description(note)
    if suspected(note, at):
        raise Refused("may_be_confidential", f"写的可能是检举控告，不能记在这里。{ELSEWHERE}", status=400)
    write = _write_down if outcome == Result.SAID else _settle
    write(case, call.grievance, note, outcome, by=by, posting=posting, at=at)
    call.result, call.done_at = outcome, at
    call.save(update_fields=["result", "done_at"])
    return call


def _not_reached(case, call, *, by, posting, at):
    call.tries += 1
    call.save(update_fields=["tries"])
    record(
        case, "call.unreached", at=at, by=by, posting=posting, subject=call, grievance=call.grievance,
        sentence=f"第 {call.tries} 次回电，没打通。", public=f"给您打过电话，第 {call.tries} 次没有打通，会再打。",
    )  # fmt: skip
    return call


def _write_down(case, grievance, note, outcome, *, by, posting, at):
    if not note:
        raise Refused("nothing_said", "请写下诉求人在电话里说的事。", status=400)
    grievance.description, grievance.words_mark = note, intake.words_mark(note)
    grievance.save(update_fields=["description", "words_mark"])
    if case.title == TITLE:
        case.title = said.headline(note)
    # Studied anew with the words; the doubt stays, so that a person sends it
    case.studied_at = None if case.status == Case.Status.SUBMITTED else case.studied_at
    case.save(update_fields=["title", "studied_at"])
    SearchText.objects.forget(case)
    record(
        case, "call.said", at=at, by=by, posting=posting, subject=grievance, grievance=grievance,
        sentence="已回电，按诉求人说的记下。", public="已给您回电，按您说的记下了。记得不对的，请点“补充情况”。",
    )  # fmt: skip


def _settle(case, grievance, note, outcome, *, by, posting, at):
    remark = Remark.objects.create(case=case, author=by, text=note, at=at) if note else None
    sentence, public = TOLD[outcome]
    record(
        case, f"call.{outcome}", at=at, by=by, posting=posting, subject=remark or grievance, grievance=grievance,
        sentence=sentence, public=public,
    )  # fmt: skip
    grievance.withdrawn_at = at
    grievance.save(update_fields=["withdrawn_at"])
    if not case.grievances.filter(withdrawn_at=None).exists():
        CASE.apply("withdraw", case, by=None, at=at, ended_at=at, sentence=f"{sentence}事项随之了结。")
