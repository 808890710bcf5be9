"""公文登记册: everybody finds the papers of their own scope, by kind, state, unit, number and day; its cost does not grow."""

from datetime import timedelta

import pytest

from dispatch.actions import receiving, supervision
from dispatch.models import Letter
from tests.clock import travel
from tests.desk.phone import a_phone, text_of
from tests.dispatch.paperwork import NOW, a_letter, an_order, signed
from tests.dispatch.scene import organisation, person

pytestmark = pytest.mark.django_db
PAGE = "/desk/letters/"
LATER = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def at_work(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    with travel(LATER):
        yield


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("leader"))


def found(browser, **asked):
    answer = browser.get(PAGE, asked)
    assert answer.status_code == 200
    page = text_of(answer)
    return {letter.pk for letter in Letter.objects.all() if f"/desk/papers/{letter.pk}/" in page}


def test_desk_finds_drafts_and_issued_papers_and_a_unit_only_what_was_issued_to_it(scene, desk):
    order = an_order(scene)
    draft, issued = a_letter(order, "caution"), signed(scene, a_letter(order))
    assert found(desk) == {draft.pk, issued.pk}
    assert found(a_phone(scene.who("luxi"))) == {issued.pk}
    assert found(a_phone(scene.who("xisheng"))) == set()


def test_neighbouring_street_finds_nothing(scene, desk):
    signed(scene, a_letter(an_order(scene)))
    other = organisation("other", "street", scene.street.parent)
    person("neighbour", "shift_leader", other)
    from street.models import User

    assert found(a_phone(User.objects.get(username="neighbour"))) == set()


def test_kind_and_status_narrow(scene, desk):
    order = an_order(scene)
    draft, issued = a_letter(order, "caution"), signed(scene, a_letter(order))
    assert found(desk, kind="caution") == found(desk, status="draft") == {draft.pk}
    assert found(desk, kind="supervise") == found(desk, status="issued") == {issued.pk}
    assert found(desk, kind="nonsense", status="nonsense") == {draft.pk, issued.pk}


def test_signed_for_and_answered_narrow_one_after_the_other(scene, desk):
    paper = signed(scene, a_letter(an_order(scene)))
    assert found(desk, state="unreceived") == found(desk, state="unanswered") == {paper.pk}
    receiving.receive(paper, by=scene.who("luxi"), at=LATER)
    assert found(desk, state="unreceived") == set() and found(desk, state="unanswered") == {paper.pk}
    supervision.answer(paper, text="已办理", by=scene.who("luxi"), at=LATER)
    assert found(desk, state="unanswered") == set() and found(desk, state="answered") == {paper.pk}


def test_late_answers_are_told_apart(scene, desk):
    late, early = signed(scene, a_letter(an_order(scene))), signed(scene, a_letter(an_order(scene)))
    Letter.objects.filter(pk=late.pk).update(answer_due_at=LATER - timedelta(minutes=1))
    Letter.objects.filter(pk=early.pk).update(answer_due_at=LATER + timedelta(minutes=1))
    assert found(desk, state="late") == {late.pk}
    assert text_of(desk.get(PAGE)).count("<b>逾期未反馈</b>") == 1


def test_unit_and_number_narrow(scene, desk):
    one, other = signed(scene, a_letter(an_order(scene))), signed(scene, a_letter(an_order(scene, to=scene.xisheng)))
    one.refresh_from_db()
    assert found(desk, unit="xisheng") == {other.pk}
    assert found(desk, q=one.number) == found(desk, q=one.case.number.lower()) == {one.pk}
    assert found(desk, q="没有这个号") == set()


def test_days_narrow_with_the_whole_of_each_day(scene, desk):
    paper = a_letter(an_order(scene))
    today, tomorrow = "2023-03-14", "2023-03-15"
    assert found(desk, **{"from": today, "to": today}) == {paper.pk}
    assert found(desk, **{"from": tomorrow}) == set()
    assert found(desk, to="2023-03-13") == set()
    assert found(desk, **{"from": "不是日期"}) == {paper.pk}


def test_pages_hold_fifty_and_keep_the_filter(scene, desk):
    order = an_order(scene)
    for _ in range(51):
        a_letter(order, "caution")
    first, second = found(desk, kind="caution"), found(desk, kind="caution", page=2)
    assert len(first) == 50 and len(second) == 1 and not first & second
    assert "kind=caution&amp;page=2" in desk.get(PAGE, {"kind": "caution"}).content.decode()


def test_cost_does_not_grow_with_the_papers(scene, desk, django_assert_num_queries):
    order = an_order(scene)
    signed(scene, a_letter(order))
    desk.get(PAGE)
    for _ in range(12):
        a_letter(order, "caution")
    # Session, person, posts; the count, the page of papers, the units to choose from
    with django_assert_num_queries(6):
        desk.get(PAGE)
