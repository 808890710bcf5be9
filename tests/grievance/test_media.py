"""Pictures and recordings: made harmless, whatever a stranger sends."""

import io
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grievance import media
from grievance.casework import Refused
from tests.builders import a_photo, a_voice

GPS = 0x8825
ORIENTATION = 0x0112


def kept(photo):
    return Image.open(default_storage.open(media.keep_photos([photo])[0].name))


def uploaded(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content)


def refusal(act, *arguments):
    with pytest.raises(Refused) as refused:
        act(*arguments)
    return refused.value


def an_exif(orientation=1):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "Maker of phones"
    exif[GPS] = {1: "N", 2: (43.0, 49.0, 12.0), 3: "E", 4: (87.0, 36.0, 0.0)}
    return exif


def a_huge_png(width, height):
    """A header that promises many pixels over a few bytes of data."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def test_place_and_everything_else_about_a_picture_is_gone():
    photo = a_photo(exif=an_exif(), comment=b"taken at home")
    before = Image.open(photo)
    assert before.getexif().get_ifd(GPS) and before.info["comment"]
    photo.seek(0)
    after = kept(photo)
    assert after.format == "JPEG"
    assert not after.getexif() and not after.getexif().get_ifd(GPS)
    assert not after.info.keys() & {"exif", "comment", "icc_profile", "xmp", "photoshop"}


def test_a_picture_taken_on_its_side_stands_upright():
    assert kept(a_photo(size=(80, 40), exif=an_exif(orientation=6))).size == (40, 80)


def test_a_large_picture_is_made_smaller():
    assert kept(a_photo(size=(4000, 3000))).size == (2560, 1920)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF", "BMP"])
def test_other_kinds_of_picture_become_jpeg(format):
    assert kept(a_photo(format=format)).format == "JPEG"


def test_what_one_can_see_through_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    assert kept(uploaded(out.getvalue())).getpixel((5, 5)) == (255, 255, 255)


def test_the_same_picture_twice_lies_in_one_file(own_files):
    one, other = media.keep_photos([a_photo(), a_photo("again.jpg")])
    assert one == other
    assert [path.name for path in (own_files / "media").rglob("*.*")] == [f"{one.sha256}.jpg"]


def test_the_name_of_a_file_says_nothing_of_what_was_uploaded():
    assert "王五" not in media.keep_photos([a_photo("王五家.jpg")])[0].name


def test_a_text_file_called_jpg_is_refused():
    refused = refusal(media.keep_photos, [uploaded("家里暖气不热".encode())])
    assert (refused.code, refused.status) == ("not_a_photo", 400)


def test_a_picture_that_was_cut_off_is_refused():
    whole = a_photo(size=(400, 300)).read()
    assert refusal(media.keep_photos, [uploaded(whole[: len(whole) // 2])]).code == "photo_damaged"


def test_a_page_that_pretends_to_be_a_picture_is_refused():
    page = b"GIF89a<script>alert(1)</script>"
    assert refusal(media.keep_photos, [uploaded(page)]).code in {"not_a_photo", "photo_damaged"}


@pytest.mark.parametrize("side", [8_000, 30_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side):
    refused = refusal(media.keep_photos, [uploaded(a_huge_png(side, side))])
    assert (refused.code, refused.status) == ("photo_too_many_pixels", 413)


def test_a_picture_of_thirty_megabytes_is_refused_unread():
    class Large:
        size = 30 * 1024 * 1024

    refused = refusal(media.keep_photos, [Large()])
    assert (refused.code, refused.status) == ("photo_too_large", 413)
    assert "超过 20 MB" in refused.message and "第 1 张" in refused.message


def test_more_than_nine_pictures_are_refused():
    assert refusal(media.keep_photos, [a_photo()] * 10).code == "too_many_photos"


def test_an_apple_picture_is_told_what_to_do():
    assert "截图" in refusal(media.keep_photos, [uploaded(b"\x00\x00\x00\x18ftypheic" + bytes(100))]).message


def test_broken_exif_around_a_sound_picture_does_no_harm():
    assert kept(a_photo(exif=b"Exif\x00\x00MM\x00*broken")).size == (64, 48)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (a_voice().read(), "audio/webm"),
        (b"OggS" + bytes(50), "audio/ogg"),
        (b"\x00\x00\x00\x1cftypM4A " + bytes(50), "audio/mp4"),
        (b"ID3\x03" + bytes(50), "audio/mpeg"),
        (b"\xff\xfb\x90" + bytes(50), "audio/mpeg"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(50), "audio/wav"),
        (b"#!AMR\n" + bytes(50), "audio/amr"),
    ],
)
def test_a_recording_is_known_by_its_content(content, content_type):
    voice = media.keep_voice(uploaded(content, "voice"))
    assert (voice.kind, voice.content_type) == ("voice", content_type)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe0", b"RIFF\x24\x00\x00\x00AVI ", b"<script>"])
def test_what_is_no_recording_is_refused(content):
    assert refusal(media.keep_voice, uploaded(content, "voice.mp3")).code == "not_a_voice"


def test_a_recording_over_ten_megabytes_is_refused():
    class Large:
        size = 11 * 1024 * 1024

    refused = refusal(media.keep_voice, Large())
    assert (refused.code, refused.status) == ("voice_too_large", 413)


def test_where_a_recording_was_made_is_blanked():
    tags = b"\x00\x00\x00\x18udta\x00\x00\x00\x10\xa9xyz+43.8000"
    moov = struct.pack(">I", 8 + len(tags)) + b"moov" + tags
    content = b"\x00\x00\x00\x10ftypM4A " + bytes(4) + moov + b"\x00\x00\x00\x0cmdatsong"
    after = media.without_tags(content)
    assert b"xyz" not in after and b"43.8" not in after
    assert (len(after), after[-8:]) == (len(content), b"mdatsong")
