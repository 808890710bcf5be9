"""工作台: the admin's home page is the queues of the one who reads."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from dispatch.actions import handling, instructions, ladder, returns
from dispatch.models import Checkpoint, Letter, Supervision
from grievance.actions import triage
from grievance.models import Notice
from street.models import Calendar, CalendarYear, Role, User
from street.scope import stand
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
HOME = "/admin/"


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


def queues_of(browser):
    page = text_of(browser.get(HOME))
    return {label: int(count) for count, label in re.findall(r'd-count">(\d+)</b><span class="d-label">([^<]+)<', page)}


def test_shift_leader_sees_what_waits(scene):
    a_case(scene)
    triage.admit(a_case(scene), by=scene.who("dispatcher"), at=NOW)
    order = an_order(scene)
    handling.accept(order, by=scene.who("luxi"), at=NOW)
    handling.complete(order, public_answer="好了", by=scene.who("luxi"), at=NOW)
    Letter.objects.create(
        kind="caution", case=order.case, issuer=scene.street, to=scene.luxi, subject="提醒", body="。", drafted_at=NOW
    )
    found = queues_of(a_phone(scene.who("leader")))
    assert found == {
        "待研判": 1, "待派单": 1, "待签公文": 1, "待审核办结": 1, "待审核退单": 0, "待审批延期、挂账": 0,
        "待落实批示": 0, "超期": 0, "督办中": 0, "等待评价": 0,
    }  # fmt: skip


def test_unit_sees_its_own_work_alone(scene):
    an_order(scene)
    own = {"待签收": 1, "本单位办理中": 0, "本单位超期": 0, "待反馈公文": 0, "待落实批示": 0}
    assert queues_of(a_phone(scene.who("luxi"))) == own
    assert queues_of(a_phone(scene.who("xisheng")))["待签收"] == 0


def test_instruction_waits_for_the_unit_that_was_asked_and_for_the_desk_where_it_was(scene):
    secretary = scene.who("secretary")
    stand(secretary, NOW)
    instructions.give(an_order(scene).case, text="请办", by=secretary, at=NOW)
    instructions.give(a_case(scene), text="请派单", by=secretary, at=NOW)
    assert queues_of(a_phone(scene.who("luxi")))["待落实批示"] == 1
    assert queues_of(a_phone(scene.who("xisheng")))["待落实批示"] == 0
    assert queues_of(a_phone(scene.who("leader")))["待落实批示"] == 1


def test_overdue_is_counted_where_it_is_owed(scene):
    order = an_order(scene)
    with travel(order.due_at + timedelta(hours=1)):
        assert queues_of(a_phone(scene.who("supervisor")))["超期"] == 1
        assert queues_of(a_phone(scene.who("luxi")))["本单位超期"] == 1


def test_secretary_sees_what_was_put_before_them(scene):
    case = an_order(scene).case
    ladder.climb_now(case, level=Supervision.Level.STREET, reason="久拖不决", by=scene.who("leader"), at=NOW)
    assert queues_of(a_phone(scene.who("secretary")))["呈送督办"] == 1
    assert queues_of(a_phone(scene.who("luxi_secretary")))["呈送督办"] == 0


def test_every_queue_leads_to_as_many_rows_as_it_counts(scene):
    order = an_order(scene)
    an_order(scene)
    with travel(order.due_at + timedelta(hours=1)):
        browser = a_phone(scene.who("leader"))
        page = text_of(browser.get(HOME))
        for address, count in re.findall(r'<a href="([^"]+)"><b class="d-count">(\d+)<', page):
            listed = text_of(browser.get(address))
            assert listed.count('class="s-row"') + listed.count('class="s-row is-here"') == int(count), address


def test_system_administrator_sees_no_matter(scene):
    a_case(scene)
    browser = a_phone(person("admin", Role.SYSTEM_ADMIN, scene.street))
    assert queues_of(browser) == {}
    page = text_of(browser.get(HOME))
    assert "政策版本" in page and "/admin/grievance/case/" not in page


def test_one_without_a_posting_sees_nothing_and_is_told_why(scene):
    nobody = User.objects.create(username="nobody", is_staff=True, is_superuser=True)
    page = text_of(a_phone(nobody).get(HOME))
    assert "您目前没有任职" in page and "登记册" not in page


def test_desk_is_told_of_what_the_machine_could_not_do(scene):
    order = an_order(scene)
    Checkpoint.objects.filter(pk=order.checkpoints.first().pk).update(failures=1)
    Notice.objects.filter(pk=order.case.notices.first().pk).update(attempts=5)
    page = text_of(a_phone(scene.who("leader")).get(HOME))
    assert "1 个到期节点" in page and "1 条通知" in page
    neighbour = person("neighbour", Role.SHIFT_LEADER, organisation("street2", "street", scene.street.parent))
    assert "到期节点" not in text_of(a_phone(neighbour).get(HOME))


def test_notice_to_ones_unit_or_role_is_read_here(scene):
    order = an_order(scene)
    assert order.number in text_of(a_phone(scene.who("luxi")).get(HOME))
    assert order.number not in text_of(a_phone(scene.who("xisheng")).get(HOME))
    returns.ask_return(order, reason="duty", basis="清单", by=scene.who("luxi"), at=NOW)
    assert "申请退回工单" in text_of(a_phone(scene.who("leader")).get(HOME))


def test_provisional_calendar_is_said_on_the_desk(scene):
    CalendarYear.objects.filter(calendar__code="xinjiang", year=2023).update(provisional=True, source="通知尚未录入")
    for calendar in Calendar.objects.all():
        calendar.stamp()
    assert "通知尚未录入" in text_of(a_phone(scene.who("leader")).get(HOME))


def test_stranger_signs_in_first_and_one_who_is_no_staff_is_turned_away(scene):
    assert Client().get(HOME)["Location"].startswith("/admin/login/")
    outsider = User.objects.create(username="outsider", is_staff=False)
    assert a_phone(outsider).get(HOME).status_code == 403


def test_cost_of_the_home_page(scene, django_assert_max_num_queries):
    for _ in range(5):
        an_order(scene)
    browser = a_phone(scene.who("leader"))
    with django_assert_max_num_queries(SIGNED_IN + 12):
        browser.get(HOME)
