"""公开照片: drawn anew and smaller, with nothing of the original but what can be seen; the bytes live as long as the entry."""

import io
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from grievance.media import reading, write_whole

SIDE = 1280
"""Pixels of the longer side: enough for a telephone, a fifth of the bytes."""


def draw(photos):
    """Put the bytes of `photos` where the public route finds them."""
    for photo in photos:
        write_whole(Path(default_storage.path(photo.path)), _redrawn(photo.attachment))


def _redrawn(attachment):
    with reading, attachment.file.open("rb") as file, Image.open(file, formats=["JPEG"]) as image:
        image.thumbnail((SIDE, SIDE))
        # A fresh canvas: saving the opened image would carry its comment along
        canvas = Image.new("RGB", image.size, "white")
        canvas.paste(image.convert("RGB"))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=80)
    return out.getvalue()


def drop(entry):
    """Take the pictures of an entry away: the rows with the transaction, the bytes after it."""
    paths = [photo.path for photo in entry.photos.all()]
    entry.photos.all().delete()
    transaction.on_commit(lambda: [default_storage.delete(path) for path in paths])
