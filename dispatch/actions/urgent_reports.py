"""紧急信息报告: what is 重大紧急 is told to the district in time, neither kept back nor late (信访工作条例 2022, art. 25, 46).

First report, follow-ups at intervals, a final one. The desk drafts, the leader of the shift signs, somebody sends and says to
whom; each has a clock of its own, which only ever alarms."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dispatch.duty import OPEN_REPORT, URGENT_REPORT, on_duty, to_leaders
from dispatch.models import DutyRule, UrgentReport
from dispatch.teamwork import must_say
from grievance.casework import Refused, beijing, lock, next_in, notice_for, notify, permit, record
from street.models import Role

K, S = UrgentReport.Kind, UrgentReport.Status


@transaction.atomic
def open_report(case, *, by, at):
    """启动紧急信息报告: from now on the first report is owed. Refused `report_open` where one is owed already."""
    case = lock(case)
    posting = permit(OPEN_REPORT, case, by=by, at=at)
    if case.urgent_reports.exclude(status=S.SENT).exists():
        raise Refused("report_open", f"事项 {case.number} 的紧急信息报告已经启动，请接着写下一份。")
    rule = DutyRule.objects.in_force(case.street, at)
    before = case.urgent_reports.exists()
    due = at + timedelta(minutes=rule.report_follow_minutes if before else rule.report_first_minutes)
    row = UrgentReport.objects.create(case=case, kind=K.FOLLOW if before else K.FIRST, opened_at=at, due_at=due)
    record(
        case, "urgentreport.open", at=at, by=by, posting=posting, subject=row,
        sentence=f"启动紧急信息报告，{row.get_kind_display()}限{beijing(due)}前报送。",
    )  # fmt: skip
    return row


def may_open(case, user):
    """可否启动: by the desk or a leader, where none is owed and the matter is not over."""
    if case.ended or user.scope.posting_for(OPEN_REPORT.roles, case.street_id) is None:
        return False
    return not case.urgent_reports.exclude(status=S.SENT).exists()


@transaction.atomic
def draft(report, *, body, final=False, by, at):
    """起草: may be rewritten until it is signed; a follow-up may be made the final one. Refused `text_missing`, `first_first`."""
    must_say(body, "请写报告内容，再保存。")
    report = lock(report)
    if final and report.kind == K.FIRST:
        raise Refused("first_first", "初报之后才有终报，请先报初报。", status=400)
    kind = report.kind if report.kind == K.FIRST else K.FINAL if final else K.FOLLOW
    URGENT_REPORT.apply(
        "draft", report, by=by, at=at, body=body.strip(), kind=kind, drafted_by=by, drafted_at=at,
        sentence=f"紧急信息报告（{K(kind).label}）已起草，待带班领导签发。",
    )  # fmt: skip
    text = f"事项 {report.case.number} 的紧急信息{K(kind).label}已起草，请签发，限{beijing(report.due_at)}前报送。"
    for mark, to in to_leaders(report.case.street, at):
        notify(notice_for(f"urgentreport:{report.pk}:{at:%s}:{mark}", "draft", report.case, text, at=at, **to))
    return report


@transaction.atomic
def sign(report, *, by, at):
    """签发: by the 带班领导 on duty, or the street's secretary; it is numbered. Refused `not_on_duty`."""
    report = lock(report)
    URGENT_REPORT.check("sign", report, by=by, at=at)
    street = report.case.street
    leading = on_duty(street, at).leaders
    if leading and by not in leading and by.scope.posting_for({Role.STREET_SECRETARY}, street.pk) is None:
        raise Refused("not_on_duty", f"现在的带班领导是{leading[0]}，请由其签发。", status=403)
    year = timezone.localtime(at).year
    number = f"{street.mark or street.short_name or street.name}急〔{year}〕{next_in(f'urgent-report:{street.pk}:{year}')}号"
    URGENT_REPORT.apply(
        "sign", report, by=by, at=at, signed_by=by, signed_at=at, number=number, sentence=f"签发紧急信息报告 {number}。"
    )
    return report


@transaction.atomic
def send(report, *, to, by, at):
    """登记报送: who at the district has it, by what way. After it the next one is owed, until a final one has been sent.

    Refused `text_missing`."""
    must_say(to, "请写报给谁、用什么方式（如：区委值班室，电话加传真），再登记。")
    report = lock(report)
    late = "" if at <= report.due_at else f"，比时限晚{int((at - report.due_at).total_seconds() // 60)}分钟"
    URGENT_REPORT.apply(
        "send", report, by=by, at=at, sent_by=by, sent_at=at, sent_to=to.strip()[:60],
        sentence=f"紧急信息报告 {report.number}（{report.get_kind_display()}）已报送{late}。",
    )  # fmt: skip
    if report.kind != K.FINAL:
        rule = DutyRule.objects.in_force(report.case.street, at)
        due = at + timedelta(minutes=rule.report_follow_minutes)
        UrgentReport.objects.create(case=report.case, kind=K.FOLLOW, opened_at=at, due_at=due)
    return report


def alarm_late(*, at, size=100):
    """报告超时报警: to the leader of the shift, once for each report; how many."""
    late = UrgentReport.objects.exclude(status=S.SENT).filter(alarmed_at__isnull=True, due_at__lte=at)
    return sum(_alarm(row, at) for row in late.select_related("case__street")[:size])


@transaction.atomic
def _alarm(row, at):
    if not UrgentReport.objects.exclude(status=S.SENT).filter(pk=row.pk, alarmed_at__isnull=True).update(alarmed_at=at):
        return 0
    text = f"事项 {row.case.number} 的紧急信息{row.get_kind_display()}已过{beijing(row.due_at)}的时限，还没有报送。"
    for mark, to in to_leaders(row.case.street, at):
        notify(notice_for(f"urgentreport:{row.pk}:late:{mark}", "late", row.case, text, at=at, **to))
    return 1
