"""The verdict: was it solved for the resident; and the figures made of it."""

from feedback.models.callback import CallAttempt, Callback
from feedback.models.doubt import AnswerTrace, DayKey, Doubt, UnitNetwork
from feedback.models.exclusion import Exclusion
from feedback.models.figures import Fact, FigureRule, Tally, TallyMark
from feedback.models.inbound import InboundCount, InboundReply
from feedback.models.recheck import Recheck
from feedback.models.report import Report, ReportCopy
from feedback.models.service_visit import ListedItem, Rating, ServiceVisit
from feedback.models.snapshot import Appeal, Snapshot
from feedback.models.topic import Topic, TopicCase, TopicStep, WarningRule
from feedback.models.voice import CallbackVoice

__all__ = [
    "AnswerTrace",
    "Appeal",
    "CallAttempt",
    "Callback",
    "CallbackVoice",
    "DayKey",
    "Doubt",
    "Exclusion",
    "Fact",
    "FigureRule",
    "InboundCount",
    "InboundReply",
    "ListedItem",
    "Rating",
    "Recheck",
    "Report",
    "ReportCopy",
    "ServiceVisit",
    "Snapshot",
    "Tally",
    "TallyMark",
    "Topic",
    "TopicCase",
    "TopicStep",
    "UnitNetwork",
    "WarningRule",
]
