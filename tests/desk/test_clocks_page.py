"""时限说明: every due time says how it was counted, what moved it and by which row; the case's own clock outlives a transfer."""

from datetime import timedelta

import pytest

from dispatch.actions import extensions, handling, suspension
from dispatch.models import Anchor, Deadline
from grievance.actions import triage
from street.models import Role
from tests.clock import instant, travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
QURBAN = instant("2023-06-27 10:30")


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


def page_of(case, suffix="clocks/"):
    return f"/desk/cases/{case.number}/{suffix}"


def before_the_holiday(scene):
    case = triage.admit(a_case(scene, at=QURBAN), by=scene.who("dispatcher"), at=QURBAN)
    return handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=QURBAN)


def test_page_tells_the_days_that_were_skipped_and_why(scene):
    order = before_the_holiday(scene)
    with travel(QURBAN):
        page = text_of(a_phone(scene.who("luxi")).get(page_of(order.case)))
    assert "古尔邦节放假，3 天" in page and "2023年6月28日 至 2023年6月30日" in page
    assert "周六休息" in page and "当日不计" in page and "10:00–14:00、16:00–20:00" in page
    assert "示例 第1版" in page and "U4 办结 5个工作日" in page


def test_program_reads_the_same(scene):
    order = before_the_holiday(scene)
    with travel(QURBAN):
        answer = a_phone(scene.who("luxi")).get(f"/api/v1/orders/{order.number}/clocks/").json()
    clocks = {clock["anchor"]: clock for clock in answer["clocks"]}
    assert set(clocks) == {"accept", "first_contact", "completion", "matter"}
    contact = clocks["first_contact"]
    assert contact["due_at"] == "2023-07-03T20:00:00+08:00"
    assert [(row["first"], row["counts"]) for row in contact["stretches"]][-1] == ("2023-07-03", True)
    assert contact["policy"] == "示例 第1版" and contact["overdue"] is False


def test_what_moved_a_due_time_is_told(scene):
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    asked = suspension.ask(
        order, reason="season", words="等晴天", review_at=instant("2023-03-16 10:00"), by=scene.who("luxi"), at=NOW
    )
    suspension.decide(asked, agreed=True, opinion="同意", by=scene.who("street_leader"), at=NOW)
    suspension.resume(order, by=scene.who("luxi"), at=NOW + timedelta(days=1))
    more = extensions.request(order, days=2, reason="等料", by=scene.who("luxi"), at=NOW + timedelta(days=1))
    extensions.decide(more, agreed=True, opinion="同意", by=scene.who("street_leader"), at=NOW + timedelta(days=1))
    page = text_of(a_phone(scene.who("leader")).get(page_of(order.case)))
    assert "挂账：2023年3月14日 11:20至2023年3月15日 11:20停止计时，顺延工作时间8小时" in page
    assert "延期：2个工作日，street_leader于2023年3月15日 11:20批准" in page and "理由：等料" in page


def test_changed_calendar_is_pointed_out_and_moves_nothing(scene):
    order = an_order(scene)
    scene.street.calendar.days.create(date="2023-03-16", kind="off", name="临时")
    scene.street.calendar.stamp()
    page = text_of(a_phone(scene.who("leader")).get(page_of(order.case)))
    # Lead and supporting order; the case's own clock is nothing that could be re-planned
    assert page.count("按现行日历计算为2023年3月22日 19:30") == 2
    order.refresh_from_db()
    assert order.due_at == instant("2023-03-21 19:30")


def test_light_on_the_case_page_leads_to_its_clock(scene):
    order = an_order(scene)
    clock = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    browser = a_phone(scene.who("leader"))
    assert f"{page_of(order.case)}#clock-{clock.pk}" in text_of(browser.get(page_of(order.case, "")))
    assert f'id="clock-{clock.pk}"' in text_of(browser.get(page_of(order.case)))


def test_transfer_and_another_category_leave_the_cases_own_clock_alone(scene):
    order = an_order(scene)
    new = handling.transfer(order, to=scene.sifasuo, reason="调解未果", by=scene.who("secretary"), at=NOW + timedelta(days=2))
    triage.classify_as(new.case, category=scene.heating, by=scene.who("dispatcher"), at=NOW + timedelta(days=2))
    own = Deadline.objects.get(case=order.case, anchor=Anchor.MATTER)
    assert (own.starts_at, own.due_at) == (TUESDAY, instant("2023-03-21 19:30"))
    assert new.due_at == instant("2023-03-23 19:30")


def test_case_page_shows_both_clocks_and_the_first_receiver(scene):
    order = an_order(scene)
    handling.transfer(order, to=scene.sifasuo, reason="调解未果", by=scene.who("secretary"), at=NOW)
    page = text_of(a_phone(scene.who("leader")).get(page_of(order.case, "")))
    assert "<dt>首接单位</dt><dd>luxi" in page and "首接首办" in page
    assert "事项时限" in page


def test_returned_case_sent_again_keeps_its_first_promise(scene):
    order = an_order(scene)
    handling.recall(order, reason="派错了", by=scene.who("dispatcher"), at=NOW)
    case = triage.admit(order.case, by=scene.who("dispatcher"), at=NOW + timedelta(days=1))
    handling.dispatch(case, to=scene.sifasuo, limit_class="U4", by=scene.who("dispatcher"), at=NOW + timedelta(days=1))
    assert Deadline.objects.get(case=case, anchor=Anchor.MATTER).due_at == instant("2023-03-21 19:30")


def test_resolution_meets_the_cases_clock_and_a_rework_has_one_of_its_own(scene):
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    for helper in order.case.orders.filter(lead=False):
        handling.recall(helper, reason="不用了", by=scene.who("dispatcher"), at=NOW)
    handling.complete(order, public_answer="赔了", by=scene.who("luxi"), at=NOW)
    handling.review(order, passed=True, by=scene.who("leader"), at=NOW)
    first = Deadline.objects.get(case=order.case, anchor=Anchor.MATTER)
    assert first.met_at == NOW
    handling.rework(order.case, reason="没有赔够", by=scene.who("leader"), at=NOW + timedelta(days=1))
    rows = Deadline.objects.filter(case=order.case, anchor=Anchor.MATTER).order_by("pk")
    assert [(row.met_at, row.due_at) for row in rows] == [
        (NOW, instant("2023-03-21 19:30")),
        (None, instant("2023-03-20 19:30")),
    ]


def test_page_costs_the_same_however_many_clocks(scene, django_assert_num_queries):
    order = an_order(scene)
    browser = a_phone(scene.who("leader"))
    # The case, its clocks, extensions; the calendar is built already
    with django_assert_num_queries(SIGNED_IN + 3):
        browser.get(page_of(order.case))
    for to in (scene.sifasuo, scene.xisheng):
        order = handling.transfer(order, to=to, reason="换单位", by=scene.who("dispatcher"), at=NOW)
    with django_assert_num_queries(SIGNED_IN + 3):
        browser.get(page_of(order.case))


def test_neighbour_finds_no_clock(scene):
    order = an_order(scene)
    browser = a_phone(person("neighbour", Role.SHIFT_LEADER, organisation("street2", "street", scene.street.parent)))
    assert browser.get(page_of(order.case)).status_code == 404
    assert browser.get(f"/api/v1/orders/{order.number}/clocks/").status_code == 404
