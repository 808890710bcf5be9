"""一站式大厅: the way to the one page of registration, the roster of the day, and the hand-over that keeps the number."""

import re
from datetime import date, time

import pytest

from dispatch.models import WorkOrder
from grievance.actions import codes, intake
from grievance.models import Case
from street.models import HallSeat
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, text_of
from tests.dispatch.scene import TUESDAY, a_street, later, organisation

pytestmark = pytest.mark.django_db

PAGE = "/desk/hall/"
SAID = {"kind": "dispute", "description": "车窗被冰柱砸碎，物业不赔", "phone": "13800001111"}


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


def registers(scene, key="k1", **more):
    told = {"channel": "window", "consented": True, "key": key, "by": scene.who("dispatcher"), "at": TUESDAY, **SAID, **more}
    return intake.register_for(scene.building, **told)


def hands_over(desk, case, to, note="来人要求司法所调解，材料已收", at=TUESDAY):
    with travel(at):
        return desk.post(PAGE, {"number": case.number, "to": to, "note": note})


def seen(desk, at=TUESDAY):
    with travel(at):
        return desk.get(PAGE)


def test_hall_leads_to_the_one_page_of_registration_and_shows_what_came_of_it(desk, scene):
    made, page = registers(scene), text_of(seen(desk))
    assert "/desk/behalf/?channel=window" in page and made.case.number in page
    assert made.receipt not in page and '<textarea name="description"' not in page


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
    registers(scene)
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
        registers(scene, key=f"k{number}")
    seen(desk)
    with travel(TUESDAY), django_assert_num_queries(SIGNED_IN + QUERIES):
        desk.get(PAGE)


QUERIES = 4
"""The street, the seats of today and those in force, and what was registered lately."""
