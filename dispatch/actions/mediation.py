"""调解: 人民调解法 2010: free (4), by consent (17), with a record (27) and an agreement (28–31) or an end (26)."""

from django.db import transaction

from dispatch import deadlines
from dispatch.models import Mediation, Policy, Trigger, WorkOrder
from dispatch.workflow import MEDIATION, MEDIATORS
from grievance.casework import Refused, involve, lock, record

NEVER_MEDIATED = ("violence", "domestic_violence", "sexual_harm", "minor_harm")
"""Alerts under which a matter is never mediated (domain, second reading)."""


def units_open_to(case, user):
    """可开始调解的单位: those with an open order of the case for which `user`, as now posted, may mediate."""
    held = user.scope.where(MEDIATORS)
    return [order.handler for order in case.orders.all() if order.status in WorkOrder.OPEN and order.handler_id in held]


@transaction.atomic
def open_mediation(case, *, unit, parties, helpers="", by, at):
    """开始调解, at a unit that holds an open order of the case. Refused `never_mediated`, `not_handling`, `parties_missing`."""
    if not parties.strip():
        raise Refused("parties_missing", "请写明当事各方，再开始调解。", status=400)
    case = lock(case)
    if set(case.suggestion.get("alerts", [])) & set(NEVER_MEDIATED):
        raise Refused("never_mediated", "该事项涉及人身安全，不得调解。请立即报告值班长并联系有权机关。")
    if not case.orders.open().filter(handler=unit).exists():
        raise Refused("not_handling", f"{unit}没有该事项未办结的工单，不能开始调解。请先派单或转派。")
    if case.mediations.filter(status=Mediation.Status.OPEN).exists():
        raise Refused("mediation_open", "该事项正在调解，请先结束当前调解。")
    row = Mediation(case=case, unit=unit, mediator=by, parties=parties, helpers=helpers, opened_at=at)
    posting = MEDIATION.check("agree", row, by=by, at=at)
    row.save()
    involve(case, unit)
    record(
        case, "mediation.open", at=at, by=by, posting=posting, subject=row, became=row.status,
        sentence=f"{unit}开始调解。", public=f"{unit}正在组织调解。",
    )  # fmt: skip
    return row


@transaction.atomic
def agree(mediation, *, agreement, perform_by=None, record_text="", by, at):
    """达成协议: its content and when it is to be performed; performance is asked about at callback (art. 31)."""
    if not agreement.strip():
        raise Refused("agreement_missing", "请写明协议内容和履行方式，再提交。", status=400)
    row = lock(mediation)
    MEDIATION.apply(
        "agree", row, by=by, at=at, agreement=agreement, perform_by=perform_by, record=record_text, ended_at=at,
        sentence=f"{row.unit}调解达成协议。", public="调解达成协议。",
    )  # fmt: skip
    return row


@transaction.atomic
def fail(mediation, *, record_text, by, at):
    """调解未果: the ways that remain are named (art. 26), and the ladder hears of it."""
    if not record_text.strip():
        raise Refused("record_missing", "请写明调解经过和未达成的原因，再提交。", status=400)
    row = lock(mediation)
    MEDIATION.apply(
        "fail", row, by=by, at=at, record=record_text, ended_at=at, sentence=f"{row.unit}调解未果。",
        public="调解未达成一致，正在研究下一步办法。您也可以依法通过仲裁、行政途径或者诉讼解决。",
    )  # fmt: skip
    order = row.case.orders.open().filter(lead=True).first()
    policy = order.policy if order else Policy.objects.in_force(row.case.street, at)
    count = row.case.mediations.filter(status=Mediation.Status.FAILED).count()
    deadlines.plan_fact(row.case, Trigger.FAILED_MEDIATION, count, at=at, policy=policy, order=order)
    return row
