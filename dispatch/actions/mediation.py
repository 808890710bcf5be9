"""调解: 人民调解法 2010: free (4), by consent (17), with a record (27) and an agreement (28–31) or an end (26)."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dispatch import deadlines
from dispatch.actions import performance
from dispatch.models import Mediation, MediationParty, MediationSession, Policy, Trigger, WorkOrder
from dispatch.workflow import MEDIATION, MEDIATORS
from grievance.casework import Refused, involve, lock, next_in, record

NEVER_MEDIATED = ("violence", "domestic_violence", "sexual_harm", "minor_harm")
"""Alerts under which a matter is never mediated (domain, second reading)."""

WAYS = "可以依法通过仲裁（有仲裁协议的）、行政途径，或者向人民法院起诉维护权利（人民调解法第二十六条）。"
LABOUR_WAYS = (
    "可以依法向劳动争议仲裁委员会申请仲裁，对裁决不服的可以向人民法院起诉（劳动争议调解仲裁法第五条、人民调解法第二十六条）。"
)
LABOUR = ("G1", "G2")
"""拖欠工资、劳动争议: arbitration comes before the court."""

Consent, Side = MediationParty.Consent, MediationParty.Side
NONE, APPLICANT, ALL = "none", "applicant", "all"
WILLING = {
    NONE: (),
    APPLICANT: (Side.APPLICANT,),
    ALL: (Side.APPLICANT, Side.OTHER),
}
"""已表示同意的: nobody yet, the one who applied, or each side in person. Silence is no consent (art. 17)."""


@dataclass(frozen=True)
class _Named:
    """当事人 as typed."""

    name: str
    side: str


def never_mediated(case):
    """不得调解: whether the words of the matter speak of violence or harm to a person."""
    return bool(set(case.suggestion.get("alerts", [])) & set(NEVER_MEDIATED))


def units_open_to(case, user):
    """可开始调解的单位: those with an open order of the case for which `user`, as now posted, may mediate."""
    held = user.scope.where(MEDIATORS)
    return [order.handler for order in case.orders.all() if order.status in WorkOrder.OPEN and order.handler_id in held]


def named(text):
    """当事各方 from what was typed, one a line or parted by ；、; the first one is the applicant."""
    names = [part.strip() for part in re.split(r"[；;、\n]+", text) if part.strip()]
    return [_Named(name, Side.OTHER if place else Side.APPLICANT) for place, name in enumerate(names)]


@transaction.atomic
def open_mediation(case, *, unit, parties, helpers="", willing=NONE, by, at):
    """开始调解, at a unit that holds an open order of the case; the file gets its number （年）人调字第 号.

    `willing` says who has already consented. Refused `never_mediated`, `not_handling`, `parties_missing`, `mediation_open`."""
    sides = named(parties)
    if not sides:
        raise Refused("parties_missing", "请写明当事各方，再开始调解。", status=400)
    case = lock(case)
    _refuse_unless_open_to(case, unit)
    row = Mediation(
        case=case, unit=unit, mediator=by, helpers=helpers, opened_at=at, number=_number(unit, at),
        joint=getattr(case, "petition", None) is not None,
    )  # fmt: skip
    posting = MEDIATION.check("agree", row, by=by, at=at)
    row.save()
    for one in sides:
        _seat(row, one, agreed=one.side in WILLING[willing], at=at)
    involve(case, unit)
    record(
        case, "mediation.open", at=at, by=by, posting=posting, subject=row, became=row.status,
        sentence=f"{unit}开始调解{'（访调对接）' if row.joint else ''}。", public=f"{unit}正在组织调解。",
    )  # fmt: skip
    return row


def _refuse_unless_open_to(case, unit):
    if never_mediated(case):
        raise Refused("never_mediated", "该事项涉及人身安全，不得调解。请立即打电话报告值班长和派出所，并记下“电话报告”。")
    if not case.orders.open().filter(handler=unit).exists():
        raise Refused("not_handling", f"{unit}没有该事项未办结的工单，不能开始调解。请先派单或转派。")
    if case.mediations.filter(status=Mediation.Status.OPEN).exists():
        raise Refused("mediation_open", "该事项正在调解，请先结束当前调解。")


def _number(unit, at):
    year = timezone.localtime(at).year
    return f"（{year}）人调字第{next_in(f'mediation:{unit.pk}:{year}')}号"


def _seat(row, one, *, agreed, at):
    consent = {"consent": Consent.AGREED, "consented_at": at} if agreed else {}
    return MediationParty.objects.create(mediation=row, side=one.side, name=one.name[:60], **consent)


@transaction.atomic
def add_party(mediation, *, name, side=Side.OTHER, by, at):
    """添加当事人: who has still to be asked; from now on the agreement waits for this consent too."""
    if not name.strip():
        raise Refused("parties_missing", "请写明当事人的姓名或名称。", status=400)
    row = lock(mediation)
    _refuse_if_never(row)
    one = _Named(name.strip(), side)
    MEDIATION.apply("add_party", row, by=by, at=at, sentence=f"{row.unit}调解增加一名当事人（{Side(side).label}）。")
    return _seat(row, one, agreed=False, at=at)


@transaction.atomic
def consent(mediation, *, party, agreed, note="", by, at):
    """记录意愿: what one side said. A clear refusal ends the mediation, with the ways that remain named (art. 17, 26)."""
    row = lock(mediation)
    _refuse_if_never(row)
    MEDIATION.check("consent", row, by=by, at=at)
    one = row.sides.filter(pk=party.pk).first()
    if one is None:
        raise Refused("party_unknown", "这位当事人不在本次调解中，请刷新页面后重选。", status=400)
    one.consent, one.consented_at = (Consent.AGREED if agreed else Consent.REFUSED), at
    one.save(update_fields=["consent", "consented_at"])
    MEDIATION.apply("consent", row, by=by, at=at, sentence=f"{one.get_side_display()}{one.get_consent_display()}。")
    if agreed:
        return row
    why = f"{one.get_side_display()}明确表示不同意调解，依法终止（人民调解法第十七条）。{note.strip()}"
    return fail(row, record_text=why, by=by, at=at)


@transaction.atomic
def hold_session(mediation, *, held_at, where, present, minutes, by, at):
    """调解会: one sitting with its minutes (art. 27). Refused `consent_missing` until each side has agreed, `session_ahead`."""
    if not (held_at and where.strip() and present.strip() and minutes.strip()):
        raise Refused("session_incomplete", "请写明时间、地点、到场人和调解情况，再保存。", status=400)
    if held_at > at:
        raise Refused("session_ahead", "调解会的时间还没有到，请开完再记录。", status=400)
    row = lock(mediation)
    MEDIATION.check("hold_session", row, by=by, at=at)
    _refuse_without_consent(row)
    made = MediationSession.objects.create(
        mediation=row, held_at=held_at, where=where.strip()[:120], present=present.strip(), minutes=minutes, by=by
    )
    MEDIATION.apply("hold_session", row, by=by, at=at, sentence=f"{row.unit}开了一次调解会，已记录。")
    return made


@transaction.atomic
def agree(mediation, *, agreement, facts="", form=Mediation.Form.WRITTEN, perform_by=None, record_text="", by, at):
    """达成协议, written or oral (art. 28–30): its content and when it is to be performed; the follow-up starts (art. 31).

    Refused `agreement_missing`, `perform_by_past`, `consent_missing`, `parties_missing`."""
    if not agreement.strip():
        raise Refused("agreement_missing", "请写明协议内容和履行方式，再提交。", status=400)
    if perform_by is not None and perform_by < timezone.localdate(at):
        raise Refused("perform_by_past", "履行期限早于今天，请改正；已经履行的，期限写今天或不填。", status=400)
    row = lock(mediation)
    MEDIATION.check("agree", row, by=by, at=at)
    _refuse_without_consent(row)
    MEDIATION.apply(
        "agree", row, by=by, at=at, agreement=agreement, facts=facts, form=form, perform_by=perform_by, record=record_text,
        ended_at=at, sentence=f"{row.unit}调解达成{Mediation.Form(form).label}。", public="调解达成协议。",
    )  # fmt: skip
    performance.follow(row, at=at)
    return row


def _refuse_without_consent(row):
    _refuse_if_never(row)
    sides = list(row.sides.all())
    if len(sides) < 2:
        raise Refused("parties_missing", "调解至少要有两方当事人。请先“添加当事人”，并记下各方的意愿。")
    waiting = [one for one in sides if one.consent != Consent.AGREED]
    if waiting:
        raise Refused("consent_missing", f"还有 {len(waiting)} 位当事人没有表示同意。请先逐一征求，并“记录意愿”。")


def _refuse_if_never(row):
    """A danger that came to light later stops what had begun."""
    if never_mediated(row.case):
        raise Refused("never_mediated", "该事项涉及人身安全，不得继续调解。请立即打电话报告值班长和派出所，并以“调解未果”结束。")


@transaction.atomic
def fail(mediation, *, record_text, ways_left="", by, at):
    """调解未果: the ways that remain are named (art. 26), and the ladder hears of it."""
    if not record_text.strip():
        raise Refused("record_missing", "请写明调解经过和未达成的原因，再提交。", status=400)
    row = lock(mediation)
    MEDIATION.apply(
        "fail", row, by=by, at=at, record=record_text, ways_left=ways_left.strip() or ways_after(row.case), ended_at=at,
        sentence=f"{row.unit}调解未果。",
        public="调解未达成一致，正在研究下一步办法。您也可以依法通过仲裁、行政途径或者诉讼解决。",
    )  # fmt: skip
    order = row.case.orders.open().filter(lead=True).first()
    policy = order.policy if order else Policy.objects.in_force(row.case.street, at)
    count = row.case.mediations.filter(status=Mediation.Status.FAILED).count()
    deadlines.plan_fact(row.case, Trigger.FAILED_MEDIATION, count, at=at, policy=policy, order=order)
    return row


def ways_after(case):
    """可走的途径 once mediation is over: for labour arbitration first, else arbitration, administration or the court."""
    return LABOUR_WAYS if case.category is not None and case.category.code in LABOUR else WAYS
