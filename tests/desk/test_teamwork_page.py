"""协同 on the page of a case: who sees a whistle, a meeting, a visit, and with which buttons."""

from datetime import timedelta

import pytest

from dispatch.actions import meetings, visits, whistles
from dispatch.models import Decision, Meeting, Visit, Whistle, WorkOrder
from street.models import Role
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, act, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_street, person
from tests.dispatch.teamwork import a_draft, a_led_case, a_whistle, with_arrival

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
LATER = NOW + timedelta(hours=2)


def typed(at):
    """An instant as a browser sends it."""
    return f"{at:%Y-%m-%dT%H:%M}"


@pytest.fixture
def scene():
    return with_arrival(a_street())


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def lead(scene):
    return a_led_case(scene, assistants=[scene.xisheng])


@pytest.fixture
def case(lead):
    return lead.case


def page_of(case):
    return f"/desk/cases/{case.number}/"


def seen_by(scene, case, who):
    return a_phone(scene.who(who)).get(page_of(case))


def does(scene, who, case, row, name, **data):
    return a_phone(scene.who(who)).post(page_of(case), {"act": act(row, name), **data})


OURS = {
    "draft_whistle", "call_meeting", "support", "plan_visit", "chase_support", "sign", "withdraw", "reply", "arrive",
    "mark_absent", "rate_unit", "rate_street", "hold", "join_visit", "make_visit", "cancel_visit", "merge_visits",
}  # fmt: skip


def ours(response):
    return [name for name in moves_on(response) if name in OURS]


# --- whistles -------------------------------------------------------------------------------------


def test_whistle_goes_from_draft_to_rating_through_the_pages(scene, case):
    does(
        scene, "dispatcher", case, case, "draft_whistle", kind="emergency", matter="冰柱随时坠落", units=["sifasuo", "heat"],
        where="3号楼东侧", meet_at=typed(NOW + timedelta(minutes=30)),
    )  # fmt: skip
    row = Whistle.objects.get()
    assert does(scene, "street_leader", case, row, "sign", meet_at="").status_code == 302
    does(scene, "heat", case, row, "reply", coming="1", words="十分钟到")
    with travel(NOW + timedelta(minutes=40)):
        does(scene, "luxi", case, row, "arrive", units=["heat"], arrived_at=typed(NOW + timedelta(minutes=25)))
        does(scene, "luxi", case, row, "mark_absent", unit="sifasuo", why="未说明")
        does(scene, "supervisor", case, row, "close", outcome="冰柱已清除")
        does(scene, "supervisor", case, row, "rate_unit", unit="heat", rating="good")
        does(scene, "heat", case, row, "rate_street", rating="fair", words="地点没说清")
    page = text_of(seen_by(scene, case, "heat"))
    for words in (
        "沙骑街哨〔2023〕1号：已了结",
        "十分钟到",
        "luxi现场确认",
        "未到：未说明",
        "冰柱已清除",
        "街道评：好",
        "评街道：一般，地点没说清",
    ):
        assert words in page


def test_buttons_follow_who_one_is(scene, case):
    a_whistle(scene, case, at=NOW)
    assert ours(seen_by(scene, case, "dispatcher")) == [
        "draft_whistle", "call_meeting", "support", "plan_visit", "chase_support", "arrive"
    ]  # fmt: skip
    assert ours(seen_by(scene, case, "luxi")) == ["plan_visit", "chase_support", "arrive"]
    assert ours(seen_by(scene, case, "heat")) == ["reply"]
    assert ours(seen_by(scene, case, "xisheng")) == ["plan_visit"]
    assert ours(seen_by(scene, case, "caller")) == []


def test_draft_is_signed_by_a_leader_and_withdrawn_by_the_desk(scene, case):
    a_draft(scene, case, at=NOW)
    assert "sign" in ours(seen_by(scene, case, "secretary")) and "sign" not in ours(seen_by(scene, case, "supervisor"))
    assert "withdraw" in ours(seen_by(scene, case, "supervisor"))


def test_draft_is_on_nobodys_page_but_the_streets(scene, case):
    a_draft(scene, case, at=NOW, matter="暗访占道经营")
    assert "暗访占道经营" in text_of(seen_by(scene, case, "dispatcher"))
    for who in ("luxi", "xisheng"):
        assert "暗访占道经营" not in text_of(seen_by(scene, case, who))
    assert seen_by(scene, case, "heat").status_code == 404


def test_unit_that_was_not_called_sees_nothing_of_it_on_its_own_case(scene, case):
    a_whistle(scene, case, at=NOW, matter="暗访占道经营")
    assert "暗访占道经营" in text_of(seen_by(scene, case, "heat"))
    assert "暗访占道经营" not in text_of(seen_by(scene, case, "xisheng"))
    clocks = text_of(a_phone(scene.who("xisheng")).get(f"{page_of(case)}clocks/"))
    assert "报到" not in clocks
    assert "报到：heat" in text_of(a_phone(scene.who("heat")).get(f"{page_of(case)}clocks/"))


