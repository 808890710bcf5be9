"""Short videos, box by box: no camera and no encoder is needed to see what becomes of their shell."""

import struct

from django.core.files.uploadedfile import SimpleUploadedFile


def box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def a_track(handler, offset=0, sizes=()):
    """A track of this kind; where `sizes` are given, its samples lie from `offset` on."""
    tables = box(
        b"stbl",
        box(b"stsz", bytes(4), struct.pack(f">{2 + len(sizes)}I", 0, len(sizes), *sizes)),
        box(b"stsc", bytes(4), struct.pack(">4I", 1, 1, len(sizes), 1)),
        box(b"stco", bytes(4), struct.pack(">2I", 1, offset)),
    )
    media = box(b"mdia", box(b"mdhd", bytes(20)), box(b"hdlr", bytes(8), handler, bytes(13)), box(b"minf", tables))
    return box(b"trak", box(b"tkhd", bytes(84)), media, box(b"udta", box(b"\xa9xyz", b"+43.8+87.6")))


def a_film(*, seconds=10, brand=b"mp42", picture=b"vide", wide=False):
    """A video as a phone writes it: place and maker in three spots, and a track that says second by second where it was."""
    head = box(b"ftyp", brand, bytes(4), b"isom")
    seen, where = b"pictures", b"+43.8000+087.6000/"
    data = seen + where
    mdat = struct.pack(">I4sQ", 1, b"mdat", 16 + len(data)) + data if wide else box(b"mdat", data)
    start = len(head) + len(mdat) - len(data)
    moov = box(
        b"moov",
        box(b"mvhd", bytes(4), struct.pack(">4I", 3_800_000_000, 3_800_000_000, 600, 600 * seconds), bytes(80)),
        a_track(picture, start, (len(seen),)),
        a_track(b"meta", start + len(seen), (10, 8)),
        box(b"udta", box(b"\xa9xyz", b"+43.8000+087.6000/")),
        box(b"meta", bytes(4), b"com.apple.quicktime.location.ISO6709 +43.8000+087.6000/ Maker of phones"),
    )
    return head + mdat + moov + box(b"uuid", b"GPS +43.8000+087.6000/")


def a_video():
    """The same as a form sends it."""
    return SimpleUploadedFile("street.mp4", a_film(), content_type="video/mp4")


def element(name, body):
    return name + (len(body) | 1 << 56).to_bytes(8, "big") + body


def a_recording(*, seconds=10.0, tags=b"LOCATION +43.8000"):
    """A WebM with its length, a date and tags, and a cluster of unknown length, as browsers write them."""
    info = element(
        b"\x15\x49\xa9\x66", element(b"\x44\x89", struct.pack(">d", seconds * 1000)) + element(b"\x44\x61", b"20260309")
    )
    cluster = b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff" + element(b"\xa3", b"pictures")
    segment = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + info + element(b"\x12\x54\xc3\x67", tags) + cluster
    return element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm")) + segment
