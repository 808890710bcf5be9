"""What a phone sends after it had no line: made once, met by its arrival, never in another's name, its own time beside it."""

from datetime import timedelta

import pytest

from dispatch.actions import handling
from grievance.models import Attachment, Event, PhoneAct, Remark
from tests.builders import a_photo
from tests.clock import travel
from tests.desk.phone import a_phone, act, an_order, text_of
from tests.dispatch.scene import TUESDAY

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
HALF_AN_HOUR = 30 * 60_000
"""Milliseconds, as the phone says how long ago it was."""


@pytest.fixture
def order(scene):
    return an_order(scene)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def luxi(scene):
    return a_phone(scene.who("luxi"))


def sends(phone, scene, order, move, key="a-key-of-the-phone", *, age=HALF_AN_HOUR, who="luxi", **typed):
    head = {"Idempotency-Key": key, "X-Act-Age": str(age), "X-Act-Person": str(scene.who(who).pk)}
    return phone.post(f"/phone/orders/{order.number}/", {"act": act(order, move), **typed}, headers=head)


def made(kind):
    return Event.objects.filter(kind=f"workorder.{kind}").count()


def test_what_is_sent_twice_is_made_once_and_answered_alike(luxi, scene, order):
    answers = [sends(luxi, scene, order, "accept").json() for _ in range(2)]
    assert answers == [{"state": "done", "again": False}, {"state": "done", "again": True}]
    assert made("accept") == 1


def test_arrival_meets_the_clock_and_the_phones_own_time_is_only_said_beside(luxi, scene, order):
    late = order.accept_due_at + timedelta(minutes=10)
    with travel(late):
        phone = a_phone(scene.who("luxi"))
        sends(phone, scene, order, "accept")
        page = text_of(phone.get(f"/phone/orders/{order.number}/"))
    order.refresh_from_db()
    assert order.accepted_at == late and order.deadlines.get(anchor="accept").met_at == late
    kept = PhoneAct.objects.get()
    assert (kept.at, kept.done_at) == (late, late - timedelta(minutes=30)) and kept.event.kind == "workorder.accept"
    assert "送达（手机上记着 3月14日 15:30 办）" in page


@pytest.mark.parametrize("age", [0, 59_000, 15 * 24 * 3_600_000, "x", "9" * 30])
def test_time_that_says_nothing_or_too_much_is_not_kept(luxi, scene, order, age):
    assert sends(luxi, scene, order, "accept", age=age).status_code == 200
    assert PhoneAct.objects.get().done_at is None


def test_what_is_no_longer_open_is_refused_with_its_sentence_and_may_be_sent_again(luxi, scene, order):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    refused = sends(luxi, scene, order, "accept")
    assert (
        refused.status_code == 409
        and refused.json()["code"] == "already_accepted"
        and "不能再次签收" in refused.json()["message"]
    )
    assert made("accept") == 1 and not PhoneAct.objects.exists()
    assert sends(luxi, scene, order, "add_progress", text="已到场").json() == {"state": "done", "again": False}


def test_same_key_for_something_else_is_refused(luxi, scene, order):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    sends(luxi, scene, order, "add_progress", text="已到场")
    assert sends(luxi, scene, order, "add_progress", text="已离开").json()["code"] == "key_reused"
    assert made("add_progress") == 1


def test_one_who_signed_in_meanwhile_never_acts_for_another(scene, order):
    head = sends(a_phone(scene.who("leader")), scene, order, "accept")
    assert head.status_code == 401 and head.json()["code"] == "other_person" and made("accept") == 0


def test_order_that_has_left_ones_sight_is_not_found_but_what_arrived_before_is_known(luxi, scene, order):
    sends(luxi, scene, order, "accept")
    handling.transfer(order, to=scene.xisheng, reason="不在辖区", by=scene.who("dispatcher"), at=NOW)
    assert sends(luxi, scene, order, "accept").json() == {"state": "done", "again": True}
    assert sends(a_phone(scene.who("xisheng")), scene, order, "accept", "another-key", who="xisheng").status_code == 404


def test_stranger_is_sent_to_sign_in(client, scene, order):
    assert sends(client, scene, order, "accept").status_code == 302 and made("accept") == 0


def test_progress_is_kept_as_a_picture_or_a_sound_without_a_word(luxi, scene, order):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    assert sends(luxi, scene, order, "add_progress", photos=[a_photo(), a_photo()], public="on").status_code == 200
    note = Remark.objects.get()
    assert not note.public and list(Attachment.objects.values_list("remark", "kind")) == [(note.pk, "photo")] * 2
    empty = sends(luxi, scene, order, "add_progress", "another-key")
    assert empty.json()["code"] == "text_missing" and made("add_progress") == 1


def test_copy_may_be_kept_but_not_of_one_in_danger_and_not_of_an_answer_with_a_number(luxi, order):
    address, may = f"/phone/orders/{order.number}/", 'data-keep="yes"'
    assert may in text_of(luxi.get("/phone/orders/")) and may in text_of(luxi.get(address))
    assert may not in text_of(luxi.post(address, {"reveal": order.case.grievances.get().number, "why": "ask"}))
    order.case.suggestion = {"alerts": ["domestic_violence"]}
    order.case.save(update_fields=["suggestion"])
    assert may not in text_of(luxi.get(address))


def test_worker_of_the_phone_says_nothing_of_anybody(client):
    worker = client.get("/phone/worker.js")
    assert worker["Content-Type"].startswith("text/javascript") and "/static/shuoshi/outbox" in text_of(worker)
    assert "没有信号" in text_of(client.get("/phone/offline/"))
