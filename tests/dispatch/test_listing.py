"""挂牌督办: listed and taken off in one act with its signed notice; off the list only when every condition is confirmed."""

import pytest

from dispatch.actions import supervision
from dispatch.models import IssuedPaper, Letter, Supervision
from dispatch.papers.letters import letter_facts
from grievance.casework import Refused
from street.scope import stand
from tests.desk.phone import an_order
from tests.dispatch.scene import TUESDAY, a_street, later

pytestmark = pytest.mark.django_db
CONDITIONS = "围挡全部拆除\n\n 道路恢复通行 "


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def proposed(scene):
    case = an_order(scene).case
    row = supervision.propose_listing(case, reason="涉及多部门", by=who(scene, "secretary"), at=TUESDAY)
    supervision.sign(row.letters.get(), by=who(scene, "secretary"), at=later(hours=1))
    return Supervision.objects.get(pk=row.pk)


def who(scene, name):
    user = scene.who(name)
    stand(user, TUESDAY)
    return user


def listed(scene, row, **more):
    facts = {"demand": "一周内拆除", "due_at": later(days=7), "conditions": CONDITIONS, **more}
    return supervision.list_case(row, **facts, by=who(scene, "district"), at=later(hours=2))


def taken_off(scene, row, confirmed, by="district"):
    return supervision.unlist(row, outcome="现场核实", confirmed=confirmed, by=who(scene, by), at=later(days=6))


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value


def test_district_lists_and_signs_the_notice_in_one_act(scene, proposed):
    row = listed(scene, proposed)
    letter = row.letters.get(kind=Letter.Kind.LISTING)
    assert (row.status, letter.status, letter.signed_by) == ("listed", "issued", scene.who("district"))
    assert letter.number == "沙依巴克区挂督〔2023〕1号"
    assert (letter.issuer, letter.to) == (scene.street.parent, scene.luxi)
    facts = IssuedPaper.objects.get(letter=letter).facts
    assert facts["template"] == "listing" and facts["copies"] == [scene.street.name]
    assert "摘牌条件：1. 围挡全部拆除；2. 道路恢复通行。" in facts["paragraphs"]


def test_resident_reads_once_that_it_is_listed(scene, proposed):
    row = listed(scene, proposed)
    said = row.case.events.filter(public__contains="挂牌督办此事")
    assert [event.public for event in said] == ["区级已挂牌督办此事。"]


def test_conditions_stand_one_by_one(scene, proposed):
    assert listed(scene, proposed).conditions == [
        {"text": "围挡全部拆除", "met": False},
        {"text": "道路恢复通行", "met": False},
    ]


def test_where_none_is_written_the_demand_is_the_condition(scene, proposed):
    assert [one["text"] for one in listed(scene, proposed, conditions="").conditions] == ["一周内拆除"]


@pytest.mark.parametrize("confirmed", [(), (0,), (1,), (7,)])
def test_it_stays_listed_while_a_condition_is_open(scene, proposed, confirmed):
    row = listed(scene, proposed)
    assert refused(taken_off, scene, row, confirmed).code == "conditions_open"
    row.refresh_from_db()
    assert row.status == "listed"
    assert not Letter.objects.filter(kind=Letter.Kind.UNLISTING).exists()


def test_district_takes_off_and_signs_the_notice_in_one_act(scene, proposed):
    row = taken_off(scene, listed(scene, proposed), (0, 1))
    letter = row.letters.get(kind=Letter.Kind.UNLISTING)
    assert (row.status, letter.status, letter.number) == ("lifted", "issued", "沙依巴克区解督〔2023〕1号")
    assert all(one["met"] for one in row.conditions)
    facts = letter_facts(letter)
    assert facts["paragraphs"][0].endswith("下列摘牌条件已逐条核实符合：1. 围挡全部拆除；2. 道路恢复通行。")
    assert facts["outcome"] == "现场核实"


def test_street_neither_lists_nor_takes_off(scene, proposed):
    wrong = {"demand": "x", "due_at": None, "by": who(scene, "secretary"), "at": later(hours=2)}
    assert refused(supervision.list_case, proposed, **wrong).code == "role_missing"
    row = listed(scene, proposed)
    assert refused(taken_off, scene, row, (0, 1), by="secretary").code == "role_missing"
    assert Letter.objects.filter(kind=Letter.Kind.LISTING).count() == 1


def test_second_listing_signs_no_second_notice(scene, proposed):
    listed(scene, proposed)
    assert refused(listed, scene, proposed).code == "move_not_open"
    assert Letter.objects.filter(kind=Letter.Kind.LISTING).count() == 1
