"""值守的动作: urgent matters that ring, acceptance by telephone, urgent reports to the district; and their panels on a case."""

from desk import duty_forms
from desk.act import Act, Chapter, Hung
from dispatch.actions import by_phone, ringing, urgent_reports
from dispatch.duty import OBJECT, OPEN_REPORT, RING, URGENT_REPORT
from dispatch.models import Ring, UrgentReport, WorkOrder
from grievance.models import Case, Urgency


def _beside(row, user):
    if isinstance(row, WorkOrder):
        return [OBJECT] if by_phone.may_object(row, user) else []
    if isinstance(row, Case) and row.urgency == Urgency.URGENT and urgent_reports.may_open(row, user):
        return [OPEN_REPORT]
    return []


def _rings(case, user):
    """Of an urgent matter, for the desk."""
    if case.urgency != Urgency.URGENT or case.street_id not in user.scope.streets:
        return []
    rows = list(Ring.objects.filter(case=case).select_related("confirmed_by"))
    for row in rows:
        row.case = case
    return rows


def _reports(case, user):
    if case.urgency != Urgency.URGENT or case.street_id not in user.scope.streets:
        return []
    rows = list(case.urgent_reports.select_related("drafted_by", "signed_by", "sent_by"))
    for row in rows:
        row.case = case
    return rows


CHAPTER = Chapter(
    acts={
        ("ring", "confirm"): Act(ringing.confirm, duty_forms.Confirm),
        ("workorder", "accept_by_phone"): Act(by_phone.accept, duty_forms.ByPhone),
        ("workorder", "object_to_phone"): Act(by_phone.object_to, duty_forms.Objection),
        ("case", "open_urgent_report"): Act(urgent_reports.open_report),
        ("urgentreport", "draft"): Act(urgent_reports.draft, duty_forms.Draft),
        ("urgentreport", "sign"): Act(urgent_reports.sign),
        ("urgentreport", "send"): Act(urgent_reports.send, duty_forms.Send),
    },
    tables={Ring: RING, UrgentReport: URGENT_REPORT},
    loose=(OBJECT, OPEN_REPORT),
    beside=_beside,
    hung=(Hung("desk/_ring.html", _rings), Hung("desk/_urgent_report.html", _reports)),
)
