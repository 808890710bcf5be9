"""问答与致谢: a resident's question stands with those who are asked, until they answer; the answer stands under the question."""

import pytest
from django.test import Client

from dispatch.actions import extensions, handling
from grievance.actions import talk, triage
from grievance.casework import Refused
from grievance.models import Case, Remark
from tests.clock import travel
from tests.desk.phone import a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_case, a_street, later

pytestmark = pytest.mark.django_db
WORDS = "哪天来修？打我13812345678"
SHOWN = "哪天来修？打我138****5678"


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    return handling.accept(an_order(scene), by=scene.who("luxi"), at=later(hours=1))


@pytest.fixture(autouse=True)
def two_hours_later():
    with travel(later(hours=2)):
        yield


def page_of(order):
    return f"/r/{order.case.grievances.get().receipt}/"


def test_question_is_answered_by_the_unit_on_its_phone_and_read_under_the_question(scene, order):
    resident, unit = Client(), a_phone(scene.who("luxi"))
    assert resident.post(page_of(order), {"action": "ask", "text": WORDS}).status_code == 302
    question = Remark.objects.get()
    assert "在等答复" in text_of(resident.get(page_of(order)))
    assert set(order.case.notices.filter(kind="ask").values_list("role", "organisation__code")) == {
        ("dispatcher", None),
        ("", "luxi"),
    }
    page = f"/phone/orders/{order.number}/"
    assert SHOWN in text_of(unit.get(page)) and "answer_question" in moves_on(unit.get(page))
    sent = unit.post(page, {"act": act(question, "answer_question"), "text": "明天上午来修。"})
    assert sent.status_code == 302
    follow = text_of(resident.get(page_of(order)))
    assert f"答复您问的：{WORDS}" in follow and "明天上午来修。" in follow and "在等答复" not in follow
    told = order.case.notices.get(kind="answer")
    assert told.grievance == question.grievance and "明天" not in told.text
    assert "answer_question" not in moves_on(unit.get(page))
    # The next one may be asked now
    assert resident.post(page_of(order), {"action": "ask", "text": "要我在家吗？"}).status_code == 302


def test_desk_answers_on_the_page_of_the_case_and_no_one_else_reads_or_answers(scene, order):
    question = talk.ask(order.case.grievances.get(), text=WORDS, at=later(hours=2))
    page = f"/desk/cases/{order.case.number}/"
    assert "诉求人提问，待答复" in text_of(a_phone(scene.who("dispatcher")).get(page))
    with pytest.raises(Refused) as no:
        talk.answer(question, text="x", by=scene.who("xisheng"), at=later(hours=2))
    assert no.value.code == "role_missing"
    assert "answer_question" not in moves_on(a_phone(scene.who("secretary")).get(page))
    sent = a_phone(scene.who("dispatcher")).post(page, {"act": act(question, "answer_question"), "text": "明天。"})
    assert sent.status_code == 302
    with pytest.raises(Refused) as no:
        talk.answer(question, text="后天。", by=scene.who("luxi"), at=later(hours=3))
    assert no.value.code == "already_answered"


def test_one_question_at_a_time_and_the_same_twice_is_one(order):
    resident = Client()
    for _ in range(2):
        assert resident.post(page_of(order), {"action": "ask", "text": "哪天？"}).status_code == 302
    again = resident.post(page_of(order), {"action": "ask", "text": "几点？"})
    assert again.status_code == 409 and "还没有答复" in text_of(again)
    assert resident.post(page_of(order), {"action": "ask", "text": " "}).status_code == 400
    assert Remark.objects.count() == 1


def test_what_staff_ask_stands_on_top_with_a_box_and_the_answer_brings_it_back(scene):
    case = triage.hold(a_case(scene), question="是哪一栋楼？", by=scene.who("dispatcher"), at=later(hours=1))
    page = f"/r/{case.grievances.get().receipt}/"
    shown = text_of(Client().get(page))
    assert shown.index("工作人员想问您") < shown.index("办理经过") and "是哪一栋楼？" in shown
    Client().post(page, {"action": "remark", "text": "3号楼"})
    case.refresh_from_db()
    assert case.status == "submitted" and "工作人员想问您" not in text_of(Client().get(page))


def test_thanks_are_said_once_a_round_read_by_the_unit_and_counted_nowhere(scene, order):
    resident = Client()
    early = resident.post(page_of(order), {"action": "thank", "text": "谢谢"})
    assert early.status_code == 409
    handling.complete(order, public_answer="修好了。", by=scene.who("luxi"), at=later(hours=2))
    handling.review(order, passed=True, by=scene.who("leader"), at=later(hours=2))
    Case.objects.filter(pk=order.case_id).update(status="resolved", resolved_at=TUESDAY)
    assert "说声谢谢" in text_of(resident.get(page_of(order)))
    for _ in range(2):
        assert resident.post(page_of(order), {"action": "thank", "text": "师傅很耐心"}).status_code == 302
    assert Remark.objects.filter(kind="thanks").count() == 1
    assert "想对办理的人说的话" not in text_of(resident.get(page_of(order)))
    for who, page in (("luxi", f"/phone/orders/{order.number}/"), ("leader", f"/desk/cases/{order.case.number}/")):
        assert "师傅很耐心" in text_of(a_phone(scene.who(who)).get(page))
    assert order.case.events.get(kind="remark.thank").sentence == "诉求人致谢。"


def test_the_promise_that_moved_says_why(scene, order):
    assert "时间有变" not in text_of(Client().get(page_of(order)))
    asked = extensions.request(order, days=3, reason="等配件", by=scene.who("luxi"), at=later(hours=2))
    extensions.decide(asked, agreed=True, opinion="同意", by=scene.who("leader"), at=later(hours=2))
    page = text_of(Client().get(page_of(order)))
    assert "时间有变" in page and "因等配件，办结时间由" in page
