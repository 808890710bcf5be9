"""接收: a stranger's bytes are counted while they come in; what is too much is dropped there and not on the disk."""

import tempfile

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from grievance import media
from grievance.casework import Refused

CHUNK = 64 * 1024
IN_MEMORY = 2 * 1024 * 1024
MOST = {"photo": media.MAX_PHOTO_BYTES, "voice": media.MAX_VOICE_BYTES}
NAMED = {"photo": "照片", "voice": "语音", "video": "视频"}


def most(kind):
    """上限: how many bytes a file of this kind may have."""
    return MOST.get(kind, settings.VIDEO_MAX_BYTES)


class CutOff(FileUploadHandler):
    """截断: of a file in a form one piece above its limit is stored at most; its size then has it refused, words kept."""

    def new_file(self, *args, **kwargs):
        """One file begins."""
        super().new_file(*args, **kwargs)
        self.most = settings.VIDEO_MAX_BYTES if self.field_name == "video" else media.MAX_PHOTO_BYTES

    def receive_data_chunk(self, raw_data, start):
        """The piece as it is, or nothing once the file has become too large."""
        return raw_data if start <= self.most else None

    def file_complete(self, file_size):
        """The next handler has the file."""
        return None


def taken_in(stream, length, kind):
    """收下: the body as an unnamed file with its size.

    Refused `empty_upload`, `cut_off`, and `too_large` 413 before a byte of it is read."""
    if length <= 0:
        raise Refused("empty_upload", f"这个{NAMED[kind]}是空的，没有收到。请重新选一次。", status=400)
    if length > most(kind):
        raise Refused("too_large", f"这个{NAMED[kind]}超过 {most(kind) // 1024 // 1024} MB。请换一个小一点的。", status=413)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the caller closes it
    size = 0
    while piece := stream.read(min(CHUNK, length - size)):
        size += len(piece)
        file.write(piece)
    if size < length:
        raise Refused("cut_off", f"这个{NAMED[kind]}没有传完，网络断了。会自动再传。", status=400)
    file.seek(0)
    file.size = size
    return file
