"""后台: registers show and never edit, configuration is for those posted to it, and what is issued is frozen."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client

from dispatch.actions import handling
from dispatch.models import StandingAuthority
from grievance.models import Category
from street.admin import PostingAdmin
from street.models import Calendar, Grid, Organisation, Posting, Role, User
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
REGISTERS = [
    "grievance/case", "grievance/grievance", "dispatch/workorder", "dispatch/letter", "dispatch/supervision",
    "dispatch/mediation", "feedback/callback",
]  # fmt: skip
SETTINGS = [
    "street/organisation", "street/user", "street/grid", "street/place", "street/calendar", "grievance/category",
    "grievance/alert", "dispatch/policy", "dispatch/routingrule",
]  # fmt: skip


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def keeper(scene):
    return a_phone(person("keeper", Role.SYSTEM_ADMIN, scene.street))


@pytest.fixture
def leader(scene):
    return a_phone(scene.who("leader"))


def test_every_page_of_the_site_asks_the_posts():
    assert [str(model) for model, page in admin.site._registry.items() if not isinstance(page, PostingAdmin)] == []


@pytest.mark.parametrize("register", REGISTERS)
def test_register_is_read_and_never_written(scene, leader, keeper, register):
    an_order(scene)
    assert leader.get(f"/admin/{register}/").status_code == 200
    assert {leader.get(f"/admin/{register}/add/").status_code, keeper.get(f"/admin/{register}/").status_code} == {403}


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_are_for_those_posted_to_them(scene, leader, keeper, setting):
    assert keeper.get(f"/admin/{setting}/").status_code == 200
    assert leader.get(f"/admin/{setting}/").status_code == 403
    assert a_phone(scene.who("secretary")).get(f"/admin/{setting}/add/").status_code == 403


def test_superuser_without_a_post_may_nothing(scene):
    root = a_phone(User.objects.create(username="root", is_staff=True, is_superuser=True))
    assert {root.get(f"/admin/{page}/").status_code for page in [*REGISTERS, *SETTINGS]} == {403}


@pytest.mark.parametrize("register", REGISTERS[:3])
def test_row_leads_to_the_case_page(scene, leader, register):
    order = an_order(scene)
    pk = {"grievance/case": order.case.pk, "grievance/grievance": order.case.grievances.get().pk}.get(register, order.pk)
    assert leader.get(f"/admin/{register}/{pk}/change/")["Location"] == f"/desk/cases/{order.case.number}/"


def test_row_of_another_street_is_not_found_and_without_the_role_forbidden(scene, keeper):
    order = an_order(scene)
    neighbour = a_phone(person("neighbour", Role.SHIFT_LEADER, organisation("street2", "street", scene.street.parent)))
    address = f"/admin/dispatch/workorder/{order.pk}/change/"
    assert (neighbour.get(address).status_code, keeper.get(address).status_code) == (404, 403)
    assert Client().get(address)["Location"].startswith("/admin/login/")
    assert order.number not in text_of(neighbour.get("/admin/dispatch/workorder/"))


def test_orders_are_accepted_from_the_register_each_on_its_own(scene):
    mine, late = an_order(scene), an_order(scene)
    handling.accept(late, by=scene.who("luxi"), at=NOW)
    browser = a_phone(scene.who("luxi"))
    response = browser.post(
        "/admin/dispatch/workorder/", {"action": "accept", "_selected_action": [mine.pk, late.pk]}, follow=True
    )
    mine.refresh_from_db()
    assert mine.status == "accepted" and "不能再次签收" in text_of(response)


def test_register_says_nothing_of_who_spoke(scene, leader):
    an_order(scene)
    for register in REGISTERS:
        page = text_of(leader.get(f"/admin/{register}/"))
        assert "刘先生" not in page and "13800001111" not in page


# --- settings --------------------------------------------------------------------------------------


def test_new_organisation_takes_its_place_below_its_parent(scene, keeper):
    data = {"code": "xingrong", "name": "兴荣巷社区", "kind": "community", "parent": scene.street.pk, "relation": "subordinate"}
    keeper.post("/admin/street/organisation/add/", {**data, "active": "on"})
    made = Organisation.objects.get(code="xingrong")
    assert made.path == f"{scene.street.path}xingrong/"


def test_administrator_reaches_no_further_than_their_street(scene, keeper):
    other = organisation("street2", "street", scene.street.parent, name="别的街道")
    theirs = Grid.objects.create(code="g2", name="别处的网格", community=organisation("c2", "community", other))
    assert "别的街道" not in text_of(keeper.get("/admin/street/organisation/"))
    assert keeper.get(f"/admin/street/organisation/{other.pk}/change/").status_code == 404
    assert keeper.get(f"/admin/street/grid/{theirs.pk}/change/").status_code == 404
    data = {"code": "new", "name": "新", "kind": "department", "parent": other.pk, "relation": "subordinate", "active": "on"}
    assert "选择一个有效的选项" in text_of(keeper.post("/admin/street/organisation/add/", data))


def test_what_all_streets_share_is_changed_by_one_who_covers_them_all(scene, keeper):
    calendar = Calendar.objects.get(code="xinjiang")
    address = f"/admin/street/calendar/{calendar.pk}/change/"
    assert 'name="_save"' in text_of(keeper.get(address))
    organisation("street2", "street", scene.street.parent)
    page = text_of(keeper.get(address))
    assert calendar.name in page and 'name="_save"' not in page
    district = a_phone(person("district-keeper", Role.SYSTEM_ADMIN, scene.street.parent))
    assert 'name="_save"' in text_of(district.get(address))


def test_person_is_made_with_a_post_and_never_deleted(scene, keeper):
    data = {
        "username": "newcomer", "name": "新来的", "password1": "a long enough word 7", "password2": "a long enough word 7",
        "postings-TOTAL_FORMS": "1", "postings-INITIAL_FORMS": "0", "postings-0-organisation": scene.luxi.pk,
        "postings-0-role": "handler", "postings-0-starts_on": "2023-03-14",
    }  # fmt: skip
    keeper.post("/admin/street/user/add/", data)
    made = User.objects.get(username="newcomer")
    assert made.is_staff and not made.is_superuser
    assert Posting.objects.get(user=made).organisation == scene.luxi
    assert keeper.get(f"/admin/street/user/{made.pk}/delete/").status_code == 403


def test_auditor_reads_people_and_changes_and_writes_neither(scene):
    auditor = a_phone(person("auditor", Role.AUDITOR, scene.street))
    assert auditor.get("/admin/street/user/").status_code == 200
    assert auditor.get("/admin/admin/logentry/").status_code == 200
    assert auditor.get("/admin/street/user/add/").status_code == 403
    page = text_of(auditor.get(f"/admin/street/user/{scene.who('luxi').pk}/change/"))
    assert 'name="_save"' not in page


def test_issued_policy_is_frozen(scene, keeper):
    page = text_of(keeper.get(f"/admin/dispatch/policy/{scene.policy.pk}/change/"))
    assert 'name="_save"' not in page and "limits-0-amount" not in page
    assert keeper.post(f"/admin/dispatch/policy/{scene.policy.pk}/change/", {"name": "改名"}).status_code == 403
    rule = scene.policy.routes.first()
    assert 'name="_save"' not in text_of(keeper.get(f"/admin/dispatch/routingrule/{rule.pk}/change/"))


@pytest.mark.parametrize(
    "rows", ["dispatch/policy", "dispatch/routingrule", "grievance/category", "grievance/alert", "grievance/cue"]
)
def test_rows_of_a_policy_are_read_here_and_changed_at_the_policy_desk_alone(scene, keeper, rows):
    assert "/desk/policy/" in text_of(keeper.get(f"/admin/{rows}/"))
    assert keeper.get(f"/admin/{rows}/add/").status_code == 403
    pk = {"dispatch/policy": scene.policy, "grievance/category": scene.heating}.get(rows)
    if pk is not None:
        assert keeper.post(f"/admin/{rows}/{pk.pk}/change/", {"name": "改名"}).status_code == 403
        assert keeper.post(f"/admin/{rows}/{pk.pk}/delete/", {"post": "yes"}).status_code == 403


def test_shift_leader_takes_back_and_gives_the_standing_authority(scene, leader):
    row = StandingAuthority.objects.get()
    Category.objects.filter(pk=scene.damages.pk).update(parent=Category.objects.create(code="F", name="纠纷"))
    leader.post("/admin/dispatch/standingauthority/", {"action": "revoke", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.revoked_at == NOW
    leader.post(
        "/admin/dispatch/standingauthority/add/",
        {"street": scene.street.pk, "hours": "08:00-22:00", "barred": [scene.damages.pk]},
    )
    given = StandingAuthority.objects.get(revoked_at__isnull=True)
    assert (given.leader, given.hours, list(given.barred.all())) == (scene.who("leader"), "08:00-22:00", [scene.damages])


def test_hours_of_the_authority_are_read_before_they_are_kept(scene, leader):
    row = StandingAuthority.objects.get()
    page = leader.post(f"/admin/dispatch/standingauthority/{row.pk}/change/", {"hours": "整天"})
    assert "时段应写成" in text_of(page)


def test_dispatcher_reads_the_authority_and_cannot_switch_it(scene):
    browser = a_phone(scene.who("dispatcher"))
    row = StandingAuthority.objects.get()
    browser.post("/admin/dispatch/standingauthority/", {"action": "revoke", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.revoked_at is None
    assert browser.get("/admin/dispatch/standingauthority/").status_code == 200


# --- what it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("register", REGISTERS)
def test_register_costs_the_same_however_long(scene, leader, django_assert_max_num_queries, register):
    for _ in range(6):
        an_order(scene)
    with django_assert_max_num_queries(SIGNED_IN + 6):
        leader.get(f"/admin/{register}/")


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_cost_the_same_however_many(scene, keeper, django_assert_max_num_queries, setting):
    with django_assert_max_num_queries(SIGNED_IN + 9):
        keeper.get(f"/admin/{setting}/")


def test_page_of_a_policy_reads_its_lists_once(scene, keeper, django_assert_max_num_queries):
    with django_assert_max_num_queries(SIGNED_IN + 14):
        keeper.get(f"/admin/dispatch/policy/{scene.policy.pk}/change/")
