"""The staff's JSON interface to work orders and cases: scoped, with exactly the open moves, refusing in JSON."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from dispatch.actions import handling
from dispatch.models import WorkOrder
from grievance.actions import triage
from grievance.models import Case, Event
from street.models import User
from tests.clock import travel
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, a_street

pytestmark = pytest.mark.django_db

AN_HOUR_LATER = TUESDAY + timedelta(hours=1)
SIGNED_IN = 3
"""What any page costs a person: session, person, postings, and the session kept alive (a savepoint around one update)."""


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    """A dispute that 路西 leads and the firm assists."""
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    return handling.dispatch(
        case, to=scene.luxi, assistants=[scene.company], limit_class="U4", basis="调解", by=scene.who("dispatcher"), at=TUESDAY
    )


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(AN_HOUR_LATER):
        yield


def signed_in(user, **more):
    client = APIClient(**more)
    client.force_login(user)
    return client


def move(client, order, name, **data):
    return client.post(f"/api/v1/orders/{order.number}/moves/{name}/", data)


def test_handler_lists_the_orders_of_the_own_unit_by_due_time(scene, order):
    answer = signed_in(scene.who("luxi")).get("/api/v1/orders/")
    assert answer.status_code == 200
    assert [row["number"] for row in answer.json()["results"]] == [order.number]


def test_list_shows_when_each_step_is_due_and_nothing_of_the_resident(scene, order):
    row = signed_in(scene.who("luxi")).get("/api/v1/orders/").json()["results"][0]
    assert row["due_at"] == "2023-03-21T19:30:00+08:00"
    assert row["handler"] == {"code": "luxi", "name": "luxi"}
    assert row["overdue"] is False
    assert "刘" not in str(row) and "138" not in str(row)


def test_list_is_filtered_by_status(scene, order):
    client = signed_in(scene.who("luxi"))
    assert client.get("/api/v1/orders/?status=dispatched").json()["count"] == 1
    assert client.get("/api/v1/orders/?status=open").json()["count"] == 1
    assert client.get("/api/v1/orders/?status=done").json()["count"] == 0
    assert client.get("/api/v1/orders/?status=lost").json()["code"] == "status_unknown"


def test_dispatched_order_opens_exactly_these_moves_to_its_handler(scene, order):
    shown = signed_in(scene.who("luxi")).get(f"/api/v1/orders/{order.number}/").json()
    assert shown["moves"] == ["accept", "ask_return", "open_mediation"]


def test_accepted_order_opens_exactly_these_moves_to_its_handler(scene, order):
    client = signed_in(scene.who("luxi"))
    assert move(client, order, "accept").json()["moves"] == [
        "respond", "add_progress", "complete", "ask_return", "request_extension", "ask_suspension", "open_mediation",
    ]  # fmt: skip


def test_every_offered_move_can_be_made(scene, order):
    """What is offered is never refused for want of a state or a role."""
    client = signed_in(scene.who("luxi"))
    handling.accept(order, by=scene.who("luxi"), at=AN_HOUR_LATER)
    for name in client.get(f"/api/v1/orders/{order.number}/").json()["moves"]:
        answer = move(client, order, name)
        assert answer.json().get("code") not in {"move_not_open", "role_missing"}, name


def test_order_shows_what_was_said_and_who_else_works_on_it(scene, order):
    shown = signed_in(scene.who("luxi")).get(f"/api/v1/orders/{order.number}/").json()
    assert [row["description"] for row in shown["said"]] == ["车窗被冰柱砸碎，找物业赔偿"]
    assert [(row["handler"], row["lead"]) for row in shown["others"]] == [("pm", False)]
    assert shown["place"] == "小区3号楼"


def test_whole_order_goes_from_acceptance_to_review(scene, order):
    luxi, desk = signed_in(scene.who("luxi")), signed_in(scene.who("leader"))
    assert move(luxi, order, "accept").json()["status"] == "accepted"
    assert move(luxi, order, "respond", note="已打电话").json()["contacted_at"]
    assert move(luxi, order, "add_progress", text="约了物业", public=True).status_code == 200
    done = move(luxi, order, "complete", public_answer="物业赔偿500元", internal_record="协议已签").json()
    assert (done["status"], done["public_answer"]) == ("completed", "物业赔偿500元")
    assert move(desk, order, "review_pass", opinion="属实").json()["status"] == "done"


def test_return_is_asked_with_its_basis_and_refused_by_the_leader(scene, order):
    luxi, leader = signed_in(scene.who("luxi")), signed_in(scene.who("leader"))
    asked = move(luxi, order, "ask_return", reason="duty", basis="职责清单第3条", suggested="sifasuo").json()
    assert asked["status"] == "returning" and "ask_return" not in asked["moves"]
    assert set(leader.get(f"/api/v1/orders/{order.number}/").json()["moves"]) >= {"agree_return", "refuse_return"}
    back = move(leader, order, "refuse_return", opinion="清单写明由社区主办").json()
    assert back["status"] == "dispatched"


def test_extension_is_asked_by_the_unit_and_decided_by_another(scene, order):
    luxi, leader = signed_in(scene.who("luxi")), signed_in(scene.who("street_leader"))
    move(luxi, order, "accept")
    assert "request_extension" not in move(luxi, order, "request_extension", days=3, reason="等鉴定").json()["moves"]
    moved = move(leader, order, "decide_extension", agreed=True, opinion="同意").json()
    assert moved["due_at"] > "2023-03-21"


def test_mediation_begins_and_ends_on_the_order(scene, order):
    luxi = signed_in(scene.who("luxi"))
    opened = move(luxi, order, "open_mediation", parties="刘先生、物业公司")
    assert {"consent", "agree", "fail"} <= set(opened.json()["moves"])
    assert "open_mediation" not in opened.json()["moves"]
    assert move(luxi, order, "consent", party=3, agreed=True).json()["code"] == "party_unknown"
    assert move(luxi, order, "consent", party=1, agreed=True).status_code == 200
    assert move(luxi, order, "agree", agreement="赔500元").json()["code"] == "consent_missing"
    failed = move(luxi, order, "fail", record_text="物业不同意赔偿")
    assert "open_mediation" in failed.json()["moves"]


def test_desk_transfers_an_order_to_the_unit_of_that_code(scene, order):
    answer = move(signed_in(scene.who("leader")), order, "transfer", to="sifasuo", reason="社区调解未果")
    assert answer.json()["status"] == "transferred"
    assert WorkOrder.objects.open().get(lead=True).handler == scene.sifasuo


def test_move_that_is_not_open_is_409_with_who_and_when(scene, order):
    luxi = signed_in(scene.who("luxi"))
    move(luxi, order, "accept")
    second = move(luxi, order, "accept")
    assert second.status_code == 409
    assert second.json()["code"] == "already_accepted"
    assert "luxi于2023年3月14日 11:20签收" in second.json()["message"]


def test_move_without_its_words_is_400_with_a_sentence(scene, order):
    luxi = signed_in(scene.who("luxi"))
    move(luxi, order, "accept")
    answer = move(luxi, order, "complete", internal_record="做完了")
    assert answer.status_code == 400
    assert answer.json() == {"code": "text_missing", "message": "请填写公开答复（诉求人会看到），再点“办结”。"}


def test_wrong_field_is_400_and_named(scene, order):
    answer = move(signed_in(scene.who("leader")), order, "transfer", to="nowhere", reason="x")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["to"]


def test_unknown_move_is_404(scene, order):
    assert move(signed_in(scene.who("luxi")), order, "vanish").status_code == 404
    assert move(signed_in(scene.who("luxi")), order, "cancel").status_code == 404


def test_neighbours_order_is_404_to_read_and_to_move(scene, order):
    stranger = signed_in(scene.who("xisheng"))
    assert stranger.get(f"/api/v1/orders/{order.number}/").status_code == 404
    assert move(stranger, order, "accept").status_code == 404
    assert stranger.get("/api/v1/orders/").json()["count"] == 0


def test_move_of_another_role_is_403_in_chinese(scene, order):
    answer = move(signed_in(scene.who("caller")), order, "accept")
    assert answer.status_code == 403
    assert answer.json()["code"] == "role_missing"
    assert "须由" in answer.json()["message"]


def test_nobody_comes_in_without_signing_in(scene, order):
    answer = APIClient().get("/api/v1/orders/")
    assert answer.status_code == 403
    assert answer.json()["code"] and "。" in answer.json()["message"]


def test_somebody_without_a_post_is_refused(scene, order):
    answer = signed_in(User.objects.create_user("nobody")).get("/api/v1/orders/")
    assert answer.status_code == 403


def test_session_without_its_csrf_token_changes_nothing(scene, order):
    client = signed_in(scene.who("luxi"), enforce_csrf_checks=True)
    assert move(client, order, "accept").status_code == 403
    order.refresh_from_db()
    assert order.status == "dispatched"


def test_order_list_costs_the_same_however_long(scene, order, django_assert_num_queries):
    client = signed_in(scene.who("luxi"))
    with django_assert_num_queries(SIGNED_IN + 2):  # count, orders
        client.get("/api/v1/orders/")


def test_order_costs_the_same_however_many_spoke(scene, order, django_assert_num_queries):
    client = signed_in(scene.who("luxi"))
    for _ in range(3):
        a_grievance(order.case)
    with django_assert_num_queries(SIGNED_IN + 9):
        client.get(f"/api/v1/orders/{order.number}/")


def test_dispatcher_lists_cases_and_handler_only_those_told_of(scene, order):
    other = a_case(scene, category=scene.heating)
    assert signed_in(scene.who("dispatcher")).get("/api/v1/cases/").json()["count"] == 2
    assert [row["number"] for row in signed_in(scene.who("luxi")).get("/api/v1/cases/").json()["results"]] == [order.case.number]
    assert signed_in(scene.who("luxi")).get(f"/api/v1/cases/{other.number}/").status_code == 404


def test_case_shows_what_was_said_with_masked_contact(scene, order):
    shown = signed_in(scene.who("luxi")).get(f"/api/v1/cases/{order.case.number}/").json()
    assert shown["grievances"][0]["contact"] == {"name": "刘**", "phone": "138****1111", "confidential": False}
    assert shown["unit"]["code"] == "luxi"
    assert "派单" in str(shown["events"])


def test_confidential_contact_is_withheld_from_the_unit_and_masked_for_the_desk(scene, order):
    complainant = order.case.grievances.get().complainant
    complainant.confidential = True
    complainant.save()
    unit = signed_in(scene.who("luxi")).get(f"/api/v1/cases/{order.case.number}/").json()
    desk = signed_in(scene.who("dispatcher")).get(f"/api/v1/cases/{order.case.number}/").json()
    assert unit["grievances"][0]["contact"] == {"name": "", "phone": "", "confidential": True}
    assert desk["grievances"][0]["contact"]["phone"] == "138****1111"


def test_case_in_the_queue_is_admitted_and_dispatched_by_the_duty_list(scene):
    case, client = a_case(scene, category=scene.heating), signed_in(scene.who("dispatcher"))
    address = f"/api/v1/cases/{case.number}/"
    assert client.get(address).json()["moves"] == ["admit", "hold", "decline", "classify", "mark_urgent", "merge", "link"]
    assert "dispatch" in client.post(f"{address}moves/admit/").json()["moves"]
    sent = client.post(f"{address}moves/dispatch/")
    assert sent.status_code == 201
    assert (sent.json()["handler"]["code"], sent.json()["limit_class"]) == ("heat", "U2")
    assert "dispatch" not in client.get(address).json()["moves"]


def test_case_is_dispatched_to_the_unit_named(scene):
    case, client = a_case(scene), signed_in(scene.who("dispatcher"))
    client.post(f"/api/v1/cases/{case.number}/moves/admit/")
    sent = client.post(f"/api/v1/cases/{case.number}/moves/dispatch/", {"to": "sifasuo", "demand": "先行联系"})
    assert (sent.json()["handler"]["code"], sent.json()["demand"]) == ("sifasuo", "先行联系")


def test_firm_never_leads(scene):
    case, client = a_case(scene), signed_in(scene.who("dispatcher"))
    client.post(f"/api/v1/cases/{case.number}/moves/admit/")
    assert client.post(f"/api/v1/cases/{case.number}/moves/dispatch/", {"to": "pm"}).json()["code"] == "may_not_lead"


def test_cases_are_merged_split_held_declined_and_linked(scene):
    client = signed_in(scene.who("dispatcher"))
    older, newer = a_case(scene), a_case(scene, at=AN_HOUR_LATER)
    said = newer.grievances.get()

    def post(case, name, **data):
        return client.post(f"/api/v1/cases/{case.number}/moves/{name}/", data)

    assert post(newer, "merge", into=older.number).json()["merged_into"] == older.number
    assert "split" in client.get(f"/api/v1/cases/{older.number}/").json()["moves"]
    post(older, "split", grievance=said.number)
    alone = Case.objects.get(grievances=said)
    assert post(alone, "hold", question="哪个单元").json()["status"] == "held"
    assert post(alone, "unhold").json()["status"] == "submitted"
    linked = post(alone, "link", title="补办证件", description="残疾证遗失").json()["linked"]
    assert [row["title"] for row in linked] == ["补办证件"]
    declined = post(alone, "decline", path="court", reason="已在诉讼")
    assert declined.json()["status"] == "declined"


def test_case_of_another_street_cannot_be_merged_into(scene):
    case, client = a_case(scene), signed_in(scene.who("dispatcher"))
    answer = client.post(f"/api/v1/cases/{case.number}/moves/merge/", {"into": "A000000-XXXXX"})
    assert answer.json()["code"] == "case_unknown"


def test_case_costs_the_same_however_many_spoke(scene, order, django_assert_num_queries):
    client = signed_in(scene.who("dispatcher"))
    for _ in range(3):
        a_grievance(order.case)
    with django_assert_num_queries(SIGNED_IN + 6):
        client.get(f"/api/v1/cases/{order.case.number}/")


def test_reading_leaves_no_trace_in_the_history(scene, order):
    before = Event.objects.count()
    signed_in(scene.who("luxi")).get(f"/api/v1/orders/{order.number}/")
    assert Event.objects.count() == before


def test_second_of_two_who_finish_the_same_order_hears_who_was_first_and_when(scene, order):
    luxi, secretary = signed_in(scene.who("luxi")), signed_in(scene.who("luxi_secretary"))
    move(luxi, order, "accept")
    move(luxi, order, "complete", public_answer="已办")
    second = move(secretary, order, "complete", public_answer="也办了")
    assert (second.status_code, second.json()["code"]) == (409, "move_not_open")
    assert "“办结待审”（luxi于2023年3月14日 11:20办理）" in second.json()["message"]


def test_unknown_move_of_a_case_is_404_in_json(scene, order):
    answer = signed_in(scene.who("dispatcher")).post(f"/api/v1/cases/{order.case.number}/moves/vanish/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
