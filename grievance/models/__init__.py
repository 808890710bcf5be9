"""The case file: what was said, where it stands, everything done or sent."""

from grievance.models.attachment import Attachment
from grievance.models.board import BoardConsent, BoardEntry, BoardPhoto, PublicPage
from grievance.models.call_request import CallRequest
from grievance.models.case import Case, CaseUnit, Counter, Urgency
from grievance.models.category import Alert, Category
from grievance.models.classifier_version import ClassifierVersion, VersionStep
from grievance.models.complainant import Complainant
from grievance.models.confidential import (
    ConfidentialEvent,
    ConfidentialFile,
    ConfidentialInbox,
    ConfidentialReport,
    InboxKey,
)
from grievance.models.cue import Cue
from grievance.models.desk_record import DeskRecord
from grievance.models.event import Event
from grievance.models.grievance import Grievance, Remark
from grievance.models.in_hand import InHand
from grievance.models.intake_count import IntakeCount
from grievance.models.notice import Notice
from grievance.models.office_text import CategoryNote, ReplyTemplate
from grievance.models.on_behalf import OnBehalf
from grievance.models.open_matter import OpenMatter
from grievance.models.phone_act import PhoneAct
from grievance.models.qr_code import QRCode
from grievance.models.retention import ErasureRequest, RetentionRule, Tombstone
from grievance.models.saved_view import FirstView, SavedView
from grievance.models.saying import Saying
from grievance.models.scan_count import ScanCount
from grievance.models.search_text import SearchText
from grievance.models.sheet_text import SheetText
from grievance.models.sketch import Sketch
from grievance.models.sms_code import SmsCode
from grievance.models.upload import Upload
from grievance.models.wish import Wish

__all__ = [
    "CallRequest",
    "OpenMatter",
    "Alert",
    "Attachment",
    "BoardConsent",
    "BoardEntry",
    "BoardPhoto",
    "Case",
    "CaseUnit",
    "Category",
    "CategoryNote",
    "ClassifierVersion",
    "Complainant",
    "ConfidentialEvent",
    "ConfidentialFile",
    "ConfidentialInbox",
    "ConfidentialReport",
    "Counter",
    "Cue",
    "ErasureRequest",
    "DeskRecord",
    "Event",
    "FirstView",
    "Grievance",
    "InHand",
    "InboxKey",
    "IntakeCount",
    "Notice",
    "PublicPage",
    "OnBehalf",
    "PhoneAct",
    "QRCode",
    "Remark",
    "ReplyTemplate",
    "RetentionRule",
    "SavedView",
    "Tombstone",
    "Saying",
    "ScanCount",
    "SheetText",
    "SearchText",
    "Sketch",
    "SmsCode",
    "Upload",
    "Urgency",
    "VersionStep",
    "Wish",
]
