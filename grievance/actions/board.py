"""公开栏: what anybody may read of a closed matter, written by one person and approved by another, gone when its consent is gone.

个人信息保护法 art. 25: personal information is not made public without a consent of its own; here there should be none in it."""

import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from grievance import board_photos
from grievance.casework import Move, Refused, lock, notice_for, notify, permit, record
from grievance.models import Alert, Attachment, BoardConsent, BoardEntry, BoardPhoto, Case, Complainant, Grievance, PublicPage
from grievance.unnamed import private_words, refuse_named
from grievance.workflow import BOARD, DESK
from street.models import Role

DRAFT = Move("draft_board", "拟公开", {Case.Status.CLOSED}, None, DESK)
TITLE_MAX, TEXT_MAX, PHOTOS_MAX = 40, 500, 3
"""Characters, and pictures of each side; 提案."""
NEVER = (Grievance.Kind.DISPUTE, Grievance.Kind.WISH)
"""Kinds that are never shown on the board, whatever their category."""
READERS = (Role.SHIFT_LEADER, Role.STREET_LEADER)


def barred(case):
    """不得公开: the sentence that says why a matter is never shown; empty where it may be. Category and words are data."""
    if case.place_id is None or case.category_id is None or not case.category.board:
        return "这一类事项不上公开栏（求助、纠纷、作风、检举等不公开）。"
    if case.grievances.filter(kind__in=NEVER).exists():
        return "纠纷和心愿不上公开栏。"
    alerts = {code for one in (case, *case.merged.all()) for code in one.suggestion.get("alerts", [])}
    if alerts and Alert.objects.filter(code__in=alerts, bars_automatic=True).exists():
        return "涉及人身安全、未成年人或检举的事项不上公开栏。"
    if Complainant.objects.filter(grievance__case=case, confidential=True).exists():
        return "有诉求人要求过不透露姓名，这件事不上公开栏。"
    return ""


def is_open(case):
    """公开栏已开通 at the community of the matter, and its category may stand there. One query."""
    page = PublicPage.objects.filter(board=True, community__places=case.place_id) if case.place_id else PublicPage.objects.none()
    return page.filter(community__places__cases=case.pk, community__places__cases__category__board=True).exists()


def agreed(case):
    """同意公开的: consents given since the matter was last resolved; of work that was done again one is asked again."""
    given = BoardConsent.objects.filter(grievance__case=case, grievance__withdrawn_at=None)
    return given.filter(at__gte=case.resolved_at) if case.resolved_at else given.none()


def photos_open_to(case):
    """可公开的照片: those each resident agreed to, and those of the people who handled it. Never a secretary's, never a voice."""
    consented = Q(grievance__case=case, pk__in=agreed(case).exclude(photos=None).values("photos"))
    handlers = Q(case=case, grievance=None, remark__isnull=False)
    return list(Attachment.objects.filter(consented | handlers, kind=Attachment.Kind.PHOTO).order_by("at", "pk"))


@transaction.atomic
def draft(case, *, title, came_in, done, before=(), after=(), by, at):
    """拟公开: what came in and what was done, for another person to approve.

    Refused `not_public`, `board_off`, `no_consent`, `already_drafted`, `words_missing`, `named`, `photo_not_agreed`."""
    case = lock(case)
    posting = permit(DRAFT, case, by=by, at=at)
    _refuse_unless_open(case)
    said = {"公开标题": title.strip(), "反映了什么": came_in.strip(), "怎么办的": done.strip()}
    _check_words(case, said)
    _check_photos(case, before, after)
    _clear_the_way(case, by=by, at=at)
    title, came_in, done = said.values()
    entry = BoardEntry.objects.create(
        case=case, community=case.place.community, round=case.round, month=timezone.localdate(case.ended_at).replace(day=1),
        title=title, came_in=came_in, done=done, drafted_by=by, drafted_at=at,
    )  # fmt: skip
    _choose(entry, before, after)
    record(
        case, "boardentry.draft", at=at, by=by, posting=posting, subject=entry, became=entry.status,
        sentence="拟写公开内容，等待另一人审核。",
    )  # fmt: skip
    text = f"事项 {case.number} 的公开内容等待审核，请看文字和照片。"
    notify(*(notice_for(f"board:{entry.pk}:{role}", "board", case, text, at=at, role=role) for role in READERS))
    return entry


def _refuse_unless_open(case):
    if case.status != Case.Status.CLOSED:
        raise Refused("not_public", f"事项 {case.number} 还没有结案，结案后才能拟公开。")
    if why := barred(case):
        raise Refused("not_public", f"{why}不用拟公开。")
    if not is_open(case):
        raise Refused("board_off", "这个社区没有开通公开栏。要开通，请系统管理员在后台“对外公开”里设置。")
    if not agreed(case).exists():
        raise Refused("no_consent", "没有诉求人同意公开这件事。诉求人可以在评价页或查询页上同意。")


