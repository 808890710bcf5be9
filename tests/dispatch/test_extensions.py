"""延期: how often, how many days and at which level is the policy's; a late approval never erases a breach."""

from datetime import timedelta

import pytest

from desk import lights
from dispatch import deadlines
from dispatch.actions import extensions, handling
from dispatch.models import Allowance, Anchor, Deadline
from grievance.casework import Refused
from tests.clock import instant
from tests.desk.phone import a_phone, an_order
from tests.dispatch.scene import a_street, later

pytestmark = pytest.mark.django_db

DUE = instant("2023-03-21 19:30")
ASKED, DECIDED = later(hours=2), later(hours=3)


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    return handling.accept(an_order(scene), by=scene.who("luxi"), at=later(minutes=20))


def asked(order, scene, days=3, at=ASKED):
    return extensions.request(order, days=days, reason="等鉴定", by=scene.who("luxi"), at=at)


def agreed(order, scene, by="street_leader", at=DECIDED, **more):
    return extensions.decide(asked(order, scene, **more), agreed=True, opinion="同意", by=scene.who(by), at=at)


def a_second_step(order, most=5, deciders=("secretary",)):
    roles = {"secretary": "street_secretary", "leader": "shift_leader"}
    return Allowance.objects.create(
        policy=order.policy, kind="extension", step=2, most=most, unit="working_day", deciders=[roles[who] for who in deciders]
    )


def test_policy_says_how_many_days(order, scene):
    Allowance.objects.filter(kind="extension").update(most=4)
    with pytest.raises(Refused, match="延期为1至4个工作日"):
        asked(order, scene, days=5)


def test_second_extension_needs_a_row_of_its_own(order, scene):
    agreed(order, scene)
    with pytest.raises(Refused) as refusal:
        asked(order, scene, at=later(hours=4))
    assert refusal.value.code == "extended_before"
    a_second_step(order)
    second = agreed(order, scene, by="secretary", days=5, at=later(hours=5))
    assert (second.step, second.new_due_at) == (2, instant("2023-03-31 19:30"))


def test_second_level_is_not_the_firsts_to_agree(order, scene):
    agreed(order, scene)
    a_second_step(order)
    waiting = asked(order, scene, at=later(hours=4))
    with pytest.raises(Refused, match="街道党工委书记审批"):
        extensions.decide(waiting, agreed=True, opinion="同意", by=scene.who("street_leader"), at=later(hours=5))


def test_refused_request_does_not_use_up_the_step(order, scene):
    extensions.decide(asked(order, scene), agreed=False, opinion="先办", by=scene.who("leader"), at=later(hours=3))
    assert agreed(order, scene, at=later(hours=4)).step == 1


def test_one_request_waits_at_a_time(order, scene):
    asked(order, scene)
    with pytest.raises(Refused) as refusal:
        asked(order, scene)
    assert refusal.value.code == "extension_pending"


def test_class_with_rows_of_its_own_follows_only_those(order, scene):
    Allowance.objects.create(
        policy=order.policy, kind="extension", limit_class="U4", most=1, unit="working_day", deciders=["shift_leader"]
    )
    with pytest.raises(Refused, match="1至1个工作日"):
        asked(order, scene, days=2)


def test_terms_are_those_of_the_day_it_was_asked(order, scene):
    waiting = asked(order, scene, days=10)
    Allowance.objects.filter(kind="extension").update(most=1, deciders=["street_secretary"])
    assert extensions.decide(waiting, agreed=True, opinion="同意", by=scene.who("leader"), at=later(hours=3)).agreed


def test_late_approval_moves_the_date_and_keeps_the_breach(order, scene):
    waiting, late = asked(order, scene), DUE + timedelta(hours=20)
    extensions.decide(waiting, agreed=True, opinion="同意", by=scene.who("street_leader"), at=late)
    order.refresh_from_db()
    clock = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    assert (order.due_at, order.missed_at, clock.missed_at) == (instant("2023-03-24 19:30"), DUE, DUE)
    handling.complete(order, public_answer="赔了", by=scene.who("luxi"), at=late + timedelta(hours=1))
    clock.refresh_from_db()
    assert clock.breached and clock.overdue(late + timedelta(days=30))
    light = lights.light_of(clock, late, deadlines.calendar_of(order.case.street))
    assert (light.colour, light.word) == ("red", "超期后获准延期")
    assert a_phone(scene.who("luxi")).get(f"/api/v1/orders/{order.number}/").json()["overdue"] is True


def test_late_approval_does_not_move_the_cases_own_clock(order, scene):
    waiting = asked(order, scene)
    extensions.decide(waiting, agreed=True, opinion="同意", by=scene.who("street_leader"), at=DUE + timedelta(hours=1))
    assert Deadline.objects.get(case=order.case, anchor=Anchor.MATTER).due_at == DUE


def test_approval_in_time_moves_the_cases_own_clock_with_the_order(order, scene):
    new = agreed(order, scene).new_due_at
    assert Deadline.objects.get(case=order.case, anchor=Anchor.MATTER).due_at == new == instant("2023-03-24 19:30")
    assert Deadline.objects.get(order=order, anchor=Anchor.COMPLETION).missed_at is None
