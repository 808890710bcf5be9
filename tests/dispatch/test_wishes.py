"""微心愿: off by default; opened without a name, claimed once, by a firm only behind the community; unclaimed, it comes back."""

from datetime import timedelta

import pytest
from django.test import Client

from dispatch import routing, sweeps
from dispatch.actions import handling, wish_claims
from dispatch.models import RoutingRule, WorkOrder
from grievance.actions import retention, triage, wishes
from grievance.casework import Refused
from grievance.models import Case, Grievance, Notice, PublicPage, Wish
from street.models import Role
from tests.builders import a_category, a_code, a_grievance
from tests.clock import travel
from tests.desk.phone import a_phone, act, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_street, organisation, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=1)
WORDS = {"title": "想要一副老花镜", "text": "一位老人想要一副老花镜看报。"}
PAGE = "/wishes/luxi/"


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def scene():
    scene = a_street()
    PublicPage.objects.create(community=scene.luxi, wishes=True)
    category = a_category("M3", {}, name="微心愿")
    RoutingRule.objects.create(
        policy=scene.policy, category=category, lead_kind="community", limit_class="U3", community_may_lead=True, basis="认领"
    )
    return scene


@pytest.fixture
def case(scene):
    """A wish with a name and a number, not yet looked at by a person."""
    said = {"kind": "wish", "description": "我是刘先生，想要一副老花镜，暖气室温也低", "name": "刘先生", "phone": "13800001111"}
    case = a_grievance(a_code(scene.building), at=TUESDAY, **said).case
    sweeps.route_submitted(at=TUESDAY)
    return Case.objects.get(pk=case.pk)


def opens(scene, case, **more):
    said = {**WORDS, "category": routing.RoutingRule.objects.get(category__code="M3").category, **more}
    return wishes.open_wish(case, **said, by=scene.who("dispatcher"), at=NOW)


def claims(scene, wish, unit, who, at=NOW):
    return wish_claims.claim(wish, unit=unit, by=scene.who(who), at=at)


def page():
    return text_of(Client().get(PAGE))


def refused(code, act, *args, **options):
    with pytest.raises(Refused) as no:
        act(*args, **options)
    assert no.value.code == code, no.value.message


def test_wish_is_offered_and_taken_only_where_it_is_switched_on(scene, client):
    code = a_code(scene.building)
    assert 'value="wish"' in text_of(client.get(f"/q/{code.token}/")) and Client().get(PAGE).status_code == 200
    PublicPage.objects.update(wishes=False)
    assert 'value="wish"' not in text_of(client.get(f"/q/{code.token}/")) and Client().get(PAGE).status_code == 404
    refused("wishes_off", a_grievance, code, kind="wish", at=TUESDAY)
    assert not Grievance.objects.exists()


def test_wish_is_sent_to_nobody_by_itself_and_shown_to_nobody_unread(scene, case):
    assert (case.status, case.suggestion["barred"], case.orders.count()) == ("submitted", True, 0)
    assert "老花镜" not in page()
    refused("named", opens, scene, case, text="刘先生想要一副老花镜")
    assert opens(scene, case).status == Wish.Status.OPEN
    shown = page()
    assert WORDS["text"] in shown and "等待认领" in shown
    assert not [word for word in ("刘", "1380000", case.number, "3号楼") if word in shown]


def test_only_a_wish_can_be_opened(scene, case):
    case.grievances.update(kind="report")
    refused("not_a_wish", opens, scene, case)


def test_first_who_claims_has_it_with_an_order_and_its_clock(scene, case):
    wish = opens(scene, case)
    refused("role_missing", claims, scene, wish, scene.sifasuo, "luxi")
    order = claims(scene, wish, scene.sifasuo, "sifasuo")
    assert (order.handler, order.lead, order.status, order.dispatched_by) == (scene.sifasuo, True, "accepted", None)
    assert order.due_at and "审核公开" in order.basis
    refused("already_claimed", claims, scene, wish, scene.xisheng, "xisheng")
    assert case.orders.count() == 1 and "由sifasuo认领" in page()


def test_firm_that_claims_assists_the_community_and_reads_no_name(scene, case):
    firm = person("volunteers", Role.HANDLER, scene.company)
    wish = opens(scene, case)
    browser = a_phone(firm)
    assert WORDS["title"] in text_of(browser.get("/desk/wishes/"))
    assert browser.post("/desk/wishes/", {"wish": wish.pk, "unit": scene.company.code}).status_code == 302
    lead, assisting = case.orders.order_by("-lead")
    assert (lead.handler, assisting.handler, assisting.lead, assisting.status) == (scene.luxi, scene.company, False, "accepted")
    story = text_of(browser.get(f"/desk/cases/{case.number}/"))
    assert "刘**" not in story and "138****1111" not in story and "13800001111" not in story


