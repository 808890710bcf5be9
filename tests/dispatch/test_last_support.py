"""最后一张协办工单: a case whose lead is done is resolved when its last supporting order is handed back or taken back."""

import pytest

from dispatch.actions import handling, returns
from grievance.models import Case
from tests.dispatch.paperwork import NOW, an_order
from tests.dispatch.scene import a_street

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def support(scene):
    """The one order still open of a case whose lead has been passed."""
    lead = handling.accept(an_order(scene, assistants=[scene.xisheng]), by=scene.who("luxi"), at=NOW)
    handling.complete(lead, public_answer="已办好", by=scene.who("luxi"), at=NOW)
    handling.review(lead, passed=True, by=scene.who("leader"), at=NOW)
    assert Case.objects.get().status == Case.Status.IN_HANDLING
    return lead.case.orders.get(lead=False)


def asked(scene, support):
    return returns.ask_return(support, reason="duty", basis="不属职责", by=scene.who("xisheng"), at=NOW)


def test_handed_back_it_resolves_the_case(scene, support):
    returns.decide_return(asked(scene, support), agreed=True, opinion="属实", by=scene.who("leader"), at=NOW)
    assert Case.objects.get().status == Case.Status.RESOLVED


def test_kept_it_holds_the_case_open(scene, support):
    returns.decide_return(asked(scene, support), agreed=False, opinion="请办理", by=scene.who("leader"), at=NOW)
    assert Case.objects.get().status == Case.Status.IN_HANDLING


def test_taken_back_it_resolves_the_case(scene, support):
    handling.recall(support, reason="不需要了", by=scene.who("dispatcher"), at=NOW)
    assert Case.objects.get().status == Case.Status.RESOLVED
