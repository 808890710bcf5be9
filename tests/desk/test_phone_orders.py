"""我的工单 on the phone: what my unit owes, one order on one page, exactly the open moves, nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from dispatch.actions import handling, mediation, supervision
from dispatch.models import Letter, Mediation, WorkOrder
from grievance.models import Attachment, Case, Event, Remark
from street.models import Role, User
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_grievance, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)


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


@pytest.fixture
def accepted(order, scene):
    return handling.accept(order, by=scene.who("luxi"), at=NOW)


def page_of(order):
    return f"/phone/orders/{order.number}/"


def send(phone, order, row, name, **data):
    return phone.post(page_of(order), {"act": act(row, name), **data})


# --- the list ------------------------------------------------------------------------------------


def test_list_shows_the_orders_of_my_unit_with_the_step_due_first(luxi, order):
    page = text_of(luxi.get("/phone/orders/"))
    assert page_of(order) in page
    assert "签收时限" in page and "3月14日 15:50" in page


def test_list_shows_nothing_of_a_neighbouring_unit(scene, order):
    page = text_of(a_phone(scene.who("xisheng")).get("/phone/orders/"))
    assert order.number not in page
    assert "现在没有要办的工单" in page


def test_what_is_due_first_stands_first_and_reviews_stand_last(scene, luxi):
    later, sooner, waiting = (an_order(scene, at=TUESDAY + timedelta(minutes=minutes)) for minutes in (20, 0, 40))
    handling.accept(waiting, by=scene.who("luxi"), at=NOW)
    handling.complete(waiting, public_answer="已办", by=scene.who("luxi"), at=NOW)
    page = text_of(luxi.get("/phone/orders/"))
    assert page.index(page_of(sooner)) < page.index(page_of(later)) < page.index(page_of(waiting))


def test_order_of_a_supporting_unit_stands_by_its_own_time(scene):
    """Only the lead owes a first contact, so an assistant's next step is the completion."""
    person("firm", Role.HANDLER, scene.company)
    firm = User.objects.get(username="firm")
    accepted, new = an_order(scene), an_order(scene)
    handling.accept(accepted.case.orders.get(lead=False), by=firm, at=NOW)
    shown = a_phone(firm).get("/phone/orders/").context["lines"]
    assert [(line.order.case, line.step) for line in shown] == [(new.case, "签收"), (accepted.case, "办结")]


def test_late_first_contact_counts_as_late(scene, accepted):
    with travel(accepted.contact_due_at + timedelta(minutes=1)):
        response = a_phone(scene.who("luxi")).get("/phone/orders/")
    assert response.context["counts"]["late"] == 1
    assert "首次联系时限" in text_of(response)


def test_counts_name_what_waits_for_whom(scene, luxi, order):
    an_order(scene)
    handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    counted = luxi.get("/phone/orders/").context["counts"]
    assert counted == {"new": 2, "working": 1, "reviewing": 0, "late": 0, "doors": 0}


def test_order_past_its_time_is_counted_and_said_to_be_late(scene, order):
    with travel(order.accept_due_at + timedelta(hours=2)):
        response = a_phone(scene.who("luxi")).get("/phone/orders/")
    assert response.context["counts"]["late"] == 1
    assert "已超期" in text_of(response) and "超2小时" in text_of(response)


def test_finished_orders_are_kept_in_sight_for_thirty_days(scene, luxi, accepted):
    handling.complete(accepted, public_answer="已办", by=scene.who("luxi"), at=NOW)
    handling.review(WorkOrder.objects.get(pk=accepted.pk), passed=True, by=scene.who("leader"), at=NOW)
    assert accepted.number not in text_of(luxi.get("/phone/orders/"))
    assert accepted.number in text_of(luxi.get("/phone/orders/?show=done"))
    with travel(NOW + timedelta(days=31)):
        page = text_of(a_phone(scene.who("luxi")).get("/phone/orders/?show=done"))
    assert accepted.number not in page and "近 30 天没有办完的工单" in page


