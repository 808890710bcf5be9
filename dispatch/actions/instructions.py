"""批示: what a secretary asks for in writing, as a task with a clock, an answer, and a judgement of that answer.

One written by hand is photographed and typed in by the 联络员. It is nothing until the secretary confirms it: no unit is told, no
clock runs, and its date is that of the confirmation."""

from django.db import transaction
from django.utils import timezone

from dispatch import deadlines
from dispatch.actions import facts
from dispatch.eye import INSTRUCT, INSTRUCTION, TYPE_IN
from dispatch.models import Anchor, Deadline, Instruction, WorkOrder
from grievance import media
from grievance.casework import Refused, beijing, involve, lock, notice_for, notify, permit, posting_for, record
from street.models import Posting, Role

LIMIT_CLASS = "I"
"""批示落实: the limit class of instructions in a policy."""


@transaction.atomic
def give(case, *, text, to=None, due_at=None, supervision=None, by, at):
    """批示: a secretary writes what shall be done, by whom (the unit in charge where none is named) and until when.

    Refused `text_missing`, `case_ended`, `due_passed`, `beyond_seat`."""
    _must_say(text, "请写批示内容，再提交。")
    case = lock(case)
    must_be_open(case)
    posting = permit(INSTRUCT, Eye(case), by=by, at=at)
    row = Instruction.objects.create(
        case=case, supervision=supervision, text=text.strip(), by=by, at=at, to=_unit(case, to, posting), given_as=posting
    )
    _send_out(row, due_at, at=at)
    record(case, "case.instruct", at=at, by=by, posting=posting, subject=row, sentence=f"{by}批示，{_terms(row)}。")
    return row


def may_instruct(case, user):
    """可否批示: whether `user`, as now posted, may write what shall be done about a case."""
    return not case.ended and posting_for(INSTRUCT, Eye(case), user) is not None


class Eye:
    """The seat of those who may instruct: the street, the district above it, or the community of the place."""

    def __init__(self, case):
        self.case = case

    def seat(self, role):
        """Where the role must be held."""
        if role == Role.COMMUNITY_SECRETARY:
            return self.case.place.community_id if self.case.place_id else None
        return self.case.street.parent_id if role == Role.DISTRICT_SECRETARY else self.case.street_id


@transaction.atomic
def type_in(case, *, text, photo, secretary, to=None, due_at=None, by, at):
    """录入手写批示: the 联络员 types in what the photograph shows. A draft: it waits for that one secretary, and binds nobody.

    Refused `text_missing`, `photo_missing`, `case_ended`, `no_secretary`, or what `grievance.media` refuses of the picture."""
    _must_say(text, "请照着照片录入批示内容，再提交。")
    if photo is None:
        raise Refused("photo_missing", "请拍下手写批示，再提交。", status=400)
    case = lock(case)
    must_be_open(case)
    posting = permit(TYPE_IN, case, by=by, at=at)
    if secretary not in secretaries_of(case, at):
        raise Refused("no_secretary", "请选择写这条批示的书记：现任的街道党工委书记或事项所在社区书记。", status=400)
    kept = media.keep_photos([photo])[0].attachment(case, None, at)
    kept.save(force_insert=True)
    row = Instruction.objects.create(
        case=case, status=Instruction.Status.DRAFT, text=text.strip(), by=secretary, at=at, typed_by=by, photo=kept, to=to,
        due_at=due_at,
    )  # fmt: skip
    record(
        case, "case.type_instruction", at=at, by=by, posting=posting, subject=row,
        sentence="录入手写批示一条，待批示人本人确认，确认前不生效。",
    )  # fmt: skip
    text = f"事项 {case.number} 有一条您的手写批示已录入，请核对照片后确认。"
    notify(notice_for(f"instruction:{row.pk}:draft", "draft", case, text, at=at, user=secretary))
    return row


