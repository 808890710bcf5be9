"""视频外壳: what a phone writes around its pictures (place, time, maker, position tracks) is blanked where it stands.

Nothing is moved and nothing encoded anew, so no transcoder is needed: sizes stay, bytes become zero. Only what is known to carry
pictures and sound is left; a shell that does not fit together is refused whole. ISO/IEC 14496-12, QuickTime, RFC 9559."""

import struct

ROOT = b""
KEPT = {
    ROOT: {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"mfra"},
    b"moov": {b"mvhd", b"trak", b"mvex", b"iods"},
    b"trak": {b"tkhd", b"mdia", b"edts", b"tref", b"tapt"},
    b"moof": {b"mfhd", b"traf"},
    b"traf": {b"tfhd", b"tfdt", b"trun", b"subs", b"saiz", b"saio", b"sgpd", b"sbgp"},
}
SHOWN = {b"vide", b"soun"}
"""Tracks that are seen and heard; timed text and metadata of cameras say where they were, second by second."""
MOST_PARTS = 200_000
"""A minute has a few thousand; more is there to keep a machine busy."""

DOCUMENT, SEGMENT, CLUSTER, INFO = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966
SCALE, DURATION = 0x2AD7B1, 0x4489
TELLING = {0x1254C367, 0x1941A469, 0x1043A770, 0x7BA9, 0x4461}
"""Tags, attachments, chapters, title, date."""


class Broken(ValueError):
    """外壳不成立: cut off, or not what it says it is."""


def blanked_mp4(content):
    """MP4 or QuickTime, blanked: (bytes, seconds or None where it does not say). Broken where it shows no picture."""
    data = bytearray(content)
    tracks, seconds = _blank_inside(data, ROOT, 0, len(data)), None
    for name, body, _ in _found(data, b"moov", 0, len(data)):
        seconds = _seconds(data, body) if name == b"mvhd" else seconds
    if b"vide" not in tracks:
        raise Broken
    return bytes(data), seconds


def _blank_inside(data, parent, start, end):
    """Blank what is not kept; the kinds of the tracks that are."""
    tracks = set()
    for name, at, body, after in _boxes(data, start, end):
        if name not in KEPT[parent]:
            _free(data, at, body, after)
        elif name == b"trak":
            tracks.add(_track(data, at, body, after))
        elif name in KEPT:
            tracks |= _blank_inside(data, name, body, after)
        elif name == b"mvhd":
            _forget_when(data, body)
    return tracks


def _track(data, at, body, after):
    """One track: its own tags and times blanked, or all of it where it is neither picture nor sound."""
    handler = b""
    for name, inside, _ in _found(data, b"mdia", body, after):
        if name == b"hdlr":
            handler = bytes(data[inside + 8 : inside + 12])
        elif name == b"mdhd":
            _forget_when(data, inside)
    if handler not in SHOWN:
        _blank_samples(data, body, after)
        _free(data, at, body, after)
        return handler
    _blank_inside(data, b"trak", body, after)
    for name, _, inside, _ in _boxes(data, body, after):
        if name == b"tkhd":
            _forget_when(data, inside)
    return handler


def _blank_samples(data, start, end):
    """What such a track says lies among the pictures: found by its tables."""
    tables = {}
    for name, body, after in _found(data, b"mdia", start, end):
        if name == b"minf":
            tables = {name: (body, after) for name, body, after in _found(data, b"stbl", body, after)}
    wide = b"co64" in tables
    offsets = _numbers(data, tables, b"co64" if wide else b"stco", 4, 8 if wide else 4)
    runs = _numbers(data, tables, b"stsc", 4, 4)
    left = len(data)
    for at, long in zip(offsets, _chunk_lengths(data, tables, runs, len(offsets)), strict=False):
        left -= long
        if left < 0 or at + long > len(data):
            raise Broken
        data[at : at + long] = bytes(long)


def _chunk_lengths(data, tables, runs, chunks):
    sizes = _numbers(data, tables, b"stsz", 8, 4)
    uniform = int.from_bytes(data[tables[b"stsz"][0] + 4 :][:4], "big") if b"stsz" in tables else 0
    firsts, per_chunk, sample, many = runs[0::3], runs[1::3], 0, 0
    many_at = dict(zip(firsts, per_chunk, strict=True))
    for chunk in range(1, chunks + 1):
        many = many_at.get(chunk, many)
        yield uniform * many if uniform else sum(sizes[sample : sample + many])
        sample += many


