"""The work: who handles it, by when, and what follows if they do not."""

from dispatch.models.allowance import Allowance
from dispatch.models.brief import Brief
from dispatch.models.checkpoint import Checkpoint, Deadline
from dispatch.models.duty_clock import FirstLook, PhoneAcceptance, Ring, UrgentReport
from dispatch.models.extension import Extension
from dispatch.models.letter import Letter
from dispatch.models.mediation import Mediation, MediationParty, MediationSession
from dispatch.models.meeting import Decision, Meeting, MeetingUnit
from dispatch.models.outside_link import OutsideLink
from dispatch.models.paper import IssuedPaper
from dispatch.models.petition import Petition
from dispatch.models.pledge import Pledge
from dispatch.models.policy import Anchor, EscalationRung, Level, Policy, StandingAuthority, TimeLimit, Trigger, Unit
from dispatch.models.policy_text import LetterTemplate, PolicyText
from dispatch.models.reception import Reception, ReceptionSlot
from dispatch.models.routing_rule import RoutingRule
from dispatch.models.safety_call import SafetyCall
from dispatch.models.secretary_visit import SecretaryVisit
from dispatch.models.shift import AutoRead, DutyNote, DutyRule, Shift, ShiftSwap
from dispatch.models.supervision import Adoption, Instruction, Supervision
from dispatch.models.suspension import Suspension
from dispatch.models.visit import Visit, VisitUnit
from dispatch.models.whistle import Whistle, WhistleUnit
from dispatch.models.work_order import OrderReturn, WorkOrder

__all__ = [
    "Adoption",
    "Allowance",
    "Anchor",
    "AutoRead",
    "Brief",
    "Checkpoint",
    "Deadline",
    "Decision",
    "DutyNote",
    "DutyRule",
    "EscalationRung",
    "Extension",
    "FirstLook",
    "Instruction",
    "IssuedPaper",
    "Letter",
    "LetterTemplate",
    "Level",
    "Mediation",
    "MediationParty",
    "MediationSession",
    "Meeting",
    "MeetingUnit",
    "OrderReturn",
    "OutsideLink",
    "Petition",
    "PhoneAcceptance",
    "Pledge",
    "Policy",
    "PolicyText",
    "Reception",
    "ReceptionSlot",
    "Ring",
    "RoutingRule",
    "SafetyCall",
    "SecretaryVisit",
    "Shift",
    "ShiftSwap",
    "StandingAuthority",
    "Supervision",
    "Suspension",
    "TimeLimit",
    "Trigger",
    "Unit",
    "UrgentReport",
    "Visit",
    "VisitUnit",
    "Whistle",
    "WhistleUnit",
    "WorkOrder",
]
