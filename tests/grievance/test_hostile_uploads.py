"""What a stranger may send on purpose, and what it gets (docs/hostile-uploads.md names each of these)."""

import base64
import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import TooManyFilesSent
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grievance import containers, media
from grievance.casework import Refused
from tests.builders import a_photo
from tests.grievance.films import a_film, a_recording, box
from tests.grievance.test_media import a_huge_png, kept, refusal, uploaded

TABLE = Path(__file__).resolve().parents[2] / "docs" / "hostile-uploads.md"
SCRIPT = b"<script>alert(document.cookie)</script>"
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAAAERAAAIA"
    "AQAAAAAB4gABAAAAAAAAACQAAgAAAAACBgABAAAAAAAAAIIAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlm"
    "AAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroC"
    "QGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAA"
    "AAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAA"
    "ABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAArm1kYXQAAAAgKAGvC2D15YOv//nMNb7q6PmuZVS9zJ3+jHm/RfCJ9OAAAAAGRXhpZgAATU0AKgAAAAgAAwEP"
    "AAIAAAAQAAAAMgESAAMAAAABAAEAAIglAAQAAAABAAAAQgAAAABNYWtlciBvZiBwaG9uZXMAAAIAAQACAAAAAk4AAAAAAgAFAAAAAwAAAGAAAAAAAAAAKwAA"
    "AAEAAAAxAAAAAQAAAAwAAAAB"
)
"""64×48, left half blue and right half red, with maker and place: as an Apple phone takes it."""


def stored(photo):
    with default_storage.open(media.keep_photos([photo])[0].name) as file:
        return file.read()


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", content)
    return out.getvalue()


def a_huge_gif(side):
    """One pixel of canvas, and a frame that promises a wall."""
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + screen + frame + b"\x3b"


def test_a_picture_that_is_also_a_page_is_only_a_picture_afterwards():
    photo = a_photo(comment=SCRIPT).read() + SCRIPT
    assert SCRIPT in photo
    assert b"script" not in stored(uploaded(photo, "page.html"))


def test_a_gif_that_is_also_a_program_is_drawn_anew():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "GIF", comment=b"*/=alert(1);/*")
    after = stored(uploaded(out.getvalue(), "a.js"))
    assert after[:3] == b"\xff\xd8\xff" and b"alert" not in after


NONE = {
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "zip": zipped("hello"),
    "PDF": b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>endobj",
    "program": b"MZ\x90\x00" + bytes(200),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
}


@pytest.mark.parametrize("what", NONE)
@pytest.mark.parametrize("keep", [lambda file: media.keep_photos([file]), media.keep_voice, media.keep_video])
def test_what_is_no_picture_voice_or_video_is_refused_whatever_it_is_called(what, keep):
    file = SimpleUploadedFile("photo.jpg", NONE[what], content_type="image/jpeg")
    assert refusal(keep, file).code.startswith("not_a_")


@pytest.mark.parametrize("bomb", [a_huge_png(50_000, 50_000), a_huge_gif(60_000)], ids=["png", "gif frame"])
def test_a_bomb_is_refused_before_it_is_unpacked(bomb):
    assert refusal(media.keep_photos, [uploaded(bomb)]).code == "photo_too_many_pixels"


def test_an_apple_picture_becomes_jpeg_without_place_or_maker():
    before = Image.open(io.BytesIO(HEIC))
    assert before.getexif().get(0x010F) == "Maker of phones"
    after = kept(uploaded(HEIC, "IMG_0001.HEIC"))
    assert (after.format, after.size, dict(after.getexif())) == ("JPEG", (64, 48), {})
    left, right = after.getpixel((5, 20)), after.getpixel((60, 20))
    assert left[2] > 150 > left[0] and right[0] > 150 > right[2]


def test_an_apple_picture_that_was_cut_off_says_what_to_do():
    refused = refusal(media.keep_photos, [uploaded(HEIC[:300])])
    assert refused.code in {"not_a_photo", "photo_damaged"} and "再发送" in refused.message


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..\\..\\a.exe", "/q/..%2f.jpg", "a\x00.jpg", "照" * 300 + ".jpg"])
def test_a_name_leads_nowhere(name, own_files):
    before = {path for path in Path(own_files).rglob("*") if path.is_file()}
    name = media.keep_photos([SimpleUploadedFile(name.replace("\x00", ""), a_photo().read())])[0].name
    assert re.fullmatch(r"attachments/[0-9a-f]{2}/[0-9a-f]{64}\.jpg", name)
    assert len({path for path in Path(own_files).rglob("*") if path.is_file()} - before) == 1


