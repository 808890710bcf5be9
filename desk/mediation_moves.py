"""调解的动作: from the consent of each side to what became of the agreement; and what is done where nobody may mediate."""

from desk import mediation_forms as forms
from desk.act import Act, Chapter, Handed
from dispatch import openings
from dispatch.actions import mediation, performance, safety
from dispatch.models import Mediation
from dispatch.workflow import MEDIATION
from grievance.casework import Refused, posting_for
from grievance.models import Case


def _mediate(case, *, by, at, **said):
    units = mediation.units_open_to(case, by)
    if not units:
        raise Refused("not_handling", "您的单位没有该事项未办结的工单，不能开始调解。", status=403)
    return mediation.open_mediation(case, unit=units[0], by=by, at=at, **said)


def _unperformed(row, user, at):
    return row.performed_at is None


def _unconfirmed(row, user, at):
    return row.confirmed_on is None


def _keep(case, *, grievance, text, by, at):
    return safety.keep_contact(grievance, text=text, by=by, at=at)


def _reveal(case, *, grievance, by, at):
    text = safety.reveal_contact(grievance, by=by, at=at)
    return Handed(f"诉求 {grievance.number} 的安全联系方式", text, "只能按这里写的方式联系；这次查看已留下记录。")


def _beside(row, user):
    if not isinstance(row, Case) or row.ended:
        return []
    if mediation.never_mediated(row):
        return [move for move in safety.MOVES if posting_for(move, row, user)]
    if mediation.units_open_to(row, user) and openings.open_mediation_of(row) is None:
        return [openings.OPEN_MEDIATION]
    return []


CHAPTER = Chapter(
    acts={
        ("case", "open_mediation"): Act(_mediate, forms.Mediate),
        ("case", "report_call"): Act(safety.report_call, forms.Call),
        ("case", "keep_safe_contact"): Act(_keep, forms.KeepSafeContact),
        ("case", "reveal_safe_contact"): Act(_reveal, forms.SafeContact),
        ("mediation", "consent"): Act(mediation.consent, forms.Consent),
        ("mediation", "add_party"): Act(mediation.add_party, forms.AddParty),
        ("mediation", "hold_session"): Act(mediation.hold_session, forms.Session),
        ("mediation", "agree"): Act(mediation.agree, forms.Agreement),
        ("mediation", "fail"): Act(mediation.fail, forms.Failure),
        ("mediation", "record_performance"): Act(performance.record_performance, forms.Performance, _unperformed),
        ("mediation", "record_confirmation"): Act(performance.record_confirmation, forms.Confirmation, _unconfirmed),
    },
    tables={Mediation: MEDIATION},
    loose=(openings.OPEN_MEDIATION, *safety.MOVES),
    beside=_beside,
)
