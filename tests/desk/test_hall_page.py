"""一站式大厅: one registration at the window, the roster of the day, and the hand-over that keeps the number."""

import re
from datetime import date, time

import pytest

from dispatch.models import WorkOrder
from grievance.actions import codes, intake
from grievance.casework import Refused
from grievance.models import Case, Complainant, Event, Grievance
from street.models import HallSeat, Role
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, text_of
from tests.dispatch.scene import TUESDAY, a_street, later, organisation, person

pytestmark = pytest.mark.django_db

PAGE = "/desk/hall/"
SAID = {"kind": "dispute", "description": "车窗被冰柱砸碎，物业不赔", "name": "阿依古丽·买买提", "phone": "13800001111"}


@pytest.fixture
def scene():
    scene = a_street()
    a_seat(scene, scene.sifasuo)
    return scene


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("dispatcher"))


def a_seat(scene, unit, kind="resident", weekdays=",1,2,3,4,5,", opens=time(10), closes=time(19, 30)):
    return HallSeat.objects.create(
        hall=scene.street, unit=unit, kind=kind, weekdays=weekdays, opens=opens, closes=closes, starts_on=date(2023, 1, 1)
    )


def registers(desk, scene, at=TUESDAY, **more):
    with travel(at):
        return desk.post(PAGE, {"source": "window", "place": scene.building.code, "key": "k1", **SAID, **more})


def hands_over(desk, case, to, note="来人要求司法所调解，材料已收", at=TUESDAY):
    with travel(at):
        return desk.post(PAGE, {"number": case.number, "to": to, "note": note})


def seen(desk, at=TUESDAY):
    with travel(at):
        return desk.get(PAGE)


# --- registration --------------------------------------------------------------------------------


def test_visitor_is_registered_once_and_gets_a_receipt_to_take_along(desk, scene):
    answer = registers(desk, scene)
    made = Grievance.objects.get()
    assert answer.status_code == 200 and made.number in text_of(answer) and f"/r/{made.receipt}/" in text_of(answer)
    assert "<svg" in text_of(answer) and made.receipt not in text_of(seen(desk))
    assert (made.case.source, made.case.status, made.case.place) == ("window", "submitted", scene.building)
    assert (made.kind, made.qr_code, Complainant.objects.get().phone) == ("dispute", None, "13800001111")


def test_receipt_opens_the_same_follow_page_as_any_other(desk, scene, client):
    registers(desk, scene)
    page = text_of(client.get(f"/r/{Grievance.objects.get().receipt}/"))
    assert "车窗被冰柱砸碎" in page and "已收到" in page


def test_event_says_who_registered_it_and_not_for_whom(desk, scene):
    registers(desk, scene)
    event = Event.objects.get(kind="case.submit")
    assert (event.voice, event.actor.username) == ("staff", "dispatcher") and "窗口代录" in event.sentence
    assert not [word for word in ("阿依古丽", "13800001111") if word in event.sentence + event.public]


def test_double_tap_makes_one_matter(desk, scene):
    first, second = registers(desk, scene), registers(desk, scene, at=later(seconds=2))
    assert first.status_code == second.status_code == 200 and Case.objects.count() == 1
    assert Grievance.objects.get().number in text_of(second)


def test_same_key_with_other_words_is_not_lost_silently(desk, scene):
    registers(desk, scene)
    assert registers(desk, scene, description="另一件事").status_code == 409 and Case.objects.count() == 1


def test_two_at_the_counter_with_one_key_have_a_matter_each(scene, desk):
    registers(desk, scene)
    registers(a_phone(scene.who("leader")), scene)
    assert Case.objects.count() == 2


def test_report_on_an_official_said_at_the_window_enters_no_ordinary_row(desk, scene, monkeypatch):
    monkeypatch.setattr(intake, "suspected", lambda text, at: "收礼" in text)
    answer = registers(desk, scene, description="社区副主任办低保收礼")
    assert answer.status_code == 503 and "12388" in text_of(answer)
    assert not Case.objects.exists() and not Complainant.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"description": " "}, "还没有内容"), ({"phone": "123"}, "电话号码不对"), ({"name": "名" * 61}, "最多 60 个字")],
)
def test_same_rules_as_by_the_code_and_what_was_typed_stays(desk, scene, wrong, words):
    answer = registers(desk, scene, **wrong)
    assert answer.status_code == 400 and words in text_of(answer) and "阿依古丽" in text_of(answer) or "name" in wrong
    assert not Case.objects.exists()


