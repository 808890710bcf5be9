"""Submitting: what one sentence from a phone becomes, and that twice is once."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from grievance.actions import codes, intake
from grievance.casework import Refused
from grievance.models import Case, Complainant, Event, Grievance, Notice
from grievance.sealing import fingerprint
from tests.builders import a_code, a_grievance, a_photo, a_place, a_voice
from tests.clock import MONDAY_10AM, MONDAY_NOON

pytestmark = pytest.mark.django_db


def test_one_sentence_makes_a_grievance_in_a_case_of_its_own():
    code = a_code(a_place(name="3号楼2单元"))
    grievance = a_grievance(code, description="家里暖气不热，室温只有15度")
    case = grievance.case
    assert (case.status, case.place, case.street, case.submitted_at) == ("submitted", code.place, code.place.street, MONDAY_10AM)
    assert case.title == "家里暖气不热，室温只有15度"
    assert (grievance.kind, grievance.first_case, grievance.qr_code) == ("report", case, code)
    assert list(case.events.values_list("kind", "voice", "became")) == [("case.submit", "resident", "submitted")]


def test_number_is_short_and_carries_the_day():
    grievance = a_grievance()
    assert grievance.number.startswith("S230313-") and len(grievance.number) == 13
    assert grievance.case.number.startswith("A230313-")


def test_receipt_is_secret_and_not_in_the_table():
    grievance = a_grievance(phone="13812345678")
    receipt = grievance.receipt
    assert len(receipt) == 22
    assert grievance.receipt_hash == fingerprint(receipt)
    with connection.cursor() as cursor:
        for model in (Grievance, Case, Event, Notice, Complainant):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            assert receipt not in str(cursor.fetchall())


@pytest.mark.parametrize("only", [{"description": "路灯不亮"}, {"photos": [a_photo()]}, {"voice": a_voice()}])
def test_words_or_a_picture_or_a_voice_alone_suffice(only):
    assert a_grievance(**only).case.status == "submitted"


def test_case_without_words_is_titled_by_what_it_has():
    assert a_grievance(photos=[a_photo()]).case.title == "（图片）3号楼2单元"
    assert a_grievance(voice=a_voice()).case.title == "（语音）3号楼2单元"


def test_name_and_phone_are_sealed_and_the_phone_can_be_looked_up():
    grievance = a_grievance(description="停水", name="吐尔逊江·艾合买提", phone="138 1234 5678", confidential=True)
    kept = Complainant.objects.get(grievance=grievance)
    assert (kept.name, kept.phone, kept.confidential) == ("吐尔逊江·艾合买提", "13812345678", True)
    assert (kept.masked_name, kept.masked_phone) == ("吐**", "138****5678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM grievance_complainant")
        name, phone = map(bytes, cursor.fetchone())
    assert "吐尔逊江".encode() not in name and b"1381234" not in phone


def test_nothing_is_kept_of_a_person_who_left_nothing():
    grievance = a_grievance()
    assert not Complainant.objects.exists()
    assert not grievance.notices.exists()


def test_who_left_a_phone_gets_a_message_without_name_or_words():
    grievance = a_grievance(description="邻居半夜敲墙", name="刘先生", phone="13812345678")
    notice = grievance.notices.get()
    assert grievance.number in notice.text
    assert "刘" not in notice.text and "敲墙" not in notice.text


def test_history_holds_no_personal_data():
    a_grievance(description="我是王五，住101", name="王五", phone="13812345678")
    event = Event.objects.get()
    assert not any(word in event.sentence + event.public for word in ("王五", "101", "138"))


def test_the_same_key_with_the_same_body_is_the_same_grievance():
    code = a_code()
    first, second = (a_grievance(code, key="tap", description="路灯不亮", photos=[a_photo()]) for _ in range(2))
    assert (first.pk, first.receipt) == (second.pk, second.receipt)
    assert (Grievance.objects.count(), Case.objects.count(), Event.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"description": "路灯又不亮"},
        {"description": "路灯不亮", "kind": "question"},
        {"description": "路灯不亮", "address": "门口"},
        {"description": "路灯不亮", "phone": "13812345678"},
        {"description": "路灯不亮", "confidential": True},
        {"description": "路灯不亮", "photos": [a_photo()]},
        {"description": "路灯不亮", "voice": a_voice()},
    ],
)
def test_the_same_key_with_another_body_is_refused(other):
    code = a_code()
    a_grievance(code, key="tap", description="路灯不亮")
    with pytest.raises(Refused) as refused:
        a_grievance(code, key="tap", **other)
    assert (refused.value.code, refused.value.status) == ("key_reused", 409)
    assert Grievance.objects.count() == 1


def test_a_key_belongs_to_its_code():
    one, other = a_code(a_place()), a_code(a_place())
    assert a_grievance(one, key="tap").pk != a_grievance(other, key="tap").pk


def test_another_key_is_another_grievance():
    code = a_code()
    assert a_grievance(code, key="one").pk != a_grievance(code, key="two").pk


def test_a_number_that_is_taken_gives_way_to_another(monkeypatch):
    # Some databases refuse the case alone, some the case and its grievance together
    tails = {"A": iter(["AAAAA", "AAAAA", "CCCCC"]), "S": iter(["BBBBB", "DDDDD", "EEEEE"])}
    monkeypatch.setattr(intake, "human_number", lambda prefix, at: f"{prefix}230313-{next(tails[prefix])}")
    first, second = a_grievance(), a_grievance()
    assert (first.case.number, second.case.number) == ("A230313-AAAAA", "A230313-CCCCC")


def test_a_row_that_can_never_be_written_is_an_error_and_not_a_loop(monkeypatch):
    monkeypatch.setattr(intake, "human_number", lambda prefix, at: f"{prefix}230313-AAAAA")
    a_grievance()
    with pytest.raises(IntegrityError):
        a_grievance()


def test_revoked_code_takes_nothing_more():
    code = a_code()
    codes.revoke(code, at=MONDAY_NOON)
    with pytest.raises(Refused) as refused:
        a_grievance(code)
    assert (refused.value.code, refused.value.status) == ("revoked_code", 410)
    assert not Case.objects.exists()


def test_an_empty_submission_says_what_would_do():
    with pytest.raises(Refused) as refused:
        a_grievance(description="  \n ")
    assert refused.value.code == "nothing_said"
    assert "照片" in refused.value.message and "语音" in refused.value.message


def test_nothing_is_half_written_when_the_history_cannot_be(monkeypatch):
    def broken(*args, **facts):
        raise RuntimeError("disk full")

    monkeypatch.setattr(intake, "event_for", broken)
    with pytest.raises(RuntimeError):
        a_grievance()
    assert not Case.objects.exists() and not Grievance.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_four_taps_at_the_same_time_one_makes_the_grievance():
    code, receipts, start = a_code(), [], Barrier(4)

    def tap():
        start.wait()
        try:
            receipts.append(a_grievance(code, key="tap", description="路灯不亮").receipt)
        finally:
            connection.close()

    taps = [Thread(target=tap) for _ in range(4)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()
    assert len(receipts) == 4 and len(set(receipts)) == 1
    assert (Grievance.objects.count(), Case.objects.count(), Event.objects.count()) == (1, 1, 1)