def test_list_costs_the_same_however_long(scene, luxi, order, django_assert_num_queries):
    luxi.get("/phone/orders/")
    for _ in range(3):
        an_order(scene)
    # count of pages, orders, clocks, counts, instructions, whistles, meetings
    with django_assert_num_queries(SIGNED_IN + 7):
        luxi.get("/phone/orders/")


# --- the page of an order ------------------------------------------------------------------------


def test_page_shows_what_was_said_where_and_by_when(luxi, order):
    page = text_of(luxi.get(page_of(order)))
    for what in ("车窗被冰柱砸碎", "小区3号楼", "损害赔偿", "3月14日 15:50", "3月15日 19:30", "3月21日 19:30", "调解"):
        assert what in page


def test_contact_is_masked(luxi, order):
    page = text_of(luxi.get(page_of(order)))
    assert "刘**" in page and "138****1111" in page
    assert "刘先生" not in page and "13800001111" not in page


def test_number_is_read_once_by_the_unit_in_charge_and_that_is_recorded(luxi, order):
    said = order.case.grievances.get()
    page = text_of(luxi.post(page_of(order), {"reveal": said.number, "why": "ask"}))
    assert "13800001111" in page
    assert Event.objects.filter(kind="phone.revealed", case=order.case).count() == 1
    assert "13800001111" not in text_of(luxi.get(page_of(order)))


def test_number_of_one_who_asked_for_confidence_is_not_for_the_unit(luxi, order):
    said = order.case.grievances.get()
    said.complainant.confidential = True
    said.complainant.save()
    page = text_of(luxi.get(page_of(order)))
    assert "诉求人要求保密" in page
    assert "刘**" not in page and "138****1111" not in page and 'name="reveal"' not in page
    refused = luxi.post(page_of(order), {"reveal": said.number})
    assert refused.status_code == 403 and "13800001111" not in text_of(refused)


def test_pictures_are_shown_and_served_to_those_who_see_the_matter(scene, luxi, order):
    said = order.case.grievances.get()
    kind = {"kind": "photo", "content_type": "image/jpeg", "sha256": "ab" * 32, "size": 4}
    picture = Attachment(case=order.case, grievance=said, at=TUESDAY, **kind)
    picture.file.save("x.jpg", ContentFile(b"jpeg"))
    address = f"/desk/attachments/{picture.pk}/"
    assert f'src="{address}"' in text_of(luxi.get(page_of(order)))
    assert luxi.get(address).status_code == 200
    assert a_phone(scene.who("xisheng")).get(address).status_code == 404


def test_supporting_units_are_shown_to_the_lead_and_the_lead_to_them(scene, luxi, order):
    page = text_of(luxi.get(page_of(order)))
    assert "协办" in page and "pm" in page
    person("firm", Role.HANDLER, scene.company)
    support = order.case.orders.get(lead=False)
    assert "luxi" in text_of(a_phone(User.objects.get(username="firm")).get(page_of(support)))


def test_demands_of_a_secretary_stand_above_everything(scene, luxi, order):
    supervision.instruct(order.case, text="三日内解决", by=scene.who("secretary"), at=NOW)
    page = text_of(luxi.get(page_of(order)))
    assert page.index("三日内解决") < page.index("车窗被冰柱砸碎，找物业赔偿</p>")


def test_page_costs_the_same_however_many_spoke(luxi, order, django_assert_num_queries):
    luxi.get(page_of(order))
    for _ in range(3):
        a_grievance(order.case)
    with django_assert_num_queries(SIGNED_IN + 29):  # promises, visits of a secretary
        luxi.get(page_of(order))


# --- the moves -----------------------------------------------------------------------------------


def test_dispatched_order_offers_exactly_these_moves(luxi, order):
    assert moves_on(luxi.get(page_of(order))) == ["accept", "ask_resident", "ask_help", "open_mediation", "link", "ask_return"]


