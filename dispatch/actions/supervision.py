"""书记盯办: sign, instruct, take on, propose for the district's list, list, and end. Each by a person."""

from django.db import transaction
from django.utils import timezone

from dispatch import deadlines
from dispatch.actions import instructions, issuing, ladder, rearming, receiving
from dispatch.actions.receiving import Addressee
from dispatch.models import Anchor, Letter, Supervision
from dispatch.posts import Posts
from dispatch.workflow import ANSWERERS, BY_AUTHORITY, LETTER, SUPERVISION
from grievance import casework
from grievance.casework import Move, Refused, involve, lock, notice_for, notify, permit, posting_for, record
from street.models import Role

SERIES = {
    Letter.Kind.CAUTION: "提",
    Letter.Kind.SUPERVISE: "督",
    Letter.Kind.SECRETARY_SUPERVISE: "书督",
    Letter.Kind.LISTING_PROPOSAL: "请",
    Letter.Kind.LISTING: "挂督",
    Letter.Kind.UNLISTING: "解督",
    Letter.Kind.PETITION_NOTICE: "信告",
    Letter.Kind.PETITION_OPINION: "信意",
}
"""代字 by kind of paper, after the issuer's own mark: 骑街督〔2023〕3号 (domain 0.9)."""

REPLY_CLASS = "L"
"""公文反馈: the limit class of answers to papers, where the rung that drafted one says nothing."""
ANSWERED = (Letter.Kind.CAUTION, Letter.Kind.SUPERVISE, Letter.Kind.SECRETARY_SUPERVISE, Letter.Kind.LISTING)
"""要求反馈的文种."""
FOR_PETITIONERS = (Letter.Kind.PETITION_NOTICE, Letter.Kind.PETITION_OPINION)
"""给信访人的文书: the body that forwarded the petition has a copy, and answers nothing."""

PROPOSE = Move("propose_listing", "提请挂牌督办", set(), None, {Role.STREET_SECRETARY, Role.SHIFT_LEADER, Role.STREET_LEADER})
ANSWER = Move("answer", "反馈", set(), None, ANSWERERS)


@transaction.atomic
def sign(letter, *, by, at):
    """签发: a person signs; the paper takes its number, without gaps or doubles, and goes out."""
    letter = lock(letter)
    LETTER[letter.kind].check("sign", letter, by=by, at=at)
    number = _number(letter, at)
    LETTER[letter.kind].apply(
        "sign", letter, by=by, at=at, number=number, signed_by=by, signed_at=at, authority=None,
        sentence=f"{by}签发{letter.get_kind_display()} {number}，主送{letter.to}。", public=_public_of(letter),
    )  # fmt: skip
    _send_out(letter, at=at)
    _follow(letter, by=by, at=at)
    return letter


@transaction.atomic
def issue_by_authority(letter, *, at):
    """自动印发: a caution marked by a policy row goes out under the shift leader's standing authority, in the desk's name and
    nobody's hand. Where the authority has been taken back meanwhile, it is left to a person. Refused `signature_needed`."""
    letter = lock(letter)
    if letter.kind not in BY_AUTHORITY or letter.authority is None:
        raise Refused("signature_needed", f"{letter.get_kind_display()}须由人签发，不能自动印发。")
    LETTER[letter.kind].check("issue", letter, by=None, at=at)
    if letter.authority.revoked_at is not None:
        return _leave_to_a_person(letter, at=at)
    number = _number(letter, at)
    LETTER[letter.kind].apply(
        "issue", letter, by=None, at=at, number=number, signed_at=at,
        sentence=f"依值班长授权自动印发{letter.get_kind_display()} {number}，主送{letter.to}。", public=_public_of(letter),
    )  # fmt: skip
    _send_out(letter, at=at)
    return letter


