"""一张图: open matters where they lie; what is not measured stands beside; a stranger's matter and a foreign host never."""

import re
from datetime import timedelta

import pytest

from dispatch.actions import handling
from street.gcj02 import gcj02, wgs84
from street.models import Place, PlanPicture, Role
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=1)
HOST = "tianditu"
KEY = {"TIANDITU_KEY": "k" * 32, "TIANDITU_APPROVAL": "GS（2025）0001号"}


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def leader(scene):
    return a_phone(scene.who("leader"))


def measured(code, lat, lon, system="cgcs2000"):
    Place.objects.filter(code=code).update(latitude=lat, longitude=lon, coordinate_system=system)


def spots(page):
    """{what a mark says: (x, y)}."""
    found = re.findall(r'aria-label="([^"]*?)：(\d+) 件.*?translate\(([\d.]+) ([\d.]+)\)', page, re.S)
    return {where: (float(x), float(y)) for where, _, x, y in found}


def test_a_matter_stands_where_its_place_is_and_moves_with_it(scene, leader):
    other = Place.objects.create(code="far", kind="road", name="南街", community=scene.xisheng, street=scene.street)
    case = a_case(scene)
    type(case).objects.filter(pk=a_case(scene).pk).update(place=other)
    nowhere = a_case(scene)
    type(case).objects.filter(pk=nowhere.pk).update(place=None)
    measured("e1", "43.8000", "87.5500")
    measured("far", "43.7900", "87.5700")
    page = text_of(leader.get("/desk/map/"))
    before = spots(page)
    estate, road = before["luxi 小区3号楼"], before["xisheng 南街"]
    assert estate[0] < road[0] and estate[1] < road[1], "north is up, east is right; a building lies where its estate does"
    beside = page[page.index('id="aside"') :]
    assert nowhere.number in beside and case.number not in beside
    measured("e1", "43.7800", "87.5900")
    after = spots(text_of(leader.get("/desk/map/")))
    assert after["luxi 小区3号楼"][0] > after["xisheng 南街"][0] and after["luxi 小区3号楼"][1] > after["xisheng 南街"][1]


def test_shifted_coordinates_are_brought_back_to_the_ground(scene, leader):
    there = gcj02(43.8, 87.55)
    assert wgs84(*there) == pytest.approx((43.8, 87.55), abs=1e-7) and abs(there[0] - 43.8) > 0.0005
    twin = Place.objects.create(code="twin", kind="road", name="同处", community=scene.luxi, street=scene.street)
    type(a_case(scene)).objects.filter(pk=a_case(scene).pk).update(place=twin)
    measured("e1", "43.800000", "87.550000")
    measured("twin", f"{there[0]:.6f}", f"{there[1]:.6f}", "gcj02")
    assert list(spots(text_of(leader.get("/desk/map/")))) == ["luxi 小区3号楼等 2 处"]


def test_only_what_one_may_see_is_drawn_and_firms_read_no_words(scene, leader):
    order = an_order(scene, description="车窗被砸，请打13912345678")
    measured("e1", "43.8", "87.55")
    neighbour = person("neighbour", Role.SHIFT_LEADER, organisation("street2", "street", scene.street.parent))
    assert order.case.number in text_of(leader.get("/desk/map/"))
    for user in (neighbour, scene.who("sifasuo")):
        page = text_of(a_phone(user).get("/desk/map/"))
        assert order.case.number not in page and "小区" not in page and "<svg viewBox" not in page
    firm = text_of(a_phone(person("firm", Role.HANDLER, scene.company)).get("/desk/map/"))
    assert order.case.number in firm and "13912345678" not in firm
    assert a_phone(person("auditor", Role.AUDITOR, scene.street)).get("/desk/map/").status_code == 403


def test_no_other_host_without_a_key_and_its_approval_and_exactly_one_with_them(scene, leader, settings):
    a_case(scene)
    measured("e1", "43.8", "87.55")
    for half in ({}, {"TIANDITU_KEY": KEY["TIANDITU_KEY"]}):
        for name, value in half.items():
            setattr(settings, name, value)
        answer = leader.get("/desk/map/")
        assert "http" not in answer.headers["Content-Security-Policy"] and HOST not in text_of(answer)
    settings.TIANDITU_APPROVAL = KEY["TIANDITU_APPROVAL"]
    answer = leader.get("/desk/map/")
    allowed = re.findall(r"https?://\S+?(?=[\s;])", answer.headers["Content-Security-Policy"])
    hosts = set(re.findall(r'href="(https?://[^/"]+)', text_of(answer)))
    assert allowed == ["https://t0.tianditu.gov.cn"] and hosts == set(allowed) and KEY["TIANDITU_APPROVAL"] in text_of(answer)
    tiles = re.findall(r'x="(-?[\d.]+)" y="(-?[\d.]+)" width="([\d.]+)"', text_of(answer))
    assert 2 <= len(tiles) <= 80
    (x, y), size = spots(text_of(answer))["luxi 小区3号楼"], float(tiles[0][2])
    assert any(float(left) <= x <= float(left) + size and float(top) <= y <= float(top) + size for left, top, _ in tiles)
    assert HOST not in leader.get("/desk/cases/").headers["Content-Security-Policy"]


def test_on_the_offices_own_plan_two_known_points_place_all_others(scene, leader):
    case = a_case(scene)
    points = [[100, 500, 43.78, 87.54], [900, 500, 43.78, 87.56]]
    PlanPicture.objects.create(
        street=scene.street, picture="plans/x.jpg", width=1000, height=600, points=points, by=scene.who("leader"), at=NOW
    )
    measured("e1", "43.78", "87.55")
    page = text_of(leader.get("/desk/map/"))
    x, y = spots(page)["luxi 小区3号楼"]
    assert (round(x), round(y)) == (400, 400) and "自有示意图" in page
    measured("e1", "43.90", "87.55")
    page = text_of(leader.get("/desk/map/"))
    assert spots(page) == {} and case.number in page[page.index('id="aside"') :], "off the picture is beside, not dropped"


def test_urgent_ones_come_first_filters_narrow_and_many_cost_no_more(scene, leader, django_assert_num_queries):
    late = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    urgent = a_case(scene)
    type(urgent).objects.filter(pk=urgent.pk).update(urgency="urgent")
    measured("e1", "43.8", "87.55")
    page = text_of(leader.get("/desk/map/"))
    assert page.index(urgent.number) < page.index(late.case.number) and "is-urgent" in page
    only = text_of(leader.get("/desk/map/?light=green"))
    assert late.case.number in only and urgent.number not in only
    assert late.case.number not in text_of(leader.get("/desk/map/?light=black"))
    assert late.case.number not in text_of(leader.get("/desk/map/?community=xisheng"))
    assert leader.get("/desk/map/?box=1,2,x&light=nothing&category=zz").status_code == 200
    for _ in range(12):
        a_case(scene)
    with django_assert_num_queries(SIGNED_IN + 8):
        leader.get("/desk/map/")
