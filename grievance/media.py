"""图片、语音与短视频: what strangers upload is looked at, made harmless and stored by its digest, before any row is written."""

import io
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pi_heif import register_heif_opener
from PIL import ExifTags, Image

from grievance import containers
from grievance.casework import Refused
from grievance.models import Attachment
from grievance.models.attachment import stored_as

MAX_PHOTOS = 9
MAX_PHOTO_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 2560
MAX_VOICE_BYTES = 10 * 1024 * 1024
register_heif_opener(thumbnails=False)
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF"]
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


class Ready(ContentFile):
    """已处理文件: made harmless when it came to wait; what is left to do is to keep it."""

    def __init__(self, kind, content_type, content, name):
        super().__init__(content, name=name)
        self.kind, self.content_type = kind, content_type

    def kept(self):
        """It lies in the storage."""
        return _keep(self.kind, self.content_type, self.read())


@dataclass(frozen=True)
class Given:
    """所附文件: what came with the words, by its kind."""

    photos: tuple = ()
    voices: tuple = ()
    videos: tuple = ()

    @classmethod
    def of(cls, photos=(), voice=None, video=None):
        """From the fields of a form."""
        return cls(tuple(photos), *((file,) if file else () for file in (voice, video)))

    def __iter__(self):
        return iter((*self.photos, *self.voices, *self.videos))

    def __bool__(self):
        return any(self)

    def marks(self):
        """摘要: one for each file, in order."""
        return [digest(file) for file in self]

    def joined(self, ready):
        """With those that were waiting. Refused `too_many_photos`, `too_many_recordings`, `photo_too_large`."""
        every = {kind: tuple(file for file in ready if file.kind == kind) for kind in Attachment.Kind.values}
        given = Given(self.photos + every["photo"], self.voices + every["voice"], self.videos + every["video"])
        refuse_too_much(given.photos)
        if len(given.voices) > 1 or len(given.videos) > 1:
            raise Refused(
                "too_many_recordings", "一次只能发一段语音、一段视频。请各留一段再发送，其余的发出后可以补充。", status=400
            )
        return given

    def keep(self):
        """Kept ones in order; all are looked at before the first is stored. Refused as of each kind."""
        photos = keep_photos(self.photos)
        return [*photos, *map(keep_voice, self.voices), *map(keep_video, self.videos)]


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
    return [
        upload.kept() if isinstance(upload, Ready) else _keep(Attachment.Kind.PHOTO, "image/jpeg", harmless(upload, number))
        for number, upload in enumerate(uploads, 1)
    ]


def refuse_too_much(uploads, most=MAX_PHOTOS):
    """Refused `too_many_photos`, `photo_too_large`: by number and size alone, before anything is read."""
    if len(uploads) > most:
        raise Refused("too_many_photos", f"一次最多 {most} 张照片，您选了 {len(uploads)} 张。请去掉一些再发送。", status=400)
    for number, upload in enumerate(uploads, 1):
        if upload.size > MAX_PHOTO_BYTES:
            raise Refused(
                "photo_too_large",
                f"第 {number} 张照片超过 20 MB。请换一张小一点的，或者把它截图后再发送。",
                status=413,
            )


def refuse_unread(uploads):
    """Refused `too_many_photos`, `photo_too_large`: what is sealed as it came, looked at by number and size alone."""
    videos = [upload for upload in uploads if (upload.content_type or "").startswith("video/")]
    refuse_too_much([upload for upload in uploads if not any(upload is video for video in videos)], MAX_PHOTOS + 1)
    for video in videos:
        _refuse_long(video)


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
    try:
        image = Image.open(upload, formats=FORMATS)
        pixels = image.width * image.height
    except Image.DecompressionBombError:
        pixels = MAX_PIXELS + 1
    except Exception as error:  # the same for what each decoder calls it
        raise _not_a_photo(number, apple=head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS) from error
    if pixels > MAX_PIXELS:
        raise Refused(
            "photo_too_many_pixels", f"第 {number} 张照片的尺寸过大（超过 5000 万像素）。请把它截图或缩小后再发送。", status=413
        )
    return image