def _check_words(case, said):
    missing = next((label for label, text in said.items() if not text), None)
    if missing:
        raise Refused("words_missing", f"请写明“{missing}”，再提交。", status=400)
    for (label, text), most in zip(said.items(), (TITLE_MAX, TEXT_MAX, TEXT_MAX), strict=True):
        if len(text) > most:
            raise Refused("words_too_long", f"“{label}”有 {len(text)} 个字，最多 {most} 个字，请删减。", status=400)
    refuse_named(said, names=private_words(case))


def _check_photos(case, before, after):
    if len(before) > PHOTOS_MAX or len(after) > PHOTOS_MAX:
        raise Refused("too_many_photos", f"办理前、办理后的照片各最多 {PHOTOS_MAX} 张，请去掉一些。", status=400)
    known = {photo.pk for photo in photos_open_to(case)}
    if not {photo.pk for photo in (*before, *after)} <= known:
        raise Refused("photo_not_agreed", "所选照片里有诉求人没有同意公开的，或者不是本件的。请刷新页面后重新选择。", status=400)


def _choose(entry, before, after):
    rows = [(photo, False) for photo in before] + [(photo, True) for photo in after if photo not in before]
    BoardPhoto.objects.bulk_create(
        BoardPhoto(entry=entry, attachment=photo, after=is_after, name=secrets.token_urlsafe(24)) for photo, is_after in rows
    )


def _clear_the_way(case, *, by, at):
    """One entry at a time; that of an earlier round makes room for the new one."""
    earlier = case.board_entries.filter(status__in=BoardEntry.OPEN).first()
    if earlier is None:
        return
    if earlier.round == case.round:
        raise Refused(
            "already_drafted", f"事项 {case.number} 已有{earlier.get_status_display()}的公开内容。要改，请先“撤下”，再重新拟写。"
        )
    earlier.case = case
    _take_down(earlier, "事项重办过，内容已过时", by=by, at=at)


@transaction.atomic
def publish(entry, *, looked, by, at):
    """同意公开: by another than the one who wrote it, who has looked at every picture.

    Refused `same_person`, `not_looked`, and what `draft` refuses of the matter and its pictures."""
    if not looked:
        raise Refused("not_looked", "请逐张看过照片、逐句读过文字，勾选确认后再同意公开。", status=400)
    entry = lock(entry)
    BOARD.check("publish", entry, by=by, at=at)
    if entry.drafted_by_id == by.pk:
        raise Refused("same_person", "拟稿人不能审核自己拟的公开内容，请另一位值班长或分管领导审核。", status=403)
    case = entry.case
    _refuse_unless_open(case)
    if entry.round != case.round:
        raise Refused("not_public", "拟稿以后这件事又重办过，请先“撤下”，按现在的情况重新拟写。")
    photos = list(entry.photos.select_related("attachment"))
    before, after = ([row.attachment for row in photos if row.after is side] for side in (False, True))
    _check_photos(case, before, after)
    board_photos.draw(photos)
    BOARD.apply(
        "publish", entry, by=by, at=at, decided_by=by, decided_at=at, sentence="审核通过，写进社区公开栏。",
        public="这件事（不写姓名、电话、门牌）已写进社区公开栏。同意公开的人随时可以收回。",
    )  # fmt: skip
    _tell(entry, at)
    return entry


def _tell(entry, at):
    text = "按您的同意，您反映的事已隐去个人信息写进社区公开栏。随时可以在查询页收回同意，收回后马上撤下。"
    for consent in agreed(entry.case).select_related("grievance"):
        key = f"board:{entry.pk}:shown:{consent.grievance_id}"
        notify(notice_for(key, "board", entry.case, text, at=at, grievance=consent.grievance))


@transaction.atomic
def refuse(entry, *, reason, by, at):
    """不同意公开, with the reason for the one who wrote it. Refused `reason_missing`."""
    _must_say(reason)
    entry = lock(entry)
    BOARD.apply(
        "refuse", entry, by=by, at=at, decided_by=by, decided_at=at, reason=reason.strip()[:200],
        sentence=f"不同意公开：{reason.strip()[:200]}",
    )  # fmt: skip
    return entry


@transaction.atomic
def take_down(entry, *, reason, by, at):
    """撤下 of a draft or of what is shown, with the reason; pictures go for good. Refused `reason_missing`."""
    _must_say(reason)
    entry = lock(entry)
    return _take_down(entry, reason.strip()[:200], by=by, at=at)


def _take_down(entry, reason, *, by, at):
    board_photos.drop(entry)
    BOARD.apply("take_down", entry, by=by, at=at, taken_at=at, reason=reason, sentence=f"撤下公开内容：{reason}")
    return entry


def _must_say(reason):
    if not reason.strip():
        raise Refused("reason_missing", "请写明理由，再提交。", status=400)


def forget(case, why, *, by, at):
    """抹去: every entry of a case loses words and pictures, and stands nowhere any more. The case is locked by the caller."""
    for entry in case.board_entries.all():
        entry.case = case
        board_photos.drop(entry)
        if entry.status in BoardEntry.OPEN:
            BOARD.apply("withdraw", entry, by=by, at=at, taken_at=at, sentence=f"{why}，公开内容已撤下。")
        BoardEntry.objects.filter(pk=entry.pk).update(title="", came_in="", done="")
