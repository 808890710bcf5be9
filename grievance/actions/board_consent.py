"""同意公开: the resident lets a closed matter stand on the board, without name, number and house, and takes that back any time.

个人信息保护法 art. 14, 15, 25: free, informed, of its own, and as easily withdrawn as given."""

from dataclasses import dataclass, field

from django.db import transaction

from grievance.actions import board
from grievance.casework import RESIDENT, Refused, lock, record
from grievance.models import Attachment, BoardConsent, Case, Tombstone

ASKED = (Case.Status.RESOLVED, Case.Status.CLOSED)


@dataclass
class Asked:
    """征求: whether one is asked, what one has agreed to, and the pictures one may choose from, each with its `ticked`."""

    given_at: object = None
    photos: list = field(default_factory=list)


def askable(grievance):
    """可否征求: work is done, a board is there, the matter may stand on it, and nobody in it asked for confidence."""
    case = grievance.case
    if case.status not in ASKED or grievance.withdrawn_at is not None or not board.is_open(case):
        return False
    return not board.barred(case) and not Tombstone.objects.filter(grievance=grievance).exists()


def asked(grievance):
    """征求 as the resident's page shows it; None where there is nothing to ask and nothing to take back."""
    if grievance.case.status not in ASKED:
        return None
    given = BoardConsent.objects.filter(grievance=grievance).first()
    if given is None and not askable(grievance):
        return None
    photos = list(grievance.attachments.filter(kind=Attachment.Kind.PHOTO))
    return Asked(given.at if given else None, photos)


@transaction.atomic
def give(grievance, *, photos=(), at):
    """同意公开, with those of one's own pictures (ids) that may be shown. Refused `not_public`."""
    grievance = lock(grievance)
    if not askable(grievance):
        raise Refused("not_public", "这件事现在不能公开，不用同意。")
    row, _ = BoardConsent.objects.update_or_create(grievance=grievance, defaults={"at": at})
    chosen = grievance.attachments.filter(pk__in=photos, kind=Attachment.Kind.PHOTO)
    row.photos.set(chosen)
    pictures = f"，照片 {len(chosen)} 张" if chosen else "，不带照片"
    public = f"您同意把这件事隐去个人信息后公开{pictures}。随时可以收回。"
    _note(grievance, "board.agree", f"诉求人同意公开这件事{pictures}。", public, at=at)
    return row


@transaction.atomic
def take_back(grievance, *, at):
    """收回同意公开: what is shown goes at once, whoever else agreed; nothing happens where there is no consent."""
    grievance = lock(grievance)
    if not BoardConsent.objects.filter(grievance=grievance).exists():
        return
    drop(grievance, "诉求人收回同意公开", by=RESIDENT, at=at)
    _note(grievance, "board.disagree", "诉求人收回同意公开。", "您收回了同意，公开栏里不再有这件事。", at=at)


def drop(grievance, why, *, by, at):
    """The consent goes, and with it what is shown of the case. The case is locked by the caller."""
    BoardConsent.objects.filter(grievance=grievance).delete()
    board.forget(grievance.case, why, by=by, at=at)


def _note(grievance, kind, sentence, public, *, at):
    record(
        grievance.case, kind, at=at, by=RESIDENT, subject=grievance, grievance=grievance, sentence=sentence, public=public
    )  # fmt: skip
