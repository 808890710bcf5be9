"""包案: a leader's own matter until it is solved; residents read of the office, not of the person."""

import pytest

from dispatch import sweeps
from dispatch.actions import adoption
from dispatch.models import Adoption
from grievance.casework import Refused
from grievance.models import Case
from street.models import Role
from street.scope import stand
from tests.desk.phone import a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_street, later, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def case(scene):
    return an_order(scene).case


def who(scene, name):
    user = scene.who(name)
    stand(user, TUESDAY)
    return user


def adopted(scene, case, name="secretary"):
    return adoption.adopt(case, promise="每周到现场一次，月底前解决", by=who(scene, name), at=TUESDAY)


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


@pytest.mark.parametrize(
    ("name", "office"),
    [("secretary", "街道党工委书记"), ("street_leader", "街道分管领导"), ("luxi_secretary", "社区书记")],
)
def test_leader_adopts_with_measures_and_residents_read_of_the_office(scene, case, name, office):
    row = adopted(scene, case, name)
    assert (row.leader, row.promise) == (scene.who(name), "每周到现场一次，月底前解决")
    event = case.events.get(kind="case.adopt")
    assert event.public == f"{office}包案督办。"
    page = text_of(a_phone(scene.who("leader")).get(f"/r/{case.grievances.get().receipt}/"))
    assert f"{office}包案督办。" in page
    assert str(scene.who(name)) not in page and "每周到现场" not in page


def test_only_leaders_adopt_and_only_with_measures(scene, case):
    for name in ("luxi", "dispatcher", "district"):
        assert refused(adopted, scene, case, name) == "role_missing"
    assert refused(adoption.adopt, case, promise=" ", by=who(scene, "secretary"), at=TUESDAY) == "text_missing"
    assert not Adoption.objects.exists()


def test_matter_has_one_leader_at_a_time(scene, case):
    adopted(scene, case)
    assert refused(adopted, scene, case, "street_leader") == "already_adopted"
    assert Adoption.objects.count() == 1


def test_its_leader_ends_it_with_the_outcome_and_another_may_begin(scene, case):
    row = adopted(scene, case)
    assert refused(adoption.end, row, outcome="", by=who(scene, "secretary"), at=later(hours=1)) == "text_missing"
    row = adoption.end(row, outcome="已赔偿", by=who(scene, "secretary"), at=later(hours=1))
    assert (row.outcome, row.ended_at) == ("已赔偿", later(hours=1))
    assert adopted(scene, case, "street_leader").ended_at is None
    assert refused(adoption.end, row, outcome="又", by=who(scene, "secretary"), at=later(hours=2)) == "already_ended"


def test_nobody_else_ends_it(scene, case):
    row = adopted(scene, case)
    second = person("second", Role.STREET_SECRETARY, scene.street)
    stand(second, TUESDAY)
    assert refused(adoption.end, row, outcome="x", by=second, at=later(hours=1)) == "not_yours"
    assert refused(adoption.end, row, outcome="x", by=who(scene, "luxi"), at=later(hours=1)) == "role_missing"


def test_it_ends_with_the_matter_without_a_word_in_the_leaders_name(scene, case):
    row = adopted(scene, case)
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=later(hours=1))
    sweeps.reconcile(at=later(hours=2))
    row.refresh_from_db()
    assert (row.ended_at, row.outcome) == (later(hours=2), "")
    event = case.events.get(kind="adoption.lapse")
    assert (event.voice, event.actor) == ("system", None)


def test_ended_matter_is_adopted_by_nobody(scene, case):
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=TUESDAY)
    assert refused(adopted, scene, case) == "case_ended"
