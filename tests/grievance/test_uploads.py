"""Sent while one still writes: harmless at once, unreadable while it waits, gone in the act that takes the words."""

import html
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.urls import reverse
from PIL import Image

from grievance import receiving, sealed_box, waiting
from grievance.actions import confidential, uploads
from grievance.casework import Refused
from grievance.models import Attachment, ConfidentialInbox, ConfidentialReport, Grievance, Upload
from street.models import Organisation
from tests.builders import a_code, a_photo, a_place, a_street, a_voice, an_alert, an_organisation
from tests.clock import MONDAY_10AM, travel
from tests.grievance.films import a_film

pytestmark = pytest.mark.django_db
DRAFT, OTHER = "d" * 48, "e" * 48
MIME = "application/octet-stream"


def key(number):
    return f"{number:048d}"


def address(code):
    return reverse("grievance:uploads", args=[code.token])


def sent(client, code, number=1, *, kind="photo", content=None, draft=DRAFT, name="红包照片.jpg"):
    body = a_photo().read() if content is None else content
    told = {"X-Draft": draft, "X-Upload": key(number), "X-Kind": kind, "X-Name": name.encode("ascii", "replace").decode()}
    return client.generic("POST", address(code), body, MIME, headers=told)


def submitted(client, code, numbers=(1,), *, draft=DRAFT, words="暖气不热", form_key="k1"):
    form = {"description": words, "key": form_key, "draft": draft, "uploads": [key(number) for number in numbers]}
    return client.post(reverse("grievance:report", args=[code.token]), form)


def waiting_files(folder):
    return [path for path in Path(folder).rglob("waiting/*") if path.is_file()]


def test_what_waits_can_be_read_neither_from_the_row_nor_from_the_folder(client, own_files):
    code = a_code()
    with travel(MONDAY_10AM):
        answer = sent(client, code)
    assert answer.status_code == 201 and answer.headers["Cache-Control"].startswith("max-age=0")
    row = Upload.objects.get()
    (path,) = waiting_files(own_files)
    stored = path.read_bytes()
    assert b"\xff\xd8\xff" not in stored and b"photo" not in stored and b"image" not in stored
    held = " ".join(str(getattr(row, field.name)) for field in Upload._meta.fields)
    assert not any(secret in held for secret in (DRAFT, key(1), "photo", "jpg", "红包"))
    note, content = waiting.take(row.name, DRAFT, key(1))
    assert (note["kind"], Image.open(io.BytesIO(content)).format) == ("photo", "JPEG")
    for draft, one in ((OTHER, key(1)), (DRAFT, key(2)), (row.draft_mark, row.key_mark)):
        with pytest.raises(InvalidTag):
            waiting.take(row.name, draft, one)


def test_picture_voice_and_video_go_into_the_grievance_and_nothing_is_left_waiting(
    client, own_files, django_capture_on_commit_callbacks
):
    code = a_code()
    sent(client, code, 1)
    sent(client, code, 2, kind="voice", content=a_voice().read())
    sent(client, code, 3, kind="video", content=a_film())
    with django_capture_on_commit_callbacks(execute=True):
        assert submitted(client, code, (1, 2, 3)).status_code == 302
    kept = Grievance.objects.get().attachments.all()
    assert [(file.kind, file.content_type) for file in kept] == [
        ("photo", "image/jpeg"), ("voice", "audio/webm"), ("video", "video/mp4"),
    ]  # fmt: skip
    assert not Upload.objects.exists() and not waiting_files(own_files)


def test_answer_that_was_lost_is_given_again_though_the_files_are_gone(client, django_capture_on_commit_callbacks):
    code = a_code()
    sent(client, code)
    with django_capture_on_commit_callbacks(execute=True):
        first = submitted(client, code)
    assert submitted(client, code).headers["Location"] == first.headers["Location"]
    assert (Grievance.objects.count(), Attachment.objects.count()) == (1, 1)


@pytest.fixture
def sealed_code():
    street = a_street()
    office = an_organisation("qms-jiwei", "纪工委", Organisation.Kind.DEPARTMENT, parent=street)
    public, pem = sealed_box.new_pair("correct horse battery")
    confidential.change_key(office, public=public, at=MONDAY_10AM)
    ConfidentialInbox.objects.create(street=street, office=office, above=office, passes=[])
    an_alert("misconduct", ["收礼"], quarantine=True)
    return a_code(a_place(street)), sealed_box.unlock(pem, "correct horse battery")


def test_files_of_a_report_on_officials_are_sealed_with_it_and_leave_no_trace(
    client, own_files, sealed_code, django_capture_on_commit_callbacks
):
    code, private = sealed_code
    sent(client, code, 1)
    sent(client, code, 2, kind="voice", content=a_voice().read())
    # One that was sent and left out of the form goes too
    sent(client, code, 3)
    with travel(MONDAY_10AM), django_capture_on_commit_callbacks(execute=True):
        first = submitted(client, code, (1, 2), words="副主任收礼")
        again = submitted(client, code, (1, 2), words="副主任收礼")
    assert first.headers["Location"] == again.headers["Location"]
    report = ConfidentialReport.objects.get()
    assert not any(model.objects.exists() for model in (Upload, Attachment, Grievance))
    assert not waiting_files(own_files)
    assert {path.parent.name for path in Path(own_files).rglob("*") if path.is_file()} == {"confidential"}
    _, files = confidential.read(report, key=private, by=None, at=MONDAY_10AM)
    assert [file["type"] for file in files] == ["image/jpeg", "audio/webm"]


