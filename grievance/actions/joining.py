"""我也遇到: the desk writes what neighbours may read of a matter at work; who meets the same joins it, with an own grievance."""

from django.db import transaction

from grievance import said
from grievance.actions import intake, privacy
from grievance.casework import RESIDENT, Move, Refused, lock, notice_for, notify, permit, posting_for, record
from grievance.classify.lexicon import plain
from grievance.classify.screening import suspected
from grievance.inserting import insert
from grievance.models import Case, Complainant, Grievance, OpenMatter
from grievance.models.open_matter import AT_WORK
from grievance.sealing import blind_index
from grievance.workflow import DESK

PUBLISH = Move("publish_text", "写公开说明", set(AT_WORK), None, DESK)
WITHDRAW = Move("withdraw_text", "撤下公开说明", set(), None, DESK)
SHORTEST, LONGEST = 6, 120
ONLY_THIS = "我也遇到"
"""What is kept as the words of one who wrote nothing more."""


def open_to(case, user):
    """可办: to publish a text, or to take back the one there is. Asks the database only of what may be shared at all."""
    if case.ended or case.category is None or not case.category.joinable or posting_for(PUBLISH, case, user) is None:
        return None
    if text_of(case) is not None:
        return WITHDRAW
    return PUBLISH if case.status in AT_WORK else None


def text_of(case):
    """现行公开说明 of a case, None where there is none."""
    return case.open_matters.filter(revoked_at__isnull=True).first()


@transaction.atomic
def publish(case, *, text, by, at):
    """写公开说明: what neighbours read of a hazard or a public facility at work; in the office's words, and to be taken back.

    Refused `not_shareable`, `already_public`, `text_length`, `names_somebody`, `own_words`."""
    case = lock(case)
    posting = permit(PUBLISH, case, by=by, at=at)
    text = " ".join(said.clean(text).split())
    _check_matter(case)
    _check_text(case, text, at)
    matter = OpenMatter.objects.create(case=case, text=text, approved_by=by, approved_at=at)
    record(
        case, "case.publish_text", at=at, by=by, posting=posting, subject=matter,
        sentence=f"写了公开说明，附近的人扫码时看得到、可以加入：“{text}”",
    )  # fmt: skip
    return matter


def _check_matter(case):
    if case.status not in AT_WORK or case.category is None or not case.category.joinable:
        raise Refused("not_shareable", f"只有正在办的隐患和公共设施可以写公开说明，事项 {case.number} 不是。")
    told = Grievance.objects.filter(case=case, withdrawn_at__isnull=True)
    if told.filter(kind=Grievance.Kind.DISPUTE).exists() or told.filter(complainant__confidential=True).exists():
        raise Refused("not_shareable", "这件事里有人反映的是纠纷，或要求不透露姓名，不能写公开说明。")
    if text_of(case) is not None:
        raise Refused("already_public", f"事项 {case.number} 已有公开说明。要改，请先撤下再写。")


def _check_text(case, text, at):
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refused("text_length", f"公开说明写 {SHORTEST} 至 {LONGEST} 个字，现在 {len(text)} 个字。", status=400)
    if privacy.NUMBER.search(text) or suspected(text, at):
        raise Refused(
            "names_somebody", "公开说明里不能有电话号码，也不能说到具体的人。请只写什么地方、什么设施、怎么了。", status=400
        )
    mine = plain(text)
    for words in case.grievances.values_list("description", flat=True):
        if len(plain(words)) >= SHORTEST and (plain(words) in mine or mine in plain(words)):
            raise Refused("own_words", "这是诉求人的原话，认得出是谁说的。请用自己的话写。", status=400)


@transaction.atomic
def withdraw_text(case, *, reason, by, at):
    """撤下公开说明: from now on nobody reads it or joins by it; who joined stays. Refused `nothing_public`."""
    case = lock(case)
    posting = permit(WITHDRAW, case, by=by, at=at)
    matter = text_of(case)
    if matter is None:
        raise Refused("nothing_public", f"事项 {case.number} 没有公开说明，不用撤下。请刷新页面。")
    matter.revoked_at, matter.revoked_by = at, by
    matter.save(update_fields=["revoked_at", "revoked_by"])
    record(
        case, "case.withdraw_text", at=at, by=by, posting=posting, subject=matter,
        sentence=f"撤下公开说明。{f'理由：{reason}' if reason else ''}",
    )  # fmt: skip
    return matter


def join(qr_code, *, matter, description="", phone="", key, at, doubt=""):
    """我也遇到: an own grievance in the case of an OpenMatter that is shown at this code's place, by its id.

    What may report on officials is kept as `intake.submit` keeps it. Where there is `doubt`, a case of its own that a person
    looks at, so that nobody makes many voices out of one. The same key gives the same grievance again, also when the matter has
    ended since. Refused `matter_over`, `revoked_code`, `key_reused`, `bad_key`, those of `said`."""
    if not qr_code.live:
        raise intake.revoked()
    key, description, phone = intake.key_of(key), said.description(description), said.phone(phone)
    if suspected(description, at):
        return intake.submit(qr_code, description=description, phone=phone, key=key, at=at)
    digest = blind_index(f"join:{matter}:{description}:{phone}")
    if earlier := Grievance.objects.filter(qr_code=qr_code, key=key).first():
        return intake.same(earlier, digest)
    found = OpenMatter.objects.around(qr_code.place).filter(pk=matter).first()
    if found is None:
        raise over()
    if doubt:
        words = f"{ONLY_THIS}：{found.text}\n{description}"
        return intake.submit(qr_code, description=words.strip(), phone=phone, key=key, at=at, doubt=doubt)
    return intake.once(qr_code, key, digest, lambda: _join(qr_code, found, description, phone, key=key, digest=digest, at=at))


def over():
    """The answer to one who comes too late; the page keeps what was typed."""
    return Refused(
        "matter_over", "这件事刚刚办结，或者不再公开，没能加入。您写的还在下面，如果还没解决，请核对后作为新的一件事发送。"
    )


@transaction.atomic
def _join(qr_code, matter, description, phone, *, key, digest, at):
    case = lock(matter.case)
    if not OpenMatter.objects.live().filter(pk=matter.pk, case=case).exists():
        raise over()
    words = {"description": description or ONLY_THIS, "words_mark": intake.words_mark(description)}
    grievance = intake.spoken_in(case, qr_code, key=key, digest=digest, at=at, **words)
    Case.objects.filter(pk=case.pk).update(recount=True)
    record(
        case, "case.join", at=at, by=RESIDENT, subject=grievance, grievance=grievance,
        sentence=f"诉求 {grievance.number} 加入：看了公开说明，说也遇到同一件事。",
        public=f"已收到，编号 {grievance.number}。和正在办的同一件事一起办理：{matter.text}",
    )  # fmt: skip
    if phone:
        insert(Complainant(grievance=grievance, phone=phone, phone_index=blind_index(phone)))
        text = f"【说事直通车】您的诉求 {grievance.number} 已收到，和正在办的同一件事一起办理。看进展：{{follow}}"
        notify(notice_for(f"received:{grievance.pk}", "received", case, text, at=at, grievance=grievance))
    return grievance
