"""Two people act on the same whistle, meeting or visit at the same moment: one number, one merge, one arrival."""

import pytest

from dispatch.actions import meetings, support, visits, whistles
from dispatch.models import Decision, Visit, Whistle
from grievance.models import Event, Notice
from tests.contracts.test_two_at_once import at_once, happened
from tests.dispatch.scene import TUESDAY, a_street, later
from tests.dispatch.teamwork import a_draft, a_led_case, a_whistle, with_arrival

pytestmark = pytest.mark.django_db(transaction=True)
NOON = later(hours=1, minutes=40)


@pytest.fixture
def scene(transactional_db):
    return with_arrival(a_street())


@pytest.fixture
def case(scene):
    return a_led_case(scene, assistants=[scene.xisheng]).case


def test_two_leaders_sign_one_whistle_and_it_takes_one_number(scene, case):
    row = a_draft(scene, case)
    signers = [scene.who("street_leader"), scene.who("secretary")]
    outcome = at_once(*[lambda by=by: whistles.sign(row, by=by, at=later(minutes=5)) for by in signers])
    assert outcome == (1, ["move_not_open"])
    row.refresh_from_db()
    assert row.number == "沙骑街哨〔2023〕1号" and happened("whistle.sign") == 1
    assert Notice.objects.filter(kind="whistle", organisation=scene.heat).count() == 1
    assert a_whistle(scene, case).number == "沙骑街哨〔2023〕2号"


def test_two_whistles_signed_at_once_have_two_numbers_and_none_is_left_out(scene, case):
    other = a_led_case(scene).case
    drafts = [a_draft(scene, case), a_draft(scene, other)]
    by = scene.who("secretary")
    assert at_once(*[lambda row=row: whistles.sign(row, by=by, at=later(minutes=5)) for row in drafts]) == (2, [])
    assert set(Whistle.objects.values_list("number", flat=True)) == {"沙骑街哨〔2023〕1号", "沙骑街哨〔2023〕2号"}


def test_one_signs_what_the_other_withdraws(scene, case):
    row = a_draft(scene, case)
    outcome = at_once(
        lambda: whistles.sign(row, by=scene.who("secretary"), at=later(minutes=5)),
        lambda: whistles.withdraw(row, reason="不需要了", by=scene.who("dispatcher"), at=later(minutes=5)),
    )
    assert outcome == (1, ["move_not_open"])
    row.refresh_from_db()
    assert (row.status == "called") is Notice.objects.filter(kind="whistle").exists()


def test_two_confirm_the_same_arrival(scene, case):
    row = a_whistle(scene, case)
    people = [scene.who("luxi"), scene.who("supervisor")]
    outcome = at_once(*[lambda by=by: whistles.arrive(row, units=[scene.heat], by=by, at=NOON) for by in people])
    assert outcome == (1, ["already_arrived"]) and happened("whistle.arrive") == 1


def test_two_write_the_minutes_of_one_meeting(scene, case):
    meeting = meetings.call(
        case, topic="冰柱", where="三楼", meets_at=later(hours=1), units=[scene.sifasuo], by=scene.who("leader"), at=TUESDAY
    )
    record = {"minutes": "议定", "attended": [scene.sifasuo], "decisions": [(scene.sifasuo, "出具意见")]}
    people = [scene.who("leader"), scene.who("supervisor")]
    assert at_once(*[lambda by=by: meetings.hold(meeting, **record, by=by, at=NOON) for by in people]) == (1, ["move_not_open"])
    assert Decision.objects.count() == 1 and case.orders.filter(handler=scene.sifasuo).count() == 1


def test_two_chase_one_supporter_on_one_day(scene, case):
    order = case.orders.get(handler=scene.xisheng)
    people = [scene.who("luxi"), scene.who("supervisor")]
    assert at_once(*[lambda by=by: support.chase_support(order, by=by, at=NOON) for by in people]) == (1, ["chased_today"])
    assert Event.objects.filter(kind="workorder.chase_support").count() == 1


def test_two_visits_are_merged_into_each_other_at_once(scene, case):
    plan = {"purpose": "走访", "starts_at": later(days=1), "apart_why": "另约", "at": TUESDAY}
    one = visits.plan(scene.building, unit=scene.luxi, by=scene.who("luxi"), **plan)
    two = visits.plan(scene.building, unit=scene.xisheng, by=scene.who("xisheng"), **plan)
    outcome = at_once(
        lambda: visits.merge(one, into=two, by=scene.who("dispatcher"), at=NOON),
        lambda: visits.merge(two, into=one, by=scene.who("leader"), at=NOON),
    )
    assert outcome == (1, ["move_not_open"])
    assert Visit.objects.planned().get().units.count() == 2
