"""问答与致谢: a resident's question stands with those who are asked, until they answer; the answer stands under the question."""

import pytest
from django.test import Client

from dispatch.actions import extensions, handling
from grievance.actions import asking, intake, talk, triage
from grievance.casework import Refused
from grievance.models import Case, Remark
from street.models import Role
from street.scope import stand
from tests.builders import an_alert
from tests.clock import travel
from tests.desk.phone import a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, later, person

pytestmark = pytest.mark.django_db
WORDS = "哪天来修？打我13812345678"
SHOWN = "哪天来修？打我138****5678"


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


def test_unit_asks_while_it_works_and_reads_the_answer_and_no_clock_stands_still(scene, order):
    resident, unit, page = Client(), a_phone(scene.who("luxi")), f"/phone/orders/{order.number}/"
    clocks = list(order.case.deadlines.order_by("pk").values())
    assert "ask_resident" in moves_on(unit.get(page))
    asked = {"act": act(order.case, "ask_resident"), "text": "周三下午您在家吗？"}
    assert unit.post(page, {**asked, "text": "问" * 301}).status_code == 400
    assert [unit.post(page, asked).status_code for _ in range(2)] == [302, 302]
    # One at a time, whoever asks
    desk = a_phone(scene.who("dispatcher"))
    second = desk.post(f"/desk/cases/{order.case.number}/", {**asked, "text": "几号楼？"})
    assert second.status_code == 409 and "还没有回答" in text_of(second)
    question = Remark.objects.get()
    told = order.case.notices.get(kind="staff_ask")
    assert told.key == f"staff_ask:{question.pk}" and "{follow}" in told.text and "周三" not in told.text
    follow = text_of(resident.get(page_of(order)))
    assert follow.index("工作人员想问您") < follow.index("周三下午您在家吗？") < follow.index("办理经过")
    assert resident.post(page_of(order), {"action": "reply", "text": " "}).status_code == 400
    said = {"action": "reply", "text": "在家，打我13812345678"}
    assert [resident.post(page_of(order), said).status_code for _ in range(2)] == [302, 302]
    answer = question.replies.get()
    keys = set(order.case.notices.filter(kind="staff_ask_answer").values_list("key", flat=True))
    assert keys == {f"staff_ask_answer:{answer.pk}:desk", f"staff_ask_answer:{answer.pk}:unit"}
    follow = text_of(resident.get(page_of(order)))
    assert "工作人员想问您" not in follow and follow.count("工作人员问您：周三下午您在家吗？") == 2 and said["text"] in follow
    shown = text_of(unit.get(page))
    assert "周三下午您在家吗？" in shown and "在家，打我138****5678" in shown and "13812345678" not in shown
    late = resident.post(page_of(order), {**said, "text": "不在家"})
    assert late.status_code == 409 and "现在没有等您回答的问题" in text_of(late)
    assert list(order.case.deadlines.order_by("pk").values()) == clocks
    order.case.refresh_from_db()
    assert order.case.status == "in_handling"


@pytest.mark.parametrize("who", ["xisheng", "company", "secretary"])
def test_no_other_unit_no_firm_and_no_secretary_asks_a_resident(scene, order, who):
    scene.people["company"] = person("pm-hand", Role.HANDLER, scene.company)
    with pytest.raises(Refused) as no:
        asking.ask(order.case.grievances.get(), text="您住几号？", by=scene.who(who), at=later(hours=2))
    assert no.value.code == "role_missing" and not Remark.objects.exists()
    user = scene.who(who)
    stand(user, later(hours=2))
    assert not asking.may_ask(order.case, user)


def test_a_question_of_staff_ends_with_the_work_and_never_comes_before_it(scene, order):
    grievance, ask = order.case.grievances.get(), {"by": scene.who("dispatcher"), "at": later(hours=2)}
    with pytest.raises(Refused) as no:
        asking.ask(a_case(scene).grievances.get(), text="哪一栋？", **ask)
    assert no.value.code == "not_under_way"
    asking.ask(grievance, text="周三在家吗？", **ask)
    intake.withdraw(grievance, at=later(hours=2))
    assert "工作人员想问您" not in text_of(Client().get(page_of(order)))
    for act_again, code in (
        (lambda: asking.reply(grievance, text="在", at=later(hours=2)), "withdrawn"),
        (lambda: asking.ask(grievance, text="那周四呢？", **ask), "not_under_way"),
    ):
        with pytest.raises(Refused) as no:
            act_again()
        assert no.value.code == code


def test_several_spoke_and_only_the_one_who_is_asked_sees_it(scene, order):
    a_grievance(order.case)
    first, second = order.case.grievances.order_by("pk")
    desk, page = a_phone(scene.who("dispatcher")), f"/desk/cases/{order.case.number}/"
    asked = {"act": act(order.case, "ask_resident"), "text": "哪一层？"}
    assert desk.post(page, asked).status_code == 400 and not Remark.objects.exists()
    assert desk.post(page, {**asked, "grievance": second.number}).status_code == 302
    assert "哪一层？" in text_of(Client().get(f"/r/{second.receipt}/"))
    assert "哪一层？" not in text_of(Client().get(f"/r/{first.receipt}/"))


def test_an_answer_that_may_report_on_officials_reaches_nobody_in_charge(scene, order):
    grievance = order.case.grievances.get()
    asking.ask(grievance, text="还有别的吗？", by=scene.who("luxi"), at=later(hours=2))
    an_alert("report", ["收红包"], quarantine=True)
    # This street has no office that could open it: it is kept nowhere, and the resident is told whom to call
    sent = Client().post(page_of(order), {"action": "reply", "text": "社区副主任收红包"})
    assert sent.status_code == 503 and "12388" in text_of(sent)
    assert not Remark.objects.filter(kind="answer").exists() and not order.case.notices.filter(kind="staff_ask_answer").exists()
    assert asking.waiting(grievance) is not None


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