def test_what_the_sender_calls_a_file_decides_nothing():
    film = media.keep_video(SimpleUploadedFile("a.html", a_film(), content_type="text/html"))
    assert (film.content_type, film.name[-4:]) == ("video/mp4", ".mp4")


def test_ten_thousand_files_are_refused_by_their_number(rf):
    request = rf.post("/", {"photos": [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(10_000)]})
    with pytest.raises(TooManyFilesSent):
        request.FILES  # noqa: B018 reading it is what is refused


def test_a_file_without_end_is_cut_off_while_it_streams_in(rf):
    large = SimpleUploadedFile("large.jpg", bytes(60 * 1024 * 1024))
    request = rf.post("/", {"photos": large, "description": "围挡占道"})
    taken = request.FILES["photos"].size
    assert media.MAX_PHOTO_BYTES < taken <= media.MAX_PHOTO_BYTES + 2 * 64 * 1024
    assert request.POST["description"] == "围挡占道"
    assert refusal(media.keep_photos, [request.FILES["photos"]]).code == "photo_too_large"


def test_no_request_may_be_larger_than_all_its_parts_together(settings):
    assert settings.VIDEO_MAX_BYTES + media.MAX_VOICE_BYTES < settings.REQUEST_MAX_BYTES < 100_000_000


# --- short video -----------------------------------------------------------------------------------

PLACES = (b"43.8", b"87.6", b"xyz", b"ISO6709", b"Maker", b"GPS")


@pytest.mark.parametrize("film", [a_film(), a_film(brand=b"qt  "), a_film(wide=True)], ids=["mp4", "mov", "wide mdat"])
def test_where_a_film_was_made_is_blanked_in_its_shell_and_in_its_position_track(film):
    assert all(word in film for word in PLACES)
    after, seconds = containers.blanked_mp4(film)
    assert not [word for word in PLACES if word in after]
    assert (len(after), after.count(b"pictures"), seconds) == (len(film), 1, 10)
    assert struct.pack(">I", 3_800_000_000) not in after


def test_tags_and_date_of_a_browser_s_film_are_blanked():
    film = a_recording()
    after, seconds = containers.blanked_webm(film)
    assert b"LOCATION" not in after and b"20260309" not in after and b"pictures" in after
    assert (len(after), seconds) == (len(film), 10)


def test_a_film_is_kept_by_what_it_is(own_files):
    kinds = [media.keep_video(uploaded(film)).content_type for film in (a_film(), a_film(brand=b"qt  "), a_recording())]
    assert kinds == ["video/mp4", "video/quicktime", "video/webm"]


FALSE = {
    "cut off": a_film()[:-20],
    "cut off in the middle": a_film()[:60],
    "a page behind it": a_film() + SCRIPT,
    "sound alone": a_film(picture=b"soun"),
    "a picture": a_photo().read(),
    "HEIC": HEIC,
    "a box without end": box(b"ftyp", b"mp42") + b"\x7f\xff\xff\xffmoov",
    "a box of no size": box(b"ftyp", b"mp42") + struct.pack(">I", 4) + b"moov",
    "boxes without number": box(b"ftyp", b"mp42") + box(b"free") * 300_000,
    "a browser's film cut off": a_recording()[:-3],
    "a browser's film that is none": b"\x1aE\xdf\xa3" + b"webm" * 9,
    "elements without number": a_recording() + b"\xec\x80" * 300_000,
}


@pytest.mark.parametrize("what", FALSE)
def test_a_shell_that_does_not_fit_together_is_refused_whole(what):
    assert refusal(media.keep_video, uploaded(FALSE[what])).code == "not_a_video"


def test_samples_that_claim_the_whole_file_again_and_again_are_refused():
    film = a_film().replace(struct.pack(">2I", 10, 8), struct.pack(">2I", 2**31, 2**31))
    with pytest.raises(containers.Broken):
        containers.blanked_mp4(film)


@pytest.mark.parametrize("film", [a_film(seconds=200), a_recording(seconds=200.0)], ids=["mp4", "webm"])
def test_a_film_that_is_too_long_is_told_so(film):
    refused = refusal(media.keep_video, uploaded(film))
    assert (refused.code, refused.status) == ("video_too_long", 413)


def test_a_film_that_is_too_large_is_refused_unread(settings):
    class Large:
        size = settings.VIDEO_MAX_BYTES + 1

    with pytest.raises(Refused, match="50 MB"):
        media.keep_video(Large())


def test_every_line_of_the_table_names_a_test_that_is_there():
    tests = "".join(path.read_text() for path in TABLE.parents[1].glob("tests/**/test_*.py"))
    named = re.findall(r"`(test_\w+)`", TABLE.read_text())
    assert len(named) >= 15
    assert [name for name in named if f"def {name}(" not in tests] == []
