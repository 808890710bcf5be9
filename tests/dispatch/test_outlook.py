"""先看看会派给谁: the same duty list and limits as the real thing, nothing written, and nothing to be inferred from it."""

import html
from datetime import timedelta

import pytest
from django.test import Client

from dispatch import sweeps
from dispatch.models import WorkOrder
from grievance.actions import codes
from grievance.classify import screening
from grievance.models import Case, ConfidentialReport, Event, Grievance, Notice
from street.templatetags.beijing import beijing
from tests.builders import an_alert
from tests.clock import travel
from tests.dispatch.scene import TUESDAY, a_street

pytestmark = pytest.mark.django_db
COLD = "家里暖气不热，只有15度，孩子感冒了"


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def ask(scene):
    code = codes.issue(scene.building, at=TUESDAY - timedelta(days=1))

    def of(text, *, accept="application/json", **more):
        with travel(TUESDAY):
            return Client(headers={"accept": accept}).post(f"/q/{code.token}/outlook/", {"description": text, **more})

    of.code = code
    return of


def everything():
    return [model.objects.count() for model in (Case, Grievance, ConfidentialReport, Event, Notice, WorkOrder)]


def test_what_is_foretold_is_what_then_happens(scene, ask):
    before = everything()
    foretold = ask(COLD).json()
    assert foretold["unit"] == scene.heat.name and foretold["limit"] == "24 小时" and foretold["emergency"] == []
    assert everything() == before, "nothing is written"
    with travel(TUESDAY):
        Client().post(f"/q/{ask.code.token}/", {"description": COLD})
    sweeps.route_submitted(at=TUESDAY)
    order = WorkOrder.objects.get(lead=True)
    assert order.handler == scene.heat and beijing(order.due_at) == foretold["due"]
    receipt = html.unescape(Client().get(f"/r/{Grievance.objects.get().receipt}/?new=1").content.decode())
    assert foretold["unit"] in receipt and foretold["due"] in receipt, "and the receipt says the same"


def test_words_that_screening_holds_are_answered_like_words_nobody_is_sure_of(ask):
    an_alert("corrupt", ["收红包"], quarantine=True, advice="请打12388")
    screening.forget()
    unsure = ask("帮帮我吧，求你们了").json()
    held, plain = ask(f"{COLD}，副主任还收红包"), ask("副主任收红包", address="收红包")
    assert unsure == held.json() == plain.json() == {"unit": "", "limit": "", "due": "", "emergency": []}
    assert ask("随便", address=f"{COLD}收红包").json() == unsure
    with_button = html.unescape(ask(f"{COLD}，副主任还收红包", accept="text/html").content.decode())
    assert "街道专班先研判" in with_button and "12388" not in with_button


def test_danger_is_answered_with_the_numbers_to_ring_and_no_unit(ask):
    an_alert("gas", ["煤气味"], bars_automatic=True, advice="开窗，到室外拨打119和0991-555-0141。")
    found = ask(f"{COLD}，还有煤气味").json()
    assert found["unit"] == ""
    assert found["emergency"] == [{"text": "开窗，到室外拨打119和0991-555-0141。", "phones": ["119", "0991-555-0141"]}]


def test_without_a_script_the_button_gives_the_page_back_with_everything_in_it(scene, ask):
    typed = {"address": "301室", "name": "古丽", "phone": "12", "key": "my-key", "kind": "report"}
    answer = ask(COLD, accept="text/html", **typed)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200 and f"大概由<strong>{scene.heat.name}</strong>" in page
    assert all(word in page for word in (COLD, "301室", "古丽", 'value="my-key"', 'value="12"'))
    assert "还没有发出，请看一下这里" not in page and f'action="/q/{ask.code.token}/"' in page


def test_a_flood_is_asked_to_wait_and_a_revoked_code_answers_nothing(ask, settings, caplog):
    settings.INTAKE_THROTTLE = "1/hour"
    answers = [ask(COLD).status_code for _ in range(51)]
    assert answers[:50] == [200] * 50 and answers[50] == 429
    assert "暖气" not in caplog.text
    codes.revoke(ask.code, at=TUESDAY)
    settings.INTAKE_THROTTLE = ""
    assert ask(COLD).status_code == 410
    assert Client().get(f"/q/{ask.code.token}/outlook/").status_code == 405
