"""触发: every fact that the ladder hears of, and whom a rung speaks of. What is data is proven by changing the data."""

from datetime import timedelta

import pytest

from dispatch.actions import adoption, handling, supervision
from dispatch.models import Checkpoint, EscalationRung, Letter, Supervision
from grievance.actions import intake, triage
from grievance.casework import Refused
from grievance.models import Case
from tests.dispatch.rungs import a_quiet_street, a_rung, an_order, done_and_sent_back, fired, hand_on, returned
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_quiet_street()


def test_the_third_hand_over_raises_a_matter_one_level_whether_returned_or_transferred(scene):
    a_rung(scene, "transfers", 3, measure="escalate", to="next_level")
    order = hand_on(an_order(scene, to=scene.sifasuo), scene.heat, scene.luxi, scene=scene)
    assert fired() == []
    returned(order, scene, "luxi", later(hours=1))
    assert fired() == ["transfers-3"]
    assert Supervision.objects.get().level == "street"


def test_the_amount_of_a_row_decides_which_hand_over_raises(scene):
    a_rung(scene, "transfers", 1, measure="escalate", to="next_level")
    hand_on(an_order(scene, to=scene.sifasuo), scene.luxi, scene=scene)
    assert fired() == ["transfers-1"]


def test_one_level_up_from_the_street_is_the_district_and_nobody_is_told_twice(scene):
    a_rung(scene, "transfers", 1, measure="escalate", to="street_secretary", code="street")
    a_rung(scene, "transfers", 2, measure="escalate", to="next_level", code="up")
    order = hand_on(an_order(scene, to=scene.sifasuo), scene.luxi, scene=scene)
    assert fired() == ["street"]
    hand_on(order, scene.heat, scene=scene, at=later(minutes=5))
    assert fired() == ["street", "up"]
    assert set(Supervision.objects.values_list("level", flat=True)) == {"street", "district"}


def test_hand_overs_are_counted_anew_in_the_next_round(scene):
    a_rung(scene, "transfers", 1)
    order = hand_on(an_order(scene, to=scene.sifasuo), scene.luxi, scene=scene)
    assert fired() == ["transfers-1"]
    order = done_and_sent_back(order, scene)
    assert fired() == ["transfers-1"]
    hand_on(order, scene.heat, scene=scene, at=later(hours=3))
    assert fired() == ["transfers-1", "transfers-1"]


def test_the_second_rework_is_heard_once(scene):
    a_rung(scene, "rework", 2)
    order = done_and_sent_back(an_order(scene), scene)
    assert fired() == []
    done_and_sent_back(order, scene, at=later(hours=2))
    assert fired() == ["rework-2"] == fired()


def test_an_order_accepted_late_is_heard_and_one_accepted_in_time_is_not(scene):
    a_rung(scene, "late_accept", 1, to="desk")
    order, punctual = an_order(scene), an_order(scene)
    handling.accept(punctual, by=scene.who("luxi"), at=punctual.accept_due_at)
    handling.accept(order, by=scene.who("luxi"), at=order.accept_due_at + timedelta(minutes=1))
    assert fired(order.accept_due_at + timedelta(hours=1)) == ["late_accept-1"]
    assert Checkpoint.objects.get().case == order.case


def test_households_set_by_the_unit_reach_the_ladder_at_the_written_number(scene):
    a_rung(scene, "households", 500)
    order = an_order(scene)
    triage.count_households(order.case, households=499, by=scene.who("dispatcher"), at=later(hours=1))
    assert fired() == []
    triage.count_households(order.case, households=500, by=scene.who("dispatcher"), at=later(hours=2))
    assert fired() == ["households-500"]
    triage.count_households(order.case, households=900, by=scene.who("dispatcher"), at=later(hours=3))
    assert fired() == ["households-500"]


