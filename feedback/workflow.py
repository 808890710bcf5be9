"""CALLBACK: the table of moves of a callback."""

from feedback.models import Callback
from grievance.casework import RESIDENT, SYSTEM, Move, Workflow
from street.models import Role

S = Callback.Status

# One who is found late is heard as well: an answer is worth more than the note that there was none
CALLBACK = Workflow(
    "回访",
    Move("record", "登记评价", {S.OPEN, S.UNREACHABLE, S.SUPERSEDED}, S.ANSWERED, {Role.CALLER, RESIDENT}),
    Move("attempt", "登记拨打", {S.OPEN}, None, {Role.CALLER}),
    Move("reveal", "查看电话", {S.OPEN}, None, {Role.CALLER}),
    Move("give_up", "列为无法回访", {S.OPEN}, S.UNREACHABLE, {SYSTEM}),
    Move("supersede", "作废", {S.OPEN}, S.SUPERSEDED, {SYSTEM}),
)