def test_clock_of_an_arrival_says_why_it_runs_to_the_meeting(scene, case):
    a_whistle(scene, case, at=NOW, meet_at=LATER)
    page = text_of(a_phone(scene.who("dispatcher")).get(f"{page_of(case)}clocks/"))
    assert "按规则为2023年3月14日 11:50；吹哨单约定的到场时间更晚" in page


def test_one_who_was_not_called_cannot_act_on_a_whistle_from_here(scene, case):
    row = a_whistle(scene, case, at=NOW)
    assert does(scene, "xisheng", case, row, "reply", coming="1").status_code == 404
    assert not row.units.filter(coming=True).exists()


def test_paper_of_a_whistle_is_for_those_it_calls(scene, case):
    row = a_whistle(scene, case, at=NOW)
    address = f"/desk/papers/whistle/{row.pk}/"
    page = text_of(a_phone(scene.who("heat")).get(address))
    assert "吹哨单" in page and "沙骑街哨〔2023〕1号" in page and "应急处置" in page and "13800001111" not in page
    assert [a_phone(scene.who(who)).get(address).status_code for who in ("dispatcher", "luxi", "xisheng", "district")] == [
        200, 200, 404, 404
    ]  # fmt: skip


def test_paper_of_a_draft_says_that_nobody_has_signed(scene, case):
    row = a_draft(scene, case, at=NOW)
    assert "草稿，未签发" in text_of(a_phone(scene.who("dispatcher")).get(f"/desk/papers/whistle/{row.pk}/"))
    assert a_phone(scene.who("heat")).get(f"/desk/papers/whistle/{row.pk}/").status_code == 404


def test_paper_shows_arrivals_and_both_ratings(scene, case):
    row = a_whistle(scene, case, at=NOW, units=[scene.heat])
    whistles.arrive(row, units=[scene.heat], by=scene.who("luxi"), at=LATER)
    whistles.close(row, outcome="阀门已关", by=scene.who("supervisor"), at=LATER)
    whistles.rate_unit(row, unit=scene.heat, rating="poor", words="迟到", by=scene.who("supervisor"), at=LATER)
    page = text_of(a_phone(scene.who("dispatcher")).get(f"/desk/papers/whistle/{row.pk}/"))
    assert "到场，luxi确认" in page and "阀门已关" in page and "“差”（迟到）" in page


# --- meetings and supporting orders ---------------------------------------------------------------


def test_meeting_goes_from_call_to_orders_through_the_pages(scene, case):
    does(
        scene, "leader", case, case, "call_meeting", topic="冰柱赔偿", units=["luxi", "sifasuo"], where="三楼",
        meets_at=typed(NOW + timedelta(hours=1)),
    )  # fmt: skip
    row = Meeting.objects.get()
    does(scene, "sifasuo", case, row, "reply", coming="0", words="临时出庭")
    with travel(LATER):
        tasks = {f"task_{scene.luxi.pk}": "督促物业清冰\n三日内回访", f"task_{scene.sifasuo.pk}": "出具意见"}
        does(scene, "leader", case, row, "hold", minutes="物业同意垫付", attended=["luxi"], **tasks)
    assert [str(one) for one in Decision.objects.all()] == ["luxi：督促物业清冰", "luxi：三日内回访", "sifasuo：出具意见"]
    assert WorkOrder.objects.get(handler=scene.sifasuo).lead is False
    page = text_of(seen_by(scene, case, "sifasuo"))
    assert "物业同意垫付" in page and "出具意见" in page and "临时出庭" in page


def test_minutes_are_asked_for_only_after_the_meeting_has_begun(scene, case):
    meetings.call(
        case, topic="冰柱", where="三楼", meets_at=LATER, units=[scene.sifasuo], by=scene.who("leader"), at=NOW
    )  # fmt: skip
    assert "hold" not in ours(seen_by(scene, case, "leader")) and "reply" in ours(seen_by(scene, case, "sifasuo"))
    with travel(LATER):
        assert "hold" in ours(seen_by(scene, case, "leader"))