def _numbers(data, tables, name, count_at, width):
    """The numbers of a table: those of `stsc` are three an entry."""
    body, end = tables.get(name, (0, 0))
    if body == end:
        return []
    start = body + count_at + 4
    many = int.from_bytes(data[body + count_at : start], "big") * (3 if name == b"stsc" else 1)
    if name == b"stsz" and int.from_bytes(data[body + 4 : body + 8], "big"):
        return []
    if many > MOST_PARTS or start + many * width > end:
        raise Broken
    return [int.from_bytes(data[at : at + width], "big") for at in range(start, start + many * width, width)]


def _found(data, parent, start, end):
    """(name, body, end) of every box directly inside each `parent`, however deep that lies in minf."""
    for name, _, body, after in _boxes(data, start, end):
        if name == parent:
            yield from ((inner, inside, ends) for inner, _, inside, ends in _boxes(data, body, after))


def _boxes(data, start, end):
    """(name, start, body, end) of the boxes side by side; Broken where they do not fill the space exactly."""
    parts = 0
    while start < end:
        parts += 1
        size, name, body = int.from_bytes(data[start : start + 4], "big"), bytes(data[start + 4 : start + 8]), start + 8
        if size == 1:
            size, body = int.from_bytes(data[start + 8 : start + 16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < body - start or start + size > end or parts > MOST_PARTS:
            raise Broken
        yield name, start, body, start + size
        start += size


def _free(data, start, body, end):
    data[start + 4 : start + 8] = b"free"
    data[body:end] = bytes(end - body)


def _forget_when(data, body):
    """Creation and modification time of a header, 32 or 64 bits each."""
    long = 16 if data[body] == 1 else 8
    data[body + 4 : body + 4 + long] = bytes(long)


def _seconds(data, body):
    form, at = (">IQ", body + 20) if data[body] == 1 else (">II", body + 12)
    try:
        scale, units = struct.unpack_from(form, data, at)
    except struct.error as error:
        raise Broken from error
    return units / scale if scale and units else None


def blanked_webm(content):
    """WebM, blanked: (bytes, seconds or None where it does not say, as browsers that record do not)."""
    data, at, parts = bytearray(content), 0, 0
    scale, units = 1_000_000, 0.0
    while at < len(data):
        parts += 1
        name, body, end = _element(data, at)
        if end > len(data) or parts > MOST_PARTS:
            raise Broken
        if name in TELLING:
            _void(data, at, end)
        elif name == SCALE:
            scale = int.from_bytes(data[body:end], "big")
        elif name == DURATION and end - body in (4, 8):
            (units,) = struct.unpack(">f" if end - body == 4 else ">d", data[body:end])
        at = body if name in (SEGMENT, CLUSTER, INFO) else end
    return bytes(data), units * scale / 1e9 or None


def _element(data, at):
    """(name, body, end) of the element there; one of unknown length, as live recordings have, ends where its parts do."""
    name, long = _number(data, at, keep=True)
    size, more = _number(data, at + long, keep=False)
    body = at + long + more
    if size == (1 << 7 * more) - 1:
        if name not in (SEGMENT, CLUSTER):
            raise Broken
        return name, body, body
    return name, body, body if name in (SEGMENT, CLUSTER, INFO) else body + size


def _number(data, at, *, keep):
    """A number of 1 to 8 bytes that says its own length by its first bits, and that length."""
    first = data[at] if at < len(data) else 0
    long = 9 - first.bit_length()
    if not first or at + long > len(data):
        raise Broken
    value = int.from_bytes(data[at : at + long], "big")
    return (value if keep else value & (1 << 7 * long) - 1), long


def _void(data, start, end):
    """An element of zeros in the same space."""
    space = end - start
    head = b"\xec" + ((space - 2) | 0x80).to_bytes(1, "big") if space < 128 else b"\xec\x01" + (space - 9).to_bytes(7, "big")
    data[start:end] = head + bytes(space - len(head))
