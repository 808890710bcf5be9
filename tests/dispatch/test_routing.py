"""精准派单: who leads, by which row; what is sent by itself, and what never is."""

from datetime import timedelta

import pytest

from dispatch import routing, sweeps
from dispatch.models import Policy, RoutingRule, StandingAuthority, WorkOrder
from grievance.actions import triage
from grievance.models import Alert, Case, Category
from tests.dispatch.scene import TUESDAY, a_case, a_street

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_street()


def fresh(scene, text="家里暖气不热，室温只有15度"):
    case = a_case(scene, description=text)
    Case.objects.filter(pk=case.pk).update(studied_at=None, suggestion={}, category=None)
    return Case.objects.get(pk=case.pk)


def test_sure_matter_is_sent_by_itself_under_the_leaders_authority(scene):
    case = fresh(scene)
    sweeps.route_submitted(at=TUESDAY)
    order = WorkOrder.objects.get(case=case, lead=True)
    assert (order.handler, order.dispatched_by) == (scene.heat, None)
    assert order.authority.leader == scene.who("leader")
    assert [row.handler for row in case.orders.filter(lead=False)] == [scene.luxi]


def test_routing_twice_sends_one_order(scene):
    case = fresh(scene)
    sweeps.route_submitted(at=TUESDAY)
    sweeps.route_submitted(at=TUESDAY)
    assert case.orders.filter(lead=True).count() == 1


def test_matter_without_words_waits_with_its_reason(scene):
    case = fresh(scene, text="帮帮我")
    sweeps.route_submitted(at=TUESDAY)
    case.refresh_from_db()
    assert (case.status, case.studied_at) == (Case.Status.SUBMITTED, TUESDAY)
    assert not case.orders.exists()


def test_revoked_authority_leaves_it_to_people(scene):
    StandingAuthority.objects.update(revoked_at=TUESDAY)
    case = fresh(scene)
    sweeps.route_submitted(at=TUESDAY)
    case.refresh_from_db()
    assert case.status == Case.Status.SUBMITTED
    assert case.category == scene.heating


def test_barred_category_is_left_to_people(scene):
    StandingAuthority.objects.get().barred.add(scene.heating)
    case = fresh(scene)
    sweeps.route_submitted(at=TUESDAY)
    assert not case.orders.exists()


def test_authority_holds_only_in_its_hours(scene):
    StandingAuthority.objects.update(hours="22:00-08:00")
    day, night = fresh(scene), TUESDAY.replace(hour=23)
    sweeps.route_submitted(at=TUESDAY)
    assert not day.orders.exists()
    after_dark = fresh(scene)
    sweeps.route_submitted(at=night)
    assert after_dark.orders.filter(lead=True).exists()


def test_words_of_violence_bar_automatic_dispatch_and_ring_the_leader(scene):
    Alert.objects.create(code="domestic_violence", label="家暴", words=["打我"], urgent=True, bars_automatic=True)
    case = fresh(scene, text="家里暖气不热，室温只有15度，丈夫打我")
    sweeps.route_submitted(at=TUESDAY)
    case.refresh_from_db()
    assert (case.status, case.urgency) == (Case.Status.SUBMITTED, "urgent")
    assert case.notices.get(kind="urgent").role == "shift_leader"


def test_changed_row_changes_the_unit(scene):
    rule = RoutingRule.objects.get(category=scene.heating)
    rule.lead = scene.sifasuo
    rule.save()
    case = fresh(scene)
    sweeps.route_submitted(at=TUESDAY)
    assert case.orders.get(lead=True).handler == scene.sifasuo


def test_most_specific_row_wins(scene):
    RoutingRule.objects.create(
        policy=scene.policy, category=scene.heating, community=scene.luxi, lead_kind="unit", lead=scene.sifasuo,
        limit_class="U3", basis="路西专条",
    )  # fmt: skip
    case = a_case(scene, category=scene.heating)
    assert routing.choose(case, TUESDAY).lead == scene.sifasuo


def test_routing_writes_nothing(scene, django_assert_num_queries):
    case = a_case(scene, category=scene.heating)
    before = WorkOrder.objects.count()
    routing.choose(case, TUESDAY)
    assert WorkOrder.objects.count() == before


def test_policy_not_yet_in_force_routes_nothing(scene):
    early = scene.policy.effective_from - timedelta(days=1)
    assert routing.choose(a_case(scene), early).lead is None


def test_broken_case_steps_aside(scene, monkeypatch):
    bad, good = fresh(scene), fresh(scene)
    study = triage.study

    def broken(case, **options):
        if case.pk == bad.pk:
            raise ValueError("坏行")
        return study(case, **options)

    monkeypatch.setattr(triage, "study", broken)
    sweeps.route_submitted(at=TUESDAY)
    assert not bad.orders.exists()
    assert good.orders.exists()
    bad.refresh_from_db()
    assert bad.suggestion["reasons"] == ["自动研判失败，请人工研判"]


def test_who_is_suggested_by_the_spot_in_the_words_may_lead_there(scene):
    RoutingRule.objects.create(
        policy=scene.policy, category=scene.heating, lead_kind="community", limit_class="U3", community_may_lead=True,
        place_kind="estate", basis="小区内",
    )  # fmt: skip
    asked = (Policy.objects.get(pk=scene.policy.pk), scene.heating, scene.building, scene.luxi)
    assert routing.may_lead(*asked) is not None
    assert routing.may_lead(*asked, {"place_kind": "estate"}) is None


def test_finer_category_falls_back_on_the_one_above_it(scene):
    finer = Category.objects.create(code="F3-1", name="冰柱损害", parent=scene.damages)
    case = a_case(scene, category=finer)
    assert routing.choose(case, TUESDAY).lead == scene.luxi
    assert routing.may_lead(scene.policy, finer, scene.building, scene.luxi) is None


def test_alert_rings_everyone_its_row_names(scene):
    Alert.objects.create(code="gas", label="燃气", words=["煤气味"], tells=["shift_leader", "street_leader"])
    case = fresh(scene, text="楼道里有煤气味")
    sweeps.route_submitted(at=TUESDAY)
    assert set(case.notices.filter(kind="urgent").values_list("role", flat=True)) == {"shift_leader", "street_leader"}
