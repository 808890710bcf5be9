"""附件送出: the bytes of a picture or recording, once somebody above has asked who reads."""

import re

from django.http import FileResponse, HttpResponse

# A stranger's file opened by itself may show itself and nothing else; browsers style their own picture page
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def serve(request, attachment):
    """The file inline and uncached by others; a single byte range where one is asked for, without which iPhones play no sound."""
    match = RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None:
        response = FileResponse(attachment.file.open("rb"), content_type=attachment.content_type)
    else:
        response = _part(attachment, int(match[1]), int(match[2] or attachment.size - 1))
    response.headers["Content-Disposition"] = f'inline; filename="{attachment.pk}{attachment.suffix}"'
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _part(attachment, first, last):
    last = min(last, attachment.size - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{attachment.size}"})
    with attachment.file.open("rb") as file:
        file.seek(first)
        part = file.read(last - first + 1)
    headers = {"Content-Range": f"bytes {first}-{last}/{attachment.size}"}
    return HttpResponse(part, status=206, content_type=attachment.content_type, headers=headers)