def test_fulfilled_wish_is_asked_about_like_every_matter(scene, case):
    order = claims(scene, opens(scene, case), scene.sifasuo, "sifasuo")
    handling.complete(order, public_answer="老花镜已送到。", by=scene.who("sifasuo"), at=NOW)
    handling.review(order, passed=True, by=scene.who("leader"), at=NOW)
    assert Case.objects.get().status == Case.Status.RESOLVED and "正在回访" in page()


def test_what_nobody_claims_comes_back_to_the_desk_once_and_can_be_opened_again(scene, case):
    wish = opens(scene, case)
    assert wishes.return_unclaimed(at=NOW + timedelta(days=29)) == 0
    month_later = NOW + timedelta(days=30)
    assert wishes.return_unclaimed(at=month_later) == 1 and wishes.return_unclaimed(at=month_later) == 0
    assert Notice.objects.filter(kind="wish", role=Role.DISPATCHER).count() == 1
    assert WORDS["title"] not in page()
    refused("already_claimed", claims, scene, wish, scene.sifasuo, "sifasuo")
    assert opens(scene, Case.objects.get()).status == Wish.Status.OPEN and WORDS["title"] in page()


def test_claim_that_came_to_nothing_opens_the_wish_again_for_others(scene, case):
    wish = opens(scene, case)
    claims(scene, wish, scene.sifasuo, "sifasuo")
    WorkOrder.objects.update(status="returned")
    Case.objects.update(status="submitted")
    assert WORDS["title"] not in page()
    wish = opens(scene, Case.objects.get())
    assert wish.claimed_by is None
    assert claims(scene, wish, scene.xisheng, "xisheng").handler == scene.xisheng


def test_wish_is_gone_with_its_grievance_and_with_what_was_said(scene, case):
    opens(scene, case)
    Case.objects.update(status="withdrawn", ended_at=NOW)
    assert WORDS["title"] not in page()
    retention._erase(Grievance.objects.get(), "asked", at=NOW)
    assert (Wish.objects.get().title, Wish.objects.get().text) == ("", "")


def test_desk_opens_and_takes_down_on_the_page_of_the_case_and_a_neighbour_claims_nothing(scene, case):
    address, desk = f"/desk/cases/{case.number}/", a_phone(scene.who("dispatcher"))
    assert "open_wish" in moves_on(desk.get(address))
    assert desk.post(address, {"act": act(case, "open_wish"), **WORDS, "category": "M3"}).status_code == 302
    wish = Wish.objects.get()
    other = organisation("unit2", "community", organisation("street2", "street", scene.street.parent))
    neighbour = a_phone(person("neighbour", Role.HANDLER, other))
    assert WORDS["title"] not in text_of(neighbour.get("/desk/wishes/"))
    assert neighbour.post("/desk/wishes/", {"wish": wish.pk, "unit": "unit2"}).status_code == 404
    assert a_phone(scene.who("luxi")).post("/desk/wishes/", {"wish": wish.pk, "unit": "sifasuo"}).status_code == 404
    desk.post(address, {"act": act(wish, "take_down"), "reason": "改由专班办"})
    assert WORDS["title"] not in page()


def test_wish_that_cannot_be_is_declined_kindly_and_with_the_reason(scene, case):
    desk = a_phone(scene.who("dispatcher"))
    address = f"/desk/cases/{case.number}/"
    assert desk.post(address, {"act": act(case, "say_no"), "reason": " "}).status_code == 400
    assert desk.post(address, {"act": act(case, "say_no"), "reason": "社区没有这样的志愿者。"}).status_code == 302
    told = text_of(Client().get(f"/r/{Grievance.objects.get().receipt}/"))
    assert "社区没有这样的志愿者" in told and "谢谢您愿意告诉我们" in told and "不予受理：" not in told
    assert Notice.objects.filter(kind="declined", text__contains="心愿").count() == 1


def test_page_costs_the_same_few_statements_for_many_wishes(scene, case, django_assert_num_queries):
    opens(scene, case)
    for number in range(3):
        more = triage.admit(
            a_grievance(a_code_again(scene), at=TUESDAY, kind="wish", description=f"心愿{number}").case,
            category=case.category or scene.heating, by=scene.who("dispatcher"), at=TUESDAY,
        )  # fmt: skip
        opens(scene, more, title=f"心愿{number}")
    # the community, the counts, how many, the rows
    with django_assert_num_queries(4):
        assert page().count("<article") == 4


def a_code_again(scene):
    return scene.building.qr_codes.get(revoked_at=None)
