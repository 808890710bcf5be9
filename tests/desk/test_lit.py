"""按灯筛: the database, which knows no working time, finds under each light just what a page shows under it, at any hour."""

from datetime import timedelta

import pytest

from desk import lights
from dispatch import shifting
from dispatch.actions import handling, suspension
from dispatch.models import Deadline
from grievance.actions import triage
from grievance.models import Case, Urgency
from tests.desk.phone import an_order
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db

HOURS = [0, 0.6, 1.1, 2.5, 6, 12, 23, 30, 49, 100, 130, 168, 240, 330, 700]


def shown(at):
    """As a page shows each: read one by one."""
    cases = list(Case.objects.select_related("street"))
    burning = lights.lights_of(cases, at)
    return {case.number: lights.light_of_case(case, burning, at).colour for case in cases}


def agree(at):
    expected = shown(at)
    for colour, _ in lights.CHOICES:
        found = set(lights.lit(Case.objects.all(), colour, at).values_list("number", flat=True))
        assert found == {number for number, has in expected.items() if has == colour}, (colour, at)
    return set(expected.values())


def test_each_light_is_found_at_every_hour_whatever_the_clock_went_through(scene, django_assert_num_queries):
    _fresh, accepted = an_order(scene), an_order(scene, at=TUESDAY + timedelta(minutes=1))
    alone = triage.admit(a_case(scene), by=scene.who("leader"), at=TUESDAY)
    stands = handling.dispatch(alone, to=scene.luxi, limit_class="U4", basis="调解", by=scene.who("leader"), at=TUESDAY)
    urgent = a_case(scene)
    Case.objects.filter(pk=urgent.pk).update(urgency=Urgency.URGENT)
    later = TUESDAY + timedelta(hours=1)
    for order in (accepted, stands):
        handling.accept(order, by=scene.who("luxi"), at=later)
    terms = {"reason": "season", "words": "等天气转暖再施工", "review_at": later + timedelta(days=4)}
    asked = suspension.ask(stands, **terms, by=scene.who("luxi"), at=later)
    suspension.decide(asked, agreed=True, opinion="同意", by=scene.who("leader"), at=later)
    met = set()
    for hours in HOURS:
        met |= agree(later + timedelta(hours=hours))
    assert met == {"green", "yellow", "red", "black", "grey"}, "a light that never shone was not tried"
    with django_assert_num_queries(1):  # none is read one by one
        list(lights.lit(Case.objects.all(), "red", later))


def test_clocks_from_before_are_found_once_their_instants_are_put_down(scene):
    order = an_order(scene)
    before = list(order.deadlines.order_by("pk").values_list("half_at", "nearly_at", "twice_at"))
    Deadline.objects.update(half_at=None, nearly_at=None, twice_at=None)
    assert shifting.turn_missing() == 5 and shifting.turn_missing() == 0
    assert list(order.deadlines.order_by("pk").values_list("half_at", "nearly_at", "twice_at")) == before
    agree(TUESDAY + timedelta(hours=30))
