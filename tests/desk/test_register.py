"""事项查询: filters narrow, lights are told, and nobody finds what is not theirs."""

from datetime import timedelta

import pytest
from django.test import Client

from dispatch.actions import handling, returns
from dispatch.models import Supervision
from grievance import search
from grievance.actions import triage
from grievance.models import Case, Category
from street.models import Place, Role
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db

PAGE = "/desk/cases/"
NOW = TUESDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("leader"))


def found(browser, **asked):
    page = text_of(browser.get(PAGE, asked))
    return {case.number for case in Case.objects.all() if f"/desk/cases/{case.number}/" in page}


def test_unit_finds_only_what_it_was_told_of(scene, desk):
    ours, waiting = an_order(scene).case, a_case(scene)
    assert found(desk) == {ours.number, waiting.number}
    assert found(a_phone(scene.who("luxi"))) == {ours.number}
    assert found(a_phone(scene.who("xisheng"))) == set()


def test_status_narrows(scene, desk):
    ours, waiting = an_order(scene).case, a_case(scene)
    gone = a_case(scene)
    triage.decline(gone, reason="不归街道", path="court", by=scene.who("leader"), at=NOW)
    assert found(desk, status="submitted") == {waiting.number}
    assert found(desk, status="open") == {ours.number, waiting.number}
    assert found(desk, status="declined") == {gone.number}


def test_community_and_category_narrow(scene, desk):
    place = Place.objects.create(code="x1", kind="estate", name="西盛小区", community=scene.xisheng, street=scene.street)
    here, there = a_case(scene), a_case(scene, category=scene.heating)
    Case.objects.filter(pk=there.pk).update(place=place)
    assert found(desk, community="luxi") == {here.number}
    assert found(desk, community="xisheng") == {there.number}
    assert found(desk, category="B1") == {there.number}


def test_words_and_numbers_are_found(scene, desk):
    one, other = a_case(scene, description="楼道灯坏了"), a_case(scene, description="井盖坏了")
    search.keep_up()
    assert found(desk, q="楼道灯") == {one.number}
    assert found(desk, q=other.number) == {other.number}
    assert found(desk, q=other.grievances.get().number) == {other.number}


def test_light_narrows(scene):
    late, fresh = an_order(scene).case, a_case(scene, at=NOW)
    after = late.orders.filter(lead=True).get().due_at + timedelta(hours=1)
    with travel(after):
        Case.objects.filter(pk=fresh.pk).update(submitted_at=after)
        desk = a_phone(scene.who("leader"))
        assert found(desk, light="green") == {fresh.number}
        assert late.number in found(desk, light="red") | found(desk, light="black")
        assert found(desk, light="yellow") == set()


def test_queues_hold_what_waits_for_that_step(scene, desk):
    order, returned = an_order(scene), an_order(scene)
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    handling.complete(order, public_answer="办好了", by=scene.who("luxi"), at=NOW)
    returns.ask_return(returned, reason="duty", basis="清单", by=scene.who("luxi"), at=NOW)
    waiting = a_case(scene)
    assert found(desk, queue="review") == {order.case.number}
    assert found(desk, queue="return") == {returned.case.number}
    assert found(desk, queue="triage") == {waiting.number}
    assert found(desk, queue="overdue") == set()


def test_filter_that_is_not_known_is_passed_over_and_said(scene, desk):
    case = a_case(scene)
    asked = {"queue": "nonsense", "status": "nonsense", "light": "pink", "from": "2026-13-40", "place": "没有这里", "page": "99"}
    assert found(desk, **asked) == {case.number}
    page = text_of(desk.get(PAGE, asked))
    for said in ("“状态”没有“nonsense”这一项", "“灯”没有“pink”这一项", "“2026-13-40”不是日期", "没有找到点位“没有这里”"):
        assert said in page
    turned = text_of(desk.get(PAGE, {"from": "2023-03-14", "to": "2023-03-13"}))
    assert "开始日期 2023-03-14 在结束日期 2023-03-13 之后" in turned and 'value="2023-03-13"' in turned


def test_every_other_condition_narrows(scene, desk):
    watched, other = an_order(scene).case, a_case(scene, category=scene.heating)
    Supervision.objects.create(case=watched, level="street", holder=scene.street, reason="久拖不决", raised_at=NOW)
    root = Category.objects.create(code="B", name="供热")
    Category.objects.filter(pk=scene.heating.pk).update(parent=root)
    Case.objects.filter(pk=other.pk).update(
        urgency="urgent", source="phone", suggestion={"nature": "投诉"}, submitted_at=NOW - timedelta(days=9), place=None
    )
    other.grievances.update(kind="dispute")
    day = (NOW - timedelta(days=9)).date().isoformat()
    for asked in ({"level": "any"}, {"level": "street"}, {"place": "小区3栋"}, {"place": "小区"}, {"unit": "luxi"}):
        assert found(desk, **asked) == {watched.number}, asked
    for asked in (
        {"category": "B"},
        {"urgency": "urgent"},
        {"source": "phone"},
        {"nature": "投诉"},
        {"kind": "dispute"},
        {"unit": "none"},
        {"from": day, "to": day},
    ):
        assert found(desk, **asked) == {other.number}, asked
    assert found(desk, level="district") == set() and found(desk, to="2023-01-01") == set()


def test_unit_learns_of_no_supervision_it_may_not_see(scene):
    case = an_order(scene).case
    Supervision.objects.create(case=case, level="street", holder=scene.street, reason="久拖不决", raised_at=NOW)
    assert found(a_phone(scene.who("luxi")), level="any") == set()


def test_pages_keep_the_filter(scene, desk):
    for _ in range(51):
        a_case(scene)
    page = text_of(desk.get(PAGE, {"status": "submitted"}))
    assert "?status=submitted&amp;page=2" in page


def test_title_made_of_a_number_is_masked_for_the_unit(scene):
    an_order(scene, description="打13912345678找我")
    assert "13912345678" not in text_of(a_phone(scene.who("luxi")).get(PAGE))


def test_stranger_and_neighbour(scene):
    case = a_case(scene)
    assert Client().get(PAGE)["Location"].startswith("/admin/login/")
    neighbour = a_phone(person("neighbour", Role.SUPERVISOR, organisation("street2", "street", scene.street.parent)))
    assert found(neighbour, q=case.number) == set()


@pytest.mark.parametrize("asked", [{}, {"q": "车窗"}, {"queue": "overdue"}, {"light": "green"}])
def test_cost_does_not_grow_with_the_list(scene, desk, django_assert_max_num_queries, asked):
    for _ in range(8):
        an_order(scene)
    search.keep_up()
    with django_assert_max_num_queries(SIGNED_IN + 7):
        desk.get(PAGE, asked)
