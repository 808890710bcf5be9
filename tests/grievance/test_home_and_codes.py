"""The home page, the places of a community, the notice on privacy, and the codes that staff make and print."""

import html
import re

import pytest

from grievance import qr
from grievance.actions import codes
from grievance.casework import Refused
from grievance.models import QRCode
from street.models import Role
from tests.builders import a_code, a_community, a_grievance, a_person, a_place, a_street, an_organisation
from tests.clock import MONDAY_10AM, MONDAY_NOON

pytestmark = pytest.mark.django_db


def shown(response):
    return html.unescape(response.content.decode())


def test_home_names_the_communities_that_have_codes(client, django_assert_num_queries):
    street = a_street()
    a_code(a_place(street, a_community(street)))
    a_community(street, "qms-xiyuan", "西源社区")
    with django_assert_num_queries(1):
        response = client.get("/")
    page = shown(response)
    assert "骑马山路西社区" in page and "西源社区" not in page and "0991-5551234" in page
    assert not response.cookies


@pytest.mark.parametrize("written", ["{}", "  {} ", "http://127.0.0.1:8000/r/{}/", "https://example.cn/r/{}/?new=1"])
def test_receipt_or_its_whole_link_is_looked_up(client, written):
    receipt = a_grievance().receipt
    response = client.post("/", {"receipt": written.format(receipt)})
    assert response.headers["Location"] == f"/r/{receipt}/"


@pytest.mark.parametrize("written", ["", "S230313-AAAAA", "AAAAAAAAAAAAAAAAAAAAAA", "<script>alert(1)</script>"])
def test_receipt_that_nobody_holds_is_not_found(client, written):
    response = client.post("/", {"receipt": written})
    assert response.status_code == 404
    assert "没有找到这个查询码" in shown(response) and "<script>alert" not in response.content.decode()


def test_places_of_a_community_lead_to_their_codes(client, django_assert_num_queries):
    code = a_code(a_place(name="3号楼", parent=a_place(name="幸福小区")))
    with django_assert_num_queries(2):
        page = shown(client.get(f"/c/{code.place.community.code}/"))
    assert "幸福小区3号楼" in page and f"/q/{code.token}/" in page
    assert client.get("/c/nowhere/").status_code == 404


def test_privacy_notice_stands_open_to_all(client, django_assert_num_queries):
    a_street()
    with django_assert_num_queries(1):
        page = shown(client.get("/privacy/"))
    assert "骑马山街道" in page and "对本平台的投诉建议" in page


def test_token_has_at_least_96_bits_and_one_code_a_place():
    place = a_place()
    code = codes.issue(place, at=MONDAY_10AM)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", code.token)
    assert codes.issue(place, at=MONDAY_NOON) == code


def test_revoked_code_makes_room_for_another():
    code = a_code()
    codes.revoke(code, at=MONDAY_NOON)
    assert codes.issue(code.place, at=MONDAY_NOON).token != code.token
    with pytest.raises(Refused) as refused:
        codes.revoke(code, at=MONDAY_NOON)
    assert refused.value.code == "already_revoked"


@pytest.mark.parametrize(
    ("role", "may"), [(Role.DISPATCHER, True), (Role.SHIFT_LEADER, True), (Role.SYSTEM_ADMIN, True), (Role.CALLER, False)]
)
def test_codes_are_kept_by_the_desk_and_the_administrator(role, may):
    place = a_place()
    person = a_person(role, place.street)
    if may:
        codes.revoke(codes.issue(place, by=person, at=MONDAY_10AM), by=person, at=MONDAY_10AM)
    else:
        with pytest.raises(Refused) as refused:
            codes.issue(place, by=person, at=MONDAY_10AM)
        assert refused.value.code == "role_missing"


def test_code_as_a_picture_has_no_style_of_its_own():
    picture = qr.svg("http://127.0.0.1:8000/q/AAAAAAAAAAAAAAAAAAAAAA/")
    assert picture.startswith("<svg") and "style" not in picture and "<script" not in picture