def _leave_to_a_person(letter, *, at):
    letter.authority = None
    letter.save(update_fields=["authority"])
    noun = letter.get_kind_display()
    record(letter.case, "letter.await", at=at, by=None, subject=letter, sentence=f"授权已收回，{noun}待人签发。")
    text = f"事项 {letter.case.number} 的{noun}已拟稿，授权已收回，请签发。"
    notify(notice_for(f"letter:{letter.pk}:await", "draft", letter.case, text, at=at, role=Role.SHIFT_LEADER))
    return letter


def _send_out(letter, *, at):
    """What follows once a paper is issued: its clock as a draft ends, that of its answer begins, the addressee is told."""
    deadlines.drop_letter(letter, at=at)
    _await_answer(letter, at=at)
    issuing.fix(letter, at=at)
    involve(letter.case, letter.to)
    wanted = "请查收并反馈。" if letter.kind in ANSWERED else "请查收。"
    text = f"{letter.get_kind_display()} {letter.number}：{letter.subject}，{wanted}"
    notify(notice_for(f"letter:{letter.pk}", "letter", letter.case, text, at=at, organisation=letter.to))


def _await_answer(letter, *, at):
    """反馈时限, from the signature on: as the rung says that drafted the paper, else as the policy says."""
    if letter.kind not in ANSWERED:
        return
    due = ladder.answer_due(letter.checkpoint, letter.case, at)
    clock = deadlines.start_for(letter, Anchor.REPLY, REPLY_CLASS, unit=letter.to, at=at, due_at=due)
    letter.answer_due_at = clock.due_at if clock else due
    letter.save(update_fields=["answer_due_at"])


def _number(letter, at):
    year = timezone.localtime(at).year
    mark = f"{letter.issuer.mark or letter.issuer.short_name or letter.issuer.name}{SERIES[letter.kind]}"
    serial = casework.next_in(f"letter:{letter.issuer_id}:{letter.kind}:{year}")
    return f"{mark}〔{year}〕{serial}号"


def _public_of(letter):
    return {
        Letter.Kind.SECRETARY_SUPERVISE: "街道党工委书记已督办此事。",
        Letter.Kind.LISTING_PROPOSAL: "街道已提请区级挂牌督办。",
        Letter.Kind.LISTING: "区级已挂牌督办此事。",
        Letter.Kind.UNLISTING: "挂牌督办已解除。",
        Letter.Kind.PETITION_NOTICE: f"{letter.issuer}已出具信访事项告知书，将送达您本人。",
        Letter.Kind.PETITION_OPINION: f"{letter.issuer}已出具信访事项处理意见书，将送达您本人。",
    }.get(letter.kind, "")


def _follow(letter, *, by, at):
    """What the signature does to the supervision it belongs to."""
    if letter.supervision is None or letter.supervision.status != Supervision.Status.RAISED:
        return
    row = lock(letter.supervision)
    if letter.kind == Letter.Kind.SECRETARY_SUPERVISE:
        due = ladder.answer_due(row.checkpoint, row.case, at)
        SUPERVISION.apply("take", row, by=by, at=at, taken_at=at, taken_by=by, due_at=due, sentence=f"{by}督办此事。")
    elif letter.kind == Letter.Kind.LISTING_PROPOSAL:
        district = letter.to
        SUPERVISION.apply("propose", row, by=by, at=at, sentence=f"提请{district}挂牌督办。")
        Supervision.objects.filter(pk=row.pk).update(holder=district)
        involve(letter.case, district)


@transaction.atomic
def discard(letter, *, reason, by, at):
    """不予签发: a draft is set aside by the one who may sign it, with the reason."""
    if not reason.strip():
        raise Refused("reason_missing", "不予签发须写明理由，请补充。", status=400)
    letter = lock(letter)
    LETTER[letter.kind].apply("discard", letter, by=by, at=at, sentence=f"{letter.get_kind_display()}不予签发：{reason}")
    deadlines.drop_letter(letter, at=at)
    if letter.supervision and letter.supervision.status == Supervision.Status.RAISED:
        row = lock(letter.supervision)
        SUPERVISION.apply("lift", row, by=by, at=at, ended_at=at, ended_by=by, outcome=reason, sentence=f"不予督办：{reason}")
        rearming.climb_again(row, at=at)
    return letter


