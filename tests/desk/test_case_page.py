"""事项页: the story and the facts, buttons for exactly the open moves, and nobody's name further than it may go."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from dispatch.actions import extensions, handling, mediation, returns, supervision
from dispatch.models import Letter, Supervision
from feedback.actions import callback
from grievance.models import Attachment, Case, CaseUnit, Complainant, Event, Remark
from street.models import Role
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def order(scene):
    return an_order(scene)


@pytest.fixture
def firm(scene):
    return a_phone(person("firm", Role.HANDLER, scene.company))


def page_of(case):
    return f"/desk/cases/{case.number}/"


def seen_by(scene, case, who):
    return a_phone(scene.who(who)).get(page_of(case))


def does(browser, case, row, name, **data):
    return browser.post(page_of(case), {"act": act(row, name), **data})


# --- what can be done ------------------------------------------------------------------------------


def test_unit_gets_its_own_moves_and_no_others(scene, order):
    of_case = ["count_households", "link", "open_mediation", "plan_visit", "ask_resident"]
    of_orders = ["accept", "ask_return", "ask_help", "chase_support"]
    assert moves_on(seen_by(scene, order.case, "luxi")) == [*of_case, *of_orders]


def test_shift_leader_gets_the_desks_moves(scene, order):
    offered = moves_on(seen_by(scene, order.case, "leader"))
    assert {"classify", "mark_urgent", "merge", "transfer", "recall", "propose_listing"} <= set(offered)
    assert not {"accept", "complete", "instruct", "close", "requeue"} & set(offered)


def test_one_who_only_calls_back_gets_no_button(scene, order):
    assert moves_on(seen_by(scene, order.case, "caller")) == []


def test_move_is_made_and_shown(scene, order):
    browser = a_phone(scene.who("luxi"))
    response = does(browser, order.case, order, "accept")
    assert response["Location"] == page_of(order.case)
    page = text_of(browser.get(page_of(order.case)))
    assert "“签收”已办" in page and "luxi签收工单" in page


def test_every_kind_of_row_can_be_acted_on(scene, order):
    at, unit, boss = NOW, a_phone(scene.who("luxi")), a_phone(scene.who("secretary"))
    handling.accept(order, by=scene.who("luxi"), at=at)
    does(unit, order.case, order.case, "open_mediation", parties="刘某与物业")
    does(unit, order.case, order.case.mediations.get(), "fail", record_text="物业不同意")
    does(boss, order.case, order.case, "propose_listing", reason="久拖不决")
    letter = order.case.letters.get()
    does(boss, order.case, letter, "sign")
    letter.refresh_from_db()
    watched = order.case.supervisions.get(level=Supervision.Level.DISTRICT)
    assert (letter.status, watched.status) == (Letter.Status.ISSUED, Supervision.Status.PROPOSED)
    does(a_phone(scene.who("district")), order.case, watched, "list", demand="一周内拆除")
    watched.refresh_from_db()
    assert watched.status == Supervision.Status.LISTED


def test_extension_is_decided_with_a_word(scene, order):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    extensions.request(order, days=3, reason="等配件", by=scene.who("luxi"), at=NOW)
    does(a_phone(scene.who("street_leader")), order.case, order, "decide_extension", agreed="0", opinion="请抓紧")
    assert order.extensions.get().agreed is False


def test_refusal_opens_the_form_again_with_what_was_typed(scene, order):
    browser = a_phone(scene.who("luxi"))
    does(browser, order.case, order, "accept")
    response = does(browser, order.case, order, "complete", public_answer="", internal_record="量了三次温度")
    page = text_of(response)
    assert response.status_code == 400
    assert "请填写公开答复" in page and "量了三次温度" in page


def test_one_who_comes_second_keeps_the_words(scene, order):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    browser = a_phone(scene.who("luxi"))
    handling.transfer(order, to=scene.sifasuo, reason="请司法所接手", by=scene.who("dispatcher"), at=NOW)
    response = does(browser, order.case, order, "complete", public_answer="已经谈好了")
    assert response.status_code == 409
    assert "已经谈好了" in text_of(response) and "已转派" in text_of(response)


def test_move_that_is_not_ones_own_is_refused(scene, order):
    response = does(a_phone(scene.who("caller")), order.case, order, "accept")
    assert response.status_code == 403
    order.refresh_from_db()
    assert order.status == "dispatched"


def test_one_who_handed_the_case_back_goes_to_the_list(scene, order):
    row = returns.ask_return(order, reason="duty", basis="清单第3条", by=scene.who("luxi"), at=NOW)
    does(a_phone(scene.who("leader")), order.case, order, "agree_return", opinion="同意")
    row.refresh_from_db()
    assert row.agreed
    assert seen_by(scene, order.case, "luxi").status_code == 404


def test_row_of_another_case_cannot_be_acted_on_from_here(scene, order):
    elsewhere = an_order(scene)
    response = does(a_phone(scene.who("luxi")), order.case, elsewhere, "accept")
    elsewhere.refresh_from_db()
    assert (response.status_code, elsewhere.status) == (404, "dispatched")


# --- who may know what -----------------------------------------------------------------------------


def test_names_and_numbers_are_masked_for_everybody(scene, order):
    for who in ("leader", "luxi", "secretary", "caller"):
        page = text_of(seen_by(scene, order.case, who))
        assert "138****1111" in page
        assert "13800001111" not in page and "刘先生" not in page


def test_one_who_asked_for_confidence_stays_unknown_to_the_unit(scene, order):
    Complainant.objects.update(confidential=True)
    unit, desk = text_of(seen_by(scene, order.case, "luxi")), text_of(seen_by(scene, order.case, "leader"))
    assert "刘**" not in unit and "138****" not in unit and "不向办理人员透露身份" in unit
    assert "刘**" in desk and "要求保密" in desk


def test_number_written_into_the_text_is_masked_for_the_unit(scene):
    case = an_order(scene, description="请打13912345678，车窗碎了").case
    unit, desk = text_of(seen_by(scene, case, "luxi")), text_of(seen_by(scene, case, "leader"))
    assert "139****5678" in unit and "13912345678" not in unit
    assert "13912345678" in desk


def test_desk_reads_the_number_and_that_is_an_event(scene, order):
    grievance, browser = order.case.grievances.get(), a_phone(scene.who("dispatcher"))
    response = browser.post(f"{page_of(order.case)}contact/{grievance.number}/", {"why": "come"})
    assert "13800001111" in text_of(response) and "刘先生" in text_of(response)
    assert "no-store" in response["Cache-Control"]
    event = Event.objects.get(kind="phone.revealed")
    assert (event.actor, event.grievance) == (scene.who("dispatcher"), grievance) and "事由：约时间上门" in event.sentence
    assert "13800001111" not in event.sentence + event.public
    assert "13800001111" not in text_of(browser.get(page_of(order.case)))


def test_unit_in_charge_reads_the_number_unless_confidence_was_asked(scene, order):
    grievance, browser = order.case.grievances.get(), a_phone(scene.who("luxi"))
    address = f"{page_of(order.case)}contact/{grievance.number}/"
    unasked = browser.post(address, {"why": "我想知道"})
    assert unasked.status_code == 400 and "为什么要看" in text_of(unasked) and "13800001111" not in text_of(unasked)
    assert not Event.objects.filter(kind="phone.revealed").exists()
    assert "13800001111" in text_of(browser.post(address, {"why": "ask"}))
    Complainant.objects.update(confidential=True)
    refused = browser.post(address)
    assert refused.status_code == 403 and "13800001111" not in text_of(refused)
    assert Event.objects.filter(kind="phone.revealed").count() == 1


@pytest.mark.parametrize("who", ["caller", "secretary", "street_leader", "supervisor"])
def test_number_is_only_for_those_who_must_ring(scene, order, who):
    grievance = order.case.grievances.get()
    response = a_phone(scene.who(who)).post(f"{page_of(order.case)}contact/{grievance.number}/")
    assert response.status_code == 403 and "13800001111" not in text_of(response)


def test_firm_reads_what_to_do_and_not_who_said_it(scene, order, firm):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    handling.respond(order, note="刘先生在家", by=scene.who("luxi"), at=NOW)
    mediation.open_mediation(order.case, unit=scene.luxi, parties="刘某与物业", by=scene.who("luxi"), at=NOW)
    page = text_of(firm.get(page_of(order.case)))
    assert "车窗被冰柱砸碎" in page
    for secret in ("刘**", "138****", "刘先生在家", "刘某与物业", "查看电话"):
        assert secret not in page


def test_unit_does_not_read_letters_to_others_nor_verdicts(scene, order):
    Letter.objects.create(
        kind="caution",
        case=order.case,
        issuer=scene.street,
        to=scene.xisheng,
        subject="给西盛的提醒函",
        body="。",
        drafted_at=NOW,
    )
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    for row in order.case.orders.exclude(pk=order.pk):
        handling.recall(row, reason="不用了", by=scene.who("dispatcher"), at=NOW)
    handling.complete(order, public_answer="赔了", by=scene.who("luxi"), at=NOW)
    handling.review(order, passed=True, by=scene.who("leader"), at=NOW)
    callback.open_callback(order.case.grievances.get(), at=NOW)
    unit, desk = text_of(seen_by(scene, order.case, "luxi")), text_of(seen_by(scene, order.case, "leader"))
    assert "给西盛的提醒函" in desk and "第 1 轮" in desk
    assert "给西盛的提醒函" not in unit and "第 1 轮" not in unit


def test_stranger_is_sent_to_the_sign_in(order):
    for response in (Client().get(page_of(order.case)), does(Client(), order.case, order, "accept")):
        assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.DISCIPLINE])
def test_roles_that_see_no_matter_are_turned_away(scene, order, role):
    browser = a_phone(person("other", role, scene.street))
    assert {browser.get(page_of(order.case)).status_code, browser.get("/desk/cases/").status_code} == {403}


def test_neighbour_from_another_street_finds_nothing(scene, order):
    browser = a_phone(person("neighbour", Role.SHIFT_LEADER, organisation("street2", "street", scene.street.parent)))
    grievance = order.case.grievances.get()
    answers = [
        browser.get(page_of(order.case)),
        does(browser, order.case, order, "recall", reason="试试"),
        browser.post(f"{page_of(order.case)}contact/{grievance.number}/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("车窗" in text_of(answer) or grievance.number in text_of(answer) for answer in answers)


# --- pictures and voices ---------------------------------------------------------------------------


def attached(case, kind, content_type):
    return Attachment.objects.create(
        case=case, grievance=case.grievances.get(), kind=kind, content_type=content_type, sha256="ab" * 32, size=4, at=TUESDAY,
        file=ContentFile(b"abcd", name="x"),
    )  # fmt: skip


def test_picture_is_served_to_those_who_see_the_case(scene, order, firm):
    address = f"/desk/attachments/{attached(order.case, 'photo', 'image/jpeg').pk}/"
    for browser in (a_phone(scene.who("leader")), a_phone(scene.who("luxi")), firm):
        response = browser.get(address)
        assert (response.status_code, b"".join(response.streaming_content)) == (200, b"abcd")
    assert a_phone(scene.who("xisheng")).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/admin/login/")


def test_voice_is_not_for_a_firm_nor_for_a_unit_where_confidence_was_asked(scene, order, firm):
    address = f"/desk/attachments/{attached(order.case, 'voice', 'audio/webm').pk}/"
    assert firm.get(address).status_code == 404
    assert a_phone(scene.who("luxi")).get(address).status_code == 200
    Complainant.objects.update(confidential=True)
    assert a_phone(scene.who("luxi")).get(address).status_code == 404
    assert a_phone(scene.who("leader")).get(address).status_code == 200
    assert "由街道工作专班代听" in text_of(seen_by(scene, order.case, "luxi"))


# --- what it shows and what it costs ---------------------------------------------------------------


def test_lights_say_in_words_how_far_a_clock_has_run(scene, order):
    assert "充裕" in text_of(seen_by(scene, order.case, "leader"))
    with travel(order.due_at - timedelta(minutes=30)):
        assert "临期" in text_of(seen_by(scene, order.case, "leader"))
    with travel(order.due_at + timedelta(hours=1)):
        assert "已超期" in text_of(seen_by(scene, order.case, "leader"))
    with travel(order.due_at + timedelta(days=30)):
        assert "严重超期" in text_of(seen_by(scene, order.case, "leader"))


def test_words_of_a_note_stand_with_the_event_that_made_them(scene, order):
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    handling.add_progress(order, text="已约双方周五见面", by=scene.who("luxi"), at=NOW + timedelta(minutes=5))
    page = text_of(seen_by(scene, order.case, "leader"))
    assert page.index("记录办理进展") < page.index("已约双方周五见面") < page.index("签收工单")


def test_cost_does_not_grow_with_the_file(scene, order, django_assert_num_queries):
    browser = a_phone(scene.who("leader"))
    with django_assert_num_queries(SIGNED_IN + QUERIES):
        browser.get(page_of(order.case))
    fill(scene, order)
    # one more: pictures, where there is a remark
    with django_assert_num_queries(SIGNED_IN + QUERIES + 1):
        browser.get(page_of(order.case))


QUERIES = 36
"""The case, each table that hangs on it once, the calendar, what the forms choose from, reply templates, the note beside the
category, what was sent to whom, what is counted apart, what was answered when asked again, what was promised, and
visits of a secretary."""


def fill(scene, order):
    case = order.case
    for number in range(5):
        row = a_grievance(case)
        Remark.objects.create(case=case, grievance=row, text=f"补充{number}", at=NOW)
        Letter.objects.create(
            kind="caution", case=case, issuer=scene.street, to=scene.luxi, subject="提醒", body="。", drafted_at=NOW
        )
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    for number in range(5):
        handling.add_progress(order, text=f"进展{number}", by=scene.who("luxi"), at=NOW)
    supervision.instruct(case, text="请今天办好", by=scene.who("secretary"), at=NOW)
    CaseUnit.objects.get_or_create(case=case, organisation=scene.xisheng, defaults={"at": NOW})
    Case.objects.filter(pk=a_case(scene).pk).update(parent=case)
