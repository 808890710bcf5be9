"""研判台: urgent first, the suggestion with its reason, one step to send, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from grievance.actions import triage
from grievance.models import Attachment, Case, Event, InHand
from street.models import Role
from tests.desk.phone import SIGNED_IN, a_phone, text_of
from tests.desk.triage.work import NOW, PAGE, does
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, organisation, person

pytestmark = pytest.mark.django_db


def test_urgent_ones_come_first_then_those_nearly_late_then_the_newest_and_held_ones_last(scene, desk):
    held, old, new, urgent = (a_case(scene, at=TUESDAY + timedelta(minutes=n), description=f"第{n}件事") for n in range(4))
    late, later = (a_case(scene, at=TUESDAY - timedelta(hours=n), description=f"等了{n}小时") for n in (30, 20))
    triage.hold(held, question="哪栋楼？", by=scene.who("dispatcher"), at=NOW)
    Case.objects.filter(pk=urgent.pk).update(urgency="urgent")
    text = text_of(desk.get(PAGE))
    places = [text.index(f"case={case.number}") for case in (urgent, late, later, new, old, held)]
    assert places == sorted(places)


def test_pane_shows_what_was_said_two_suggestions_their_grounds_and_their_units(scene, desk):
    case, settled = a_case(scene, category=scene.heating, description="家里暖气不热"), a_case(scene, category=scene.heating)
    Case.objects.filter(pk=settled.pk).update(status="closed", ended_at=TUESDAY, promised_by=scene.heat)
    second = {"category": "F3", "confidence": 0.06, "reasons": ["提到‘赔偿’"]}
    Case.objects.filter(pk=case.pk).update(
        suggestion={
            "category": "B1", "confidence": 0.93, "reasons": ["提到‘暖气’"], "alternatives": [["F3", 0.1]], "alerts": [],
            "second": second, "nature": "投诉", "several": ["B1", "F3"],
            "legal_path": {"code": "labour", "label": "劳动仲裁", "category": "F3", "text": "请向仲裁委申请。"},
        }
    )  # fmt: skip
    text = text_of(desk.get(PAGE))
    one, two = text.index("建议一：B1"), text.index("建议二：F3")
    for words in (
        "家里暖气不热",
        "138****1111",
        "投诉",
        "可能应走法定途径：劳动仲裁",
        "请向仲裁委申请",
        "B1 室温不达标；F3 损害赔偿",
    ):
        assert words in text[:one]
    for words in ("把握 93%", "提到‘暖气’", "luxi 小区3号楼", "基本履职：供热", settled.number, "受理，派给heat"):
        assert words in text[one:two], words
    for words in ("把握 6%", "提到‘赔偿’", "基本履职：调解", "这里还没有办结过同类的", "受理，派给luxi"):
        assert words in text[two:], words
    assert "13800001111" not in text and "刘先生" not in text


def test_second_suggestion_is_sent_as_it_stands_there(scene, desk):
    case = a_case(scene, category=scene.heating)
    does(desk, case, "send", category="F3")
    assert case.orders.get(lead=True).handler == scene.luxi


def test_one_button_sends_it_and_the_next_one_opens(scene, desk):
    second, first = a_case(scene), a_case(scene, at=TUESDAY + timedelta(minutes=1))
    response = does(desk, first, "send")
    first.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?case={second.number}&done={first.number}")
    assert (first.status, first.orders.get(lead=True).handler) == (Case.Status.IN_HANDLING, scene.luxi)


def test_last_one_leads_to_an_empty_queue(scene, desk):
    case = a_case(scene)
    response = does(desk, case, "send")
    assert response["Location"] == f"{PAGE}?done={case.number}"
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


def a_long_queue(scene):
    """Thirteen that wait, one of them with four voices: (all of them, that one)."""
    chosen = a_case(scene)
    others = [a_case(scene, at=TUESDAY + timedelta(minutes=number + 1)) for number in range(12)]
    for _ in range(3):
        a_grievance(chosen)
    return [chosen, *others], chosen


def test_list_costs_the_same_however_long_it_is(scene, desk, django_assert_num_queries):
    rows, _ = a_long_queue(scene)
    InHand.objects.bulk_create(
        InHand(number=case.number, user=scene.who("leader"), until=NOW + timedelta(minutes=5)) for case in rows
    )
    with django_assert_num_queries(SIGNED_IN + LIST):
        page = text_of(desk.get(PAGE))
    assert "leader在看" in page and 'id="pane"' not in page, "the list alone: nothing is opened that another has in hand"


def test_cost_does_not_grow_with_the_queue(scene, desk, django_assert_num_queries):
    _, chosen = a_long_queue(scene)
    with django_assert_num_queries(SIGNED_IN + LIST + PANE):
        desk.get(f"{PAGE}?case={chosen.number}")


LIST = 6
"""What ran out of hands, who has what in hand, count and page of the queue, probable twins of all lines, one's own put down."""
PANE = 32
"""The case with voices, complainants, pictures, remarks, events, actors, orders, supervision, mediation and adoptions; the
categories suggested, policy, duty row and its assistants of each; the places around and what was settled there; twins, and what
was sent from the same place or names it; the number
and its earlier matters; what forms choose from, reply templates and the note beside the category; that one has it
in hand, and that somebody has looked at it."""
