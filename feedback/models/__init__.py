"""The verdict: was it solved for the resident; and the figures made of it."""

from feedback.models.callback import CallAttempt, Callback
from feedback.models.doubt import AnswerTrace, DayKey, Doubt, UnitNetwork
from feedback.models.exclusion import Exclusion
from feedback.models.figures import Fact, FigureRule, Tally, TallyMark
from feedback.models.recheck import Recheck
from feedback.models.report import Report, ReportCopy
from feedback.models.snapshot import Appeal, Snapshot

__all__ = [
    "AnswerTrace",
    "Appeal",
    "CallAttempt",
    "Callback",
    "DayKey",
    "Doubt",
    "Exclusion",
    "Fact",
    "FigureRule",
    "Recheck",
    "Report",
    "ReportCopy",
    "Snapshot",
    "Tally",
    "TallyMark",
    "UnitNetwork",
]
