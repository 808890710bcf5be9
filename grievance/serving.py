"""附件送出: the bytes of a picture, recording or film, once somebody above has asked who reads."""

import re

from django.http import FileResponse, HttpResponse

from grievance.models.attachment import ENDINGS

# A stranger's file opened by itself may show itself and nothing else; browsers style their own picture page
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
MOST = 4 * 1024 * 1024
"""Bytes of one answer to a range; whoever plays asks for the next."""


def serve(request, attachment):
    """The file inline and uncached by others; a single byte range where one is asked for, without which iPhones play no sound."""
    match = RANGE.fullmatch(request.headers.get("Range", ""))
    # Nothing is ever kept as another type; should a row say so all the same, it is bytes to download and nothing to run
    known = attachment.content_type in ENDINGS
    kind = attachment.content_type if known else "application/octet-stream"
    if match is None:
        response = FileResponse(attachment.file.open("rb"), content_type=kind)
    else:
        response = _part(attachment, int(match[1]), int(match[2] or attachment.size - 1), kind)
    shown = "inline" if known else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{attachment.pk}{attachment.suffix}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _part(attachment, first, last, kind):
    # A long film is asked for piece by piece, so that no request holds all of it in memory
    last = min(last, attachment.size - 1, first + MOST - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{attachment.size}"})
    with attachment.file.open("rb") as file:
        file.seek(first)
        part = file.read(last - first + 1)
    headers = {"Content-Range": f"bytes {first}-{last}/{attachment.size}"}
    return HttpResponse(part, status=206, content_type=kind, headers=headers)
