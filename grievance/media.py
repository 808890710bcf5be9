"""图片与语音: what strangers upload is looked at, made harmless and stored by its digest, before any row is written."""

import io
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from django.core.files.storage import default_storage
from PIL import ExifTags, Image, UnidentifiedImageError

from grievance.casework import Refused
from grievance.models import Attachment
from grievance.models.attachment import stored_as

MAX_PHOTOS = 9
MAX_PHOTO_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2560
MAX_VOICE_BYTES = 10 * 1024 * 1024
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP"]
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

# EXIF orientation → what brings the picture upright
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# A picture of the largest size takes some 200 MB while it is read; more than two at once would starve a small server
reading = BoundedSemaphore(2)


@dataclass(frozen=True)
class Kept:
    """已存文件: a file as it now lies in the storage; the row that names it is still to be written."""

    kind: str
    content_type: str
    sha256: str
    size: int
    name: str

    def attachment(self, case, grievance, at, remark=None):
        """An unsaved Attachment for it."""
        return Attachment(
            case=case, grievance=grievance, remark=remark, kind=self.kind, file=self.name, content_type=self.content_type,
            sha256=self.sha256, size=self.size, at=at,
        )  # fmt: skip


def digest(upload):
    """摘要: of the file as it was sent, so that a retry can be told from another file."""
    seen = sha256()
    for chunk in upload.chunks():
        seen.update(chunk)
    upload.seek(0)
    return seen.hexdigest()


def keep_photos(uploads):
    """图片: re-encoded without place or other metadata, upright, at most 2,560 px; Kept ones in order.

    Refused `too_many_photos`, `photo_too_large`, `not_a_photo`, `photo_damaged`, `photo_too_many_pixels`."""
    refuse_too_much(uploads)
    return [_keep(Attachment.Kind.PHOTO, "image/jpeg", harmless(upload, number)) for number, upload in enumerate(uploads, 1)]


def refuse_too_much(uploads, most=MAX_PHOTOS):
    """Refused `too_many_photos`, `photo_too_large`: by number and size alone, before anything is read."""
    if len(uploads) > most:
        raise Refused("too_many_photos", f"一次最多 {most} 张照片，您选了 {len(uploads)} 张。请去掉一些再发送。", status=400)
    for number, upload in enumerate(uploads, 1):
        if upload.size > MAX_PHOTO_BYTES:
            raise Refused(
                "photo_too_large",
                f"第 {number} 张照片有 {upload.size / 1024 / 1024:.0f} MB，超过 20 MB。请换一张小一点的，或者把它截图后再发送。",
                status=413,
            )


def harmless(upload, number=1):
    """The JPEG bytes of a picture, drawn anew: nothing of the file survives but what can be seen."""
    with reading:
        image = _opened(upload, number)
        try:
            return _redrawn(image)
        except Exception as error:  # whatever a decoder meets in a stranger's file, the answer is the same
            raise Refused(
                "photo_damaged", f"第 {number} 张照片不完整或已损坏，打不开。请重新拍一张，或换一张再发送。", status=400
            ) from error


def _opened(upload, number):
    head = upload.read(32)
    upload.seek(0)
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise Refused(
            "not_a_photo",
            f"第 {number} 张照片是 HEIC 格式，这里打不开。请把它截图后再发送，或在手机相机设置里选“兼容性最佳”后重拍。",
            status=400,
        )
    try:
        image = Image.open(upload, formats=FORMATS)
        pixels = image.width * image.height
    except Image.DecompressionBombError:
        pixels = MAX_PIXELS + 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused(
            "not_a_photo", f"第 {number} 个文件不是照片，打不开。请选 JPG、PNG 等格式的照片再发送。", status=400
        ) from error
    if pixels > MAX_PIXELS:
        raise Refused(
            "photo_too_many_pixels", f"第 {number} 张照片的尺寸过大（超过 5000 万像素）。请把它截图或缩小后再发送。", status=413
        )
    return image


def _redrawn(image):
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))
    turn = _turn(image)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    upright = image if turn is None else image.transpose(turn)
    seen = upright.convert("RGBA") if _see_through(upright) else upright.convert("RGB")
    # A fresh canvas: saving the opened image would carry its comment along
    canvas = Image.new("RGB", seen.size, "white")
    canvas.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=85)
    return out.getvalue()


def _turn(image):
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # cheap phones write broken EXIF around sound pictures
        return None


def _see_through(image):
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info


def keep_voice(upload):
    """语音: stored as recorded, its type told from its content. Refused `voice_too_large`, `not_a_voice`."""
    if upload.size > MAX_VOICE_BYTES:
        raise Refused("voice_too_large", "这段语音超过 10 MB。请说短一些，或者分成两次发送。", status=413)
    content = upload.read()
    upload.seek(0)
    content_type = sniffed(content)
    if content_type is None:
        raise Refused("not_a_voice", "这个语音文件打不开。请重新录一段，或者改用文字、照片。", status=400)
    return _keep(Attachment.Kind.VOICE, content_type, without_tags(content) if content_type == "audio/mp4" else content)


def sniffed(content):
    """The type of a recording from its first bytes; None for anything that is not one."""
    if content[:4] == b"\x1aE\xdf\xa3":
        return "audio/webm" if b"webm" in content[:64] else None
    if content[4:8] == b"ftyp":
        return "audio/mp4" if content[8:12] not in HEIC_BRANDS else None
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    # MPEG audio frames start with eleven set bits; layer III is what recorders write
    if content[:3] == b"ID3" or (content[:1] == b"\xff" and len(content) > 1 and content[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    known = {b"OggS": "audio/ogg", b"#!AM": "audio/amr"}
    return known.get(content[:4])


def without_tags(content):
    """An MP4 recording whose user data (title, place) is blanked; sizes stay, so that nothing else moves."""
    for start, end, name in _boxes(content, 0, len(content)):
        if name == b"moov":
            for inner, inner_end, inner_name in _boxes(content, start + 8, end):
                if inner_name in (b"udta", b"meta"):
                    blank = b"free" + bytes(inner_end - inner - 8)
                    content = content[: inner + 4] + blank + content[inner_end:]
    return content


def _boxes(content, start, end):
    while start + 8 <= end:
        size, name = int.from_bytes(content[start : start + 4], "big"), content[start + 4 : start + 8]
        # 0 reaches to the end, 1 has a 64-bit size: neither holds the tags of a recording
        if size < 8 or start + size > end:
            return
        yield start, start + size, name
        start += size


def _keep(kind, content_type, content):
    mark = sha256(content).hexdigest()
    row = Attachment(sha256=mark, content_type=content_type)
    name = stored_as(row, "")
    write_whole(Path(default_storage.path(name)), content)
    return Kept(kind=kind, content_type=content_type, sha256=mark, size=len(content), name=name)


def write_whole(path, content):
    """存盘: whole or not at all, on the disk before the row that names it; its name is the digest."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft, draft_name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft_name, path)