@transaction.atomic
def answer(letter, *, text, by, at):
    """反馈: the addressee answers an issued paper, once; one not yet signed for is thereby (签收)."""
    if not text.strip():
        raise Refused("text_missing", "请写明反馈内容，再提交。", status=400)
    letter = lock(letter)
    if letter.status != Letter.Status.ISSUED or letter.answered_at or letter.kind in FOR_PETITIONERS:
        raise Refused("not_answerable", "该公文尚未签发或已反馈，不能再反馈。请刷新后查看。")
    posting = permit(ANSWER, Addressee(letter), by=by, at=at)
    if letter.received_at is None:
        receiving.receive(letter, by=by, at=at)
    letter.answered_at, letter.answered_by, letter.answer = at, by, text
    letter.save(update_fields=["answered_at", "answered_by", "answer"])
    deadlines.end_for(letter, at=at)
    record(
        letter.case, "letter.answer", at=at, by=by, posting=posting, subject=letter, sentence=f"{letter.to}反馈 {letter.number}。"
    )
    return letter


def may_answer(letter, user):
    """可否反馈: whether `user`, as now posted, may still answer an issued paper for its addressee."""
    waiting = letter.status == Letter.Status.ISSUED and letter.answered_at is None and letter.kind not in FOR_PETITIONERS
    return waiting and posting_for(ANSWER, Addressee(letter), user) is not None


@transaction.atomic
def take(supervision, *, demand, due_at=None, by, at):
    """督办: a secretary takes the lead, says what is wanted, and until when; else the rung that raised it says so."""
    if not demand.strip():
        raise Refused("text_missing", "请写明督办要求，再提交。", status=400)
    row = lock(supervision)
    if row.level == Supervision.Level.DISTRICT:
        raise Refused("district_decides", "挂牌督办由区里决定：请签发或不予签发提请报告。")
    due_at = due_at or ladder.answer_due(row.checkpoint, row.case, at)
    SUPERVISION.apply(
        "take", row, by=by, at=at, taken_at=at, taken_by=by, demand=demand, due_at=due_at,
        sentence=f"{by}督办：{demand}", public=f"{row.get_level_display()}，已提出要求。",
    )  # fmt: skip
    _tell_handler(row.case, f"take:{row.pk}", f"督办要求：{demand[:200]}", at=at)
    return row


def instruct(case, *, text, supervision=None, by, at):
    """批示 to the unit in charge, within the time that the policy gives: see `instructions.give`."""
    return instructions.give(case, text=text, supervision=supervision, by=by, at=at)


def may_propose(case, user):
    """可否提请挂牌: whether `user`, as now posted, may have the proposal to the district drafted."""
    return posting_for(PROPOSE, case, user) is not None


def _tell_handler(case, key, text, *, at):
    order = case.orders.open().filter(lead=True).first()
    unit = order.handler if order else case.promised_by
    if unit is not None:
        notify(notice_for(key, "instruction", case, f"事项 {case.number} {text}", at=at, organisation=unit))