def test_firm_at_the_table_reads_its_own_task_and_not_what_was_said(scene, case):
    call = {"topic": "冰柱", "where": "三楼", "meets_at": NOW, "units": [scene.company, scene.sifasuo]}
    row = meetings.call(case, **call, by=scene.who("leader"), at=NOW)
    decisions = [(scene.company, "垫付修车费"), (scene.sifasuo, "联系诉求人刘先生")]
    held = {"minutes": "诉求人刘先生要求道歉", "attended": [scene.company], "decisions": decisions}
    meetings.hold(row, **held, by=scene.who("leader"), at=NOW)
    firm = text_of(a_phone(person("firm", Role.HANDLER, scene.company)).get(page_of(case)))
    assert "议定" in firm and "垫付修车费" in firm and "刘先生" not in firm
    assert "要求道歉" in text_of(seen_by(scene, case, "sifasuo"))


def test_numbers_written_into_joint_work_are_masked_for_units(scene, case):
    number = "13912345678"
    a_whistle(scene, case, at=NOW, matter=f"打{number}问路")
    visits.plan(case.place, unit=scene.luxi, purpose=f"找{number}", starts_at=LATER, case=case, by=scene.who("luxi"), at=NOW)
    for who in ("luxi", "heat"):
        page = text_of(seen_by(scene, case, who))
        assert "139****5678" in page and number not in page
    assert number not in text_of(a_phone(scene.who("luxi")).get("/desk/visits/"))


def test_unit_that_was_not_invited_sees_no_meeting(scene, case):
    meetings.call(
        case, topic="冰柱专题", where="三楼", meets_at=LATER, units=[scene.sifasuo], by=scene.who("leader"), at=NOW
    )  # fmt: skip
    assert "冰柱专题" not in text_of(seen_by(scene, case, "xisheng"))


def test_lead_chases_from_the_page_and_reads_why_not_twice(scene, case):
    order = case.orders.get(lead=False)
    assert does(scene, "luxi", case, order, "chase_support").status_code == 302
    again = does(scene, "luxi", case, order, "chase_support")
    assert again.status_code == 409 and "今天已经催过" in text_of(again)


def test_supporter_is_sent_from_the_page(scene, case):
    does(scene, "dispatcher", case, case, "support", to="heat", demand="关闭伴热")
    assert case.orders.get(handler=scene.heat).demand == "关闭伴热"


def test_phone_says_where_a_unit_is_wanted_until_it_has_come(scene, case):
    row = a_whistle(scene, case, at=NOW)
    call = {"topic": "冰柱赔偿", "where": "三楼", "meets_at": LATER, "units": [scene.heat]}
    meetings.call(case, **call, by=scene.who("leader"), at=NOW)
    heat = a_phone(scene.who("heat"))
    page = text_of(heat.get("/phone/orders/"))
    assert "请到场 2 次" in page and "沙骑街哨〔2023〕1号" in page and "冰柱赔偿" in page and page_of(case) in page
    whistles.arrive(row, units=[scene.heat], by=scene.who("luxi"), at=LATER)
    assert "请到场 1 次" in text_of(heat.get("/phone/orders/"))
    assert "请到场" not in text_of(a_phone(scene.who("xisheng")).get("/phone/orders/"))


def test_phone_says_nothing_of_a_draft(scene, case):
    a_draft(scene, case, at=NOW)
    assert "请到场" not in text_of(a_phone(scene.who("heat")).get("/phone/orders/"))


# --- visits ---------------------------------------------------------------------------------------


def test_unit_that_plans_a_second_visit_to_the_same_door_is_offered_to_go_along(scene, case):
    when = typed(NOW + timedelta(days=1))
    assert does(scene, "luxi", case, case, "plan_visit", unit="", starts_at=when, purpose="看漏水").status_code == 302
    refused = does(scene, "xisheng", case, case, "plan_visit", unit="", starts_at=when, purpose="查消防")
    assert refused.status_code == 409 and "一起去" in text_of(refused) and "查消防" in text_of(refused)
    visit = Visit.objects.get()
    does(scene, "xisheng", case, case, "plan_visit", unit="", starts_at=when, purpose="查消防", join=visit.pk)
    assert [str(row) for row in Visit.objects.get().units.all()] == ["luxi 看漏水", "xisheng 查消防"]


def test_visit_is_recorded_from_the_page_once_it_has_begun(scene, case):
    visit = visits.plan(
        case.place, unit=scene.luxi, purpose="看漏水", starts_at=LATER, case=case, by=scene.who("luxi"), at=NOW
    )  # fmt: skip
    assert ours(seen_by(scene, case, "luxi"))[-1:] == ["cancel_visit"]
    with travel(LATER):
        does(scene, "luxi", case, visit, "make_visit", record_text="已查明漏点")
    visit.refresh_from_db()
    assert visit.status == "made" and "已查明漏点" in text_of(seen_by(scene, case, "dispatcher"))


# --- what it costs --------------------------------------------------------------------------------


