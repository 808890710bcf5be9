"""Undone at the very moment in which it would leave: all of it leaves or none of it, and nobody is told half."""

from datetime import timedelta

import pytest

from desk import moves
from dispatch.actions import handling, undoing
from grievance import sweeps
from grievance.actions import in_hand
from grievance.models import Case, InHand, Notice
from street.scope import stand
from tests.contracts.test_two_at_once import NOON, at_once, happened
from tests.dispatch.scene import a_case, a_street

pytestmark = pytest.mark.django_db(transaction=True)
AT_LAST, DUE = NOON + timedelta(seconds=9), NOON + timedelta(seconds=10)


@pytest.fixture
def scene(transactional_db):
    return a_street()


@pytest.fixture
def sent(scene):
    """A case that the dispatcher has just sent by one key."""
    by = scene.who("dispatcher")
    stand(by, NOON)
    case = a_case(scene, category=scene.heating)
    order = moves.perform(case, "send", {}, by=by, at=NOON)
    undoing.hold_back(case, at=NOON)
    return order


def test_undone_while_a_worker_takes_up_the_notices(scene, sent):
    undone, refused = at_once(
        lambda: undoing.undo(sent.case, by=scene.who("dispatcher"), at=AT_LAST), lambda: sweeps.deliver(at=DUE)
    )
    sweeps.deliver(at=DUE + timedelta(hours=1))
    left, lapsed = Notice.objects.filter(sent_at__isnull=False).count(), Notice.objects.filter(lapsed_at__isnull=False).count()
    status = Case.objects.get(pk=sent.case_id).status
    assert (undone, refused, status, bool(left), bool(lapsed)) in [
        (2, [], "submitted", False, True),
        (1, ["already_left"], "in_handling", True, False),
    ]


def test_undone_while_the_unit_takes_it_on(scene, sent):
    outcome = at_once(
        lambda: undoing.undo(sent.case, by=scene.who("dispatcher"), at=AT_LAST),
        lambda: handling.accept(sent, by=scene.who("heat"), at=AT_LAST),
    )
    assert outcome in [(1, ["move_not_open"]), (1, ["moved_on"])]
    assert happened("workorder.accept") + happened("case.recall") == 1


def test_two_open_the_same_matter_and_one_has_it_in_hand(scene):
    case, held = a_case(scene), []
    people = [scene.who("dispatcher"), scene.who("leader")]
    assert at_once(*[lambda by=by: held.append(in_hand.take(case, by=by, at=NOON).user) for by in people]) == (2, [])
    assert set(held) == {InHand.objects.get().user}
