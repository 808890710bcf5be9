"""剔除: whose clocks or verdict are counted apart. Asked by one, agreed by the street, then by the district, each another person;
the persons of the matter are told, and the matter stays in a column of its own (domain §1.2 复核、§8 合理性审查)."""

from django.db import transaction

from feedback.models import Callback, Exclusion
from feedback.workflow import ASK_EXCLUSION, EXCLUSION
from grievance.actions.triage import tell_residents
from grievance.casework import Refused, involve, lock, notice_for, notify, permit, record


@transaction.atomic
def ask(case, *, kind, ground, reason, by, at):
    """申请另列: Refused `kind_unknown`, `reason_missing`, `role_missing`, `already_asked`, `nothing_to_exclude`.

    A verdict may be counted apart only once somebody has given one, and only as unreasonable, mistaken or beyond any office."""
    if kind not in Exclusion.Kind or ground not in Exclusion.Ground:
        raise Refused("kind_unknown", "请选择另列什么、因为什么，再提交。", status=400)
    if not reason.strip():
        raise Refused("reason_missing", "请写明事实和依据，再提交。", status=400)
    case = lock(case)
    if case.exclusions.filter(kind=kind, status__in=Exclusion.OPEN).exists():
        raise Refused("already_asked", f"事项 {case.number} 的{Exclusion.Kind(kind).label}已经申请过，请看复核结果。")
    if kind == Exclusion.Kind.VERDICT and not case.callbacks.filter(status=Callback.Status.ANSWERED).exists():
        raise Refused("nothing_to_exclude", "还没有人评价这件事，没有可以另列的评价。请等诉求人评价后再申请。")
    posting = permit(ASK_EXCLUSION, case, by=by, at=at)
    row = Exclusion.objects.create(case=case, kind=kind, ground=ground, reason=reason.strip(), asked_by=by, asked_at=at)
    record(
        case, "exclusion.ask", at=at, by=by, posting=posting, subject=row, became=row.status,
        sentence=f"申请{row.get_kind_display()}（{row.get_ground_display()}）：{row.reason}",
    )  # fmt: skip
    text = f"事项 {case.number} 申请{row.get_kind_display()}，请复核。"
    notify(notice_for(f"exclusion:{row.pk}:street", "exclusion", case, text, at=at, role="supervisor"))
    return row


@transaction.atomic
def agree_at_street(row, *, opinion, by, at):
    """街道复核同意: the first of two levels. Refused `opinion_missing`, `own_request`, `role_missing`."""
    row = _to_decide(row, opinion, by)
    EXCLUSION.apply(
        "agree", row, by=by, at=at, street_by=by, street_at=at, street_opinion=opinion.strip(),
        sentence=f"街道复核同意{row.get_kind_display()}：{opinion.strip()}",
    )  # fmt: skip
    district = row.case.street.parent
    involve(row.case, district)
    text = f"事项 {row.case.number} 申请{row.get_kind_display()}，街道已同意，请复核。"
    notify(notice_for(f"exclusion:{row.pk}:district", "exclusion", row.case, text, at=at, organisation=district))
    return row


@transaction.atomic
def agree_at_district(row, *, opinion, by, at):
    """区级复核同意: from now on it is counted apart, and every person of the matter is told why. Refused as above."""
    row = _to_decide(row, opinion, by)
    ground, what = row.get_ground_display(), _what(row)
    told = f"经街道和区两级复核（{ground}），这件事的{what}在统计中单独列出。"
    EXCLUSION.apply(
        "stand", row, by=by, at=at, district_by=by, district_at=at, district_opinion=opinion.strip(),
        sentence=f"区级复核同意{row.get_kind_display()}：{opinion.strip()}",
        public=f"经街道和区两级复核（{ground}），这件事的{what}在统计中单独列出。如您不认可，可以依法起诉，或向上一级机关反映；您的其他事项照常受理。",
    )  # fmt: skip
    tell_residents(row.case, "exclusion", f"【说事直通车】事项 {row.case.number}：{told}理由和您的权利请看查询页。", at=at)
    return row


@transaction.atomic
def refuse(row, *, opinion, by, at):
    """不予另列: at either level; it counts as everything else. Refused `opinion_missing`, `own_request`, `role_missing`."""
    row = _to_decide(row, opinion, by)
    move = "refuse" if row.status == Exclusion.Status.ASKED else "refuse_above"
    mine = {"street_by": by, "street_at": at, "street_opinion": opinion.strip()}
    if move == "refuse_above":
        mine = {"district_by": by, "district_at": at, "district_opinion": opinion.strip()}
    EXCLUSION.apply(move, row, by=by, at=at, **mine, sentence=f"不予{row.get_kind_display()}：{opinion.strip()}")
    return row


@transaction.atomic
def lift(row, *, reason, by, at):
    """撤销另列: what was counted apart counts again. Refused `reason_missing`, `role_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明为什么撤销，再提交。", status=400)
    row = lock(row)
    EXCLUSION.apply("lift", row, by=by, at=at, sentence=f"撤销{row.get_kind_display()}：{reason.strip()}")
    return row


def _to_decide(row, opinion, by):
    if not opinion.strip():
        raise Refused("opinion_missing", "请写明复核意见，再提交。", status=400)
    row = lock(row)
    if by.pk in {row.asked_by_id, row.street_by_id}:
        raise Refused("own_request", "自己申请的或已由自己复核的，要由另一位复核。请交给其他有权的人。", status=403)
    return row


def _what(row):
    return "评价" if row.kind == Exclusion.Kind.VERDICT else "办理时限"
