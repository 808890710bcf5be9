"""协办: the lead sees and presses its supporters, each is judged before the case is, and they outlive a recalled lead."""

import pytest

from dispatch import sweeps
from dispatch.actions import handling, support
from dispatch.models import Deadline, WorkOrder
from grievance.actions import triage
from grievance.models import Case, Event, Notice
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_street, later
from tests.dispatch.teamwork import a_led_case, refused

pytestmark = pytest.mark.django_db

FRIDAY, SATURDAY, SUNDAY, MONDAY = (instant(f"2023-03-{day} 12:00") for day in (17, 18, 19, 20))


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def lead(scene):
    return a_led_case(scene, assistants=[scene.sifasuo])


@pytest.fixture
def supporting(lead):
    return lead.case.orders.get(lead=False)


def chased(unit):
    return Notice.objects.filter(organisation=unit, key__startswith="chase-support:").count()


def done(scene, order, name, *, at=TUESDAY):
    """Accepted where that is still to be done, and completed; not yet reviewed."""
    if order.status == WorkOrder.Status.DISPATCHED:
        handling.accept(order, by=scene.who(name), at=at)
    return handling.complete(order, public_answer="已办好。", by=scene.who(name), at=at)


def passed(scene, order):
    return handling.review(order, passed=True, by=scene.who("supervisor"), at=later(hours=1))


# --- one more supporter ---------------------------------------------------------------------------


def test_supporter_sent_later_has_an_order_and_clocks_of_its_own(scene, lead):
    order = support.support(lead.case, to=scene.heat, demand="关闭屋顶伴热", by=scene.who("dispatcher"), at=later(days=1))
    assert (order.lead, order.demand, order.limit_class) == (False, "关闭屋顶伴热", lead.limit_class)
    assert order.due_at > lead.due_at and Deadline.objects.filter(order=order, anchor="completion").exists()
    assert Notice.objects.filter(key=f"order:{order.pk}", organisation=scene.heat).exists()
    assert Notice.objects.filter(key=f"support:{order.pk}:lead", organisation=scene.luxi).exists()


def test_unit_with_an_open_order_gets_no_second_one(scene, lead):
    for unit in (scene.sifasuo, scene.luxi):
        with refused("already_handling"):
            support.support(lead.case, to=unit, demand="再出一份意见", by=scene.who("dispatcher"), at=TUESDAY)
    assert WorkOrder.objects.count() == 2


def test_nobody_supports_what_nobody_leads(scene):
    with refused("not_in_handling"):
        support.support(a_case(scene), to=scene.heat, demand="到场", by=scene.who("dispatcher"), at=TUESDAY)


@pytest.mark.parametrize("by", ["luxi", "sifasuo", "caller"])
def test_unit_does_not_order_others_about(scene, lead, by):
    with refused("role_missing"):
        support.support(lead.case, to=scene.heat, demand="到场", by=scene.who(by), at=TUESDAY)


def test_more_is_asked_for_on_the_order_that_is_there(scene, supporting):
    due = supporting.due_at
    support.demand_more(supporting, text="另附鉴定意见", by=scene.who("supervisor"), at=TUESDAY)
    supporting.refresh_from_db()
    assert supporting.due_at == due
    assert Notice.objects.get(kind="demand").organisation == scene.sifasuo


def test_nothing_more_is_asked_for_on_an_order_that_is_over(scene, lead, supporting):
    passed(scene, done(scene, supporting, "sifasuo"))
    with refused("order_over"):
        support.demand_more(supporting, text="另附鉴定意见", by=scene.who("supervisor"), at=later(hours=2))


# --- the lead presses -----------------------------------------------------------------------------


def test_lead_presses_a_supporter(scene, lead, supporting):
    support.chase_support(supporting, by=scene.who("luxi"), at=TUESDAY)
    notice = Notice.objects.get(key__startswith="chase-support:")
    assert notice.organisation == scene.sifasuo and "主办单位luxi" in notice.text
    assert Event.objects.filter(kind="workorder.chase_support", case=lead.case).count() == 1


def test_desk_presses_in_its_own_name(scene, supporting):
    support.chase_support(supporting, by=scene.who("supervisor"), at=TUESDAY)
    assert "街道工作专班" in Notice.objects.get(key__startswith="chase-support:").text


@pytest.mark.parametrize("by", ["sifasuo", "xisheng", "heat", "caller", "district"])
def test_nobody_else_presses(scene, supporting, by):
    with refused("role_missing"):
        support.chase_support(supporting, by=scene.who(by), at=TUESDAY)
    assert chased(scene.sifasuo) == 0


def test_second_chase_of_the_day_is_refused_whoever_makes_it(scene, supporting):
    support.chase_support(supporting, by=scene.who("luxi"), at=TUESDAY)
    with refused("chased_today"):
        support.chase_support(supporting, by=scene.who("supervisor"), at=later(hours=5))
    assert chased(scene.sifasuo) == 1


def test_next_working_day_may_press_again_and_a_weekend_is_no_working_day(scene, supporting):
    support.chase_support(supporting, by=scene.who("luxi"), at=FRIDAY)
    support.chase_support(supporting, by=scene.who("luxi"), at=SATURDAY)
    for again in (SUNDAY, MONDAY):
        with refused("chased_today"):
            support.chase_support(supporting, by=scene.who("luxi"), at=again)
    assert chased(scene.sifasuo) == 2