def _not_a_photo(number, *, apple):
    if apple:
        advice = "这张 HEIC 照片打不开。请把它截图后再发送，或在手机相机设置里选“兼容性最佳”后重拍。"
        return Refused("not_a_photo", f"第 {number} 张：{advice}", status=400)
    return Refused("not_a_photo", f"第 {number} 个文件不是照片，打不开。请选 JPG、PNG 等格式的照片再发送。", status=400)


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
    if isinstance(upload, Ready):
        return upload.kept()
    return _keep(Attachment.Kind.VOICE, *heard(upload))


def heard(upload):
    """(content type, bytes) of a recording, its tags blanked. Refused `voice_too_large`, `not_a_voice`."""
    if upload.size > MAX_VOICE_BYTES:
        raise Refused("voice_too_large", "这段语音超过 10 MB。请说短一些，或者分成两次发送。", status=413)
    content = upload.read()
    upload.seek(0)
    content_type = sniffed(content)
    if content_type is None:
        raise Refused("not_a_voice", "这个语音文件打不开。请重新录一段，或者改用文字、照片。", status=400)
    return content_type, without_tags(content) if content_type == "audio/mp4" else content


def keep_video(upload):
    """短视频: stored as filmed, its shell blanked of place and time. Refused as by `seen`."""
    if isinstance(upload, Ready):
        return upload.kept()
    return _keep(Attachment.Kind.VIDEO, *seen(upload))


def seen(upload):
    """(content type, bytes) of a short video, blanked. Refused `video_too_large`, `video_too_long`, `not_a_video`."""
    _refuse_long(upload)
    with reading:
        content = upload.read()
        upload.seek(0)
        content_type, blank = _shell(content)
        try:
            content, seconds = blank(content)
        except Exception as error:  # whatever is wrong with a stranger's file, the answer is the same
            raise _not_a_video() from error
    if seconds and seconds > settings.VIDEO_MAX_SECONDS + 1:
        raise Refused("video_too_long", f"视频超过 {settings.VIDEO_MAX_SECONDS} 秒。请拍短一些，拣要紧的拍。", status=413)
    return content_type, content


def _refuse_long(upload):
    if upload.size > settings.VIDEO_MAX_BYTES:
        raise Refused("video_too_large", f"视频超过 {settings.VIDEO_MAX_MB} MB。请拍短一些，或者改发照片。", status=413)


def _shell(content):
    if content[4:8] == b"ftyp" and content[8:12] not in HEIC_BRANDS:
        return "video/quicktime" if content[8:12] == b"qt  " else "video/mp4", containers.blanked_mp4
    if sniffed(content) == "audio/webm":
        return "video/webm", containers.blanked_webm
    raise _not_a_video()


def _not_a_video():
    return Refused("not_a_video", "这个视频打不开或不完整。请选 MP4 等手机拍的短视频，或者改发照片。", status=400)


def keep_as(content_type, upload):
    """按内容类型存: a file that was sealed as it came, kept as its kind asks."""
    kind = content_type.partition("/")[0]
    if kind == "audio":
        return keep_voice(upload)
    return keep_video(upload) if kind == "video" else keep_photos([upload])[0]


ALONE = {
    "not_a_photo": "这个文件打不开，不是照片，或者格式太新。请把它截图后再发送。",
    "photo_damaged": "这张照片不完整或已损坏，打不开。请重新拍一张，或换一张再发送。",
    "photo_too_many_pixels": "这张照片的尺寸过大（超过 5000 万像素）。请把它截图或缩小后再发送。",
}


def _harmless_alone(upload):
    """One that comes by itself is not called the first of several."""
    try:
        return harmless(upload)
    except Refused as refused:
        raise Refused(refused.code, ALONE[refused.code], status=refused.status) from refused


def ready(kind, upload):
    """(content type, bytes) of a file made harmless as its kind asks, before it waits. Refused as of each kind."""
    if kind == Attachment.Kind.PHOTO:
        return "image/jpeg", _harmless_alone(upload)
    if kind == Attachment.Kind.VOICE:
        return heard(upload)
    return seen(upload)


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
