"""诉求上报: what residents do: submit, add, urge, withdraw. Nobody needs an account; the receipt is the key."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from grievance import casework, media, said
from grievance.actions import confidential, on_behalf, triage, uploads, wishes
from grievance.casework import RESIDENT, Refused, event_for, human_number, lock, notice_for, notify, permit, record
from grievance.classify.screening import suspected
from grievance.inserting import insert, together
from grievance.models import Attachment, Case, Complainant, Grievance, QRCode, Remark, SearchText
from grievance.sealing import blind_index, fingerprint, new_salt, secret_for
from grievance.workflow import CASE, OPEN
from street.models import Role

CASE_PREFIX, GRIEVANCE_PREFIX = "A", "S"
NUMBER_TRIES = 3
SAME_WORDS = 20
"""提案: shorter texts are often the same without being copied."""
SAME_REMARK = timedelta(minutes=10)
"""提案: the same words and pictures again within this time are a double tap, not a second remark."""


@dataclass(frozen=True)
class _Body:
    """What was said, checked and clean; the part of a submission that a retry must repeat."""

    kind: str
    description: str
    address: str
    name: str
    phone: str
    confidential: bool


def submit(
    qr_code, *, kind=Grievance.Kind.REPORT, description="", address="", photos=(), voice=None, video=None, name="", phone="",
    confidential=False, sensitive=False, draft=uploads.NONE, key, at, source=Case.Source.SCAN, doubt="",
):  # fmt: skip
    """扫码上报: one grievance in a case of its own, receipt and number given at once.

    What may be a report on officials becomes a ConfidentialReport instead, with number and receipt of the same kind.
    `doubt` says why a person should look before anything is sent by itself; the resident notices nothing of it. `sensitive`:
    separate consent to what is sensitive in it (个人信息保护法 art. 29), asked for nothing and refused for nothing. `draft`:
    files sent before, which are gone from where they waited in the same act that takes the words, whatever comes of them.
    The same key with the same body gives the same grievance again. Refused: `revoked_code` 410, `key_reused` 409,
    `nothing_said`, `bad_key`, `upload_gone` and those of `said` and `media`. Files are stored before the transaction opens."""
    if not qr_code.live:
        raise revoked()
    key = key_of(key)
    body = _checked(kind, description, address, name, phone, confidential)
    given = media.Given.of(photos, voice, video)
    if not (body.description or given or draft):
        raise Refused("nothing_said", "还没有内容。请写几句话，或拍一张照片，或说一段语音，任选一样就行。", status=400)
    digest = _digest(body, given, draft.keys)
    try:
        given = given.joined(draft.files())
    except uploads.Gone:
        return _again(qr_code, key, digest)
    if suspected(f"{body.description}\n{body.address}", at):
        sealing = {"key": f"{qr_code.token}:{key}", "digest": digest, "at": at, "code": qr_code.token}
        return draft.within(lambda: _sealed(qr_code.place, body, given, **sealing))
    kept = given.keep()
    facts = {
        "qr_code": qr_code, "key": key, "digest": digest, "at": at, "source": source, "doubt": doubt, "sensitive": sensitive,
    }  # fmt: skip
    return once(qr_code, key, digest, lambda: draft.within(lambda: _open(qr_code.place, body, kept, **facts)))


def heard(
    place, *, kind=Grievance.Kind.REPORT, description="", address="", name="", phone="", confidential=False, by, at, **told
):
    """核对: what staff wrote down for a person, checked as `register_for` checks it, with nothing written: (posting, what was
    said, its OnBehalf). `told` is what `on_behalf.checked` takes: channel, consented, language, interpreter.

    Refused `role_missing`, `nothing_said`, `wishes_off`, those of `said` and of `on_behalf.checked`."""
    posting = permit(on_behalf.REGISTER, on_behalf.matter_at(place), by=by, at=at)
    body = _checked(kind, description, address, name, phone, confidential)
    if not body.description:
        raise Refused("nothing_said", "还没有内容。请写下来人说的事，再登记。", status=400)
    wishes.must_be_on(place, body.kind)
    return posting, body, on_behalf.checked(body, **told, at=at)


def register_for(place, *, sensitive=False, key, by, at, **said_there):
    """代为上报: what somebody says at the counter, on the telephone or at the door, written down by staff (无障碍环境建设法
    art. 39); `said_there` is what `heard` takes.

    The same checks, receipt and first message as by the code; the same key of the same person gives the same grievance again.
    A ConfidentialReport where it may report on officials. Refused `key_reused`, `bad_key`, those of `heard`."""
    posting, body, behalf = heard(place, by=by, at=at, **said_there)
    key = key_of(f"{by.pk}:{said.clean(key)}" if key else "")
    digest = _digest(body, media.Given(), on_behalf.facts(behalf))
    if suspected(f"{body.description}\n{body.address}", at):
        return _sealed(place, body, [], key=f"window:{key}", digest=digest, at=at)
    facts = {
        "key": key, "digest": digest, "at": at, "source": behalf.channel, "by": by, "posting": posting, "behalf": behalf,
        "salt": bytes.fromhex(blind_index(f"window:{key}"))[:16], "sensitive": sensitive,
    }  # fmt: skip
    return once(None, key, digest, lambda: _open(place, body, [], **facts))


def key_of(key):
    """提交标识, checked. Refused `bad_key`."""
    key = said.clean(key)
    if not 0 < len(key) <= 200:
        raise Refused("bad_key", "提交标识（Idempotency-Key）须为 1 至 200 个字符。", status=400)
    return key


def _checked(kind, description, address, name, phone, confidential):
    return _Body(
        kind=said.kind(kind), description=said.description(description), address=said.address(address), name=said.name(name),
        phone=said.phone(phone), confidential=bool(confidential),
    )  # fmt: skip


def _sealed(place, body, files, *, key, digest, at, code=""):
    """检举控告: kept from every ordinary row, whichever way it came; place and code are part of what is sealed."""
    words = {name: str(value) for name, value in asdict(body).items() if value}
    said_there = {**words, "place": f"{place.community} {place.name}", "code": code}
    return confidential.receive(
        place.street_id, said=said_there, files=files, key=key, body_digest=digest, prefix=GRIEVANCE_PREFIX, at=at
    )


@transaction.atomic
def release(report, *, said_there, files, by, at):
    """转回普通诉求: what the officer found to be no report on officials, as the resident said it, under the same receipt.

    `files` are (content type, upload); papers of the office among them stay sealed. Refused `no_code` where it came as a remark,
    or its code is gone."""
    qr_code = QRCode.objects.select_related("place").filter(token=said_there.get("code", "")).first()
    if qr_code is None:
        raise Refused("no_code", "本件没有说事码（来自补充情况或说事码已删除），不能转回。请电话告知诉求人重新反映。")
    confidential.release(report, by=by, at=at)
    kept = [media.keep_as(kind, file) for kind, file in files if not kind.startswith("application/")]
    return _open(
        qr_code.place, _body_of(said_there), kept, qr_code=qr_code, key=f"released:{report.number}",
        digest=report.body_digest, at=at, source=Case.Source.SCAN, salt=bytes(report.receipt_salt),
    )  # fmt: skip


def _body_of(said_there):
    words = {name: said_there.get(name, "") for name in ("kind", "description", "address", "name", "phone")}
    return _Body(**words, confidential=said_there.get("confidential") == "True")


def revoked():
    """The answer to whoever scans a code that is out of use."""
    return Refused(
        "revoked_code", "这个说事码已经停用。请扫附近新贴的说事码，或在首页选您的社区；也可以直接打街道电话。", status=410
    )


def _digest(body, given, more=()):
    """Keyed, since without a key a phone number could be guessed back from it."""
    return blind_index(json.dumps([*vars(body).values(), *given.marks(), *more], ensure_ascii=False))


def _again(qr_code, key, digest):
    """What the same key made before, its files being gone since; Refused `upload_gone` where it made nothing."""
    earlier = Grievance.objects.filter(qr_code=qr_code, key=key).first()
    return same(earlier, digest) if earlier else confidential.again(f"{qr_code.token}:{key}", digest)


def once(qr_code, key, digest, open_case):
    """Insert first and look only when that fails: of two at the same time the database lets one through."""
    for _ in range(NUMBER_TRIES):
        try:
            return open_case()
        except IntegrityError as error:
            clash = error
        if earlier := Grievance.objects.filter(qr_code=qr_code, key=key).first():
            return same(earlier, digest)
    # No such key yet: three numbers in a row were taken, or the row breaks another rule
    raise clash


def same(earlier, digest):
    """The grievance that came first, to whoever sends the same again. Refused `key_reused` where it is not the same."""
    if earlier.body_digest != digest:
        raise Refused(
            "key_reused",
            f"这份内容与先前已收到的诉求 {earlier.number} 用了同一个提交标识，但内容不同，没有登记。"
            "如要补充，请打开查询页“补充情况”；如是另一件事，请重新扫码填写。",
        )
    return earlier


@transaction.atomic
def _open(
    place, body, kept, *, key, digest, at, source, qr_code=None, salt=None, by=RESIDENT, posting=None, doubt="", behalf=None,
    sensitive=False,
):  # fmt: skip
    wishes.must_be_on(place, body.kind)
    case = Case(
        number=human_number(CASE_PREFIX, at), street_id=place.street_id, place=place, title=_title(body, kept, place),
        source=source, doubt=doubt, submitted_at=at,
    )  # fmt: skip
    with together(Case, Grievance) as write:
        grievance = spoken_in(
            write(case), qr_code, key=key, digest=digest, at=at, salt=salt, write=write, kind=body.kind, address=body.address,
            description=body.description, words_mark=words_mark(body.description), sensitive_agreed_at=at if sensitive else None,
        )  # fmt: skip
        submitted = event_for(
            case, "case.submit", at=at, by=by, posting=posting, subject=grievance, grievance=grievance, became=case.status,
            sentence=f"{Case.Source(source).label}上报：{place.name}。",
            public=f"已收到，编号 {grievance.number}。街道专班正在研判，会派给负责的单位。",
        )  # fmt: skip
        write(submitted)
        _keep_contact(grievance, body, behalf, at=at, write=write)
    _attach(kept, case, grievance, at=at)
    on_behalf.keep(behalf, grievance)
    return grievance


def spoken_in(case, qr_code, *, key, digest, at, salt=None, write=insert, **said_there):
    """新诉求 in a case, with a number and a receipt of its own; IntegrityError where its key is taken."""
    # A code and its key let a double tap in once; where there is no code, a salt made of the key does
    salt = salt or new_salt()
    return write(
        Grievance(
            number=human_number(GRIEVANCE_PREFIX, at), case=case, first_case=case, qr_code=qr_code, key=key, body_digest=digest,
            receipt_salt=salt, receipt_hash=fingerprint(secret_for("receipt", salt)), submitted_at=at, **said_there,
        )
    )  # fmt: skip


def words_mark(description):
    """同文标记: equal texts, however spaced or punctuated, have equal marks; short ones have none, since many say “停水了”."""
    said_there = re.sub(r"[\W_]+", "", description.casefold())
    return blind_index(f"words:{said_there}")[:16] if len(said_there) >= SAME_WORDS else ""


def _title(body, kept, place):
    if body.description:
        return said.headline(body.description)
    kinds = {file.kind for file in kept}
    said_by = "语音" if Attachment.Kind.VOICE in kinds else "视频" if Attachment.Kind.VIDEO in kinds else "图片"
    return f"（{said_by}）{place.name}"[:80]


def _attach(kept, case, grievance, *, at, remark=None):
    if kept:
        Attachment.objects.bulk_create(file.attachment(case, grievance, at, remark) for file in kept)


def _keep_contact(grievance, body, behalf, *, at, write):
    """The contact and the first message, where there is one to be reached."""
    if not (body.name or body.phone or body.confidential):
        return
    # What staff took down they have read back
    told = {"language": behalf.language, "verified_at": at} if behalf else {}
    write(
        Complainant(
            grievance=grievance, name=body.name, phone=body.phone, phone_index=blind_index(body.phone),
            confidential=body.confidential, **told,
        )
    )  # fmt: skip
    if body.phone:
        text = f"【说事直通车】您的诉求 {grievance.number} 已收到，街道专班正在研判。看进展：{{follow}}"
        write(notice_for(f"received:{grievance.pk}", "received", grievance.case, text, at=at, grievance=grievance))


def add_remark(grievance, *, text="", photos=(), at):
    """补充情况: words or pictures to one's own grievance; a matter held for it goes back to the desk.

    A ConfidentialReport where it may report on officials. The same again within ten minutes is the same remark.
    Refused `nothing_said`, `withdrawn`, `case_ended`, those of `media`."""
    text = said.description(text)
    if not (text or photos):
        raise Refused("nothing_said", "还没有内容。请写几句话或选一张照片，再点“补充”。", status=400)
    if suspected(text, at):
        return sealed_remark(grievance, text, photos, at=at)
    return _add_remark(grievance, text, media.keep_photos(photos), at=at)


def sealed_remark(grievance, text, photos, *, at):
    """What reports on officials is no remark that those in charge could read; it gets a receipt of its own."""
    digest = blind_index(json.dumps([text, *(media.digest(photo) for photo in photos)], ensure_ascii=False))
    said_there = {"description": text, "place": f"补充于诉求 {grievance.number}"}
    return confidential.receive(
        grievance.case.street_id, said=said_there, files=photos, key=f"{grievance.number}:{digest}", body_digest=digest,
        prefix=GRIEVANCE_PREFIX, at=at,
    )  # fmt: skip


@transaction.atomic
def _add_remark(grievance, text, kept, *, at):
    grievance = lock(grievance)
    refuse_when_over(grievance, "补充")
    case, latest = grievance.case, grievance.remarks.filter(author=None).last()
    if latest and latest.text == text and at - latest.at < SAME_REMARK and _files(latest) == {file.sha256 for file in kept}:
        return latest
    remark = Remark.objects.create(case=case, grievance=grievance, text=text, at=at)
    _attach(kept, case, grievance, at=at, remark=remark)
    with_photos = f"，附 {len(kept)} 张照片" if kept else ""
    record(
        case, "remark.add", at=at, by=RESIDENT, subject=remark, grievance=grievance,
        sentence=f"诉求人补充了情况{with_photos}。", public=f"您补充了情况{with_photos}。",
    )  # fmt: skip
    if case.status == Case.Status.HELD:
        triage.unhold(case, by=RESIDENT, at=at)
    tell_those_in_charge(case, f"remark:{remark.pk}", "remark", f"事项 {case.number} 的诉求人补充了情况，请查看。", at=at)
    return remark


def _files(remark):
    return set(remark.attachments.values_list("sha256", flat=True))


@transaction.atomic
def urge(grievance, *, at):
    """催一催: tells the unit in charge and the desk that the resident is waiting; once in the hours that the policy of the
    work allows, URGE_HOURS before anybody is in charge.

    Refused `withdrawn`, `case_ended`, `nothing_to_urge` once the work is done, `urged_recently`."""
    grievance = lock(grievance)
    case = grievance.case
    refuse_when_over(grievance, "催办")
    if case.status not in OPEN:
        raise Refused("nothing_to_urge", "这件事已经办结，正在回访。没有解决的，请点“现在评价”告诉我们，会重新办理。")
    again_at = _may_urge_again_at(grievance)
    if again_at and at < again_at:
        raise Refused(
            "urged_recently",
            f"您已在{casework.beijing(grievance.urged_at)}催过，承办单位和街道专班都已看到。{casework.beijing(again_at)}后可以再催。",
        )
    grievance.urged_at = at
    grievance.save(update_fields=["urged_at"])
    record(
        case, "grievance.urge", at=at, by=RESIDENT, subject=grievance, grievance=grievance,
        sentence=f"诉求 {grievance.number} 的诉求人催办。", public="您催办了一次，承办单位和街道专班已收到。",
    )  # fmt: skip
    tell_those_in_charge(
        case, f"urge:{grievance.pk}:{int(at.timestamp())}", "urge", f"诉求人催办事项 {case.number}，请尽快办理。", at=at
    )
    return grievance


@transaction.atomic
def withdraw(grievance, *, at):
    """撤回: this resident wants nothing more of it; the case goes on while another grievance in it stands.

    Refused `withdrawn`, `case_ended`, `too_late` once the work is done."""
    grievance = lock(grievance)
    case = grievance.case
    refuse_when_over(grievance, "撤回")
    if case.status not in OPEN:
        raise Refused("too_late", "这件事已经办结，正在回访，不用撤回。对结果有话说，请点“现在评价”。")
    grievance.withdrawn_at = at
    grievance.save(update_fields=["withdrawn_at"])
    SearchText.objects.forget(case, grievance.first_case_id)
    record(
        case, "grievance.withdraw", at=at, by=RESIDENT, subject=grievance, grievance=grievance,
        sentence=f"诉求 {grievance.number} 由诉求人撤回。", public="您撤回了这件诉求，不再办理和回访。",
    )  # fmt: skip
    if not case.grievances.filter(withdrawn_at=None).exists():
        CASE.apply("withdraw", case, by=RESIDENT, at=at, ended_at=at, sentence="诉求人均已撤回，事项随之撤回。")
        tell_those_in_charge(case, f"withdrawn:{case.pk}", "withdrawn", f"事项 {case.number} 已由诉求人撤回，不再办理。", at=at)
    return grievance


def may_be_urged(grievance, *, at):
    """Whether `urge` would pass now."""
    again_at = _may_urge_again_at(grievance)
    return may_be_withdrawn(grievance) and (again_at is None or again_at <= at)


def may_be_withdrawn(grievance):
    """Whether `withdraw` would pass now: work is still to be done for this resident."""
    return grievance.withdrawn_at is None and grievance.case.status in OPEN


def _may_urge_again_at(grievance):
    return grievance.urged_at and grievance.urged_at + timedelta(hours=grievance.case.urge_hours or settings.URGE_HOURS)


def refuse_when_over(grievance, verb):
    """Our own sentences, since the workflow's would show this resident the title of a case that another began."""
    if grievance.withdrawn_at:
        when = casework.beijing(grievance.withdrawn_at)
        raise Refused("withdrawn", f"您已在{when}撤回这件诉求，不能再{verb}。以后需要，可以重新扫码。")
    if grievance.case.ended:
        status = grievance.case.get_status_display()
        raise Refused("case_ended", f"这件事{status}，不能再{verb}。有新情况，请重新扫码说事，或打街道电话。")


def tell_those_in_charge(case, key, kind, text, *, at):
    """The desk always, the unit in charge where there is one: once each."""
    notices = [notice_for(f"{key}:desk", kind, case, text, at=at, role=Role.DISPATCHER)]
    if case.promised_by_id:
        notices.append(notice_for(f"{key}:unit", kind, case, text, at=at, organisation=case.promised_by))
    notify(*notices)