def test_each_supporter_is_pressed_by_itself(scene):
    lead = a_led_case(scene, assistants=[scene.sifasuo, scene.xisheng])
    for order in lead.case.orders.filter(lead=False):
        support.chase_support(order, by=scene.who("luxi"), at=TUESDAY)
    assert (chased(scene.sifasuo), chased(scene.xisheng)) == (1, 1)


def test_lead_order_is_not_pressed_this_way_nor_one_that_waits_for_its_review(scene, lead, supporting):
    with refused("not_supporting"):
        support.chase_support(lead, by=scene.who("luxi"), at=TUESDAY)
    done(scene, supporting, "sifasuo")
    with refused("nothing_owed"):
        support.chase_support(supporting, by=scene.who("luxi"), at=TUESDAY)


# --- the case is resolved when each is judged -----------------------------------------------------


def test_case_is_not_resolved_while_a_supporter_has_not_been_judged(scene, lead, supporting):
    passed(scene, done(scene, lead, "luxi"))
    lead.case.refresh_from_db()
    assert lead.case.status == Case.Status.IN_HANDLING
    done(scene, supporting, "sifasuo")
    lead.case.refresh_from_db()
    assert lead.case.status == Case.Status.IN_HANDLING
    passed(scene, supporting)
    lead.case.refresh_from_db()
    assert lead.case.status == Case.Status.RESOLVED


def test_case_is_not_resolved_by_its_supporters_alone(scene, lead, supporting):
    passed(scene, done(scene, supporting, "sifasuo"))
    lead.case.refresh_from_db()
    assert lead.case.status == Case.Status.IN_HANDLING


# --- the lead is taken back -----------------------------------------------------------------------


@pytest.fixture
def unaccepted(scene):
    """路西 leads and has not accepted; the station supports and has."""
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    order = handling.dispatch(
        case, to=scene.luxi, assistants=[scene.sifasuo, scene.heat], limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY
    )
    handling.accept(case.orders.get(handler=scene.sifasuo), by=scene.who("sifasuo"), at=later(minutes=5))
    return order


def recalled(scene, order):
    handling.recall(order, reason="派错", by=scene.who("dispatcher"), at=later(minutes=10))
    return Case.objects.get(pk=order.case_id)


def sent_again(scene, case, to, *, assistants=()):
    case = triage.admit(case, by=scene.who("dispatcher"), at=later(minutes=20))
    return handling.dispatch(
        case, to=to, assistants=assistants, limit_class="U4", by=scene.who("dispatcher"), at=later(minutes=20)
    )


def statuses(case):
    return list(case.orders.order_by("pk").values_list("handler__code", "lead", "status"))


def test_recalled_lead_takes_back_supporters_who_have_not_begun_and_no_others(scene, unaccepted):
    case = recalled(scene, unaccepted)
    assert statuses(case) == [("luxi", True, "recalled"), ("sifasuo", False, "accepted"), ("heat", False, "recalled")]
    assert Notice.objects.filter(kind="support", organisation=scene.sifasuo, text__contains="继续有效").count() == 1
    assert not Notice.objects.filter(kind="support", organisation=scene.heat).exists()


def test_next_lead_takes_the_supporters_over_and_both_are_told(scene, unaccepted):
    lead = sent_again(scene, recalled(scene, unaccepted), scene.xisheng, assistants=[scene.sifasuo])
    assert lead.case.orders.open().filter(lead=False).get().handler == scene.sifasuo
    assert Notice.objects.filter(key=f"inherit:{lead.pk}", organisation=scene.xisheng, text__contains="sifasuo").exists()
    assert Notice.objects.filter(organisation=scene.sifasuo, text__contains="现由xisheng主办").exists()
    passed(scene, done(scene, lead, "xisheng"))
    assert Case.objects.get(pk=lead.case_id).status == Case.Status.IN_HANDLING


def test_supporter_that_becomes_the_lead_gives_up_its_supporting_order(scene, unaccepted):
    lead = sent_again(scene, recalled(scene, unaccepted), scene.sifasuo)
    assert statuses(lead.case)[1:] == [
        ("sifasuo", False, "transferred"), ("heat", False, "recalled"), ("sifasuo", True, "dispatched")
    ]  # fmt: skip
    old = WorkOrder.objects.get(handler=scene.sifasuo, lead=False)
    assert not Deadline.objects.filter(order=old, met_at__isnull=True, dropped_at__isnull=True).exists()


def test_supporter_whose_work_waits_for_its_review_is_judged_before_it_leads(scene, unaccepted):
    done(scene, unaccepted.case.orders.get(handler=scene.sifasuo), "sifasuo", at=later(minutes=6))
    with refused("move_not_open"):
        sent_again(scene, recalled(scene, unaccepted), scene.sifasuo)


def test_first_dispatch_tells_nobody_of_supporters_taken_over(scene, lead):
    assert not Notice.objects.filter(key__startswith="inherit:").exists()


def test_supporters_of_a_matter_that_is_declined_after_the_recall_are_let_go(scene, unaccepted):
    case = recalled(scene, unaccepted)
    assert case.orders.open().exists()
    triage.decline(case, reason="已由法院受理", path="court", by=scene.who("dispatcher"), at=later(hours=2))
    sweeps.reconcile(at=later(hours=3))
    assert not case.orders.open().exists()
    assert not Deadline.objects.filter(case=case, met_at=None, dropped_at=None).exists()
