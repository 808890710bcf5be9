"""The public JSON intake."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from grievance.classify import screening
from grievance.models import Grievance, IntakeCount
from tests.builders import a_code, a_photo, a_voice
from tests.clock import MONDAY_10AM, MONDAY_NOON, travel
from tests.grievance.films import a_video

pytestmark = pytest.mark.django_db
REPO = Path(__file__).resolve().parents[2]


def address_of(code):
    return f"/api/v1/q/{code.token}/grievances/"


def post(client, code, body, **headers):
    return client.post(address_of(code), json.dumps(body), content_type="application/json", headers=headers)


def test_answer_has_number_receipt_and_address(client, settings, django_assert_num_queries):
    settings.INTAKE_THROTTLE = ""
    code = a_code()
    # The words of the screening are read once in half a minute
    screening.suspected("", datetime.now(UTC))
    # The code with its place; BEGIN and COMMIT count where the test has no transaction, here a savepoint does; three inserts, in
    # one message where the database takes it, after one that asks for two keys
    with django_assert_num_queries(6 if connection.vendor == "sqlite" else 5):
        response = post(client, code, {"description": "家里暖气不热，室温只有15度"})
    grievance = Grievance.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "number": grievance.number,
        "receipt": grievance.receipt,
        "url": f"{settings.SITE_URL}/r/{grievance.receipt}/",
    }
    assert grievance.case.source == "api"


def test_retry_with_the_same_key_gets_the_same_answer(client):
    code, body = a_code(), {"description": "路灯不亮"}
    first, second = (post(client, code, body, **{"Idempotency-Key": "tap"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Grievance.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(client):
    code = a_code()
    post(client, code, {"description": "路灯不亮"}, **{"Idempotency-Key": "tap"})
    response = post(client, code, {"description": "井盖坏了"}, **{"Idempotency-Key": "tap"})
    assert (response.status_code, response.json()["code"]) == (409, "key_reused")


def test_without_a_key_every_post_is_a_grievance(client):
    code = a_code()
    for _ in range(2):
        post(client, code, {"description": "路灯不亮"})
    assert Grievance.objects.count() == 2


def test_form_and_multipart_are_taken_too(client):
    code = a_code()
    assert client.post(address_of(code), "description=x", content_type="application/x-www-form-urlencoded").status_code == 201
    files = {"photos": [a_photo(), a_photo(colour="blue")], "voice": a_voice(), "video": a_video(), "confidential": "true"}
    assert client.post(address_of(code), files).status_code == 201
    grievance = Grievance.objects.last()
    assert (grievance.attachments.count(), grievance.complainant.confidential) == (4, True)


def test_all_fields_have_the_names_of_the_form(client):
    body = {
        "kind": "question", "description": "怎么补办社保卡", "address": "窗口", "name": "王五", "phone": "13812345678",
        "confidential": True,
    }  # fmt: skip
    assert post(client, a_code(), body).status_code == 201
    grievance = Grievance.objects.get()
    assert (grievance.kind, grievance.address, grievance.complainant.phone) == ("question", "窗口", "13812345678")


BAD = {
    "no JSON": ("{", 400, "bad_json"),
    "no text at all": (b"\xff\xfe", 400, "bad_json"),
    "a list": ("[]", 400, "bad_json"),
    "nothing said": ("{}", 400, "nothing_said"),
    "null": ('{"description": null}', 400, "nothing_said"),
    "a number for a text": ('{"description": 5}', 400, "bad_field"),
    "an object for a text": ('{"description": "x", "name": {"$ne": 1}}', 400, "bad_field"),
    "20,000 characters": (json.dumps({"description": "说" * 20_000}), 400, "description_too_long"),
    "three megabytes": (json.dumps({"description": "x" * 3_000_000}), 413, "too_large"),
    "a picture inside": ('{"description": "x", "photos": ["aGk="]}', 400, "files_need_multipart"),
    "a wrong phone": ('{"description": "x", "phone": "110"}', 400, "bad_phone"),
    "a wrong kind": ('{"description": "x", "kind": "shout"}', 400, "unknown_kind"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_a_code_and_a_sentence(client, what):
    body, status, code = BAD[what]
    response = client.post(address_of(a_code()), body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["message"].endswith("。")
    assert not Grievance.objects.exists()


def test_half_characters_and_zeros_do_no_harm(client):
    assert post(client, a_code(), {"description": "路灯\ud800\x00不亮", "name": "\x00"}).status_code == 201
    assert Grievance.objects.get().description == "路灯不亮"


def test_a_text_file_called_jpg_is_refused(client):
    response = client.post(address_of(a_code()), {"photos": SimpleUploadedFile("a.jpg", b"hello")})
    assert (response.status_code, response.json()["code"]) == (400, "not_a_photo")


def test_unknown_and_revoked_codes(client):
    assert client.post("/api/v1/q/no-such-code/grievances/", {"description": "x"}).json()["code"] == "unknown_code"
    code = a_code()
    code.revoked_at = MONDAY_NOON
    code.save()
    response = post(client, code, {"description": "x"})
    assert (response.status_code, response.json()["code"]) == (410, "revoked_code")


def test_reading_is_not_offered(client):
    response = client.get(address_of(a_code()))
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_an_address_that_floods_is_asked_to_wait(client, settings):
    settings.INTAKE_THROTTLE = "2/minute"
    code = a_code()
    with travel(MONDAY_10AM):
        answers = [post(client, code, {"description": "x"}) for _ in range(3)]
        other = client.post(address_of(code), {"description": "x"}, REMOTE_ADDR="10.0.0.9")
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (answers[2].json()["code"], answers[2].headers["Retry-After"]) == ("throttled", "60")
    assert other.status_code == 201
    with travel(MONDAY_NOON):
        assert post(client, code, {"description": "x"}).status_code == 201


def test_counts_of_windows_that_are_over_are_swept_out(client, settings):
    settings.INTAKE_THROTTLE = "2/minute"
    code = a_code()
    for instant in (MONDAY_10AM, MONDAY_NOON):
        with travel(instant):
            post(client, code, {"description": "x"})
    assert [row.window_start for row in IntakeCount.objects.all()] == [MONDAY_NOON]
    assert "127.0.0.1" not in IntakeCount.objects.get().address_index


def test_a_stranger_cannot_choose_the_address_that_is_counted(client, settings):
    settings.INTAKE_THROTTLE = "1/minute"
    code = a_code()
    with travel(MONDAY_10AM):
        answers = [post(client, code, {"description": "x"}, **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]


def test_behind_a_trusted_proxy_the_visitor_is_counted(client, settings):
    settings.INTAKE_THROTTLE, settings.TRUSTED_PROXIES = "1/minute", 1
    code = a_code()
    with travel(MONDAY_10AM):
        answers = [post(client, code, {"description": "x"}, **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]


def test_every_refusal_stands_in_the_documentation():
    sources = ["api.py", "said.py", "media.py", "throttle.py", "views/report.py", "actions/intake.py"]
    raised = {
        code
        for source in sources
        for code in re.findall(
            r'(?:Refused\(|__init__\(|_limited\(value, \w+, |"code": )\s*"(\w+)"', (REPO / "grievance" / source).read_text()
        )
    }
    # Of the follow page, of the page with its form, and of staff who write for somebody
    elsewhere = {"withdrawn", "case_ended", "nothing_to_urge", "urged_recently", "too_late", "looks_automatic", "no_code"}
    elsewhere |= {"too_many_recordings", "language_too_long"}
    documented = set(re.findall(r"`([a-z_]+)`", (REPO / "docs" / "intake-api.md").read_text().partition("出错时")[2]))
    assert raised - elsewhere <= documented
    assert len(raised) > 20
