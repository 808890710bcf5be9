"""办公留痕: written before the first row leaves, closed with how many left."""

from grievance.actions.privacy import masked
from grievance.models import DeskRecord


def open_record(kind, *, about, reason, posting, by, at):
    """起记: who takes what out, from which post, by which conditions and for what. No number of anybody stays in it."""
    return DeskRecord.objects.create(
        kind=kind, about=masked(about)[:400], reason=masked(reason)[:200], by=by, posting=str(posting),
        organisation=posting.organisation, at=at,
    )  # fmt: skip


def close(record, rows):
    """记下行数: once, when all of it has left."""
    DeskRecord.objects.filter(pk=record.pk, rows__isnull=True).update(rows=rows)


def counted(record, rows):
    """逐行经过: the rows themselves; the record is closed after the last. One that was broken off stays open, and says so."""
    number = 0
    for row in rows:
        number += 1
        yield row
    close(record, number)
