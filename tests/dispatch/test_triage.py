"""研判: merging keeps every voice, splitting and linking open cases of their own, declining names the way that is open."""

import pytest

from dispatch import sweeps
from dispatch.actions import handling
from grievance.actions import closing, triage
from grievance.casework import RESIDENT, Refused
from grievance.models import Case, Grievance
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, a_street, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_street()


def dispatched(scene, case, at=TUESDAY):
    by = scene.who("dispatcher")
    return handling.dispatch(triage.admit(case, by=by, at=at), to=scene.luxi, limit_class="U4", by=by, at=at)


def test_merge_moves_each_grievance_with_its_receipt(scene):
    older, newer = a_case(scene), a_case(scene, at=later(hours=1))
    voice = newer.grievances.get()
    triage.merge(newer, into=older, by=scene.who("dispatcher"), at=later(hours=2))
    moved = Grievance.objects.get(pk=voice.pk)
    newer.refresh_from_db()
    assert (moved.case, moved.receipt, moved.first_case) == (older, voice.receipt, newer)
    assert (newer.status, newer.merged_into) == (Case.Status.MERGED, older)


def test_older_case_leads_on_whichever_way_it_is_asked(scene):
    older, newer = a_case(scene), a_case(scene, at=later(hours=1))
    kept = triage.merge(older, into=newer, by=scene.who("dispatcher"), at=later(hours=2))
    assert kept == older


def test_case_already_in_a_units_hands_leads_on(scene):
    waiting, handled = a_case(scene), a_case(scene, at=later(hours=1))
    order = dispatched(scene, handled, at=later(hours=1))
    assert triage.merge(handled, into=waiting, by=scene.who("dispatcher"), at=later(hours=2)) == handled
    sweeps.reconcile(at=later(hours=2))
    order.refresh_from_db()
    assert order.status == "dispatched"


def test_order_of_the_merged_case_is_closed_and_the_older_one_leads_on(scene):
    older, newer = a_case(scene), a_case(scene, at=later(hours=1))
    first, second = dispatched(scene, older), dispatched(scene, newer, at=later(hours=1))
    triage.merge(newer, into=older, by=scene.who("dispatcher"), at=later(hours=2))
    sweeps.reconcile(at=later(hours=2))
    sweeps.reconcile(at=later(hours=2))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("dispatched", "merged")
    assert not second.checkpoints.filter(fired_at__isnull=True).exists()


def test_cases_of_two_streets_are_never_merged(scene):
    other = a_case(scene, at=later(hours=1))
    Case.objects.filter(pk=other.pk).update(street=scene.luxi)
    with pytest.raises(Refused):
        triage.merge(a_case(scene), into=other, by=scene.who("dispatcher"), at=later(hours=2))


def test_split_grievance_returns_to_the_queue_on_its_own(scene):
    case = a_case(scene)
    other = a_grievance(case, description="楼道灯也坏了")
    new = triage.split(other, by=scene.who("dispatcher"), at=later(hours=1))
    other.refresh_from_db()
    assert (other.case, new.status) == (new, Case.Status.SUBMITTED)
    with pytest.raises(Refused) as refusal:
        triage.split(other, by=scene.who("dispatcher"), at=later(hours=2))
    assert refusal.value.code == "nothing_to_split"


def test_parent_waits_for_the_matter_it_led_to(scene):
    case = a_case(scene)
    order = dispatched(scene, case)
    child = triage.link(
        case, title="补办残疾证", description="补办残疾证", category=scene.heating, by=scene.who("luxi"), at=later(hours=1)
    )
    finished(scene, order, later(hours=2))
    case.refresh_from_db()
    assert case.status == Case.Status.IN_HANDLING
    finished(scene, handling.dispatch(
        triage.admit(child, by=scene.who("dispatcher"), at=later(hours=3)), to=scene.heat, limit_class="U2",
        by=scene.who("dispatcher"), at=later(hours=3),
    ), later(hours=4), "heat")  # fmt: skip
    case.refresh_from_db()
    child.refresh_from_db()
    assert (case.status, child.status) == (Case.Status.RESOLVED, Case.Status.RESOLVED)


def finished(scene, order, at, name="luxi"):
    handling.accept(order, by=scene.who(name), at=at)
    handling.complete(order, public_answer="办好了", by=scene.who(name), at=at)
    handling.review(order, passed=True, by=scene.who("leader"), at=at)


def test_neighbour_cannot_link_a_matter_to_a_case_it_does_not_handle(scene):
    case = a_case(scene)
    dispatched(scene, case)
    with pytest.raises(Refused):
        triage.link(case, title="x", description="x", by=scene.who("xisheng"), at=later(hours=1))


def test_decline_names_the_way_that_is_open(scene):
    case = triage.decline(a_case(scene), reason="已在法院立案", path="court", by=scene.who("dispatcher"), at=later(hours=1))
    assert case.events.get(kind="case.decline").public == "不予受理：已在法院立案。途径：人民法院诉讼。"
    with pytest.raises(Refused):
        triage.decline(a_case(scene), reason="", path="court", by=scene.who("dispatcher"), at=later(hours=1))


def test_unit_cannot_decline(scene):
    with pytest.raises(Refused) as refusal:
        triage.decline(a_case(scene), reason="x", path="court", by=scene.who("luxi"), at=later(hours=1))
    assert refusal.value.status == 403


def test_held_case_comes_back_when_the_resident_answers(scene):
    case = triage.hold(a_case(scene), question="哪一栋楼？", by=scene.who("dispatcher"), at=later(hours=1))
    case = triage.unhold(case, by=RESIDENT, at=later(hours=2))
    assert (case.status, case.studied_at) == (Case.Status.SUBMITTED, None)


def test_nobody_closes_what_is_not_resolved(scene):
    with pytest.raises(Refused):
        closing.close(a_case(scene), at=later(hours=1))


def test_declined_child_holds_its_parent_up_no_longer(scene):
    case = a_case(scene)
    order = dispatched(scene, case)
    child = triage.link(case, title="补办", description="补办", by=scene.who("luxi"), at=later(hours=1))
    finished(scene, order, later(hours=2))
    triage.decline(child, reason="本人不需要", path="outside", by=scene.who("dispatcher"), at=later(hours=3))
    sweeps.reconcile(at=later(hours=3))
    case.refresh_from_db()
    assert case.status == Case.Status.RESOLVED


def test_merge_takes_the_linked_matters_along(scene):
    older, newer = a_case(scene), a_case(scene, at=later(hours=1))
    child = triage.link(newer, title="补办", description="补办", by=scene.who("dispatcher"), at=later(hours=1))
    triage.merge(newer, into=older, by=scene.who("dispatcher"), at=later(hours=2))
    child.refresh_from_db()
    older.refresh_from_db()
    assert (child.parent, older.waits_for_linked) == (older, True)
