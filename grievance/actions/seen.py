"""主动发现: what a grid officer or the community sees becomes a matter, or is noted in the one that is open already."""

from django.db import transaction

from grievance import media, said
from grievance.actions import on_behalf
from grievance.casework import Move, Refused, human_number, involve, lock, permit, record
from grievance.classify.screening import suspected
from grievance.models import Attachment, Case, Remark

SEE = Move("report_seen", "主动上报", set(), None, on_behalf.REGISTER.roles)
"""Whoever may write down for a person at a place may report what they see there."""


def report(place, *, text, photos=(), voice=None, into=None, by, at):
    """主动上报: a matter of the source 主动发现, with words, pictures or a sound; `into` names the open matter that it is.

    Nobody has complained, so nobody is called back. Refused `nothing_seen`, `on_officials`, `case_over`, those of `said` and of
    `media`. Files are kept before the transaction opens."""
    permit(SEE, on_behalf.matter_at(place), by=by, at=at)
    text = said.description(text)
    if suspected(text, at):
        raise Refused(
            "on_officials", "写的像是反映工作人员的问题，这里不收。请扫说事码反映，由纪检部门单独受理，不经过本单位。", status=400
        )
    kept = media.Given.of(photos, voice).keep()
    if not (text or kept):
        raise Refused("nothing_seen", "请写一句看到了什么，或者拍一张照片，再上报。", status=400)
    return _note(into, text, kept, by=by, at=at) if into else _open(place, text, kept, by=by, at=at)


@transaction.atomic
def _open(place, text, kept, *, by, at):
    posting = permit(SEE, on_behalf.matter_at(place), by=by, at=at)
    title = said.headline(text) if text else f"（图片）{place.name}"[:80]
    case = Case.objects.create(
        number=human_number("A", at), street_id=place.street_id, place=place, title=title, source=Case.Source.STAFF,
        submitted_at=at,
    )  # fmt: skip
    involve(case, place.community)
    note = _written(case, text, kept, by=by, at=at)
    record(
        case, "case.open", at=at, by=by, posting=posting, subject=note, became=case.status, sentence=f"主动发现：{place.name}。"
    )
    return case


@transaction.atomic
def _note(case, text, kept, *, by, at):
    case = lock(case)
    posting = permit(SEE, on_behalf.matter_at(case.place), by=by, at=at)
    if case.ended:
        raise Refused("case_over", f"事项 {case.number} 刚刚了结。还没有解决的，请选“不是同一件”另行上报。")
    note = _written(case, text, kept, by=by, at=at)
    record(
        case,
        "case.seen_again",
        at=at,
        by=by,
        posting=posting,
        subject=note,
        sentence=f"网格又看到同一件事（第{note.pk}号说明）。",
    )
    return case


def _written(case, text, kept, *, by, at):
    note = Remark.objects.create(case=case, author=by, text=text or "（见照片、录音）", at=at)
    Attachment.objects.bulk_create(file.attachment(case, None, at, note) for file in kept)
    return note
