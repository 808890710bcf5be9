"""The work: who handles it, by when, and what follows if they do not."""

from dispatch.models.checkpoint import Checkpoint, Deadline
from dispatch.models.extension import Extension
from dispatch.models.letter import Letter
from dispatch.models.mediation import Mediation
from dispatch.models.policy import Anchor, EscalationRung, Level, Policy, StandingAuthority, TimeLimit, Trigger, Unit
from dispatch.models.routing_rule import RoutingRule
from dispatch.models.supervision import Instruction, Supervision
from dispatch.models.work_order import OrderReturn, WorkOrder

__all__ = [
    "Anchor",
    "Checkpoint",
    "Deadline",
    "EscalationRung",
    "Extension",
    "Instruction",
    "Letter",
    "Level",
    "Mediation",
    "OrderReturn",
    "Policy",
    "RoutingRule",
    "StandingAuthority",
    "Supervision",
    "TimeLimit",
    "Trigger",
    "Unit",
    "WorkOrder",
]