def secretaries_of(case, at):
    """可批示的书记 whose hand the street's 联络员 may copy: of the street, and of the community of the place."""
    eye = Eye(case)
    posts = Posting.objects.current(timezone.localdate(at)).select_related("user").order_by("-role", "pk")
    roles = (Role.STREET_SECRETARY, Role.COMMUNITY_SECRETARY)
    held = [post for post in posts.filter(role__in=roles) if post.organisation_id == eye.seat(post.role)]
    return list(dict.fromkeys(post.user for post in held))


@transaction.atomic
def confirm(instruction, *, text, to=None, due_at=None, by, at):
    """确认手写批示: by the secretary who wrote it and nobody else, perhaps with a slip corrected; from now on it counts."""
    _must_say(text, "请核对批示内容，不能为空。")
    row = _own_draft("confirm", instruction, by=by, at=at)
    posting = permit(INSTRUCT, Eye(row.case), by=by, at=at)
    unit = _unit(row.case, to or row.to, posting)
    INSTRUCTION.apply(
        "confirm", row, by=by, at=at, text=text.strip(), to=unit, given_as=posting, sentence=f"{by}确认手写批示，由{unit}落实。"
    )
    row.at = at
    row.save(update_fields=["at"])
    _send_out(row, due_at or row.due_at, at=at)
    return row


@transaction.atomic
def discard(instruction, *, reason, by, at):
    """不予确认: it was not meant so, or not typed as it was written; the 联络员 is told why."""
    _must_say(reason, "请写明不予确认的原因，联络员好改正。")
    row = _own_draft("discard", instruction, by=by, at=at)
    INSTRUCTION.apply("discard", row, by=by, at=at, opinion=reason.strip(), sentence="手写批示未经本人确认，不生效。")
    text = f"事项 {row.case.number} 的手写批示未获确认，请打开查看原因。"
    notify(notice_for(f"instruction:{row.pk}:discarded", "instruction", row.case, text, at=at, user=row.typed_by))
    return row


def _own_draft(move, instruction, *, by, at):
    row = lock(instruction)
    INSTRUCTION.check(move, row, by=by, at=at)
    if row.by_id != by.pk:
        raise Refused("not_yours", f"这是{row.by}的手写批示，须由本人确认，别人不能代为确认。", status=403)
    return row


def follow(case, unit, *, at):
    """批示随主办: what a former lead was asked and has not answered is the new lead's, by the same time. The case is locked."""
    orders = WorkOrder.objects.filter(case=case)
    former = orders.filter(lead=True).exclude(handler__in=orders.open().values("handler")).values("handler")
    for row in case.instructions.unanswered().filter(to__in=former):
        row.to = unit
        row.save(update_fields=["to"])
        running = Deadline.objects.filter(case=case, subject=deadlines.subject_of(row))
        running.filter(met_at__isnull=True, dropped_at__isnull=True).update(unit=unit)
        record(case, "instruction.follow", at=at, by=None, subject=row, sentence=f"批示随主办转由{unit}落实。")
        text = f"事项 {case.number} 有一条批示，{_terms(row)}，请打开查看。"
        notify(notice_for(f"instruct:{row.pk}:{at:%s}", "instruction", case, text, at=at, organisation=unit))


@transaction.atomic
def answer(instruction, *, text, by, at):
    """报告落实: the unit says what it has done; its clock stops, and the one who asked is told."""
    _must_say(text, "请写明落实情况，再提交。")
    row = lock(instruction)
    unit = row.to
    INSTRUCTION.apply(
        "report", row, by=by, at=at, answer=text.strip(), answered_by=by, answered_at=at, sentence=f"{unit}报告批示落实情况。"
    )
    deadlines.end_for(row, at=at)
    words = f"事项 {row.case.number}：{unit}已报告批示落实情况，请认可或退回。"
    notify(notice_for(f"instruction:{row.pk}:answered:{at:%s}", "instruction", row.case, words, at=at, user=row.by))
    return row


@transaction.atomic
def settle(instruction, *, opinion="", by, at):
    """认可: the one who gave it (or acts for them) takes the answer as enough."""
    row = _to_judge("settle", instruction, by=by, at=at)
    INSTRUCTION.apply("settle", row, by=by, at=at, opinion=opinion.strip(), settled_at=at, sentence="批示落实情况已认可。")
    return row


