"""降级督办: from the street's secretary back to the community's, with a reason; no clock moves, and the same cause stays down."""

from datetime import date, timedelta

import pytest

from dispatch.actions import extensions, handling, supervision
from dispatch.models import Checkpoint, Deadline, Letter, Supervision
from grievance.casework import Refused
from grievance.models import Event, Notice
from street.models import Posting
from tests.clock import instant
from tests.dispatch.rungs import a_quiet_street, a_rung, an_order, fired
from tests.dispatch.scene import a_case, later

pytestmark = pytest.mark.django_db
NOON = later(hours=2)


@pytest.fixture
def scene():
    return a_quiet_street()


@pytest.fixture
def raised(scene):
    """A matter before the street's secretary because half of its time is used, the paper drafted."""
    a_rung(scene, "share", "0.1", anchor="completion", measure="escalate", to="street_secretary", code="half")
    order = an_order(scene)
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=5))
    fired(Checkpoint.objects.get().due_at)
    return Supervision.objects.get()


def down(row, scene, *, by="secretary", reason="社区可以解决"):
    return supervision.step_down(row, reason=reason, by=scene.who(by), at=instant("2023-03-15 11:00"))


def test_the_community_has_it_and_the_draft_is_set_aside(raised, scene):
    new = down(raised, scene)
    raised.refresh_from_db()
    assert (raised.status, raised.outcome, raised.ended_by) == ("lifted", "社区可以解决", scene.who("secretary"))
    assert (new.level, new.status, new.holder, new.stepped_from) == ("community", "raised", scene.luxi, raised)
    assert Letter.objects.get().status == "discarded"
    assert Notice.objects.get(key=f"step_down:{raised.pk}").organisation == scene.luxi
    assert supervision.take(new, demand="上门", by=scene.who("luxi_secretary"), at=instant("2023-03-15 12:00")).status == "active"


def test_also_what_the_secretary_has_signed_already(raised, scene):
    supervision.sign(Letter.objects.get(), by=scene.who("secretary"), at=instant("2023-03-14 18:00"))
    down(raised, scene)
    raised.refresh_from_db()
    assert (raised.status, Letter.objects.get().status) == ("lifted", "issued")


def test_no_clock_moves(raised, scene):
    before = list(Deadline.objects.exclude(anchor="signature").order_by("pk").values_list("pk", "due_at", "met_at", "dropped_at"))
    down(raised, scene)
    after = list(Deadline.objects.exclude(anchor="signature").order_by("pk").values_list("pk", "due_at", "met_at", "dropped_at"))
    assert before == after


@pytest.mark.parametrize("who", ["luxi_secretary", "leader", "street_leader", "district", "luxi"])
def test_only_its_holder_steps_it_down(raised, scene, who):
    with pytest.raises(Refused):
        down(raised, scene, by=who)
    raised.refresh_from_db()
    assert raised.status == "raised"


def test_a_reason_is_asked_for(raised, scene):
    with pytest.raises(Refused) as refusal:
        down(raised, scene, reason=" ")
    assert refusal.value.code == "reason_missing"


def test_what_is_not_at_the_street_is_not_stepped_down(raised, scene):
    new = down(raised, scene)
    with pytest.raises(Refused) as refusal:
        down(new, scene)
    assert refusal.value.code == "not_at_street"


def test_it_does_not_fall_into_a_vacant_post(raised, scene):
    Posting.objects.filter(user__username="luxi_secretary").update(ends_on=date(2023, 3, 1))
    with pytest.raises(Refused) as refusal:
        down(raised, scene)
    assert refusal.value.code == "post_vacant"


def test_what_the_community_has_already_is_not_doubled(raised, scene):
    case = raised.case
    there = Supervision.objects.create(case=case, level="community", holder=scene.luxi, reason="x", raised_at=NOON)
    assert down(raised, scene) == there
    there.refresh_from_db()
    assert there.stepped_from == raised


def test_the_same_rung_does_not_raise_it_again_though_its_clock_was_extended(raised, scene):
    down(raised, scene)
    order = raised.case.orders.get()
    asked = extensions.request(order, days=5, reason="等待鉴定", by=scene.who("luxi"), at=instant("2023-03-15 12:00"))
    extensions.decide(asked, agreed=True, opinion="同意", by=scene.who("street_leader"), at=instant("2023-03-15 12:10"))
    # The share of the longer time may lie ahead once more
    Checkpoint.objects.create(
        case=order.case, order=order, deadline=order.deadlines.get(anchor="completion"),
        rung=Checkpoint.objects.first().rung, due_at=instant("2023-03-16 11:00"), occasion="deadline:again",
    )  # fmt: skip
    fired(instant("2023-03-16 11:00"))
    assert Supervision.objects.filter(level="street").count() == 1
    assert Event.objects.filter(sentence__contains="同一缘由不再呈送").exists()
    assert Letter.objects.count() == 1


def test_another_cause_raises_it_anew(raised, scene):
    a_rung(scene, "after", 0, anchor="completion", unit="clock_hour", measure="escalate", to="street_secretary", code="late")
    down(raised, scene)
    order = raised.case.orders.get()
    Checkpoint.objects.create(
        case=order.case, order=order, deadline=order.deadlines.get(anchor="completion"),
        rung=scene.policy.rungs.get(code="late"), due_at=order.due_at, occasion="deadline:late",
    )  # fmt: skip
    fired(order.due_at)
    assert Supervision.objects.filter(level="street").count() == 2


def test_another_matter_is_not_held_down_by_this_one(raised, scene):
    down(raised, scene)
    other = an_order(scene)
    fired(other.due_at - timedelta(minutes=1))
    assert Supervision.objects.filter(case=other.case, level="street").exists()


def test_a_matter_without_a_place_has_no_community_to_fall_to(scene):
    case = a_case(scene)
    type(case).objects.filter(pk=case.pk).update(place=None)
    row = Supervision.objects.create(case=case, level="street", holder=scene.street, reason="x", raised_at=NOON)
    with pytest.raises(Refused):
        down(row, scene)
