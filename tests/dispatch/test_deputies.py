"""在岗与空缺: a deputy acts in the office; what is meant for a vacant one climbs on and says so."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import sweeps
from dispatch.actions import handling, supervision
from dispatch.models import Checkpoint, Letter, Supervision
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Event, Notice
from street.models import Posting, Role, User
from tests.clock import instant
from tests.dispatch.rungs import a_quiet_street, a_rung, an_order, fired
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db
WEDNESDAY = instant("2023-03-15 11:00")


@pytest.fixture
def scene():
    return a_quiet_street()


def leaves(name, on=date(2023, 3, 1)):
    """The post of that person ends."""
    Posting.objects.filter(user__username=name).update(ends_on=on)


def acts_for(name, *, starts=date(2023, 3, 1), ends=None):
    """A deputy for the post of that person."""
    post = Posting.objects.get(user__username=name)
    user = User.objects.create(username=f"deputy-{name}", name=f"代理{name}", is_staff=True)
    Posting.objects.create(
        user=user, organisation=post.organisation, role=post.role, acting_for=post, starts_on=starts, ends_on=ends
    )
    return user


def climbs(scene, measure="escalate", to="street_secretary", **more):
    """What one rung does to one late order."""
    a_rung(scene, "after", 0, anchor="accept", unit="clock_hour", measure=measure, to=to, code="climb", **more)
    order = an_order(scene)
    fired(order.accept_due_at)
    return Notice.objects.get(key__startswith="checkpoint:"), Event.objects.get(kind=f"checkpoint.{measure}")


class TestDeputies:
    """代行."""

    def test_a_deputy_signs_and_the_event_says_that_they_act(self, scene):
        climbs(scene)
        leaves("secretary")
        deputy = acts_for("secretary")
        letter = supervision.sign(Letter.objects.get(), by=deputy, at=WEDNESDAY)
        assert (letter.signed_by, Supervision.objects.get().taken_by) == (deputy, deputy)
        assert Event.objects.get(kind="letter.sign").posting == "沙骑街街道党工委书记（代）"

    def test_a_deputy_takes_the_lead_in_a_community(self, scene):
        climbs(scene, to="community_secretary")
        supervision.take(Supervision.objects.get(), demand="上门", by=acts_for("luxi_secretary"), at=WEDNESDAY)
        assert Event.objects.get(kind="supervision.take").posting.endswith("（代）")

    def test_one_who_no_longer_acts_signs_nothing(self, scene):
        climbs(scene)
        deputy = acts_for("secretary", ends=date(2023, 3, 14))
        with pytest.raises(Refused):
            supervision.sign(Letter.objects.get(), by=deputy, at=WEDNESDAY)
        assert Letter.objects.get().status == "draft"

    def test_an_office_with_a_deputy_is_not_vacant(self, scene):
        leaves("luxi_secretary")
        acts_for("luxi_secretary")
        _, event = climbs(scene, to="community_secretary")
        assert Supervision.objects.get().level == "community"
        assert "空缺" not in event.sentence


class TestVacant:
    """空缺."""

    def test_a_community_without_a_secretary_climbs_to_the_street_and_says_so(self, scene):
        leaves("luxi_secretary")
        notice, event = climbs(scene, to="community_secretary")
        assert (Supervision.objects.get().level, Letter.objects.get().kind) == ("street", "secretary_supervise")
        assert notice.role == Role.STREET_SECRETARY
        assert "社区书记空缺" in notice.text
        assert "社区书记空缺" in event.sentence

    @pytest.mark.parametrize(("last_day", "level"), [(date(2023, 3, 14), "community"), (date(2023, 3, 13), "street")])
    def test_the_local_date_decides_who_is_in_office(self, scene, last_day, level):
        leaves("luxi_secretary", last_day)
        climbs(scene, to="community_secretary")
        assert Supervision.objects.get().level == level

    def test_who_has_no_account_any_more_holds_no_office(self, scene):
        User.objects.filter(username="luxi_secretary").update(is_active=False)
        climbs(scene, to="community_secretary")
        assert Supervision.objects.get().level == "street"

    def test_one_who_begins_tomorrow_does_not_hold_it_today(self, scene):
        Posting.objects.filter(user__username="luxi_secretary").update(starts_on=date(2023, 3, 15))
        climbs(scene, to="community_secretary")
        assert Supervision.objects.get().level == "street"

    def test_a_secretary_of_another_community_does_not_fill_it(self, scene):
        Posting.objects.filter(user__username="luxi_secretary").update(organisation=scene.xisheng)
        climbs(scene, to="community_secretary")
        assert Supervision.objects.get().level == "street"

    def test_a_chase_of_a_vacant_leader_goes_to_the_secretary(self, scene):
        leaves("street_leader")
        notice, event = climbs(scene, "chase", "street_leader")
        assert notice.role == Role.STREET_SECRETARY
        assert "分管领导空缺，转街道党工委书记" in notice.text
        assert "分管领导空缺" in event.sentence

    @pytest.mark.parametrize(("unit", "told"), [("luxi", "luxi"), ("sifasuo", None), ("heat", "heat")])
    def test_a_unit_that_nobody_heads_is_not_told_but_the_desk(self, scene, unit, told):
        """路西 has its secretary, 司法所 nobody; 供热公司 is outside and keeps its own order."""
        a_rung(scene, "after", 0, anchor="accept", unit="clock_hour", to="unit_head", code="head")
        fired(an_order(scene, to=getattr(scene, unit)).accept_due_at)
        notice = Notice.objects.get(key__startswith="checkpoint:")
        assert (notice.organisation.code if notice.organisation else None) == told
        assert ("单位负责人空缺，转工作专班" in notice.text) == (told is None)

    def test_at_the_vacant_top_the_shift_leader_is_told_and_nobody_signs_for_the_secretary(self, scene):
        leaves("secretary")
        notice, event = climbs(scene)
        assert notice.role == Role.SHIFT_LEADER
        assert "街道党工委书记空缺，请值班长报告" in notice.text
        assert "街道党工委书记空缺" in event.sentence
        with pytest.raises(Refused):
            supervision.sign(Letter.objects.get(), by=scene.who("leader"), at=WEDNESDAY)

    def test_a_draft_waits_for_the_next_who_may_sign_it(self, scene):
        leaves("leader")
        notice, _ = climbs(scene, "draft", "unit_head", paper="caution")
        assert notice.role == Role.STREET_LEADER
        assert "值班长空缺" in notice.text
        letter = supervision.sign(Letter.objects.get(), by=scene.who("street_leader"), at=WEDNESDAY)
        assert letter.status == "issued"

    def test_nobody_is_called_vacant_where_everybody_is_in_office(self, scene):
        for number, to in enumerate(("street_leader", "street_secretary", "desk")):
            a_rung(scene, "after", 0, anchor="accept", unit="clock_hour", to=to, code=f"all-{number}")
        fired(an_order(scene).accept_due_at)
        assert Notice.objects.filter(key__startswith="checkpoint:").count() == 3
        assert not Notice.objects.filter(text__contains="空缺").exists()


def test_offices_of_many_matters_are_read_in_one_statement(scene):
    leaves("luxi_secretary")
    a_rung(scene, "after", 0, anchor="accept", unit="clock_hour", measure="escalate", to="community_secretary", code="climb")
    leader, last = scene.who("leader"), None
    for _ in range(12):
        case = triage.admit(a_case(scene), by=leader, at=TUESDAY)
        last = handling.dispatch(case, to=scene.luxi, limit_class="U4", by=leader, at=TUESDAY)
    costs = []
    for size in (1, 11):
        with CaptureQueriesContext(connection) as seen:
            assert sweeps.fire_batch(at=last.accept_due_at, size=size) == size
        costs.append(len(seen))
        assert sum("street_posting" in one["sql"] for one in seen) == 1
    assert costs[0] == costs[1]
    assert Checkpoint.objects.filter(fired_at__isnull=False).count() == Supervision.objects.filter(level="street").count() == 12


def test_the_day_begins_in_beijing(scene):
    """At 00:30 in Beijing it is still yesterday in UTC; whoever begins today is in office."""
    Posting.objects.filter(user__username="luxi_secretary").update(starts_on=date(2023, 3, 15))
    a_rung(scene, "after", 0, anchor="accept", unit="clock_hour", measure="escalate", to="community_secretary", code="climb")
    order = an_order(scene)
    half_past_midnight = instant("2023-03-15 00:30")
    Checkpoint.objects.filter(order=order).update(due_at=half_past_midnight)
    fired(half_past_midnight - timedelta(hours=1))
    assert not Supervision.objects.exists()
    fired(half_past_midnight)
    assert Supervision.objects.get().level == "community"