def test_print_page_has_place_phone_and_code(client, settings, django_assert_num_queries):
    code = a_code(a_place(name="3号楼", parent=a_place(name="幸福小区")))
    client.force_login(a_person(Role.DISPATCHER, code.place.street))
    # Session, person, postings, how many, codes, the street's words, two lists to choose from; then the session is prolonged
    with django_assert_num_queries(8):
        response = client.get("/codes/")
    page = shown(response)
    assert "幸福小区3号楼" in page and "0991-5551234" in page
    assert qr.svg(f"{settings.SITE_URL}/q/{code.token}/") in response.content.decode()


def test_print_page_shows_only_ones_own_street_or_community(client):
    street = a_street()
    ours, next_door = a_community(street), a_community(street, "qms-xiyuan", "西源社区")
    mine, theirs = a_code(a_place(street, ours, name="甲楼")), a_code(a_place(street, next_door, name="乙楼"))
    other = a_street("other", "别处街道")
    elsewhere = a_code(a_place(other, a_community(other, "other-1", "别处社区"), name="丙楼"))
    client.force_login(a_person(Role.COMMUNITY_SECRETARY, ours))
    page = shown(client.get("/codes/"))
    assert (mine.place.name in page, theirs.place.name in page, elsewhere.place.name in page) == (True, False, False)
    client.force_login(a_person(Role.SHIFT_LEADER, street))
    page = shown(client.get("/codes/?layout=sheet"))
    assert (mine.place.name in page, theirs.place.name in page, elsewhere.place.name in page) == (True, True, False)
    assert client.post(f"/codes/{elsewhere.pk}/revoke/").status_code == 404
    assert client.post(f"/codes/issue/{elsewhere.place.code}/").status_code == 404


def test_a_single_place_or_community_can_be_printed(client):
    street = a_street()
    one, other = (a_code(a_place(street, a_community(street, code, code), name=code)) for code in ("one", "two"))
    client.force_login(a_person(Role.DISPATCHER, street))
    assert [row["place"] for row in client.get("/codes/?community=one").context["codes"]] == [one.place]
    assert [row["place"] for row in client.get(f"/codes/?place={other.place.code}").context["codes"]] == [other.place]


@pytest.mark.parametrize("address", ["/codes/", "/codes/register/"])
def test_strangers_sign_in_and_those_without_the_role_are_refused(client, address):
    place = a_place()
    response = client.get(address)
    assert response.status_code == 302 and response.headers["Location"].startswith("/admin/login/")
    unit = an_organisation("heat", "供热企业", "utility", place.street)
    client.force_login(a_person(Role.HANDLER, unit))
    assert client.get(address).status_code == 403


def test_register_makes_and_revokes(client, django_assert_num_queries):
    place = a_place(name="甲楼")
    client.force_login(a_person(Role.SHIFT_LEADER, place.street))
    # Session, person, postings, how many, places, codes, scans, last reports, two lists to choose from
    with django_assert_num_queries(10):
        page = client.get("/codes/register/")
    assert "甲楼" in shown(page) and "制作" in shown(page)
    client.post(f"/codes/issue/{place.code}/")
    code = QRCode.objects.get()
    assert "停用" in shown(client.get("/codes/register/"))
    client.post(f"/codes/{code.pk}/revoke/")
    assert not QRCode.objects.live().exists()
    assert client.get(f"/q/{code.token}/").status_code == 410


def test_secretary_prints_and_does_not_revoke(client):
    code = a_code()
    client.force_login(a_person(Role.COMMUNITY_SECRETARY, code.place.community))
    assert not client.get("/codes/register/").context["may_keep"]
    assert client.post(f"/codes/{code.pk}/revoke/").status_code == 403
    assert QRCode.objects.live().exists()
