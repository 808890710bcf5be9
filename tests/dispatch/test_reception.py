"""接访: days are arranged, residents book while their matter is open, one time one person; the record hangs on the matter."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from dispatch import sweeps
from dispatch.actions import receptions
from dispatch.models import Reception, ReceptionSlot
from grievance.casework import Refused
from grievance.models import Case, Grievance, Notice
from street.models import Role
from street.scope import stand
from tests.clock import instant, travel
from tests.desk.phone import a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, a_street, later, organisation, person

pytestmark = pytest.mark.django_db
START, END = instant("2023-03-16 10:00"), instant("2023-03-16 11:00")


@pytest.fixture
def scene():
    scene = a_street()
    scene.people["liaison"] = person("liaison", Role.LIAISON, scene.street)
    return scene


@pytest.fixture
def case(scene):
    return an_order(scene).case


@pytest.fixture
def day(scene):
    return arranged(scene)


def who(scene, name):
    user = scene.who(name)
    stand(user, TUESDAY)
    return user


def arranged(scene, by="liaison", **more):
    facts = {"leader": scene.who("secretary"), "where": "街道一楼", "starts_at": START, "ends_at": END, "minutes": 20, **more}
    return receptions.arrange(facts.pop("organisation", scene.street), **facts, by=who(scene, by), at=TUESDAY)


def booked(day, case, starts_at=START, at=TUESDAY):
    return receptions.book(day, case.grievances.first(), starts_at=starts_at, at=at)


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def page_of(case):
    return f"/r/{case.grievances.first().receipt}/reception/"


# --- arranged ------------------------------------------------------------------------------------


def test_day_falls_into_times_of_equal_length(day):
    assert [f"{start:%M}" for start in receptions.times_of(day)] == ["00", "20", "40"]


def test_last_time_ends_within_the_day(scene):
    assert len(receptions.times_of(arranged(scene, minutes=25))) == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"where": " "}, "where_missing"),
        ({"starts_at": END, "ends_at": START}, "times_wrong"),
        ({"starts_at": TUESDAY - timedelta(days=1)}, "times_wrong"),
        ({"minutes": 90}, "times_wrong"),
        ({"minutes": 0}, "times_wrong"),
        ({"by": "luxi"}, "role_missing"),
    ],
)
def test_day_that_makes_no_sense_is_refused(scene, wrong, code):
    assert refused(arranged, scene, **wrong) == code
    assert not Reception.objects.exists()


def test_only_one_in_a_leading_post_there_receives(scene):
    assert refused(arranged, scene, leader=scene.who("luxi")) == "not_a_leader"
    assert refused(arranged, scene, leader=scene.who("luxi_secretary")) == "not_a_leader"


def test_leader_is_at_one_place_at_a_time(scene, day):
    assert refused(arranged, scene, where="别处", starts_at=START + timedelta(minutes=30)) == "leader_elsewhere"


def test_communitys_secretary_arranges_at_home_and_not_at_the_street(scene):
    by = {"by": "luxi_secretary", "leader": scene.who("luxi_secretary")}
    assert arranged(scene, organisation=scene.luxi, **by).organisation == scene.luxi
    assert refused(arranged, scene, **by) == "role_missing"


# --- booked --------------------------------------------------------------------------------------


def test_resident_books_a_free_time_and_the_leader_hears_of_the_matter_alone(scene, case, day):
    slot = booked(day, case)
    assert (slot.status, slot.case, slot.starts_at) == ("booked", case, START)
    notice = Notice.objects.get(kind="reception")
    assert notice.user == scene.who("secretary") and case.number in notice.text and "刘" not in notice.text


def test_one_time_is_given_to_one_person(scene, case, day):
    booked(day, case)
    other = a_case(scene)
    assert refused(booked, day, other) == "slot_taken"
    assert START not in receptions.free_times(day, TUESDAY)
    assert booked(day, other, START + timedelta(minutes=20)).pk


def test_database_itself_gives_a_time_once(scene, case, day):
    slot = booked(day, case)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceptionSlot.objects.create(reception=day, case=case, starts_at=slot.starts_at, booked_at=TUESDAY)


def test_who_has_a_time_moves_it_and_the_old_one_is_free(scene, case, day):
    first = booked(day, case)
    moved = booked(day, case, START + timedelta(minutes=40))
    assert (moved.pk, ReceptionSlot.objects.count()) == (first.pk, 1)
    assert START in receptions.free_times(Reception.objects.get(pk=day.pk), TUESDAY)


def test_moving_onto_a_taken_time_leaves_the_old_one(scene, case, day):
    booked(day, case)
    booked(day, a_case(scene), START + timedelta(minutes=20))
    assert refused(booked, day, case, START + timedelta(minutes=20)) == "slot_taken"
    assert ReceptionSlot.objects.get(case=case).starts_at == START


def test_cancelled_time_is_free_again(scene, case, day):
    receptions.cancel(booked(day, case), at=later(hours=1))
    assert booked(day, a_case(scene)).starts_at == START


@pytest.mark.parametrize("wrong", [START + timedelta(minutes=5), END, START - timedelta(days=7)])
def test_time_that_was_not_offered_is_refused(case, day, wrong):
    assert refused(booked, day, case, wrong) == "no_such_time"


def test_time_that_is_over_is_not_booked(case, day):
    assert refused(booked, day, case, START, at=START + timedelta(minutes=1)) == "no_such_time"


def test_ended_matter_is_not_received(case, day):
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=TUESDAY)
    assert refused(booked, day, case) == "not_open"


def test_withdrawn_voice_is_not_received(case, day):
    Grievance.objects.filter(case=case).update(withdrawn_at=TUESDAY)
    assert refused(booked, day, case) == "not_open"


def test_day_of_another_street_is_not_offered(scene, case):
    far = organisation("far", "street", scene.street.parent)
    leader = person("far_secretary", Role.STREET_SECRETARY, far)
    stand(leader, TUESDAY)
    day = receptions.arrange(far, leader=leader, where="远", starts_at=START, ends_at=END, minutes=20, by=leader, at=TUESDAY)
    assert refused(booked, day, case) == "no_such_time"
    with travel(TUESDAY):
        assert "还没有安排接访" in text_of(Client().get(page_of(case)))


# --- the resident's page -------------------------------------------------------------------------


def test_resident_books_sees_moves_and_cancels_by_the_receipt(case, day):
    with travel(TUESDAY):
        page = Client().get(page_of(case))
        assert "街道一楼" in text_of(page) and "10:20" in text_of(page)
        second = START + timedelta(minutes=20)
        assert Client().post(page_of(case), {"action": "book", "time": f"{day.pk}-{START:%s}"}).status_code == 302
        assert "2023年3月16日 10:00" in text_of(Client().get(page_of(case)))
        Client().post(page_of(case), {"action": "book", "time": f"{day.pk}-{second:%s}"})
        assert ReceptionSlot.objects.get().starts_at == second
        Client().post(page_of(case), {"action": "cancel"})
        assert ReceptionSlot.objects.get().status == "cancelled"
        assert "reception/" in text_of(Client().get(page_of(case).replace("reception/", "")))


@pytest.mark.parametrize("time", ["", "x", "1-x", "9999-1", "1-99999999999999999999"])
def test_page_refuses_what_is_no_time(case, day, time):
    with travel(TUESDAY):
        assert Client().post(page_of(case), {"action": "book", "time": time}).status_code in (400, 404)
    assert not ReceptionSlot.objects.exists()


def test_page_of_an_ended_matter_offers_nothing(case, day):
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=TUESDAY)
    with travel(TUESDAY):
        page = text_of(Client().get(page_of(case)))
    assert "已经了结" in page and "街道一楼" not in page


def test_unknown_receipt_opens_nothing(day):
    assert Client().get("/r/ABCDEFGHJKLM/reception/").status_code == 404


def test_page_costs_the_same_however_many_have_booked(scene, case, day, django_assert_num_queries):
    with travel(TUESDAY):
        Client().get(page_of(case))
        for minute in (20, 40):
            booked(day, a_case(scene), START + timedelta(minutes=minute))
        # the voice by its receipt with what belongs to it, the time held, the days, their times
        with django_assert_num_queries(5):
            Client().get(page_of(case))


# --- received ------------------------------------------------------------------------------------


def test_record_hangs_on_the_matter_and_one_sentence_is_for_the_resident(scene, case, day):
    slot = receptions.record_visit(
        booked(day, case), record_text="刘先生说物业态度差", public="由司法所一周内答复。", by=who(scene, "secretary"), at=START
    )
    assert (slot.status, slot.record) == ("received", "刘先生说物业态度差")
    event = case.events.get(kind="receptionslot.record_visit")
    assert event.public == "已接访。由司法所一周内答复。"
    assert not case.events.filter(sentence__contains="刘先生").exists()


def test_record_is_read_by_the_street_and_by_no_unit(scene, case, day):
    receptions.record_visit(booked(day, case), record_text="物业态度差", public="会答复。", by=who(scene, "secretary"), at=START)
    page = f"/desk/cases/{case.number}/"
    with travel(START):
        assert "物业态度差" in text_of(a_phone(scene.who("dispatcher")).get(page))
        assert "物业态度差" not in text_of(a_phone(scene.who("luxi")).get(page))


def test_leader_records_on_the_phone_when_the_time_has_come(scene, case, day):
    slot, page = booked(day, case), f"/phone/secretary/{case.number}/"
    with travel(TUESDAY + timedelta(hours=1)):
        assert "record_visit" not in moves_on(a_phone(scene.who("secretary")).get(page))
    with travel(START):
        phone = a_phone(scene.who("secretary"))
        assert case.number in text_of(phone.get("/phone/secretary/"))
        assert {"record_visit", "miss"} <= set(moves_on(phone.get(page)))
        data = {"record_text": "已听取", "public": "由社区三日内答复。"}
        assert phone.post(page, {"act": act(slot, "record_visit"), **data}).status_code == 302
    slot.refresh_from_db()
    assert slot.status == "received"


def test_nothing_is_recorded_before_its_time(scene, case, day):
    slot = booked(day, case)
    words = {"record_text": "x", "public": "x", "by": who(scene, "secretary")}
    assert refused(receptions.record_visit, slot, **words, at=TUESDAY) == "not_yet"
    assert refused(receptions.miss, slot, by=who(scene, "secretary"), at=TUESDAY) == "not_yet"


def test_who_did_not_come_may_book_again_and_came_late_may_be_recorded(scene, case, day):
    slot = receptions.miss(booked(day, case), by=who(scene, "secretary"), at=START)
    assert slot.status == "missed"
    assert booked(day, case, START + timedelta(minutes=40), at=START).status == "booked"


def test_unit_records_no_visit(scene, case, day):
    words = {"record_text": "x", "public": "x", "by": who(scene, "luxi"), "at": START}
    assert refused(receptions.record_visit, booked(day, case), **words) == "role_missing"


# --- called off, and over ------------------------------------------------------------------------


def test_called_off_day_tells_everybody_who_had_booked(scene, case, day):
    other = a_case(scene)
    booked(day, case)
    booked(day, other, START + timedelta(minutes=20))
    receptions.call_off(day, reason="领导外出", by=who(scene, "liaison"), at=later(hours=1))
    assert {slot.status for slot in ReceptionSlot.objects.all()} == {"cancelled"}
    assert Notice.objects.filter(grievance__isnull=False, kind="reception").count() == 2
    assert refused(booked, day, case, at=later(hours=2)) == "no_such_time"
    assert refused(receptions.call_off, day, reason="x", by=who(scene, "liaison"), at=later(hours=2)) == "already_cancelled"


def test_booked_time_is_free_once_the_matter_is_over(scene, case, day):
    booked(day, case)
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=later(hours=1))
    sweeps.reconcile(at=later(hours=2))
    assert ReceptionSlot.objects.get().status == "cancelled"


# --- the desk's page -----------------------------------------------------------------------------


def test_liaison_arranges_on_the_desk_and_sees_who_comes(scene, case):
    post = scene.who("secretary").postings.get()
    browser = a_phone(scene.who("liaison"))
    typed = {"post": post.pk, "where": "街道一楼", "starts_at": "2023-03-16T10:00", "ends_at": "2023-03-16T11:00", "minutes": 20}
    with travel(TUESDAY):
        assert browser.post("/desk/receptions/", typed).status_code == 302
        booked(Reception.objects.get(), case)
        page = text_of(browser.get("/desk/receptions/"))
        assert "街道一楼" in page and case.number in page and "刘" not in page
        address = f"/desk/receptions/{Reception.objects.get().pk}/cancel/"
        assert browser.post(address, {"reason": "领导外出"}).status_code == 302
    assert Reception.objects.get().cancelled_at == TUESDAY


def test_community_sees_no_matter_on_the_streets_days_that_it_may_not_read(scene, day):
    other = a_case(scene)
    booked(day, other)
    with travel(TUESDAY):
        assert other.number not in text_of(a_phone(scene.who("luxi_secretary")).get("/desk/receptions/"))


def test_handler_arranges_nothing(scene):
    with travel(TUESDAY):
        assert a_phone(scene.who("luxi")).get("/desk/receptions/").status_code == 403


def test_second_voice_of_a_matter_books_a_time_of_its_own(case, day):
    other = a_grievance(case)
    booked(day, case)
    slot = receptions.book(day, other, starts_at=START + timedelta(minutes=20), at=TUESDAY)
    assert slot.grievance == other and ReceptionSlot.objects.filter(status="booked").count() == 2
