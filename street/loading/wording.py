"""载入辅助文字: what the office changed or approved is kept, what it switched on or off stays so."""

from django.db import transaction

from street import wording, wording_file
from street.models import Language, Wording

LANGUAGE_KEPT = ("on", "needs_approval")
"""Decided by the office after the first load."""


@transaction.atomic
def load(path):
    """载入一个文件: (Language, added, changed, removed); DataFileError where the file is wrong. Safe to run twice."""
    words = wording_file.read(path)
    language = _language(words.language)
    known = {row.source: row for row in language.wordings.all()}
    fresh = [row for source, row in _rows(words, language).items() if source not in known]
    changed = [row for source, row in known.items() if source in words.rows and not row.ours and _take(row, words.rows[source])]
    gone = [row.pk for source, row in known.items() if source not in words.rows and not row.ours]
    Wording.objects.bulk_create(fresh, batch_size=200)
    Wording.objects.bulk_update(changed, ["text", "part"], batch_size=200)
    Wording.objects.filter(pk__in=gone).delete()
    wording.forget()
    return language, len(fresh), len(changed), len(gone)


def _language(fields):
    language, created = Language.objects.get_or_create(code=fields["code"], defaults=fields)
    if not created:
        later = {name: value for name, value in fields.items() if name not in LANGUAGE_KEPT}
        Language.objects.filter(pk=language.pk).update(**later)
    return language


def _rows(words, language):
    # A row that waits for approval waits switched off as well
    on = not words.language["needs_approval"]
    return {
        source: Wording(language=language, source=source, text=text, part=part, on=on)
        for source, (text, part) in words.rows.items()
    }


def _take(row, shipped):
    differs = (row.text, row.part) != shipped
    row.text, row.part = shipped
    return differs