@transaction.atomic
def propose_listing(case, *, reason, by, at):
    """拟提请挂牌: drafts the proposal to the district; only the street's secretary signs it."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明提请挂牌督办的理由，再提交。", status=400)
    case = lock(case)
    instructions.must_be_open(case)
    posting = permit(PROPOSE, case, by=by, at=at)
    row = ladder.climb_now(case, level=Supervision.Level.DISTRICT, reason=reason[:200], by=by, at=at)
    if row is None:
        raise Refused("already_raised", f"事项 {case.number} 已在提请或挂牌督办中，无需重复提请。")
    district = case.street.parent or case.street
    letter = Letter.objects.create(
        kind=Letter.Kind.LISTING_PROPOSAL, case=case, supervision=row, issuer=case.street, to=district,
        order=case.orders.open().filter(lead=True).first(),
        subject=f"关于提请挂牌督办{case.title or case.number}的报告"[:120], body=f"事项 {case.number}：{reason}", drafted_at=at,
    )  # fmt: skip
    deadlines.plan_letters([letter], at=at)
    record(
        case, "case.propose_listing", at=at, by=by, posting=posting, subject=row, sentence=f"拟提请挂牌督办：{reason}",
        public="此事已拟提请区级挂牌督办。",
    )  # fmt: skip
    notify(
        notice_for(
            f"proposal:{row.pk}",
            "draft",
            case,
            f"事项 {case.number} 提请挂牌督办报告已拟稿，请签发。",
            at=at,
            role="street_secretary",
        )
    )
    return row


@transaction.atomic
def list_case(supervision, *, demand, due_at, conditions="", by, at):
    """挂牌督办: the district decides, says what is wanted, until when, and what must be so before it is taken off (one a line;
    the demand itself where nothing else is written). The 挂牌督办通知书 is signed, numbered and sent in the same act."""
    if not demand.strip():
        raise Refused("text_missing", "请写明挂牌督办要求，再提交。", status=400)
    row = lock(supervision)
    wanted = [line.strip() for line in conditions.splitlines() if line.strip()] or [demand.strip()]
    SUPERVISION.apply(
        "list", row, by=by, at=at, taken_at=at, taken_by=by, demand=demand, due_at=due_at,
        conditions=[{"text": text, "met": False} for text in wanted], sentence=f"{row.holder}挂牌督办：{demand}",
    )  # fmt: skip
    _issue(row, Letter.Kind.LISTING, f"现决定挂牌督办。\n督办要求：{demand}\n摘牌条件：{_numbered(wanted)}", by=by, at=at)
    return row


def _issue(row, kind, body, *, by, at):
    """A notice of the district, drafted and signed by the one who decides: to the unit in charge, copied to the street."""
    case = row.case
    to = case.promised_by or case.street
    order = case.orders.filter(lead=True, handler=to).order_by("-pk").first()
    letter = Letter.objects.create(
        kind=kind, case=case, supervision=row, order=order, issuer=row.holder, to=to,
        subject=f"关于{case.title or case.number}的{kind.label}"[:120], body=f"事项 {case.number}：{body}", drafted_at=at,
    )  # fmt: skip
    return sign(letter, by=by, at=at)


def _numbered(conditions):
    return "；".join(f"{number}. {text}" for number, text in enumerate(conditions, 1)) + "。"


@transaction.atomic
def decline_listing(supervision, *, reason, by, at):
    """不列入挂牌: the district gives the matter back to the street, with the reason."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明不列入的理由，再提交。", status=400)
    row = lock(supervision)
    SUPERVISION.apply(
        "decline_listing", row, by=by, at=at, ended_at=at, ended_by=by, outcome=reason, sentence=f"不列入挂牌督办：{reason}"
    )
    text = f"事项 {row.case.number} 未列入挂牌督办：{reason[:100]}"
    notify(notice_for(f"unlisted:{row.pk}", "supervision", row.case, text, at=at, role="street_secretary"))
    return row


@transaction.atomic
def unlist(supervision, *, outcome, confirmed=(), by, at):
    """摘牌: each condition is confirmed by itself (`confirmed`: their places in the list); the 解除挂牌督办通知书 is signed at
    once. Refused `conditions_open`."""
    row = lock(supervision)
    SUPERVISION.check("unlist", row, by=by, at=at)
    left = [one["text"] for number, one in enumerate(row.conditions) if number not in confirmed]
    if left:
        open_yet = "；".join(left)
        raise Refused("conditions_open", f"还有 {len(left)} 条摘牌条件没有确认：{open_yet}。逐条核实后再摘牌。", status=400)
    row = _end("unlist", supervision, outcome, "摘牌", by=by, at=at)
    row.conditions = [{**one, "met": True} for one in row.conditions]
    row.save(update_fields=["conditions"])
    met = [one["text"] for one in row.conditions]
    # The outcome and the end of the listing stand in the template
    body = f"下列摘牌条件已逐条核实符合：{_numbered(met)}" if met else "督办要求已经落实。"
    _issue(row, Letter.Kind.UNLISTING, body, by=by, at=at)
    return row