def test_accepted_order_offers_exactly_these_moves(luxi, accepted):
    assert moves_on(luxi.get(page_of(accepted))) == [
        "respond", "add_progress", "complete", "ask_resident", "ask_help", "open_mediation", "link", "ask_return",
        "request_extension", "ask_suspension",
    ]  # fmt: skip


def test_grid_worker_is_not_offered_what_a_handler_answers_for(scene, accepted):
    person("wangge", Role.GRID_WORKER, scene.luxi)
    offered = moves_on(a_phone(User.objects.get(username="wangge")).get(page_of(accepted)))
    assert offered == ["respond", "add_progress", "ask_resident", "ask_help"]


def test_supporting_unit_is_offered_no_moves_of_the_case(scene, order):
    person("firm", Role.HANDLER, scene.company)
    support = order.case.orders.get(lead=False)
    assert not {"link", "ask_resident"} & set(moves_on(a_phone(User.objects.get(username="firm")).get(page_of(support))))


def test_designated_order_has_no_return(luxi, order):
    WorkOrder.objects.filter(pk=order.pk).update(designated=True)
    assert "ask_return" not in moves_on(luxi.get(page_of(order)))


def test_matter_of_personal_safety_is_not_mediated(luxi, order):
    Case.objects.filter(pk=order.case_id).update(suggestion={"alerts": ["domestic_violence"]})
    assert "open_mediation" not in moves_on(luxi.get(page_of(order)))


def test_finished_order_offers_nothing(scene, luxi, accepted):
    handling.complete(accepted, public_answer="已办", by=scene.who("luxi"), at=NOW)
    handling.review(WorkOrder.objects.get(pk=accepted.pk), passed=True, by=scene.who("leader"), at=NOW)
    assert moves_on(luxi.get(page_of(accepted))) == []


def test_whole_order_is_done_from_the_phone(luxi, order):
    assert send(luxi, order, order, "accept").status_code == 302
    assert send(luxi, order, order, "respond", note="电话约了下午上门").status_code == 302
    assert send(luxi, order, order, "add_progress", text="已到现场", public="on").status_code == 302
    assert send(luxi, order, order, "complete", public_answer="物业赔偿500元", internal_record="协议号3").status_code == 302
    order.refresh_from_db()
    assert (order.status, order.public_answer, order.internal_record) == ("completed", "物业赔偿500元", "协议号3")
    assert list(Remark.objects.values_list("text", "public")) == [("电话约了下午上门", False), ("已到现场", True)]


def test_one_is_told_that_a_move_was_made(luxi, order):
    page = luxi.post(page_of(order), {"act": act(order, "accept")}, follow=True)
    assert "“签收”已办理。" in text_of(page)


def test_return_extension_and_linked_matter_are_asked_from_the_phone(scene, luxi, accepted):
    send(luxi, accepted, accepted, "request_extension", days="3", reason="等鉴定")
    assert accepted.extensions.get().days == 3
    send(luxi, accepted, accepted.case, "link", title="屋顶冰柱", description="冰柱仍在，须清除", waits="")
    assert Case.objects.get(parent=accepted.case).title == "屋顶冰柱"
    send(luxi, accepted, accepted, "ask_return", reason="duty", basis="清单第3条", suggested="sifasuo")
    assert accepted.returns.get().suggested == scene.sifasuo


def test_mediation_is_begun_and_ended_from_the_phone(luxi, accepted):
    send(luxi, accepted, accepted.case, "open_mediation", parties="刘先生、物业", helpers="律师", willing="all")
    running = Mediation.objects.get()
    offered = moves_on(luxi.get(page_of(accepted)))
    assert "agree" in offered and "fail" in offered and "open_mediation" not in offered
    send(luxi, accepted, running, "agree", form="written", agreement="赔偿500元", perform_by="2023-03-16")
    running.refresh_from_db()
    assert (running.status, running.agreement) == ("agreed", "赔偿500元")