def test_what_the_phone_says_it_sent_and_is_not_here_registers_nothing_and_keeps_the_words(client):
    code = a_code()
    sent(client, code)
    for numbers, draft in (((1, 2), DRAFT), ((1,), OTHER)):
        answer = submitted(client, code, numbers, draft=draft)
        assert answer.status_code == 409
        assert "data-lost" in answer.text and "暖气不热" in html.unescape(answer.text)
    assert not Grievance.objects.exists() and Upload.objects.count() == 1


def test_same_file_again_is_the_same_file_and_only_its_own_draft_takes_it_back(client, django_capture_on_commit_callbacks):
    code = a_code()
    assert [sent(client, code).status_code for _ in range(2)] == [201, 201]
    assert Upload.objects.count() == 1
    for draft, left in ((OTHER, 1), (DRAFT, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.delete(address(code), headers={"X-Draft": draft, "X-Upload": key(1)})
        assert (answer.status_code, Upload.objects.count()) == (204, left)


BAD = {
    "a text": ({"content": b"hello"}, 400, "not_a_photo"),
    "nothing": ({"content": b""}, 400, "empty_upload"),
    "a page": ({"content": b"<svg onload=alert(1)>"}, 400, "not_a_photo"),
    "a kind that is none": ({"kind": "program"}, 400, "bad_draft"),
    "a short secret": ({"draft": "1234"}, 400, "bad_draft"),
    "a secret that leads elsewhere": ({"draft": "../" * 16}, 400, "bad_draft"),
    "a voice that is a picture": ({"kind": "voice"}, 400, "not_a_voice"),
    "a video that is a picture": ({"kind": "video"}, 400, "not_a_video"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_at_once_with_a_sentence(client, own_files, what):
    how, status, code = BAD[what]
    answer = sent(client, a_code(), **how)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"].startswith("这") and answer.json()["message"].endswith("。")
    assert not Upload.objects.exists() and not waiting_files(own_files)


def test_code_that_is_none_or_revoked_takes_no_files(client):
    code = a_code()
    code.revoked_at = MONDAY_10AM
    code.save(update_fields=["revoked_at"])
    assert sent(client, code).status_code == 410
    code.token = "no-such-code"
    assert sent(client, code).json()["code"] == "unknown_code"


def test_more_than_a_draft_may_have_and_more_than_may_wait_in_all_are_refused(client, settings):
    code = a_code()
    Upload.objects.bulk_create(
        Upload(qr_code=code, draft_mark=uploads._mark(DRAFT), key_mark=str(number), name="n", size=1, at=MONDAY_10AM)
        for number in range(uploads.MOST)
    )
    assert sent(client, code).json()["code"] == "too_many_photos"
    settings.WAITING_MAX_MB = 0
    answer = sent(client, code, draft=OTHER)
    assert (answer.status_code, answer.json()["code"]) == (503, "waiting_full")


def test_files_beyond_what_an_estate_sends_are_asked_to_wait(client, settings):
    settings.INTAKE_THROTTLE = "1/hour"
    with travel(MONDAY_10AM):
        answers = [sent(client, a_code(), content=b"x") for _ in range(51)]
    assert [answer.status_code for answer in answers[49:]] == [400, 429]
    assert answers[-1].headers["Retry-After"]


def test_after_a_day_row_and_file_are_gone_and_so_is_what_a_crash_left(client, own_files):
    code = a_code()
    with travel(MONDAY_10AM):
        sent(client, code)
    orphan = waiting.put(DRAFT, key(9), {}, b"")
    assert uploads.sweep(at=MONDAY_10AM + uploads.LIFE - timedelta(seconds=1)) == 0
    old = (MONDAY_10AM - timedelta(days=1)).timestamp()
    os.utime(Path(own_files, "media", orphan), (old, old))
    assert len(waiting_files(own_files)) == 2
    assert uploads.sweep(at=MONDAY_10AM + uploads.LIFE) == 1
    assert not Upload.objects.exists() and not waiting_files(own_files)


class Unread:
    """A body that must not be touched."""

    def read(self, size):
        raise AssertionError("it was read")


def test_a_body_of_a_hundred_megabytes_is_refused_before_a_byte_is_read():
    for kind in ("photo", "voice", "video"):
        with pytest.raises(Refused) as refused:
            receiving.taken_in(Unread(), 100_000_000, kind)
        assert refused.value.status == 413


def test_a_body_that_ends_early_is_no_file():
    with pytest.raises(Refused) as refused:
        receiving.taken_in(io.BytesIO(b"half"), 8, "photo")
    assert refused.value.code == "cut_off"


def served(client, code, **change):
    Attachment.objects.update(**change)
    grievance = Grievance.objects.get()
    return client.get(f"/r/{grievance.receipt}/attachments/{Attachment.objects.get().pk}/", headers={"Range": "bytes=4-7"})


def test_a_film_is_played_piece_by_piece_and_what_is_of_no_known_kind_is_only_bytes(client):
    code = a_code()
    sent(client, code, kind="video", content=a_film())
    submitted(client, code)
    answer = served(client, code)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (206, b"ftyp", "video/mp4")
    assert "sandbox" in answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    other = served(client, code, content_type="text/html")
    assert other.headers["Content-Type"] == "application/octet-stream"
    assert other.headers["Content-Disposition"].startswith("attachment")