@transaction.atomic
def send_back(instruction, *, opinion, due_at=None, by, at):
    """退回再落实: the answer is not enough, and why; the clock starts anew."""
    _must_say(opinion, "请写明哪里没有落实，再退回。")
    row = _to_judge("send_back", instruction, by=by, at=at)
    INSTRUCTION.apply("send_back", row, by=by, at=at, opinion=opinion.strip(), sentence=f"批示退回{row.to}再落实。")
    _send_out(row, due_at, at=at)
    return row


def _to_judge(move, instruction, *, by, at):
    row = lock(instruction)
    INSTRUCTION.check(move, row, by=by, at=at)
    if not gave(row, by, at):
        raise Refused("not_yours", f"这条批示由{row.by}作出，须由本人或代行其职务的人认可、退回。", status=403)
    return row


def gave(row, user, at):
    """本人或代行: whoever gave it, acts for them, or has followed them in the very post by which it was given."""
    if row.status == Instruction.Status.DRAFT:
        return row.by_id == user.pk
    post = row.given_as
    held = user.scope.posting_for({post.role}, post.organisation_id) if post else None
    if held is None or row.by_id == user.pk:
        return held is not None
    if held.acting_for_id and held.acting_for.user_id == row.by_id:
        return True
    still = Posting.objects.current(timezone.localdate(at)).filter(
        user=row.by_id, role=post.role, organisation=post.organisation_id
    )
    return not still.exists()


def lapse(case, *, at):
    """随事项了结: nobody is asked any more for what concerned an ended case; what was said stays."""
    for row in case.instructions.filter(status__in=Instruction.OPEN):
        INSTRUCTION.apply("lapse", row, by=None, at=at, sentence="批示随事项了结。")
        deadlines.end_for(row, at=at, met=False)


def must_be_open(case):
    """Refused `case_ended`: an ended matter is asked for no more."""
    if case.ended:
        raise Refused("case_ended", f"事项 {case.number} {case.get_status_display()}，不能再办理。如需继续，请另行登记。")


def _must_say(text, sentence):
    if not text.strip():
        raise Refused("text_missing", sentence, status=400)


def _unit(case, to, posting):
    """落实单位: the one named, else the one in charge, else the desk of the street."""
    lead = case.orders.open().filter(lead=True).first()
    unit = to or (lead.handler if lead else case.promised_by) or case.street
    if to is not None and posting.role == Role.COMMUNITY_SECRETARY and not _near(case, to, posting):
        raise Refused("beyond_seat", f"社区书记只能批示本社区或正在办理此事的单位，{to}请由街道批示。", status=403)
    return unit


def _near(case, to, posting):
    return to.pk == posting.organisation_id or case.orders.open().filter(handler=to).exists()


def _send_out(row, due_at, *, at):
    """下达: the unit may read the case, its clock runs, and it is told. Not what was written: that is read on the page."""
    if due_at is not None and due_at <= at:
        raise Refused("due_passed", "落实时限已经过去，请改成以后的时间，或留空按政策时限。", status=400)
    clock = deadlines.start_for(row, Anchor.ANSWER, LIMIT_CLASS, unit=row.to, at=at, due_at=due_at)
    row.due_at = clock.due_at if clock else due_at
    row.save(update_fields=["due_at"])
    desk = row.to_id == row.case.street_id
    if not desk:
        involve(row.case, row.to)
    whom = {"role": "shift_leader"} if desk else {"organisation": row.to}
    facts.note_leader_word(row.case, at=at)
    text = f"事项 {row.case.number} 有一条批示，{_terms(row)}，请打开查看。"
    notify(notice_for(f"instruct:{row.pk}:{at:%s}", "instruction", row.case, text, at=at, **whom))


def _terms(row):
    until = f"，{beijing(row.due_at)}前报告" if row.due_at else ""
    return f"由{row.to}落实{until}"
