"""The door of the phone pages: each to their work, strangers to the sign-in page, wrong passwords locked out."""

import pytest
from django.conf import settings

from grievance.models import Notice
from street.models import User
from tests.desk.phone import a_phone, an_order, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(scene):
    return an_order(scene)


def page_of(order):
    return f"/phone/orders/{order.number}/"


def test_phone_leads_each_person_to_their_work(scene):
    def way(name):
        return a_phone(scene.who(name)).get("/phone/").headers["Location"]

    assert way("luxi") == "/phone/orders/"
    assert way("luxi_secretary") == way("secretary") == way("district") == "/phone/secretary/"
    assert way("dispatcher") == "/admin/"


def test_one_who_is_not_signed_in_comes_to_the_phones_own_sign_in_page(client, order):
    answer = client.get(page_of(order))
    assert answer.headers["Location"] == f"/phone/login/?next={page_of(order)}"
    assert client.get("/phone/login/").status_code == 200


@pytest.fixture
def with_password(scene):
    user = scene.who("luxi")
    user.set_password("a long password")
    user.save()


def test_signing_in_leads_on_to_the_page_that_was_asked_for(client, with_password, order):
    answer = client.post("/phone/login/", {"username": "luxi", "password": "a long password", "next": page_of(order)})
    assert answer.headers["Location"] == page_of(order)


def test_link_in_the_notice_of_an_order_opens_that_very_order(client, scene, with_password, order):
    text = Notice.objects.get(key=f"order:{order.pk}").text
    path = text[text.index("/phone/") :]
    assert path == page_of(order) and settings.SITE_URL + path in text
    there = client.get(path)["Location"]
    signed_in = client.post(there, {"username": "luxi", "password": "a long password", "next": path}, follow=True)
    assert "车窗被冰柱砸碎" in text_of(signed_in)
    other = a_phone(scene.who("xisheng")).get(path)
    assert other.status_code == 404 and "车窗" not in text_of(other) and "刘" not in text_of(other)


def test_five_wrong_passwords_lock_the_phones_sign_in_as_well(client, with_password):
    for _ in range(5):
        last = client.post("/phone/login/", {"username": "luxi", "password": "wrong"})
    assert last.status_code == 429
    assert client.post("/phone/login/", {"username": "luxi", "password": "a long password"}).status_code == 429


def test_wrong_password_says_so_and_keeps_the_name(client, with_password):
    page = text_of(client.post("/phone/login/", {"username": "luxi", "password": "wrong"}))
    assert "用户名或密码不对" in page and 'value="luxi"' in page


def test_somebody_without_a_post_is_forbidden(order):
    page = a_phone(User.objects.create_user("nobody")).get("/phone/orders/")
    assert page.status_code == 403
    assert "您不能打开这个页面" in text_of(page)


def test_desk_without_a_unit_is_forbidden_the_units_list(scene, order):
    assert a_phone(scene.who("caller")).get("/phone/orders/").status_code == 403
