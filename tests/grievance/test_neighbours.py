"""我也遇到 and 请给我回电: what neighbours may read, how they join, and what must never stand there."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from grievance import sealed_box
from grievance.actions import calls, confidential, intake, joining, triage
from grievance.casework import Refused, promise
from grievance.classify import screening
from grievance.models import CallRequest, Case, ConfidentialInbox, ConfidentialReport, Event, Grievance, Notice, OpenMatter
from grievance.timeline import entries
from street.models import Organisation, Role
from tests.builders import a_category, a_code, a_grievance, a_person, a_place, a_street, an_alert, an_organisation
from tests.clock import MONDAY_10AM, MONDAY_NOON, travel

pytestmark = pytest.mark.django_db
TEXT = "3号楼旁的路灯三盏不亮，正在换灯"
WORDS = "我家老人晚上摔了一跤，黑得看不见路"


@pytest.fixture
def street():
    return a_street(call_languages=["普通话", "维吾尔语"])


@pytest.fixture
def yard(street):
    return a_place(street, name="幸福小区", kind="estate")


@pytest.fixture
def building(street, yard):
    return a_place(street, name="3号楼", kind="building", parent=yard)


@pytest.fixture
def desk(street):
    return a_person(Role.DISPATCHER, street)


@pytest.fixture
def lamps():
    return a_category("C6", {"路灯": 3}, joinable=True)


@pytest.fixture
def case(building, lamps, desk):
    found = a_grievance(a_code(building), description=WORDS, phone="13800001111").case
    return triage.admit(found, category=lamps, by=desk, at=MONDAY_10AM)


@pytest.fixture
def matter(case, desk):
    return joining.publish(case, text=TEXT, by=desk, at=MONDAY_10AM)


def shown(client, code):
    return html.unescape(client.get(reverse("grievance:report", args=[code.token])).content.decode())


def joined(client, code, matter, **more):
    with travel(MONDAY_NOON):
        return client.post(f"/q/{code.token}/join/", {"matter": matter.pk, "key": "tap", **more})


def test_who_joins_has_a_grievance_of_their_own_in_the_same_case(client, case, matter, yard, django_assert_max_num_queries):
    promise(case, unit=yard.community, due=MONDAY_NOON + timedelta(days=2), at=MONDAY_10AM)
    code = a_code(yard)
    page = shown(client, code)
    assert TEXT in page and "我也遇到" in page and yard.community.name in page and "2023年3月15日" in page
    assert WORDS not in page and case.number not in page and "1380000" not in page
    Case.objects.update(recount=False)
    answer = joined(client, code, matter, phone="13900002222")
    assert joined(client, code, matter, phone="13900002222").headers["Location"] == answer.headers["Location"], "one tap is one"
    mine = Grievance.objects.get(key="tap")
    assert (mine.case, mine.first_case, mine.description) == (case, case, joining.ONLY_THIS)
    assert case.grievances.count() == 2 and Case.objects.count() == 1 and Case.objects.get().recount, (
        "the voices are counted anew"
    )
    assert Notice.objects.get(grievance=mine).kind == "received", "own news"
    first = case.grievances.exclude(pk=mine.pk).get()
    assert mine.receipt != first.receipt and joining.ONLY_THIS in [entry.words for entry in entries(mine)]
    assert all(WORDS not in f"{entry.text}{entry.words}" for entry in entries(mine)), "nobody reads what another wrote"
    receipt = html.unescape(client.get(answer.headers["Location"]).content.decode())
    assert mine.number in receipt and yard.community.name in receipt
    intake.withdraw(mine, at=MONDAY_NOON)
    case.refresh_from_db()
    assert case.status == Case.Status.ADMITTED, "the first one still stands"


def test_the_matter_has_ended_meanwhile_and_nothing_typed_is_lost(client, case, matter, building, desk):
    code = a_code(building)
    joining.withdraw_text(case, reason="已修好", by=desk, at=MONDAY_10AM)
    answer = joined(client, code, matter, description="楼后面也不亮", phone="13900002222")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409 and "作为新的一件事发送" in page
    assert "楼后面也不亮</textarea>" in page and 'value="13900002222"' in page and TEXT not in page
    assert Grievance.objects.count() == 1
    wrong = joined(client, code, matter, phone="12")
    assert wrong.status_code == 400 and "11 位数字" in html.unescape(wrong.content.decode())


def test_only_what_the_data_allow_and_the_desk_has_written_is_ever_shown(
    client, case, matter, lamps, building, yard, desk, street
):
    here, elsewhere = a_code(yard), a_code(a_place(street, name="别的小区", kind="estate"))
    assert TEXT in shown(client, here) and TEXT not in shown(client, elsewhere)
    assert joined(client, elsewhere, matter).status_code == 409, "nobody joins by a number alone what is not shown to them"
    hidden = [
        (lamps, {"joinable": False}, {"joinable": True}),
        (case.grievances.get(), {"kind": "dispute"}, {"kind": "report"}),
        (case.grievances.get().complainant, {"confidential": True}, {"confidential": False}),
        (case, {"status": "resolved"}, {"status": "admitted"}),
    ]
    for row, changed, back in hidden:
        rows = type(row).objects.filter(pk=row.pk)
        rows.update(**changed)
        assert TEXT not in shown(client, here), changed
        rows.update(**back)
    assert TEXT in shown(client, here)


def test_a_text_is_the_desks_own_and_says_nothing_of_anybody(case, desk, lamps, street, building):
    refusals = {
        "短": "text_length", WORDS: "own_words", f"有人说{WORDS}": "own_words", "路灯坏了请打13912345678": "names_somebody",
    }  # fmt: skip
    for text, code in refusals.items():
        with pytest.raises(Refused) as refused:
            joining.publish(case, text=text, by=desk, at=MONDAY_10AM)
        assert refused.value.code == code, text
    with pytest.raises(Refused, match="研判派单员"):
        joining.publish(case, text=TEXT, by=a_person(Role.HANDLER, building.community), at=MONDAY_10AM)
    lamps.joinable = False
    lamps.save()
    case.category = lamps
    assert joining.open_to(case, desk) is None
    with pytest.raises(Refused) as refused:
        joining.publish(case, text=TEXT, by=desk, at=MONDAY_10AM)
    assert refused.value.code == "not_shareable" and not OpenMatter.objects.exists()


def test_what_reports_on_officials_joins_nothing_and_a_flood_is_looked_at(client, case, matter, building, settings):
    an_alert("corrupt", ["收红包"], quarantine=True)
    screening.forget()
    office = an_organisation("jiwei", "纪工委", Organisation.Kind.DEPARTMENT, parent=building.street)
    confidential.change_key(office, public=sealed_box.new_pair("a passphrase of four words")[0], at=MONDAY_10AM)
    ConfidentialInbox.objects.create(street=building.street, office=office, above=office, passes=[])
    code = a_code(building)
    assert joined(client, code, matter, description="副主任收红包才换灯").status_code == 302
    assert ConfidentialReport.objects.count() == 1 and case.grievances.count() == 1
    settings.INTAKE_THROTTLE = "2/hour"
    for tap in range(3):
        joined(client, code, matter, key=f"tap-{tap}")
    assert case.grievances.count() == 2, "one voice; the rest wait for a person, each with its receipt"
    assert Case.objects.exclude(doubt="").count() == 2


@pytest.fixture
def asked(client, building):
    code = a_code(building)
    page = shown(client, code)
    assert "0991-5551234" in page and "维吾尔语" in page and "请给我回电" in page
    with travel(MONDAY_10AM):
        return lambda **typed: client.post(
            f"/q/{code.token}/call/",
            {"phone": "13900002222", "language": "维吾尔语", "best_time": "evening", "key": "ring", **typed},
        )


def test_one_tap_asks_to_be_rung_and_a_person_rings(asked, client, desk):
    receipt = asked().headers["Location"]
    assert receipt == asked().headers["Location"]
    assert "会用 0991-5551234 打给您" in re.sub(r"<[^>]*>", "", html.unescape(client.get(receipt).content.decode()))
    request = CallRequest.objects.get()
    case = request.grievance.case
    assert (request.best_time, request.grievance.complainant.language) == ("evening", "维吾尔语")
    assert [notice.kind for notice in Notice.objects.all()] == ["call"], "the desk is told; nothing is texted to the number"
    case = triage.study(case, at=MONDAY_10AM)
    assert case.suggestion["barred"], "never sent by itself"
    for _ in range(2):
        calls.rang(case, outcome="unreached", by=desk, at=MONDAY_NOON)
    with pytest.raises(Refused, match="写下"):
        calls.rang(case, outcome="said", note=" ", by=desk, at=MONDAY_NOON)
    calls.rang(case, outcome="said", note="楼道灯不亮，电话里说的", by=desk, at=MONDAY_NOON)
    case.refresh_from_db()
    grievance = case.grievances.get()
    assert grievance.description == "楼道灯不亮，电话里说的" and case.title == "楼道灯不亮，电话里说的"
    assert triage.study(case, at=MONDAY_NOON).suggestion["barred"], "a person sends it, also once the words are there"
    told = [entry.text for entry in entries(grievance)]
    assert any("第 2 次没有打通" in text for text in told) and any("按您说的记下" in text for text in told)
    assert not Event.objects.filter(sentence__contains="1390000").exists()
    assert not calls.may_ring(case, desk)


def test_a_call_that_cannot_be_written_down_or_needs_nothing(asked, desk):
    an_alert("corrupt", ["收红包"], quarantine=True)
    screening.forget()
    for typed, code in (({"phone": ""}, 400), ({"phone": "12"}, 400), ({"language": "火星语"}, 400)):
        answer = asked(key=f"bad{typed}", **typed)
        assert answer.status_code == code and "请给我回电" in html.unescape(answer.content.decode())
    asked()
    case = Case.objects.get()
    with pytest.raises(Refused, match="窗口登记"):
        calls.rang(case, outcome="said", note="副主任收红包", by=desk, at=MONDAY_NOON)
    calls.rang(case, outcome="elsewhere", by=desk, at=MONDAY_NOON)
    case.refresh_from_db()
    assert case.status == Case.Status.WITHDRAWN and case.grievances.get().description == ""
    assert not Event.objects.filter(sentence__contains="收红包").exists()
    with pytest.raises(Refused, match="刷新"):
        calls.rang(case, outcome="unreached", by=desk, at=MONDAY_NOON)
