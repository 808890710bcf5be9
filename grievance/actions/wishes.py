"""微心愿: the desk opens a wish in words that name nobody; what nobody claims comes back; the rest is a case like any other.

A wish is shown because its resident chose 我有心愿, which says so, and may be withdrawn like every grievance."""

from datetime import timedelta

from django.db import transaction

from grievance.actions import triage
from grievance.casework import Move, Refused, lock, notice_for, notify, permit, record
from grievance.models import Case, Grievance, PublicPage, Wish
from grievance.unnamed import private_words, refuse_named
from grievance.workflow import CASE, DESK, WISH
from street.models import Role

S = Case.Status
OFFER = Move("open_wish", "公开心愿", {S.SUBMITTED, S.HELD, S.ADMITTED}, None, DESK)
SAY_NO = Move("say_no", "说明办不了", {S.SUBMITTED, S.HELD}, S.DECLINED, DESK)
TITLE_MAX, TEXT_MAX = 40, 300
"""Characters; 提案."""


def is_on(place):
    """微心愿已开通 at the community of a place. One query."""
    return PublicPage.objects.filter(wishes=True, community=place.community_id).exists()


def must_be_on(place, kind):
    """Refused `wishes_off` where somebody wishes at a community that has no wishes; other kinds cost nothing."""
    if kind == Grievance.Kind.WISH and not is_on(place):
        raise Refused("wishes_off", "这个社区还没有开通微心愿。请选“我要反映”“我想问”或“我建议”，一样有人办。", status=400)


def is_wish(case):
    """Whether somebody in it said 我有心愿; reads the grievances that a page has prefetched."""
    return any(row.kind == Grievance.Kind.WISH and row.withdrawn_at is None for row in case.grievances.all())


@transaction.atomic
def open_wish(case, *, title, text, category=None, by, at):
    """公开心愿: taken on and shown, without a name, for units and volunteers to claim; again where a claim came to nothing.

    Refused `not_a_wish`, `wishes_off`, `words_missing`, `named`, `move_not_open`, `category_missing`."""
    case = lock(case)
    posting = permit(OFFER, case, by=by, at=at)
    if not is_wish(case):
        raise Refused("not_a_wish", "诉求人选的不是“我有心愿”，不能公开认领，请按一般事项办理。")
    must_be_on(case.place, Grievance.Kind.WISH)
    if case.status not in OFFER.sources:
        raise Refused("move_not_open", f"事项 {case.number} 现在是“{case.get_status_display()}”，不能公开认领。请刷新页面。")
    _check_words(case, title, text)
    if case.status != S.ADMITTED:
        case = triage.admit(case, category=category, by=by, at=at)
    # What was shown before makes room; the history of the case keeps that it was
    Wish.objects.filter(case=case).delete()
    wish = Wish.objects.create(
        case=case, community=case.place.community, title=title.strip(), text=text.strip(), opened_by=by, opened_at=at
    )
    record(
        case, "wish.open", at=at, by=by, posting=posting, subject=wish, became=wish.status,
        sentence="心愿已审核，公开等待认领。", public="您的心愿已隐去个人信息公开，等单位和志愿者认领。",
    )  # fmt: skip
    return wish


def _check_words(case, title, text):
    said = {"公开标题": title.strip(), "公开内容": text.strip()}
    for (label, words), most in zip(said.items(), (TITLE_MAX, TEXT_MAX), strict=True):
        if not 0 < len(words) <= most:
            raise Refused("words_missing", f"请写“{label}”，1 至 {most} 个字。", status=400)
    refuse_named(said, names=private_words(case))


@transaction.atomic
def say_no(case, *, reason, by, at):
    """说明办不了: kindly, with the reason, which the resident reads; no list of legal ways as for a complaint. Refused
    `reason_missing`, `not_a_wish`, `move_not_open`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明为什么这次办不了，诉求人会看到。", status=400)
    case = lock(case)
    if not is_wish(case):
        raise Refused("not_a_wish", "诉求人选的不是“我有心愿”，请用“不予受理”。")
    why = reason.strip()[:200]
    CASE.apply(
        "decline", case, by=by, at=at, ended_at=at, sentence=f"心愿这次办不了：{why}",
        public=f"您的心愿我们认真看了，这次没能办成：{why} 谢谢您愿意告诉我们。",
    )  # fmt: skip
    triage.tell_residents(case, "declined", "您的心愿街道认真看了，这次没能办成，原因写在查询页上。", at=at)
    return case


@transaction.atomic
def take_down(wish, *, reason, by, at):
    """撤下心愿: it is no longer shown; the matter stays with the desk. Refused `reason_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明理由，再提交。", status=400)
    wish = lock(wish)
    WISH.apply("take_down", wish, by=by, at=at, sentence=f"撤下公开的心愿：{reason.strip()[:200]}")
    return wish


def return_unclaimed(*, at, size=100):
    """无人认领: up to `size` wishes that nobody claimed within their community's days go back to the desk; how many."""
    pages = PublicPage.objects.filter(wishes=True).values_list("community", "wish_days")
    done = 0
    for community, days in pages:
        over = Wish.objects.claimable().filter(community=community, opened_at__lte=at - timedelta(days=days))
        done += sum(_return(wish, days, at) for wish in over.order_by("opened_at")[: size - done])
    return done


@transaction.atomic
def _return(wish, days, at):
    wish = lock(wish)
    if wish.status != Wish.Status.OPEN or wish.case.status != S.ADMITTED:
        return 0
    WISH.apply(
        "lapse", wish, by=None, at=at, sentence=f"心愿公开 {days} 天无人认领，退回专班。",
        public="您的心愿还没有人认领，已转回街道专班想办法。",
    )  # fmt: skip
    text = f"微心愿 {wish.case.number} 公开 {days} 天无人认领，请派单办理或向诉求人说明。"
    notify(notice_for(f"wish:{wish.pk}:{at:%Y%m%d%H%M}", "wish", wish.case, text, at=at, role=Role.DISPATCHER))
    return 1


def forget(case):
    """抹去: the public words of a wish go with what its resident said."""
    Wish.objects.filter(case=case).update(title="", text="", status=Wish.Status.RETURNED)
