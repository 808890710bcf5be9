"""The work: who handles it, by when, and what follows if they do not."""

from dispatch.models.allowance import Allowance
from dispatch.models.checkpoint import Checkpoint, Deadline
from dispatch.models.extension import Extension
from dispatch.models.letter import Letter
from dispatch.models.mediation import Mediation
from dispatch.models.paper import IssuedPaper
from dispatch.models.petition import Petition
from dispatch.models.policy import Anchor, EscalationRung, Level, Policy, StandingAuthority, TimeLimit, Trigger, Unit
from dispatch.models.routing_rule import RoutingRule
from dispatch.models.supervision import Instruction, Supervision
from dispatch.models.suspension import Suspension
from dispatch.models.work_order import OrderReturn, WorkOrder

__all__ = [
    "Allowance",
    "Anchor",
    "Checkpoint",
    "Deadline",
    "EscalationRung",
    "Extension",
    "Instruction",
    "IssuedPaper",
    "Letter",
    "Level",
    "Mediation",
    "OrderReturn",
    "Petition",
    "Policy",
    "RoutingRule",
    "StandingAuthority",
    "Supervision",
    "Suspension",
    "TimeLimit",
    "Trigger",
    "Unit",
    "WorkOrder",
]
