"""登记册: units, postings and the hand-over are pages for those who keep them; what they count they do not read."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dispatch.actions import handling
from street.models import Place, PlanPicture, Posting, Role
from tests.builders import a_photo
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def keeper(scene):
    return a_phone(person("keeper", Role.SYSTEM_ADMIN, scene.street))


def test_registers_show_who_stands_where_and_no_other_street(scene, keeper, django_assert_max_num_queries):
    other = organisation("street2", "street", scene.street.parent, name="别的街道")
    theirs = person("theirs", Role.HANDLER, organisation("c2", "community", other)).postings.get()
    scene.luxi.supervisor = scene.sifasuo
    scene.luxi.save()
    home, units = text_of(keeper.get("/desk/registers/")), text_of(keeper.get("/desk/registers/units/"))
    assert "/desk/registers/postings/" in home and "sifasuo" in units and "别的街道" not in units
    with django_assert_max_num_queries(SIGNED_IN + 5):
        page = text_of(keeper.get("/desk/registers/postings/?q=luxi"))
    assert "luxi_secretary" in page and "heat" not in page and "theirs" not in page
    assert keeper.get(f"/desk/registers/postings/{theirs.pk}/").status_code == 404
    assert a_phone(scene.who("leader")).get("/desk/registers/").status_code == 403
    auditor = a_phone(person("auditor", Role.AUDITOR, scene.street))
    assert "交接" in text_of(auditor.get("/desk/registers/postings/"))
    assert auditor.get(f"/desk/registers/postings/{scene.who('luxi').postings.get().pk}/").status_code == 403


def test_a_post_is_handed_over_in_two_steps_and_the_successor_reads_which_matters(scene, keeper):
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    posting = Posting.objects.get(user__username="luxi")
    address = f"/desk/registers/postings/{posting.pk}/"
    shown = text_of(keeper.get(address))
    assert "工单" in shown and order.number not in shown and order.case.number not in shown
    data = {"colleague": "", "username": "xisheng", "last_day": "2023-03-14"}
    looked = text_of(keeper.post(address, {**data, "step": "look"}))
    assert "账号立即停用" in looked and not hasattr(Posting.objects.get(pk=posting.pk), "hand_over")
    stale = keeper.post(address, {**data, "step": "do", "seen": "工单=9"})
    assert stale.status_code == 409 and "又有变动" in text_of(stale)
    done = text_of(keeper.post(address, {**data, "step": "do", "seen": "工单=1"}, follow=True))
    assert "已交接" in done and not scene.who("luxi").is_active
    assert order.case.number in text_of(a_phone(scene.who("xisheng")).get("/desk/handed/"))
    assert order.case.number not in text_of(a_phone(scene.who("sifasuo")).get("/desk/handed/"))


def test_no_other_form_ends_a_post_or_closes_the_account_of_one_who_holds_it(scene, keeper):
    posting = Posting.objects.get(user__username="luxi")
    data = {
        "username": "luxi", "name": "luxi", "is_active": "on", "postings-TOTAL_FORMS": "1", "postings-INITIAL_FORMS": "1",
        "postings-0-id": posting.pk, "postings-0-user": posting.user_id, "postings-0-organisation": scene.luxi.pk,
        "postings-0-role": "handler", "postings-0-starts_on": "2022-01-01", "postings-0-ends_on": "2023-03-14",
    }  # fmt: skip
    address = f"/admin/street/user/{posting.user_id}/change/"
    assert "办“交接”" in text_of(keeper.post(address, data))
    closing = {**data, "postings-0-ends_on": ""}
    closing.pop("is_active")
    assert "这个人还在任" in text_of(keeper.post(address, closing))
    assert "不能改成别的" in text_of(keeper.post(address, {**closing, "is_active": "on", "postings-0-role": "unit_head"}))
    posting.refresh_from_db()
    assert (posting.ends_on, posting.role) == (None, "handler") and scene.who("luxi").is_active
    words = {"password1": "another long word 7", "password2": "another long word 7"}
    keeper.post(f"/admin/street/user/{posting.user_id}/password/", words)
    assert scene.who("luxi").must_change, "a password that somebody else has set is for one sign-in"


def test_a_year_shows_days_off_and_make_up_days_and_where_they_come_from(scene, keeper):
    page = text_of(keeper.get("/desk/registers/calendar/?calendar=xinjiang&year=2023"))
    assert re.search(r'is-off" title="古尔邦节">28<b class="">休', page) and re.search(r">28<b class=\"is-work\">班", page)
    assert "自治区人民政府办公厅" in page and "/desk/registers/import/calendar/?calendar=xinjiang" in page
    organisation("street2", "street", scene.street.parent)
    only_one = text_of(keeper.get("/desk/registers/calendar/?year=2030&calendar=nothing"))
    assert "没有 2030 年的放假通知" in only_one and "从表格导入" not in only_one, "what all streets share, one street reads"
    assert keeper.get("/desk/registers/import/calendar/").status_code == 404


def test_a_plan_is_aligned_by_clicking_two_known_places(scene, keeper, own_files):
    address = "/desk/registers/plan/street/"
    Place.objects.filter(code="e1").update(latitude="43.78", longitude="87.54", coordinate_system="cgcs2000")
    far = {"kind": "road", "name": "南街", "community": scene.xisheng, "street": scene.street, "coordinate_system": "cgcs2000"}
    Place.objects.create(code="far", latitude="43.77", longitude="87.56", **far)
    assert "不是照片" in text_of(keeper.post(address, {"step": "picture", "picture": SimpleUploadedFile("x.jpg", b"<svg/>")}))
    keeper.post(address, {"step": "picture", "picture": a_photo(size=(400, 300)), "approval": ""})
    assert 'type="image"' in text_of(keeper.get(address)) and keeper.get(f"{address}picture.jpg").status_code == 200
    keeper.post(address, {"step": "point", "place": "e1", "at.x": "100", "at.y": "100"})
    close = keeper.post(address, {"step": "point", "place": "far", "at.x": "110", "at.y": "100"})
    assert "太近" in text_of(close)
    keeper.post(address, {"step": "point", "place": "far", "at.x": "700", "at.y": "500"})
    plan = PlanPicture.objects.get()
    assert plan.points == [[50.0, 50.0, 43.78, 87.54], [350.0, 250.0, 43.77, 87.56]]
    a_case(scene)
    leader = a_phone(scene.who("leader"))
    assert f"/desk/map/plan/{plan.pk}.jpg" in text_of(leader.get("/desk/map/"))
    assert leader.get(f"/desk/map/plan/{plan.pk}.jpg").status_code == 200
    neighbour = a_phone(person("n", Role.SHIFT_LEADER, organisation("street2", "street", scene.street.parent)))
    assert neighbour.get(f"/desk/map/plan/{plan.pk}.jpg").status_code == 404
    other = a_phone(person("o", Role.SYSTEM_ADMIN, organisation("street3", "street", scene.street.parent)))
    assert {other.get(address).status_code, other.get(f"{address}picture.jpg").status_code} == {404}
