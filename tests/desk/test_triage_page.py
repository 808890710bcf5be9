"""研判台: urgent first, the suggestion with its reason, one step to send, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from grievance.actions import triage
from grievance.models import Attachment, Case, Event
from street.models import Role
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, act, text_of
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, a_street, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=3)
PAGE = "/desk/triage/"


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture(autouse=True)
def three_hours_later():
    with travel(NOW):
        yield


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("dispatcher"))


def does(desk, case, name, **data):
    return desk.post(f"{PAGE}{case.number}/", {"act": act(case, name), **data})


def test_urgent_ones_come_first_then_the_oldest_and_held_ones_last(scene, desk):
    held, old, new, urgent = (a_case(scene, at=TUESDAY + timedelta(minutes=n), description=f"第{n}件事") for n in range(4))
    triage.hold(held, question="哪栋楼？", by=scene.who("dispatcher"), at=NOW)
    Case.objects.filter(pk=urgent.pk).update(urgency="urgent")
    text = text_of(desk.get(PAGE))
    places = [text.index(f"case={case.number}") for case in (urgent, old, new, held)]
    assert places == sorted(places)


def test_pane_shows_what_was_said_the_suggestion_and_the_unit(scene, desk):
    case = a_case(scene, category=scene.heating, description="家里暖气不热")
    Case.objects.filter(pk=case.pk).update(
        suggestion={"category": "B1", "confidence": 0.93, "reasons": ["提到‘暖气’"], "alternatives": [["F3", 0.1]], "alerts": []}
    )
    text = text_of(desk.get(PAGE))
    for words in ("家里暖气不热", "把握 93%", "提到‘暖气’", "F3 损害赔偿", "受理，派给heat", "138****1111"):
        assert words in text
    assert "13800001111" not in text and "刘先生" not in text


def test_one_button_sends_it_and_the_next_one_opens(scene, desk):
    first, second = a_case(scene), a_case(scene, at=TUESDAY + timedelta(minutes=1))
    response = does(desk, first, "send")
    first.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?case={second.number}")
    assert (first.status, first.orders.get(lead=True).handler) == (Case.Status.IN_HANDLING, scene.luxi)


def test_last_one_leads_to_an_empty_queue(scene, desk):
    response = does(desk, a_case(scene), "send")
    assert response["Location"] == PAGE
    assert "队列空了" in text_of(desk.get(PAGE))


def test_refusal_keeps_what_was_typed_and_says_why(scene, desk):
    case = a_case(scene)
    response = does(desk, case, "decline", reason="属于法院管辖的案子", path="")
    text = text_of(response)
    assert response.status_code == 400
    assert "不予受理须选择应走的途径" in text and "属于法院管辖的案子" in text
    case.refresh_from_db()
    assert case.status == Case.Status.SUBMITTED


def test_one_who_comes_second_keeps_the_words_and_learns_where_it_stands(scene, desk):
    case = a_case(scene)
    does(a_phone(scene.who("leader")), case, "send")
    response = does(desk, case, "hold", question="请问是几单元？")
    text = text_of(response)
    assert response.status_code == 409
    assert "办理中" in text and "请问是几单元？" in text


def test_question_is_told_to_the_resident(scene, desk):
    case = a_case(scene)
    does(desk, case, "hold", question="哪栋楼？")
    assert Event.objects.get(kind="case.hold").public == "需要您补充：哪栋楼？"


def test_probable_twin_is_one_press_away(scene, desk):
    older, newer = a_case(scene), a_case(scene, at=TUESDAY + timedelta(hours=1))
    a_case(scene, category=scene.heating)
    assert older.number in text_of(desk.get(f"{PAGE}?case={newer.number}"))
    does(desk, newer, "merge", into=older.number)
    newer.refresh_from_db()
    assert newer.merged_into == older


def test_case_of_long_ago_is_no_twin(scene, desk):
    a_case(scene, at=TUESDAY - timedelta(days=15))
    case = a_case(scene)
    assert "疑似同一件事" not in text_of(desk.get(f"{PAGE}?case={case.number}"))


def test_earlier_matter_of_the_same_number_is_shown_and_nothing_counts_it(scene, desk):
    before = a_case(scene, at=TUESDAY - timedelta(days=40), description="以前的事")
    case = a_case(scene)
    a_case(scene, phone="13900000000", description="别人的事", at=TUESDAY - timedelta(days=39))
    text = text_of(desk.get(f"{PAGE}?case={case.number}"))
    earlier = text[text.index("此前来自同一号码") :]
    assert before.number in earlier


def test_pictures_and_voice_are_counted_in_the_list(scene, desk):
    case = a_case(scene)
    grievance = case.grievances.get()
    for number, kind in enumerate(["photo", "photo", "voice"]):
        Attachment.objects.create(
            case=case, grievance=grievance, kind=kind, content_type="image/jpeg", sha256=f"{number:064}", size=1, at=TUESDAY,
            file=ContentFile(b"x", name="x.jpg"),
        )  # fmt: skip
    text = text_of(desk.get(PAGE))
    assert "2 图" in text and "有语音" in text


def test_stranger_is_sent_to_the_sign_in(scene):
    case = a_case(scene)
    assert Client().get(PAGE)["Location"].startswith("/admin/login/")
    assert does(Client(), case, "send")["Location"].startswith("/admin/login/")
    case.refresh_from_db()
    assert case.status == Case.Status.SUBMITTED


@pytest.mark.parametrize("who", ["luxi", "caller", "secretary", "district", "heat"])
def test_who_does_not_triage_is_turned_away(scene, who):
    case, phone = a_case(scene), a_phone(scene.who(who))
    assert {phone.get(PAGE).status_code, does(phone, case, "send").status_code} == {403}


def test_neighbour_from_another_street_finds_nothing(scene):
    case = a_case(scene)
    phone = a_phone(person("neighbour", Role.DISPATCHER, organisation("street2", "street", scene.street.parent)))
    assert case.number not in text_of(phone.get(PAGE))
    assert phone.get(f"{PAGE}?case={case.number}").status_code == 404
    assert does(phone, case, "send").status_code == 404


def test_cost_does_not_grow_with_the_queue(scene, desk, django_assert_num_queries):
    chosen = a_case(scene)
    for number in range(12):
        a_case(scene, at=TUESDAY + timedelta(minutes=number + 1))
    for _ in range(3):
        a_grievance(chosen)
    with django_assert_num_queries(SIGNED_IN + QUERIES):
        desk.get(f"{PAGE}?case={chosen.number}")


QUERIES = 22
"""Count and page of the queue; the case with voices, complainants, pictures, remarks, events, actors, orders, supervision,
mediation and adoptions; policy and route of the suggestion; twins; the number and its earlier matters; what forms choose from."""
