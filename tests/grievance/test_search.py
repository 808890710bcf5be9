"""查找: what is found by whom, and what must never be found by anybody."""

from datetime import timedelta

import pytest

from dispatch.actions import handling
from grievance import search
from grievance.actions import intake, retention, triage
from grievance.models import Case, SearchText
from street.models import Role
from street.scope import stand
from tests.desk.phone import an_order
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, a_street, organisation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_street()


def written():
    """As the worker does."""
    while search.keep_up():
        pass


def found(words, user):
    """Numbers of the cases that somebody finds; by way of the search text alone the same ones."""
    stand(user, TUESDAY)
    numbers = set(Case.objects.visible_to(user).filter(search.condition(words, user)).values_list("number", flat=True))
    along = search.along(words, user)
    assert along is None or set(along.values_list("case__number", flat=True)) == numbers
    return numbers


def test_words_of_two_signs_and_more_are_found_whatever_their_width_and_what_stands_between(scene):
    one = a_case(scene, description="三单元楼道灯坏了，ＷｉＦｉ也断。请修！")
    other = a_case(scene, description="楼道堆了杂物，路灯没坏")
    leader = scene.who("leader")
    assert found("楼道灯", leader) == set(), "not yet written"
    written()
    assert found("楼道", leader) == {one.number, other.number}
    assert found("楼道灯", leader) == {one.number}, "its pairs stand apart in the other one"
    assert found("wifi", leader) == found("坏了，wifi", leader) == found("请修 楼道", leader) == {one.number}
    assert found("3号楼", leader) == {one.number, other.number}, "the place"
    assert found("电梯", leader) == found("100%", leader) == found("__", leader) == set()


@pytest.mark.parametrize("words", ["灯", "楼道 灯", "！？", "a"])
def test_one_sign_is_no_word_and_a_sentence_says_so(scene, words):
    a_case(scene, description="楼道灯坏了")
    written()
    assert "两个" in search.problem(words)
    assert found(words, scene.who("leader")) == set()


def test_unit_in_charge_is_found_by_its_name_from_the_moment_it_is(scene):
    case = a_case(scene)
    written()
    leader = scene.who("leader")
    assert found("luxi", leader) == {case.number}, "the community of the place"
    assert found("sifasuo", leader) == set()
    case = triage.admit(case, by=leader, at=TUESDAY)
    handling.dispatch(case, to=scene.sifasuo, limit_class="U4", by=leader, at=TUESDAY)
    assert found("sifasuo", leader) == {case.number}
    written()
    assert found("sifasuo", leader) == {case.number}


def test_numbers_are_found_at_once(scene):
    case = a_case(scene)
    leader = scene.who("leader")
    assert found(case.number, leader) == found(case.number[:8].lower(), leader) == {case.number}
    assert found(case.grievances.get().number, leader) == {case.number}


def test_phone_is_found_by_the_desk_alone_and_only_whole(scene):
    case = an_order(scene, phone="13912345678", description="打13912345678找我").case
    written()
    leader, luxi = scene.who("leader"), scene.who("luxi")
    assert found("13912345678", leader) == found("+86 139-1234-5678", leader) == {case.number}
    assert found("1391234567", leader) == found("12345678", leader) == set()
    assert found("13912345678", luxi) == found("12345678", luxi) == found("1234", luxi) == set(), "nor inside what was said"
    assert found("找我", luxi) == {case.number}


def test_nobody_finds_what_is_not_theirs(scene):
    case = an_order(scene, description="冰柱砸了车").case
    waiting = a_case(scene, description="冰柱又长出来了")
    written()
    assert found("冰柱", scene.who("leader")) == {case.number, waiting.number}
    assert found("冰柱", scene.who("luxi")) == {case.number}
    assert found("冰柱", scene.who("xisheng")) == set()
    street = organisation("street2", "street", scene.street.parent)
    neighbour = person("neighbour", Role.SUPERVISOR, street)
    assert found("冰柱", neighbour) == found(case.number, neighbour) == found("13800001111", neighbour) == set()


def test_firm_finds_by_number_and_never_by_what_a_resident_said(scene):
    case = an_order(scene, description="冰柱砸了车").case
    written()
    firm = person("firm", Role.HANDLER, scene.company)
    assert found(case.number, firm) == {case.number}
    assert found("冰柱", firm) == found("13800001111", firm) == set()


def test_what_is_withdrawn_is_not_found_from_that_moment_on_and_what_stands_is_again(scene):
    case = a_case(scene, description="冰柱砸了车")
    other = a_grievance(case, description="楼顶还有一排冰锥")
    written()
    leader = scene.who("leader")
    intake.withdraw(case.grievances.get(description="冰柱砸了车"), at=TUESDAY)
    assert found("冰柱", leader) == set()
    written()
    assert found("冰柱", leader) == set(), "nor by the title that was made of it"
    assert found("冰锥", leader) == {case.number}
    intake.withdraw(other, at=TUESDAY)
    written()
    assert found("冰锥", leader) == set()
    assert found(case.number, leader) == {case.number}


def test_what_is_erased_is_not_found(scene):
    case = a_case(scene, description="冰柱砸了车")
    written()
    leader = scene.who("leader")
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=TUESDAY)
    request = retention.ask(case.grievances.get(), at=TUESDAY)
    retention.decide(request, agreed=True, opinion="", by=leader, at=TUESDAY)
    for _ in range(2):
        assert found("冰柱", leader) == found("13800001111", leader) == found("个人信息", leader) == set()
        written()


def test_what_was_merged_is_found_where_it_lies_now(scene):
    older, newer = (
        a_case(scene, description="冰柱砸了车"),
        a_case(scene, at=TUESDAY + timedelta(hours=1), description="楼顶有冰锥"),
    )
    written()
    leader = scene.who("leader")
    triage.merge(newer, into=older, by=leader, at=TUESDAY)
    written()
    assert found("冰锥", leader) == {older.number}
    intake.withdraw(older.grievances.get(description="楼顶有冰锥"), at=TUESDAY)
    written()
    assert found("冰锥", leader) == set()


def test_keeping_up_twice_writes_once_and_costs_the_same_for_many(scene, django_assert_num_queries):
    cases = [a_case(scene) for _ in range(5)]
    with django_assert_num_queries(8):  # the last, the new, the stale; a savepoint with cases, words, rows
        assert search.keep_up() == 5
    assert search.keep_up() == 0
    SearchText.objects.forget(*cases[:2])
    assert search.keep_up() == 2