def test_paper_addressed_to_the_unit_is_answered_from_the_phone(scene, luxi, accepted):
    letter = Letter.objects.create(
        kind="caution",
        case=accepted.case,
        order=accepted,
        issuer=scene.street,
        to=scene.luxi,
        subject="提醒",
        body="请抓紧",
        drafted_at=NOW,
    )
    letter = supervision.sign(letter, by=scene.who("leader"), at=NOW)
    assert "answer" in moves_on(luxi.get(page_of(accepted)))
    send(luxi, accepted, letter, "answer", text="明日办结")
    letter.refresh_from_db()
    assert letter.answer == "明日办结"


# --- refusals ------------------------------------------------------------------------------------


def test_second_acceptance_is_a_409_page_with_who_and_when(scene, luxi, order):
    handling.accept(order, by=scene.who("luxi_secretary"), at=NOW)
    page = send(luxi, order, order, "accept")
    assert page.status_code == 409
    assert "luxi_secretary于2023年3月14日 11:20签收" in text_of(page)


def test_second_completion_is_a_409_page_with_who_and_when_and_keeps_what_was_typed(scene, luxi, accepted):
    handling.complete(accepted, public_answer="我先办了", by=scene.who("luxi_secretary"), at=NOW)
    page = send(luxi, accepted, accepted, "complete", public_answer="我写了很久的答复", internal_record="还有记录")
    assert page.status_code == 409
    assert "（luxi_secretary于2023年3月14日 11:20办理）" in text_of(page)
    assert "我写了很久的答复" in text_of(page) and "还有记录" in text_of(page)
    assert moves_on(page) == []


def test_second_end_of_a_mediation_is_a_409_page_with_who_and_when(scene, luxi, accepted):
    running = mediation.open_mediation(accepted.case, unit=scene.luxi, parties="双方", by=scene.who("luxi"), at=NOW)
    mediation.fail(running, record_text="不成", by=scene.who("luxi_secretary"), at=NOW)
    page = send(luxi, accepted, running, "agree", agreement="赔偿300元")
    assert page.status_code == 409
    assert "luxi_secretary于2023年3月14日 11:20办理" in text_of(page) and "赔偿300元" in text_of(page)


def test_move_that_is_not_open_is_409_and_changes_nothing(luxi, order):
    page = send(luxi, order, order, "complete", public_answer="还没签收就办结")
    order.refresh_from_db()
    assert (page.status_code, order.status) == (409, "dispatched")
    assert "还没签收就办结" in text_of(page)


def test_what_was_typed_is_kept_when_a_word_is_missing(luxi, accepted):
    page = send(luxi, accepted, accepted, "ask_return", reason="duty", basis="", suggested="sifasuo")
    assert page.status_code == 400
    assert "写明法律或清单依据" in text_of(page)
    assert '<option value="duty" selected>' in text_of(page) and '<option value="sifasuo" selected>' in text_of(page)


def test_extension_that_is_no_number_is_400_with_its_field_named(luxi, accepted):
    page = send(luxi, accepted, accepted, "request_extension", days="三天", reason="等鉴定结果")
    assert page.status_code == 400
    assert "延长几个工作日" in text_of(page) and "等鉴定结果" in text_of(page)


def test_scripts_in_every_field_are_shown_as_text(luxi, accepted):
    page = send(luxi, accepted, accepted, "complete", public_answer="", internal_record="<script>alert(1)</script>")
    assert "<script>alert" not in text_of(page) and "&lt;script&gt;alert" in text_of(page)


def test_move_of_a_row_that_is_not_on_the_page_is_404(scene, luxi, accepted):
    other = an_order(scene)
    assert send(luxi, accepted, other, "accept").status_code == 404
    assert luxi.post(page_of(accepted), {"act": "nonsense"}).status_code == 404
    assert luxi.post(page_of(accepted), {"act": act(accepted, "vanish")}).status_code == 404


def test_strangers_order_is_404_to_read_and_to_move(scene, order):
    stranger = a_phone(scene.who("xisheng"))
    assert stranger.get(page_of(order)).status_code == 404
    assert send(stranger, order, order, "accept").status_code == 404
    order.refresh_from_db()
    assert order.status == "dispatched"
