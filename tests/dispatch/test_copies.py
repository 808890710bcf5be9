"""抄送: the department over a utility reads along; nobody else does."""

import pytest

from dispatch.actions import handling, returns
from grievance.actions import triage
from grievance.models import Notice
from tests.dispatch.scene import TUESDAY, a_case, a_street, later, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = a_street()
    scene.heat.supervisor = organisation("zhujian", "department", scene.street.parent, name="区住建局")
    scene.heat.save()
    return scene


@pytest.fixture
def order(scene):
    return sent(scene, scene.heating, scene.heat, "U2")


def sent(scene, category, unit, limit_class, **more):
    case = triage.admit(a_case(scene, category=category), by=scene.who("dispatcher"), at=TUESDAY)
    return handling.dispatch(case, to=unit, limit_class=limit_class, by=scene.who("dispatcher"), at=TUESDAY, **more)


def informed(case):
    return set(case.units.values_list("organisation__code", flat=True))


def test_department_over_a_utility_is_told_once_and_reads_the_case(order):
    told = Notice.objects.get(kind="copy")
    assert (told.organisation.code, told.key) == ("zhujian", f"copy:{order.pk}")
    assert order.number in told.text and "请督促" in told.text
    assert informed(order.case) == {"heat", "zhujian"}


def test_nobody_is_copied_where_a_community_leads(scene):
    order = sent(scene, scene.damages, scene.luxi, "U4")
    assert informed(order.case) == {"luxi"}
    assert not Notice.objects.filter(kind="copy").exists()


def test_recalled_order_takes_the_copy_back(order, scene):
    handling.recall(order, reason="派错", by=scene.who("dispatcher"), at=later(minutes=5))
    assert informed(order.case) == set()


def test_returned_order_takes_the_copy_back(order, scene):
    asked = returns.ask_return(order, reason="duty", basis="清单", by=scene.who("heat"), at=later(minutes=5))
    returns.decide_return(asked, agreed=True, opinion="同意", by=scene.who("leader"), at=later(minutes=9))
    assert informed(order.case) == set()


def test_department_that_works_on_the_case_itself_goes_on_reading_it(scene):
    order = sent(scene, scene.heating, scene.heat, "U2", assistants=[scene.heat.supervisor])
    asked = returns.ask_return(order, reason="duty", basis="清单", by=scene.who("heat"), at=later(minutes=5))
    returns.decide_return(asked, agreed=True, opinion="同意", by=scene.who("leader"), at=later(minutes=9))
    assert informed(order.case) == {"zhujian"}
