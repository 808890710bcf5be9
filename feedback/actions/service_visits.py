"""评价码 (福山: 一号一码): a unit registers that it came; who was visited rates it by the code that was left, once.

Off the list no inspection is registered; one unit's result is shown to the next before it comes (只敲一次门); whoever keeps well
is visited less (白名单). What is wrong becomes a matter; what reports on officials is sealed (信访工作条例 art. 30)."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback.models import ListedItem, Rating, ServiceVisit
from grievance.actions import codes, intake
from grievance.casework import Move, Refused, notice_for, notify, permit
from grievance.models import Case, ConfidentialReport, QRCode
from grievance.sealing import fingerprint, new_salt, secret_for
from street.models import Place, Posting, Role
from street.templatetags.beijing import beijing_date

COME = Move("register_visit", "登记上门", set(), None, {Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY})
KEPT = timedelta(days=14)
"""提案: so long after a visit its code may be used."""
BACK_DATED = 3
"""提案: a visit is registered on its day or at most so many days later."""
DOOR_MOST = 3
"""提案: so many may rate one visit by the code on the door; they are marked and stand in no share."""
REASONS = {
    "late": "没按说好的时间来",
    "unclear": "没说清依据和要求",
    "undone": "没办成",
    "again": "刚查过又来查",
    "attitude": "态度不好",
    "money": "吃拿卡要、索要好处",
}
TOLD = (Role.SUPERVISOR, Role.DISCIPLINE)


def items_of(units, day):
    """清单上的事项 of some units that stand on a day, by unit and name."""
    rows = ListedItem.objects.filter(unit__in=units, starts__lte=day).select_related("unit")
    return [item for item in rows.order_by("unit__path", "name") if item.in_force(day)]


def earlier_at(place, day, most=5):
    """近来谁来过: the latest visits of every unit at a place or within it, whatever for; read before one comes again."""
    inside = [place.pk, *Place.objects.filter(parent=place).values_list("pk", flat=True)]
    rows = ServiceVisit.objects.filter(place__in=inside, day__lte=day).select_related("unit", "item")
    return list(rows.select_related("place__parent").order_by("-day", "-pk")[:most])


@transaction.atomic
def register(item, place, *, day, result, because="", by, at):
    """登记上门: the code for the one who was visited, as (visit, its secret).

    Refused `role_missing`, `not_listed`, `other_day`, `result_wrong`, `too_soon` within the interval of the list unless a
    matter at that place is named, `unknown_case`."""
    visit = ServiceVisit(unit=item.unit, item=item, place=place, day=day, result=result)
    permit(COME, visit, by=by, at=at)
    today = timezone.localdate(at)
    if day is None or not today - timedelta(days=BACK_DATED) <= day <= today:
        raise Refused("other_day", f"上门日期只能是今天或前 {BACK_DATED} 天；更早的不能补登记。", status=400)
    if not item.in_force(day):
        raise Refused("not_listed", f"“{item.name}”那天不在{item.unit}的上门事项清单上，不能上门检查。", status=400)
    inspection = item.kind == ListedItem.Kind.INSPECTION
    if result not in ServiceVisit.Result or inspection == (result == ServiceVisit.Result.DONE):
        raise Refused("result_wrong", "请选结果：检查选“没有发现问题”或“发现问题”，服务选“已服务”。", status=400)
    # Of two registered at once the second sees the first
    Place.objects.select_for_update(no_key=True).get(pk=place.pk)
    visit.because = _because(place, because)
    if inspection and not visit.because:
        _refuse_too_soon(item, place, day)
    visit.registered_by, visit.registered_at, visit.token_salt = by, at, new_salt()
    secret = secret_for("visit", visit.token_salt)
    visit.token_hash, visit.expires_at = fingerprint(secret), at + KEPT
    visit.save(force_insert=True)
    return visit, secret


def secret_of(visit):
    """评价码的密钥: derived, never stored."""
    return secret_for("visit", bytes(visit.token_salt))


def _because(place, number):
    number = number.strip().upper()
    if number and not Case.objects.filter(number=number, place__in=_within(place)).exists():
        raise Refused("unknown_case", f"这个地点没有事项 {number}，请核对编号。没有群众反映的，到了间隔再去。", status=400)
    return number


def _within(place):
    return [pk for pk in (place.pk, place.parent_id, *Place.objects.filter(parent=place).values_list("pk", flat=True)) if pk]


def _refuse_too_soon(item, place, day):
    same = ServiceVisit.objects.filter(item__unit=item.unit, item__name=item.name, place=place)
    past = list(same.order_by("-day", "-pk")[: item.sound_visits])
    if not past:
        return
    sound = len(past) == item.sound_visits and all(row.result == ServiceVisit.Result.SOUND for row in past)
    rest = item.sound_rest_days if sound else item.rest_days
    if (day - past[0].day).days < rest:
        why = f"连续 {item.sound_visits} 次没有问题，" if sound else ""
        again = beijing_date(past[0].day + timedelta(days=rest))
        raise Refused(
            "too_soon",
            f"{beijing_date(past[0].day)}刚查过“{item.name}”（{past[0].get_result_display()}），{why}{again}以前不再去。"
            "有群众反映这里的，请写事项编号。",
        )


def rate(visit, *, grade, reasons=(), words="", way, staff=False, at):
    """评价: once by the card, marked and few by the door; what was wrong becomes a matter. (rating, grievance or None).

    A ConfidentialReport in the place of the grievance where it may report on officials: then nothing here tells of it.
    Refused `grade_missing`, `already_rated`, `door_full`, those of `intake.submit`."""
    if grade not in Rating.Grade or set(reasons) - set(REASONS):
        raise Refused("grade_missing", "请选“好”“一般”或“不好”，再提交。", status=400)
    with transaction.atomic():
        ServiceVisit.objects.select_for_update(no_key=True).get(pk=visit.pk)
        given = visit.ratings.filter(way=way).count()
        if way == Rating.Way.CARD and given:
            raise Refused("already_rated", "这次上门已经评价过了，谢谢。还有话要说，请扫小区里的说事码。")
        if given >= DOOR_MOST:
            raise Refused("door_full", "这次上门从门上的码评价的人已经不少了。请用留给您的评价码，或扫说事码反映。")
        facts = {"way": way, "grade": grade, "staff": staff, "at": at}
        reasons = [] if grade == Rating.Grade.GOOD else sorted(reasons)
        wrong = grade != Rating.Grade.GOOD and (words.strip() or "money" in reasons)
        made = _said(visit, reasons, words, way, given, at) if wrong else None
        sealed = isinstance(made, ConfidentialReport)
        try:
            rating = Rating.objects.create(
                visit=visit, reasons=[] if sealed else reasons, case=None if sealed or made is None else made.case, **facts
            )
        except IntegrityError as twice:
            raise Refused("already_rated", "这次上门已经评价过了，谢谢。") from twice
        if grade == Rating.Grade.POOR and not sealed:
            _tell(visit, rating, at)
    return rating, made


def _said(visit, reasons, words, way, given, at):
    """What was wrong as a matter of its own; never dispatched by itself, for the unit it is about might get it."""
    labels = "、".join(REASONS[reason] for reason in reasons)
    text = f"{beijing_date(visit.day)}{visit.unit}上门（{visit.item.name}）：{labels}{'。' if labels else ''}{words.strip()}"
    code = QRCode.objects.live().filter(place=visit.place).first() or codes.issue(visit.place, at=at)
    doubt = "上门评价转来：说到人的由主管单位办，不派给被评的单位"
    return intake.submit(code, description=text, key=f"rating:{visit.pk}:{way}:{given}", at=at, doubt=doubt)


def _tell(visit, rating, at):
    street = visit.place.street
    held = Posting.objects.current(timezone.localdate(at)).filter(organisation=street, role__in=TOLD).select_related("user")
    text = f"{visit.unit}{beijing_date(visit.day)}上门（{visit.item.name}）收到“不好”的评价，请看上门评价。"
    users = {posting.user for posting in held}
    notify(*(notice_for(f"rating:{rating.pk}:{user.pk}", "rating", None, text, at=at, user=user) for user in users))
