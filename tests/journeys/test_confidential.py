"""故事六：举报社区干部. It is received, read by one person, passed on, and leaves no trace elsewhere: neither when it is known
at once for what it is, nor when that is found out late."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import Q
from django.test import Client

from dispatch.actions import handling
from dispatch.models import WorkOrder
from grievance.actions import triage
from grievance.models import Case, Category, ConfidentialReport, Grievance, Notice, QRCode
from street.models import Organisation, Posting, Role, User
from tests.builders import a_photo
from tests.clock import instant, travel
from tests.contracts.test_doors import COMMON, PUBLIC, routes
from tests.journeys.conftest import Clock
from tests.traces import everything_kept, left_of

pytestmark = pytest.mark.django_db
SAID = "某社区副主任给自己亲戚办低保，还收礼"
DAY = instant("2023-05-15 10:00")
LATE = "评低保那天副主任叫我先去他家坐坐，三号楼老周家也一样"
"""No word of the office's own list: it goes the ordinary way."""


@pytest.fixture
def street(settings, street_and_policy, db):
    call_command("sample_keys", verbosity=0)
    return settings.DATA_DIR / "sample-keys"


def others():
    """Every role but the discipline officer's, held together by one person of the street, one of the community that is spoken of
    and one of the district, so that each sees whatever any of these roles would: {organisation: client}."""
    clients = {}
    for organisation in Organisation.objects.filter(Q(code__in=("qms", "qms-luxi")) | Q(children__code="qms")).distinct():
        user = User.objects.create(username=f"all-{organisation.code}", name="众人", is_staff=True)
        roles = [role for role in Role if role != Role.DISCIPLINE]
        Posting.objects.bulk_create(
            Posting(user=user, organisation=organisation, role=role, starts_on=date(2023, 1, 1)) for role in roles
        )
        clients[organisation.code] = signed_in(user.username)
    return clients


def lists_and_exports():
    """Every address of staff that speaks of no single row: pages, registers, lists of the API, exports."""
    return [f"/{path}" for path in sorted(set(routes()) - PUBLIC - COMMON) if not set("<^(") & set(path)]


def seen_by(client, path):
    answer = client.get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body


def shown_to_others(words):
    """(where, address, word) wherever one of `words` stands on a page, in a list or in an export of anybody else."""
    pages = lists_and_exports()
    assert len(pages) > 40 and "/desk/cases/" in pages and "/api/v1/cases/" in pages
    browsers = others()
    assert len(browsers) == 3 and all(client.get("/desk/cases/").status_code == 200 for client in browsers.values())
    return [
        (where, path, word)
        for where, client in browsers.items()
        for path in pages
        for word in left_of(words, seen_by(client, path))
    ]


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
        assert left_of(["副主任给自己", report.receipt, "亲戚办"], everything_kept(own_files)) == []
        for client in others().values():
            assert client.get("/desk/confidential/").status_code == 403
            assert client.get(f"/desk/confidential/{report.number}/").status_code == 403
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


def told_late(code):
    """Reported as anything else, sent to the community, worked on, added to: (the resident's browser, the grievance)."""
    resident = Client()
    said = {"kind": "report", "description": LATE, "name": "周某某", "phone": "13812345678", "photos": a_photo()}
    resident.post(f"/q/{code.token}/", said)
    grievance, who = Grievance.objects.get(), {"by": User.objects.get(username="paidan1"), "at": DAY}
    case = triage.admit(grievance.case, category=Category.objects.get(code="A1"), **who)
    order = handling.dispatch(case, to=code.place.community, limit_class="U3", **who)
    luxi = User.objects.get(username="luxi_banli")
    handling.accept(order, by=luxi, at=DAY)
    handling.add_progress(order, text="老周家说的是评议前的事", public=True, by=luxi, at=DAY)
    resident.post(f"/r/{grievance.receipt}/", {"action": "remark", "text": "昨天他又打电话叫我别往外说"})
    Clock().sweep()
    return resident, grievance


def test_found_out_late_it_leaves_no_more_trace_than_one_known_at_once(
    street, own_files, caplog, django_capture_on_commit_callbacks
):
    code = QRCode.objects.filter(place__community__code="qms-luxi", revoked_at=None).first()
    caplog.set_level("INFO")
    with travel(DAY), django_capture_on_commit_callbacks(execute=True):
        desk, luxi = signed_in("paidan1"), signed_in("luxi_banli")
        resident, grievance = told_late(code)
        case, order, photo = Case.objects.get(), WorkOrder.objects.get(), grievance.attachments.first()
        address, card = f"/desk/cases/{case.number}/", {"act": f"case-{case.pk}-hand_over", "ground": "conduct"}
        assert luxi.get(address).status_code == 200
        first = desk.post(address, card)
        assert first.status_code == 409 and "不能撤销" in first.text and Grievance.objects.exists()
        done = desk.post(address, {**card, "confirm": case.number[-5:]}, follow=True)
        assert done.status_code == 200 and "已依法转有权机关办理" in done.text
    with travel(DAY):
        Client().post(f"/q/{code.token}/", {"kind": "report", "description": SAID})
        Clock().sweep()
        words = ["副主任叫我", "老周", "别往外说", "13812345678", "138****5678", "周某某", "副主任给自己"]
        for named in (desk.get(address).text, desk.get(f"/api/v1/cases/{case.number}/").text):
            assert left_of([*words, str(code.place), "路西"], named.encode()) == [] and case.number in named
        gone = [address, f"/api/v1/cases/{case.number}/", f"/api/v1/orders/{order.number}/", f"/phone/orders/{order.number}/"]
        assert [luxi.get(path).status_code for path in gone] == [404] * len(gone)
        assert resident.get(f"/r/{grievance.receipt}/attachments/{photo.pk}/").status_code == 404
        assert "先按普通诉求登记过" in resident.get(f"/r/{grievance.receipt}/").text
        numbers = ConfidentialReport.objects.values_list("number", flat=True)
        assert len(numbers) == 2 and grievance.number in numbers
        assert shown_to_others([*numbers, order.number, *words]) == []
        assert case.number not in desk.get("/desk/cases/?q=副主任").text
        # What was delivered before lies with those it went to; this file stands for them
        (own_files / "outbox.log").unlink()
        assert left_of(words, everything_kept(own_files)) == [] and left_of(words, caplog.text.encode()) == []
        opened = signed_in("jiwei").post(f"/desk/confidential/{grievance.number}/", opening(street, action="open")).text
    assert all(word in opened for word in (LATE, "13812345678", "别往外说", "评议前的事"))


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
