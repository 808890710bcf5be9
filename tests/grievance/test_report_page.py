"""The page behind a code: without a script, without a cookie, and nothing typed is ever lost."""

import gzip
import html
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from grievance import own_phone
from grievance.actions import codes
from grievance.models import Case, Grievance
from tests.builders import a_code, a_photo, a_place, a_voice, an_alert
from tests.clock import MONDAY_10AM, MONDAY_NOON, travel
from tests.grievance.films import a_video

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert('说')</script>"


def page_of(code):
    return reverse("grievance:report", args=[code.token])


def shown(response):
    return html.unescape(response.content.decode())


def test_page_names_the_place_and_gives_out_a_key(client, django_assert_num_queries):
    code = a_code(a_place(name="2单元", parent=a_place(name="3号楼", parent=a_place(name="幸福小区"))))
    # The code with its place, and what is already being worked on there
    with django_assert_num_queries(2):
        response = client.get(page_of(code))
    assert "幸福小区3号楼2单元" in shown(response)
    assert len(response.context["form"]["key"].value()) == 22
    assert response.headers["Cache-Control"].startswith("max-age=0")


def test_page_needs_no_cookie(client):
    assert not client.get(page_of(a_code())).cookies


def test_two_people_get_two_keys(client):
    code = a_code()
    keys = {client.get(page_of(code)).context["form"]["key"].value() for _ in range(2)}
    assert len(keys) == 2


def test_posting_the_text_leads_to_the_receipt(client, django_assert_num_queries):
    code = a_code()
    # The words of the screening, once in half a minute, are one of them
    with travel(MONDAY_10AM), django_assert_num_queries(9 if connection.vendor == "sqlite" else 8):
        response = client.post(page_of(code), {"description": "家里暖气不热，室温只有15度"})
    grievance = Grievance.objects.get()
    assert grievance.submitted_at == MONDAY_10AM
    assert response.headers["Location"] == f"/r/{grievance.receipt}/?new=1"
    # The one cookie there is: what was reported on this phone, for this phone
    assert list(response.cookies) == [own_phone.COOKIE]
    receipt = client.get(response.headers["Location"])
    assert grievance.number in shown(receipt) and f"/r/{grievance.receipt}/" in shown(receipt)


def test_a_double_tap_leads_to_the_same_receipt(client):
    code = a_code()
    form = {"description": "路灯不亮", "key": client.get(page_of(code)).context["form"]["key"].value()}
    first, second = client.post(page_of(code), form), client.post(page_of(code), form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Grievance.objects.count() == 1


def test_a_used_key_with_other_words_gives_a_new_key_and_keeps_the_words(client):
    code = a_code()
    client.post(page_of(code), {"description": "路灯不亮", "key": "tap"})
    response = client.post(page_of(code), {"description": "井盖也坏了", "key": "tap"})
    assert response.status_code == 409
    assert "井盖也坏了" in shown(response)
    again = {"description": "井盖也坏了", "key": response.context["form"]["key"].value()}
    assert client.post(page_of(code), again).status_code == 302


def test_everything_that_can_be_said_is_kept(client):
    code = a_code()
    client.post(
        page_of(code),
        {
            "kind": "dispute", "description": "楼上漏水", "address": "301", "photos": [a_photo(), a_photo(colour="blue")],
            "voice": a_voice(), "video": a_video(), "name": "古丽·买买提", "phone": "0991-5551234", "confidential": "on",
        },
    )  # fmt: skip
    grievance = Grievance.objects.get()
    assert (grievance.kind, grievance.description, grievance.address) == ("dispute", "楼上漏水", "301")
    assert [file.kind for file in grievance.attachments.all()] == ["photo", "photo", "voice", "video"]
    person = grievance.complainant
    assert (person.name, person.phone, person.confidential) == ("古丽·买买提", "0991-5551234", True)


IMPORT = re.compile(r"""(?:from|import)\s*\(?['"]\./([\w.-]+)['"]""")


def loaded(page):
    """{name: bytes} of every sheet, picture and script that a page names, and of what those scripts import."""
    wanted, found = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page)), {}
    while wanted:
        name = wanted.pop()
        found[name] = Path(finders.find(name)).read_bytes()
        wanted |= {f"shuoshi/{part}" for part in IMPORT.findall(found[name].decode())} - set(found)
    return found