@transaction.atomic
def lift(supervision, *, outcome, by, at):
    """解除督办: the secretary is satisfied that it is done, or gives it back with the reason."""
    row = _end("lift", supervision, outcome, "解除督办", by=by, at=at)
    rearming.climb_again(row, at=at)
    return row


@transaction.atomic
def step_down(supervision, *, reason, by, at):
    """降级督办: the street's secretary gives a matter back to the community's, with the reason. No clock moves, and the same rung
    does not put it up again for the same cause. Refused `reason_missing`, `not_at_street`, `post_vacant`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明降为社区书记盯办的理由，再提交。", status=400)
    row = lock(supervision)
    case = row.case
    if row.level != Supervision.Level.STREET:
        raise Refused("not_at_street", f"{row.get_level_display()}不能降级，只有街道党工委书记督办可以降为社区书记盯办。")
    community = case.place.community if case.place_id else None
    if community is None or Posts([community.pk], at).vacant(community.pk, Role.COMMUNITY_SECRETARY):
        raise Refused("post_vacant", "该事项所在社区现在没有社区书记（含代行），不能降级。请先配备，或继续督办。")
    SUPERVISION.apply(
        "step_down", row, by=by, at=at, ended_at=at, ended_by=by, outcome=reason,
        sentence=f"降为社区书记盯办：{reason}", public="此事改由社区书记盯办，办理时限不变。",
    )  # fmt: skip
    _set_aside(row.letters.drafts(), "督办已降级，", at=at)
    return _hand_down(row, community, reason, by=by, at=at)


def _hand_down(row, community, reason, *, by, at):
    case, level = row.case, Supervision.Level.COMMUNITY
    new = case.supervisions.open().filter(level=level).first() or Supervision(
        case=case, level=level, holder=community, raised_at=at, raised_by=by, reason=reason[:200], checkpoint=row.checkpoint,
        ends_with_case=row.ends_with_case,
    )  # fmt: skip
    new.stepped_from = row
    new.save()
    involve(case, community)
    text = f"事项 {case.number} 由街道党工委书记督办降为社区书记盯办：{reason[:200]}"
    notify(notice_for(f"step_down:{row.pk}", "supervision", case, text, at=at, organisation=community))
    return new


def _end(move, supervision, outcome, word, *, by, at, public=""):
    if not outcome.strip():
        raise Refused("text_missing", f"{word}须写明结果，请补充。", status=400)
    row = lock(supervision)
    SUPERVISION.apply(
        move, row, by=by, at=at, ended_at=at, ended_by=by, outcome=outcome, sentence=f"{word}：{outcome}", public=public
    )
    _set_aside(row.letters.drafts(), f"{word}，", at=at)
    return row


def lapse(case, *, at):
    """随事项了结: drafts nobody signed and supervision nobody ended do not outlive their case, nor do the clocks of answers. A
    listing does, and so does what a policy row has said shall stand until a person lifts it."""
    _set_aside(case.letters.drafts().exclude(supervision__ends_with_case=False), "事项已了结，", at=at)
    deadlines.drop_anchor(case, Anchor.REPLY, at=at)
    for row in case.supervisions.exclude(status=Supervision.Status.LISTED).filter(ends_with_case=True).open():
        SUPERVISION.apply(
            "lapse", row, by=None, at=at, ended_at=at, outcome="随事项了结", sentence=f"{row.get_level_display()}随事项了结。"
        )


def _set_aside(drafts, why, *, at):
    for letter in drafts:
        LETTER[letter.kind].apply("lapse", letter, by=None, at=at, sentence=f"{why}{letter.get_kind_display()}草稿作废。")
        deadlines.drop_letter(letter, at=at)