def test_an_instruction_and_an_adoption_are_both_a_leaders_word(scene):
    a_rung(scene, "leader_word", 1, measure="draft", to="street_leader", paper="supervise", code="first")
    a_rung(scene, "leader_word", 2, code="second")
    order = an_order(scene)
    supervision.instruct(order.case, text="三日内解决", by=scene.who("secretary"), at=later(hours=1))
    assert fired() == ["first"]
    adoption.adopt(order.case, promise="每日过问", by=scene.who("street_leader"), at=later(hours=2))
    assert fired() == ["first", "second"]
    assert Letter.objects.get().status == "draft"


def test_no_word_in_a_text_makes_a_rung_speak(scene):
    a_rung(scene, "leader_word", 1)
    a_rung(scene, "households", 2)
    order = an_order(scene, description="书记批示过，3200 户都受影响，十几个人一起去堵路")
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=5))
    handling.add_progress(order, text="领导批示，涉及 3200 户", by=scene.who("luxi"), at=later(minutes=6))
    assert fired() == []


class TestWhomARungSpeaksOf:
    """类别 × 单位类型."""

    def test_a_row_for_utilities_leaves_a_community_alone(self, scene):
        a_rung(scene, "after", 0, anchor="accept", unit="working_hour", unit_kind="utility", to="handler", code="utility")
        a_rung(scene, "after", 0, anchor="accept", unit="working_hour", unit_kind="community", to="handler", code="community")
        order = an_order(scene)
        assert fired(order.accept_due_at) == ["community"]

    def test_category_and_kind_of_unit_go_together(self, scene):
        a_rung(scene, "late_accept", 1, unit_kind="community", category=scene.heating, code="heating")
        a_rung(scene, "late_accept", 1, unit_kind="community", category=scene.damages, code="damages")
        order = an_order(scene)
        late = order.accept_due_at + timedelta(minutes=1)
        handling.accept(order, by=scene.who("luxi"), at=late)
        assert fired(late) == ["damages"]

    def test_a_returned_order_is_judged_by_the_unit_that_returned_it(self, scene):
        a_rung(scene, "returns", 1, unit_kind="station", code="station")
        a_rung(scene, "returns", 1, unit_kind="community", code="community")
        returned(an_order(scene, to=scene.sifasuo), scene, "sifasuo", later(hours=1))
        assert fired() == ["station"]


def test_a_new_version_of_the_policy_does_not_say_the_same_again(scene):
    a_rung(scene, "reporters", 2)
    case = a_case(scene)
    a_grievance(case)
    Case.objects.filter(pk=case.pk).update(recount=True)
    assert fired() == ["reporters-2"]
    EscalationRung.objects.update(policy=newer_version(scene.policy))
    EscalationRung.objects.create(
        policy=scene.policy, code="reporters-2", trigger="reporters", amount=2, measure="chase", to="desk", sentence="x"
    )
    Case.objects.filter(pk=case.pk).update(recount=True)
    assert fired() == ["reporters-2"]


def newer_version(policy):
    policy = type(policy).objects.get(pk=policy.pk)
    policy.pk, policy.version = None, policy.version + 1
    policy.save(force_insert=True)
    return policy


@pytest.mark.parametrize("hours", [6, 48])
def test_how_often_one_may_urge_is_the_policys_word(scene, hours):
    scene.policy.urge_hours = hours
    scene.policy.save()
    grievance = an_order(scene).case.grievances.get()
    intake.urge(grievance, at=later(hours=1))
    with pytest.raises(Refused):
        intake.urge(grievance, at=later(hours=hours))
    intake.urge(grievance, at=later(hours=hours + 1))


def test_before_anybody_is_in_charge_the_setting_holds(scene, settings):
    settings.URGE_HOURS = 5
    grievance = a_case(scene).grievances.get()
    intake.urge(grievance, at=TUESDAY)
    with pytest.raises(Refused):
        intake.urge(grievance, at=later(hours=4))
    intake.urge(grievance, at=later(hours=5))
