"""派工单: from dispatch to done, what each move writes, and what it refuses."""

import pytest

from dispatch.actions import handling, returns
from dispatch.models import Anchor, Deadline, WorkOrder
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Case, Event, Notice
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_street, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    return handling.dispatch(
        case, to=scene.luxi, assistants=[scene.company], limit_class="U4", basis="调解", by=scene.who("dispatcher"), at=TUESDAY
    )


def test_dispatched_order_carries_its_printed_limits(order):
    assert order.accept_due_at == instant("2023-03-14 15:50")
    assert order.contact_due_at == instant("2023-03-15 19:30")
    assert order.due_at == instant("2023-03-21 19:30")


def test_dispatch_promises_the_resident_a_unit_and_a_date(order, scene):
    order.case.refresh_from_db()
    assert (order.case.promised_by, order.case.promised_at) == (scene.luxi, order.due_at)
    assert order.case.events.filter(public__contains="2023年3月21日 19:30（北京时间）").exists()


def test_company_assists_and_never_leads(order, scene):
    assert [row.handler for row in order.case.orders.filter(lead=False)] == [scene.company]
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    with pytest.raises(Refused) as refusal:
        handling.dispatch(case, to=scene.company, limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY)
    assert refusal.value.code == "may_not_lead"


def test_community_outside_its_list_may_not_lead(scene):
    case = triage.admit(a_case(scene, category=scene.heating), by=scene.who("dispatcher"), at=TUESDAY)
    with pytest.raises(Refused, match="社区不能主办"):
        handling.dispatch(case, to=scene.luxi, limit_class="U2", by=scene.who("dispatcher"), at=TUESDAY)
    assert not case.orders.exists()


def test_accepting_stops_the_accept_clock_alone(order, scene):
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=20))
    met = dict(Deadline.objects.filter(order=order).values_list("anchor", "met_at"))
    assert met == {Anchor.ACCEPT: later(minutes=20), Anchor.FIRST_CONTACT: None, Anchor.COMPLETION: None}


def test_second_acceptance_says_who_was_first(order, scene):
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=20))
    with pytest.raises(Refused, match="已由luxi于2023年3月14日 10:40签收"):
        handling.accept(order, by=scene.who("luxi_secretary"), at=later(minutes=21))
    assert Event.objects.filter(kind="workorder.accept").count() == 1


def test_neighbouring_community_cannot_accept(order, scene):
    with pytest.raises(Refused) as refusal:
        handling.accept(order, by=scene.who("xisheng"), at=later(minutes=20))
    assert refusal.value.code == "role_missing"


def complete(order, scene, at):
    handling.accept(order, by=scene.who("luxi"), at=at)
    handling.respond(order, note="", by=scene.who("luxi"), at=at)
    return handling.complete(order, public_answer="已赔付", internal_record="调解", by=scene.who("luxi"), at=at)


def test_case_is_resolved_only_when_no_order_is_open(order, scene):
    done = complete(order, scene, later(hours=2))
    handling.review(done, passed=True, by=scene.who("leader"), at=later(hours=3))
    order.case.refresh_from_db()
    assert order.case.status == Case.Status.IN_HANDLING
    helper = order.case.orders.get(lead=False)
    WorkOrder.objects.filter(pk=helper.pk).update(status="completed")
    handling.review(helper, passed=True, by=scene.who("leader"), at=later(hours=4))
    order.case.refresh_from_db()
    assert order.case.status == Case.Status.RESOLVED


def test_rejected_completion_runs_its_clock_on(order, scene):
    done = complete(order, scene, later(hours=2))
    handling.review(done, passed=False, opinion="没有附协议", by=scene.who("leader"), at=later(hours=3))
    clock = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    assert (clock.met_at, clock.due_at) == (None, order.due_at)
    assert clock.checkpoints.filter(fired_at__isnull=True).exists()


def test_return_needs_a_basis_and_another_to_decide(order, scene):
    with pytest.raises(Refused) as refusal:
        returns.ask_return(order, reason="place", basis=" ", by=scene.who("luxi"), at=later(hours=1))
    assert refusal.value.code == "basis_missing"
    row = returns.ask_return(order, reason="place", basis="不在辖区", by=scene.who("luxi"), at=later(hours=1))
    with pytest.raises(Refused):
        returns.decide_return(row, agreed=True, opinion="同意", by=scene.who("luxi"), at=later(hours=2))


def test_refused_return_keeps_its_due_time(order, scene):
    row = returns.ask_return(order, reason="place", basis="不在辖区", by=scene.who("luxi"), at=later(hours=1))
    returns.decide_return(row, agreed=False, opinion="属本社区", by=scene.who("leader"), at=later(hours=2))
    order.refresh_from_db()
    assert (order.status, order.due_at) == ("dispatched", instant("2023-03-21 19:30"))
    with pytest.raises(Refused) as refusal:
        returns.ask_return(order, reason="place", basis="不在辖区", by=scene.who("luxi"), at=later(hours=3))
    assert refusal.value.code == "returned_before"


def test_agreed_return_puts_the_case_back_into_the_queue(order, scene):
    row = returns.ask_return(order, reason="place", basis="不在辖区", by=scene.who("luxi"), at=later(hours=1))
    returns.decide_return(row, agreed=True, opinion="属实", by=scene.who("leader"), at=later(hours=2))
    order.case.refresh_from_db()
    assert order.case.status == Case.Status.SUBMITTED
    assert order.case.promised_by is None
    assert not order.checkpoints.filter(fired_at__isnull=True).exists()


def test_designated_unit_cannot_return(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    order = handling.dispatch(case, to=scene.luxi, limit_class="U4", designated=True, by=scene.who("dispatcher"), at=TUESDAY)
    with pytest.raises(Refused) as refusal:
        returns.ask_return(order, reason="place", basis="不在辖区", by=scene.who("luxi"), at=later(hours=1))
    assert refusal.value.code == "designated"


def test_transfer_gives_the_next_unit_clocks_of_its_own(order, scene):
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=20))
    new = handling.transfer(order, to=scene.sifasuo, reason="社区调解未果", by=scene.who("secretary"), at=later(days=1))
    order.refresh_from_db()
    assert order.status == WorkOrder.Status.TRANSFERRED
    assert new.due_at == instant("2023-03-22 19:30")
    order.case.refresh_from_db()
    assert order.case.promised_by == scene.sifasuo


def test_recalled_order_is_the_units_no_more(order, scene):
    handling.recall(order, reason="派错", by=scene.who("dispatcher"), at=later(minutes=5))
    order.case.refresh_from_db()
    assert order.case.status == Case.Status.SUBMITTED
    assert not order.case.units.exists()
    with pytest.raises(Refused):
        handling.accept(order, by=scene.who("luxi"), at=later(minutes=6))


def test_each_order_sends_its_unit_one_notice(order):
    assert Notice.objects.filter(kind="order").count() == 2
    assert Notice.objects.filter(kind="order").values("organisation").distinct().count() == 2


def test_no_event_holds_the_name_or_the_phone(order, scene):
    complete(order, scene, later(hours=2))
    for event in Event.objects.all():
        assert "刘先生" not in event.sentence + event.public
        assert "13800001111" not in event.sentence + event.public


def test_only_the_lead_owes_the_resident_a_first_contact(order):
    helper = order.case.orders.get(lead=False)
    assert helper.contact_due_at is None
    assert set(helper.deadlines.values_list("anchor", flat=True)) == {Anchor.ACCEPT, Anchor.COMPLETION}
