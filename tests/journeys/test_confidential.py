"""故事六：举报社区干部. It is received, read by one person, passed on, and leaves no trace on anybody else's page."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from grievance.models import Case, ConfidentialReport, Notice, QRCode
from street.models import User
from tests.clock import instant, travel
from tests.journeys.conftest import Clock

pytestmark = pytest.mark.django_db
SAID = "某社区副主任给自己亲戚办低保，还收礼"
DAY = instant("2023-05-15 10:00")
OTHERS = [
    "zhibanzhang", "paidan1", "duban", "huifang1", "shuji", "fenguan", "luxi_shuji", "luxi_wangge", "luxi_banli", "qushuji",
    "ducha", "admin", "heat_banli",
]  # fmt: skip
PAGES = [
    "/admin/", "/desk/triage/", "/desk/cases/", "/desk/cases/?q=低保", "/desk/callbacks/", "/desk/figures/", "/phone/secretary/",
    "/phone/orders/", "/api/v1/cases/", "/api/v1/orders/", "/codes/",
]  # fmt: skip


@pytest.fixture
def street(settings, street_and_policy, db):
    call_command("sample_keys", verbosity=0)
    return settings.DATA_DIR / "sample-keys"


def signed_in(username):
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def opening(folder, office="qms-jiwei", **more):
    """What the officer sends with each opening: the key file and its passphrase."""
    pem = SimpleUploadedFile("key.pem", BytesIO((folder / f"{office}.pem").read_bytes()).read())
    return {"key": pem, "passphrase": (folder / f"{office}.passphrase").read_text().strip(), **more}


def test_report_on_a_cadre_is_seen_by_the_discipline_office_alone(street, own_files, caplog):
    code = QRCode.objects.filter(place__community__code="qms-luxi", revoked_at=None).first()
    caplog.set_level("INFO")
    with travel(DAY):
        resident = Client()
        page = resident.post(f"/q/{code.token}/", {"kind": "report", "description": SAID}, follow=True)
        assert "已保密接收" in page.text
        Clock().sweep()
        report = ConfidentialReport.objects.get()

        assert not Case.objects.exists() and not Notice.objects.exists()
        for username in OTHERS:
            client = signed_in(username)
            for path in PAGES:
                seen = client.get(path).content.decode()
                assert report.number not in seen and "副主任" not in seen, (username, path)
            assert client.get("/desk/confidential/").status_code == 403, username
            assert client.get(f"/desk/confidential/{report.number}/").status_code == 403, username
        assert "副主任" not in caplog.text and report.receipt not in caplog.text

        officer, above = signed_in("jiwei"), signed_in("qujiwei")
        assert above.get(f"/desk/confidential/{report.number}/").status_code == 404
        address = f"/desk/confidential/{report.number}/"
        assert report.number in officer.get("/desk/confidential/").text
        assert "副主任" not in officer.get(address).text
        wrong = officer.post(address, {**opening(street), "passphrase": "不是这个口令"} | {"action": "open"})
        assert wrong.status_code == 400 and "副主任" not in wrong.text
        assert SAID in officer.post(address, opening(street, action="open")).text
        assert SAID not in officer.get(address).text
        assert officer.post(address, {"action": "forward", "to": "区纪委监委"}).status_code == 302
        follow = resident.get(f"/r/{report.receipt}/").text
    assert "已转有权机关" in follow
    assert [event.kind for event in report.events.all()] == ["received", "opened", "forwarded"]


def test_report_on_the_street_s_own_discipline_office_never_reaches_it(street):
    code = QRCode.objects.filter(place__community__code="qms-luxi", revoked_at=None).first()
    with travel(DAY):
        Client().post(f"/q/{code.token}/", {"kind": "report", "description": "街道纪工委的人收礼包庇社区主任"})
        report = ConfidentialReport.objects.get()
        assert report.number not in signed_in("jiwei").get("/desk/confidential/").text
        answer = signed_in("qujiwei").post(f"/desk/confidential/{report.number}/", opening(street, "sy-jiwei", action="open"))
    assert "包庇" in answer.text


def test_officer_signs_in_and_finds_the_box(street):
    with travel(DAY):
        officer = signed_in("jiwei")
        assert officer.get("/phone/").url == "/desk/confidential/"
        assert "待启封" in officer.get("/admin/").text