def test_place_of_another_street_cannot_be_chosen(desk, scene):
    other = organisation("street2", "street", scene.street.parent)
    elsewhere = scene.building.__class__.objects.create(
        code="x9", kind="estate", name="别处", community=organisation("c2", "community", other), street=other
    )
    assert registers(desk, scene, place=elsewhere.code).status_code == 400 and not Case.objects.exists()


def test_only_the_desk_of_that_street_registers(scene):
    other = organisation("street2", "street", scene.street.parent)
    for user in (scene.who("luxi"), scene.who("secretary"), person("neighbour", Role.DISPATCHER, other)):
        with pytest.raises(Refused):
            intake.register_for(scene.building, description="事", key="k", by=user, at=TUESDAY)
    assert not Case.objects.exists()


def test_page_is_forbidden_to_units_and_leaders(scene):
    for name in ("luxi", "secretary", "caller"):
        assert seen(a_phone(scene.who(name))).status_code == 403


# --- the roster ------------------------------------------------------------------------------------


def row_of(page, unit):
    return re.search(rf'<th scope="row">{unit}</th>(.*?)</tr>', text_of(page), re.DOTALL)


def test_roster_says_who_sits_today_and_whether_now(desk, scene):
    a_seat(scene, scene.heat, kind="rotating", weekdays=",2,", closes=time(14))
    a_seat(scene, scene.xisheng, kind="rotating", weekdays=",3,")
    page = seen(desk)
    assert "常驻" in row_of(page, "sifasuo")[1] and "在席" in row_of(page, "sifasuo")[1]
    assert "轮驻" in row_of(page, "heat")[1] and row_of(page, "xisheng") is None
    assert "在席" not in row_of(seen(a_phone(scene.who("dispatcher")), later(hours=5)), "heat")[1]


def test_roster_of_another_street_is_not_shown(desk, scene):
    other = organisation("street2", "street", scene.street.parent)
    HallSeat.objects.create(
        hall=other, unit=organisation("theirs", "station", other), kind="resident", weekdays=",2,", opens=time(10),
        closes=time(18), starts_on=date(2023, 1, 1),
    )  # fmt: skip
    assert "theirs" not in text_of(seen(desk))
    with travel(TUESDAY):
        assert desk.get(f"{PAGE}?street=street2").status_code == 404


# --- hand-over ---------------------------------------------------------------------------------------


@pytest.fixture
def case(desk, scene):
    registers(desk, scene)
    Case.objects.update(category=scene.damages)
    return Case.objects.get()


def test_new_matter_goes_to_an_agency_of_the_roster_with_its_note_and_keeps_its_number(desk, scene, case):
    assert hands_over(desk, case, "sifasuo").status_code == 302
    order = WorkOrder.objects.get(lead=True)
    assert (order.handler, order.demand) == (scene.sifasuo, "来人要求司法所调解，材料已收")
    case.refresh_from_db()
    assert case.status == Case.Status.IN_HANDLING and Case.objects.count() == 1


def test_matter_already_with_a_unit_is_transferred(desk, scene, case):
    a_seat(scene, scene.luxi)
    hands_over(desk, case, "luxi")
    hands_over(desk, case, "sifasuo", note="社区已问过，转司法所")
    assert [(row.handler.code, row.status) for row in WorkOrder.objects.filter(lead=True).order_by("pk")] == [
        ("luxi", "transferred"), ("sifasuo", "dispatched"),
    ]  # fmt: skip
    assert Case.objects.get().number == case.number


def test_hand_over_without_a_note_or_to_a_unit_that_is_not_on_the_roster_is_refused(desk, scene, case):
    assert hands_over(desk, case, "sifasuo", note=" ").status_code == 400
    assert hands_over(desk, case, "heat").status_code == 400
    assert not WorkOrder.objects.exists()


def test_firm_on_the_roster_is_offered_no_matter_to_lead(desk, scene, case):
    a_seat(scene, scene.company)
    assert hands_over(desk, case, "pm").status_code == 400 and not WorkOrder.objects.exists()


def test_matter_that_came_by_a_code_is_not_handed_over_here(desk, scene):
    code = codes.issue(scene.building, at=TUESDAY)
    made = intake.submit(code, description="扫码的事", key="k", at=TUESDAY)
    assert hands_over(desk, made.case, "sifasuo").status_code == 404


def test_page_costs_the_same_however_many_came(desk, scene, django_assert_num_queries):
    for number in range(4):
        registers(desk, scene, key=f"k{number}")
    seen(desk)
    with travel(TUESDAY), django_assert_num_queries(SIGNED_IN + QUERIES):
        desk.get(PAGE)


QUERIES = 5
"""The street, its places, the seats of today and those in force, and what was registered lately."""
