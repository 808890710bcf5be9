"""检举控告: sealed before any ordinary row, read by one officer with one key, and nowhere else to be found."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.test import Client

from grievance import sealed_box
from grievance.actions import confidential, intake
from grievance.casework import Refused
from grievance.models import (
    Alert,
    Case,
    ConfidentialEvent,
    ConfidentialInbox,
    ConfidentialReport,
    Event,
    Grievance,
    InboxKey,
    Notice,
)
from street.models import Organisation
from tests.builders import a_code, a_grievance, a_photo, a_place, a_street, a_voice, an_alert, an_organisation
from tests.clock import MONDAY_10AM, travel
from tests.traces import everything_kept, left_of

pytestmark = pytest.mark.django_db
SAID = "某社区副主任办低保收礼，逢年过节要红包"
PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def keys():
    """A pair for the street's office and one for the district's: {code: (public, pem)}."""
    return {code: sealed_box.new_pair(PASSPHRASE) for code in ("qms-jiwei", "sy-jiwei")}


@pytest.fixture
def code(keys):
    street = a_street()
    for name in keys:
        office = an_organisation(
            name, name, Organisation.Kind.DEPARTMENT, parent=street if name.startswith("qms") else street.parent
        )
        confidential.change_key(office, public=keys[name][0], at=MONDAY_10AM)
    own, above = (Organisation.objects.get(code=name) for name in keys)
    ConfidentialInbox.objects.create(street=street, office=own, above=above, passes=["纪工委", "区长"])
    an_alert("misconduct", ["收礼", "受贿"], quarantine=True)
    return a_code(a_place(street))


def private(keys, name="qms-jiwei", passphrase=PASSPHRASE):
    return sealed_box.unlock(keys[name][1], passphrase)


def test_it_becomes_no_ordinary_row_and_its_words_stand_nowhere(code, own_files):
    report = intake.submit(
        code, description=SAID, address="低保窗口", name="王某某", phone="13812345678", photos=[a_photo(name="红包照片.jpg")],
        voice=a_voice(), key="k1", at=MONDAY_10AM,
    )  # fmt: skip
    assert isinstance(report, ConfidentialReport)
    assert not any(model.objects.exists() for model in (Grievance, Case, Event, Notice))
    kept = everything_kept(own_files)
    assert report.number.encode() in kept
    assert left_of(["副主任", "逢年过节", "低保窗口", "王某某", "13812345678", "红包照片"], kept) == []


def test_neither_place_nor_code_nor_address_can_be_read_from_the_row(code):
    report = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    names = {field.name for field in report._meta.get_fields()}
    assert not names & {"place", "qr_code", "case", "grievance", "street", "category"}


def test_number_and_receipt_look_like_any_other(code):
    report = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    ordinary = a_grievance(code)
    assert len(report.number) == len(ordinary.number) and report.number[:8] == ordinary.number[:8]
    assert len(report.receipt) == len(ordinary.receipt)


def test_double_tap_makes_one_and_another_text_under_the_same_key_is_refused(code):
    first = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    again = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    assert (first.pk, first.receipt) == (again.pk, again.receipt)
    with pytest.raises(Refused, match="内容不同"):
        intake.submit(code, description=f"{SAID}！", key="k1", at=MONDAY_10AM)
    assert ConfidentialReport.objects.count() == 1


def test_officer_reads_with_the_key_and_what_came_with_it(code, keys):
    report = intake.submit(code, description=SAID, phone="13812345678", photos=[a_photo()], key="k1", at=MONDAY_10AM)
    said, files = confidential.read(report, key=private(keys), by=None, at=MONDAY_10AM)
    assert (said["description"], said["phone"]) == (SAID, "13812345678")
    assert code.place.name in said["place"]
    assert [file["name"] for file in files] == ["photo.jpg"]
    report.refresh_from_db()
    assert report.status == "opened"
    assert list(report.events.values_list("kind", flat=True)) == ["received", "opened"]


def test_the_other_office_cannot_open_it_and_the_try_changes_nothing(code, keys):
    report = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    with pytest.raises(Refused, match="打不开"):
        confidential.read(report, key=private(keys, "sy-jiwei"), by=None, at=MONDAY_10AM)
    report.refresh_from_db()
    assert report.status == "waiting"


@pytest.mark.parametrize("about", ["纪工委书记也受贿", "区长的亲戚收礼"])
def test_what_is_about_the_office_itself_or_the_district_goes_up_unopened(code, keys, about):
    report = intake.submit(code, description=about, key="k1", at=MONDAY_10AM)
    assert report.office.code == "sy-jiwei"
    with pytest.raises(Refused):
        confidential.read(report, key=private(keys), by=None, at=MONDAY_10AM)


def test_words_are_the_offices_and_count_within_half_a_minute(code):
    Alert.objects.filter(code="misconduct").update(words=["吃拿卡要"])
    assert isinstance(intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM), Grievance)
    Alert.objects.filter(code="misconduct").update(words=["红包"])
    later = MONDAY_10AM + timedelta(seconds=31)
    assert isinstance(intake.submit(code, description=SAID, key="k2", at=later), ConfidentialReport)


def test_without_a_key_nothing_is_kept_and_the_person_is_told_where_to_go(code, own_files):
    InboxKey.objects.all().delete()
    with pytest.raises(Refused, match="12388") as refused:
        intake.submit(code, description=SAID, photos=[a_photo()], key="k1", at=MONDAY_10AM)
    assert refused.value.status == 503
    assert not ConfidentialReport.objects.exists() and not Grievance.objects.exists()
    assert [path for path in own_files.rglob("*") if path.is_file()] == []


def test_page_keeps_what_was_typed_when_the_box_is_not_open(code, client):
    InboxKey.objects.all().delete()
    with travel(MONDAY_10AM):
        answer = client.post(f"/q/{code.token}/", {"kind": "report", "description": SAID})
    assert answer.status_code == 503
    assert SAID in answer.text


def test_resident_sees_that_it_lies_sealed_and_later_that_it_went_on(code, client, keys):
    with travel(MONDAY_10AM):
        answer = client.post(f"/q/{code.token}/", {"kind": "report", "description": SAID}, follow=True)
        assert "已保密接收" in answer.text and SAID not in answer.text and code.place.name not in answer.text
        report = ConfidentialReport.objects.get()
        confidential.read(report, key=private(keys), by=None, at=MONDAY_10AM)
        confidential.forward(report, to="区纪委监委第一纪检监察室", by=None, at=MONDAY_10AM)
        page = client.get(f"/r/{report.receipt}/").text
        assert client.post("/", {"receipt": report.receipt}).status_code == 302, "the home page knows it as any other"
    assert "已转有权机关" in page and "第一纪检监察室" not in page


def test_program_gets_the_same_answer_as_for_any_grievance(code, client):
    with travel(MONDAY_10AM):
        sealed, ordinary = (
            client.post(
                f"/api/v1/q/{code.token}/grievances/", json.dumps({"description": words}), content_type="application/json"
            )
            for words in (SAID, "路灯不亮")
        )
    assert sealed.status_code == ordinary.status_code == 201
    assert sealed.json().keys() == ordinary.json().keys()


def test_remark_that_reports_on_officials_is_sealed_and_reaches_nobody_in_charge(code, client):
    grievance = a_grievance(code)
    before = Event.objects.count(), Notice.objects.count()
    with travel(MONDAY_10AM):
        answer = client.post(f"/r/{grievance.receipt}/", {"action": "remark", "text": SAID}, follow=True)
    assert "已保密接收" in answer.text
    assert not grievance.remarks.exists()
    assert (Event.objects.count(), Notice.objects.count()) == before


def test_what_proves_to_be_no_report_on_officials_goes_on_under_the_same_receipt(code, keys, client):
    report = intake.submit(code, description=SAID, phone="13812345678", photos=[a_photo()], key="k1", at=MONDAY_10AM)
    said, files = confidential.read(report, key=private(keys), by=None, at=MONDAY_10AM)
    released = intake.release(report, said_there=said, files=[], by=None, at=MONDAY_10AM)
    assert (released.description, released.complainant.phone, released.receipt) == (SAID, "13812345678", report.receipt)
    with travel(MONDAY_10AM):
        assert released.number in client.get(f"/r/{report.receipt}/").text
    with pytest.raises(Refused):
        intake.release(report, said_there=said, files=[], by=None, at=MONDAY_10AM)
    assert Grievance.objects.count() == 1


def test_it_is_not_released_unread(code):
    report = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    with pytest.raises(Refused, match="须先启封"):
        intake.release(report, said_there={"code": code.token, "description": SAID}, files=[], by=None, at=MONDAY_10AM)
    assert not Grievance.objects.exists()


def test_a_line_of_its_history_can_be_neither_changed_nor_deleted(code):
    intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    for change in (lambda rows: rows.update(sentence="无事"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            change(ConfidentialEvent.objects.all())


def test_more_files_than_a_report_may_have_are_refused_before_any_is_sealed(code, own_files):
    with pytest.raises(Refused, match="最多"):
        intake.submit(code, description=SAID, photos=[a_photo() for _ in range(11)], key="k1", at=MONDAY_10AM)
    assert [path for path in own_files.rglob("*") if path.is_file()] == []


def test_key_made_by_the_command_opens_what_comes_after_it(code, tmp_path, monkeypatch, keys):
    monkeypatch.setenv("INBOX_PASSPHRASE", PASSPHRASE)
    file = tmp_path / "officer.pem"
    call_command("inbox_key", "qms-jiwei", str(file), verbosity=0)
    report = intake.submit(code, description=SAID, key="k1", at=MONDAY_10AM)
    said, _ = confidential.read(report, key=sealed_box.unlock(file.read_bytes(), PASSPHRASE), by=None, at=MONDAY_10AM)
    assert said["description"] == SAID
    with pytest.raises(sealed_box.NotTheKey):
        sealed_box.unlock(file.read_bytes(), "wrong passphrase")
    with pytest.raises(CommandError, match="写不了"):
        call_command("inbox_key", "qms-jiwei", str(file))


def test_stranger_is_sent_away_from_the_box():
    assert Client().get("/desk/confidential/").status_code == 302
