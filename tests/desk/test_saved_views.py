"""常用视图: a filter under a name; it says what is asked, never what may be seen."""

from datetime import timedelta

import pytest

from grievance.models import DeskRecord, FirstView, SavedView
from street.models import Role
from tests.clock import travel
from tests.desk.phone import a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db

PAGE, VIEWS = "/desk/cases/", "/desk/views/"
NOW = TUESDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("leader"))


def save(browser, query, name="我的", **more):
    return browser.post(VIEWS, {"query": query, "name": name, **more})


def change(browser, view, act, **more):
    return browser.post(f"{VIEWS}{view.pk}/", {"act": act, **more})


def offered(browser, name):
    return f">{name} " in text_of(browser.get(PAGE, {"view": "all"}))


def test_view_shared_shows_each_reader_only_what_they_may_see(scene, desk):
    ours, waiting = an_order(scene).case, a_case(scene)
    unit = a_phone(scene.who("luxi"))
    assert save(unit, "status=open", name="全部未了", shared="1").status_code == 302
    view = SavedView.objects.get()
    assert offered(a_phone(scene.who("luxi_secretary")), "全部未了"), "a colleague of the unit"
    for stranger in ("xisheng", "leader", "heat"):
        assert not offered(a_phone(scene.who(stranger)), "全部未了"), stranger
        assert change(a_phone(scene.who(stranger)), view, "delete").status_code == 404, stranger
    save(desk, "status=open", name="街道未了", shared="1")
    shared = SavedView.objects.get(name="街道未了")
    assert desk.get(f"{VIEWS}counts/").json() == {str(shared.pk): "2"}
    page = text_of(unit.get(f"{PAGE}?{shared.query}"))
    assert ours.number in page and waiting.number not in page
    assert unit.get(f"{VIEWS}counts/").json() == {str(view.pk): "1"}


def test_neighbour_street_is_not_offered_it(scene, desk):
    save(desk, "urgency=urgent", name="特急的", shared="1")
    street = organisation("street2", "street", scene.street.parent)
    neighbour = a_phone(person("neighbour", Role.SHIFT_LEADER, street))
    assert not offered(neighbour, "特急的") and neighbour.get(f"{VIEWS}counts/").json() == {}


def test_what_was_shared_is_changed_by_its_maker_or_an_overseer_and_leaves_a_record(scene, desk):
    save(a_phone(scene.who("dispatcher")), "status=held", name="等补充", shared="1")
    view = SavedView.objects.get()
    assert change(a_phone(scene.who("caller")), view, "delete").status_code == 403
    assert change(desk, view, "rename", name="在等补充").status_code == 302
    assert change(a_phone(scene.who("supervisor")), view, "unshare").status_code == 302
    assert change(desk, view, "delete").status_code == 404, "it is its maker's alone again"
    assert change(a_phone(scene.who("dispatcher")), view, "delete").status_code == 302
    assert [(row.kind, row.by.username) for row in DeskRecord.objects.order_by("pk")] == [
        ("share", "dispatcher"),
        ("unshare", "supervisor"),
    ]


def test_register_opens_with_the_view_one_begins_with(scene, desk):
    save(desk, "status=held&light=red", name="早上先看")
    view = SavedView.objects.get()
    change(desk, view, "first")
    assert desk.get(PAGE)["Location"] == f"{PAGE}?{view.query}"
    assert desk.get(PAGE, {"view": "all"}).status_code == 200
    assert a_phone(scene.who("dispatcher")).get(PAGE).status_code == 200
    change(desk, view, "last")
    assert not FirstView.objects.exists() and desk.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "空的"),
        ("status=open", " "),
        ("status=open", "名" * 21),
        ("status=open", "打13912345678"),
        ("q=13912345678", "找人"),
        ("q=139 1234 5678", "找人"),
        ("from=2026-12-01&to=2026-01-01", "倒着"),
        ("light=pink", "粉"),
        ("page=3", "只有页码"),
    ],
)
def test_view_that_says_nothing_or_keeps_a_number_is_not_saved(desk, query, name):
    assert save(desk, query, name).status_code == 400
    assert not SavedView.objects.exists()


def test_name_is_once_per_person(scene, desk):
    save(desk, "status=open")
    assert save(desk, "status=held").status_code == 409
    assert save(a_phone(scene.who("dispatcher")), "status=held").status_code == 302