def test_cost_of_the_page_does_not_grow_with_the_units(scene, case, django_assert_max_num_queries):
    for _ in range(3):
        a_whistle(scene, case, at=NOW)
        meetings.call(
            case, topic="冰柱", where="三楼", meets_at=LATER, units=[scene.sifasuo, scene.heat], by=scene.who("leader"), at=NOW
        )
    grid_worker = a_phone(person("grid", Role.GRID_WORKER, scene.luxi))
    with django_assert_max_num_queries(SIGNED_IN + 50):
        assert text_of(grid_worker.get(page_of(case))).count("3号楼东侧") == 3


# --- the register of visits -----------------------------------------------------------------------

VISITS = "/desk/visits/"


@pytest.fixture
def two_visits(scene, case):
    """路西 goes about a case, 西盛 to the same building a day later for reasons of its own."""
    first = visits.plan(case.place, unit=scene.luxi, purpose="看漏水", starts_at=LATER, case=case, by=scene.who("luxi"), at=NOW)
    return first, visits.plan(
        case.place, unit=scene.xisheng, purpose="查消防", starts_at=LATER + timedelta(days=1), apart_why="须单独取证",
        by=scene.who("xisheng"), at=NOW,
    )  # fmt: skip


def test_register_shows_what_could_be_merged_and_merges_it(scene, case, two_visits):
    first, second = two_visits
    desk = a_phone(scene.who("dispatcher"))
    page = text_of(desk.get(VISITS))
    assert "2 次上门去同一地点或同一企业，可以合并" in page and page.count("同去这里的还有") == 2 and case.number in page
    assert desk.post(VISITS, {"act": act(second, "merge_visits"), "into": first.pk}).status_code == 302
    page = text_of(desk.get(VISITS))
    assert "没有可以合并的上门" in page and "由另一次上门合并而来" in page


def test_unit_reads_only_the_visits_it_makes(scene, two_visits):
    page = text_of(a_phone(scene.who("xisheng")).get(VISITS))
    assert "查消防" in page and "看漏水" not in page and "merge_visits" not in page


def test_case_of_another_unit_is_not_named_on_a_joint_visit(scene, case, two_visits):
    first, second = two_visits
    visits.merge(second, into=first, by=scene.who("dispatcher"), at=NOW)
    case.units.filter(organisation=scene.xisheng).delete()
    page = text_of(a_phone(scene.who("xisheng")).get(VISITS))
    assert "看漏水" in page and case.number not in page


def test_visit_that_is_not_ones_own_cannot_be_acted_on(scene, two_visits):
    response = a_phone(scene.who("heat")).post(VISITS, {"act": act(two_visits[0], "cancel_visit"), "reason": "不去了"})
    assert response.status_code == 404


def test_desk_plans_a_visit_by_the_name_of_the_place(scene):
    desk = a_phone(scene.who("dispatcher"))
    said = {"act": "plan", "where": "3号楼", "unit": "luxi", "starts_at": typed(LATER), "purpose": "走访", "party": "pm"}
    assert desk.post(VISITS, said).status_code == 302
    assert (Visit.objects.get().place, Visit.objects.get().party) == (scene.building, scene.company)
    again = desk.post(VISITS, {**said, "unit": "xisheng"})
    assert again.status_code == 409 and "请选择一起去" in text_of(again) and 'value="走访"' in text_of(again)


@pytest.mark.parametrize(("where", "says"), [("没有的地方", "没有找到这个地点"), ("楼", "有多个地点符合")])
def test_place_that_is_not_clear_is_asked_for_again(scene, where, says):
    scene.building.parent.parts.create(code="b4", kind="building", name="4号楼", community=scene.luxi, street=scene.street)
    said = {"act": "plan", "where": where, "unit": "luxi", "starts_at": typed(LATER), "purpose": "走访"}
    response = a_phone(scene.who("dispatcher")).post(VISITS, said)
    assert response.status_code == 400 and says in text_of(response)


def test_unit_plans_from_its_case_and_not_from_the_register(scene):
    browser = a_phone(scene.who("luxi"))
    assert 'value="plan"' not in text_of(browser.get(VISITS))
    assert browser.post(VISITS, {"act": "plan"}).status_code == 403


def test_register_costs_the_same_for_many_visits(scene, case, django_assert_max_num_queries):
    for day in range(8):
        when = LATER + timedelta(days=day)
        visits.plan(case.place, unit=scene.luxi, purpose="走访", starts_at=when, apart_why="另约", by=scene.who("luxi"), at=NOW)
    desk = a_phone(scene.who("dispatcher"))
    with django_assert_max_num_queries(SIGNED_IN + 14):
        desk.get(VISITS)


def test_register_is_for_people_of_the_matters(scene, client):
    assert client.get(VISITS).status_code == 302
    auditor = a_phone(person("auditor", Role.AUDITOR, scene.street))
    assert auditor.get(VISITS).status_code == 403