def test_first_load_of_the_page_stays_under_sixty_kilobytes_over_the_wire(client):
    page = client.get(page_of(a_code())).content
    parts = loaded(page.decode())
    assert {"shuoshi/resident.css", "shuoshi/writing.js", "shuoshi/uploads.js", "shuoshi/dom.js"} <= set(parts)
    # The page itself goes out as it is; what never changes lies ready compressed
    assert len(page) + sum(len(gzip.compress(part)) for part in parts.values()) <= 60 * 1024


def test_unknown_code_says_what_to_do(client):
    response = client.get("/q/no-such-code/")
    assert response.status_code == 404
    assert "重新扫码" in shown(response)


def test_revoked_code_says_what_to_do_and_takes_nothing(client):
    code = a_code()
    codes.revoke(code, at=MONDAY_NOON)
    for response in (client.get(page_of(code)), client.post(page_of(code), {"description": "路灯不亮"})):
        assert response.status_code == 410
        assert "已经停用" in shown(response)
    assert not Case.objects.exists()


BAD = {
    "nothing at all": ({}, 400, "还没有内容"),
    "20,000 characters": ({"description": "说" * 20_000}, 400, "最多 5000 个字"),
    "a long address": ({"description": "路灯", "address": "路" * 201}, 400, "最多 200 个字"),
    "a long name": ({"description": "路灯", "name": "王" * 61}, 400, "最多 60 个字"),
    "a phone that is none": ({"description": "路灯", "phone": "12345"}, 400, "11 位数字"),
    "a kind that is none": ({"description": "路灯", "kind": "shout"}, 400, "请选"),
    "a text file called .jpg": ({"description": "路灯", "photos": SimpleUploadedFile("a.jpg", b"hello")}, 400, "不是照片"),
    "ten pictures": ({"description": "路灯", "photos": [a_photo() for _ in range(10)]}, 400, "最多 9 张"),
    "the whole album": ({"description": "路灯", "photos": [a_photo() for _ in range(60)]}, 400, "最多 9 张"),
    "a voice that is none": ({"description": "路灯", "voice": SimpleUploadedFile("a.mp3", b"hello")}, 400, "打不开"),
    "a video that is none": ({"description": "路灯", "video": SimpleUploadedFile("a.mp4", b"hello")}, 400, "视频打不开"),
    "a field that nobody sees": ({"description": "路灯", "website": "http://a"}, 400, "再按一次"),
    "a key without end": ({"description": "路灯", "key": "k" * 201}, 400, "200 个字符"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_with_a_sentence_and_the_text_kept(client, what):
    said, status, sentence = BAD[what]
    response = client.post(page_of(a_code()), said)
    assert response.status_code == status
    assert sentence in shown(response)
    assert said.get("description", "") in shown(response)
    assert not Case.objects.exists()


def test_a_picture_of_thirty_megabytes_is_refused_and_the_text_kept(client):
    large = SimpleUploadedFile("large.jpg", a_photo().read() + bytes(30 * 1024 * 1024))
    response = client.post(page_of(a_code()), {"description": "围挡占道", "photos": large})
    assert response.status_code == 413
    assert "超过 20 MB" in shown(response) and "围挡占道" in shown(response)
    assert "需要重新选" in shown(response)


def test_script_in_every_field_is_shown_as_text(client):
    code = a_code()
    said = dict.fromkeys(["description", "address", "name", "phone", "kind", "key"], SCRIPT)
    refused = client.post(page_of(code), said)
    assert refused.status_code == 400
    assert SCRIPT not in refused.content.decode() and SCRIPT in shown(refused)
    said |= {"phone": "", "kind": "report"}
    receipt = client.post(page_of(code), said).headers["Location"]
    for address in (receipt, receipt.partition("?")[0]):
        assert "<script>alert" not in client.get(address).content.decode()
    grievance = Grievance.objects.get()
    assert (grievance.description, grievance.address, grievance.complainant.name) == (SCRIPT, SCRIPT, SCRIPT)


def test_characters_that_no_database_takes_do_no_harm(client):
    client.post(page_of(a_code()), {"description": "路灯\r\n不亮"})
    assert Grievance.objects.get().description == "路灯\n不亮"


def test_danger_is_answered_at_once_with_advice(client):
    an_alert("gas", ["煤气味"], advice="先到室外，再打 119。")
    response = client.post(page_of(a_code()), {"description": "楼道里有煤气味"}, follow=True)
    assert "先到室外，再打 119。" in shown(response)
