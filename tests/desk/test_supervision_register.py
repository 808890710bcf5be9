"""督办台账: who, since when, what was demanded, answered or not, until when; each reader sees what is theirs."""

from datetime import timedelta

import pytest

from dispatch.actions import instructions, ladder, supervision
from dispatch.models import Letter
from street.models import Role
from street.scope import stand
from tests.clock import travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=1)
PAGE = "/desk/supervisions/"


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


def who(scene, name):
    user = scene.who(name)
    stand(user, NOW)
    return user


def raised(scene, level="street"):
    return ladder.climb_now(an_order(scene).case, level=level, reason="调解未果", by=None, at=TUESDAY)


def taken(scene, demand="三日内解决", **due):
    by = who(scene, "secretary")
    return supervision.take(raised(scene), demand=demand, due_at=TUESDAY + timedelta(**due or {"days": 3}), by=by, at=TUESDAY)


def proposed(scene):
    case = an_order(scene).case
    row = supervision.propose_listing(case, reason="涉及多部门", by=who(scene, "secretary"), at=TUESDAY)
    supervision.sign(row.letters.get(), by=who(scene, "secretary"), at=TUESDAY)
    return row


def seen(scene, name, query=""):
    return text_of(a_phone(scene.who(name)).get(f"{PAGE}{query}"))


def numbers(page, *rows):
    return [row.case.number in page for row in rows]


def test_line_says_who_since_when_what_and_until_when(scene):
    row = taken(scene)
    page = seen(scene, "dispatcher")
    for what in ("街道党工委书记督办", "沙骑街", "要求：三日内解决", "3月14日 10:20 起", "3月17日 10:20 到期", "luxi", "充裕"):
        assert what in page, what
    assert row.case.number in page


def test_paper_that_nobody_answered_stands_as_unanswered(scene):
    row = taken(scene)
    letter = Letter.objects.create(
        kind="secretary_supervise", case=row.case, supervision=row, issuer=scene.street, to=scene.luxi, subject="督办",
        body="。", drafted_at=TUESDAY,
    )  # fmt: skip
    assert "未发文" in seen(scene, "dispatcher")
    letter = supervision.sign(letter, by=who(scene, "secretary"), at=TUESDAY)
    assert "未反馈" in seen(scene, "dispatcher")
    supervision.answer(letter, text="已办", by=who(scene, "luxi"), at=NOW)
    page = seen(scene, "dispatcher")
    assert "已反馈" in page and "未反馈" not in page


def test_what_is_over_is_out_of_sight_until_it_is_asked_for(scene):
    row = supervision.lift(taken(scene), outcome="已赔偿", by=who(scene, "secretary"), at=NOW)
    assert row.case.number not in seen(scene, "dispatcher")
    for query in ("?status=over", "?status=all", "?status=lifted"):
        assert row.case.number in seen(scene, "dispatcher", query), query


def test_filters_narrow_by_level_unit_and_lateness(scene):
    late, calm, community = taken(scene, minutes=30), taken(scene), raised(scene, "community")
    assert numbers(seen(scene, "dispatcher"), late, calm, community) == [True, True, True]
    assert numbers(seen(scene, "dispatcher", "?late=1"), late, calm, community) == [True, False, False]
    assert numbers(seen(scene, "dispatcher", "?level=community"), late, calm, community) == [False, False, True]
    assert numbers(seen(scene, "dispatcher", "?unit=luxi"), late, calm, community) == [True, True, True]
    assert numbers(seen(scene, "dispatcher", "?unit=heat"), late, calm, community) == [False, False, False]
    assert numbers(seen(scene, "dispatcher", "?level=no&status=no&late=no"), late) == [True]


def test_late_one_is_lit_so(scene):
    taken(scene, minutes=30)
    assert "严重超期" in seen(scene, "dispatcher") or "已超期" in seen(scene, "dispatcher")


def test_district_sees_what_was_proposed_to_it_and_nothing_else_of_the_street(scene):
    theirs, ours, unsigned = proposed(scene), taken(scene), an_order(scene).case
    supervision.propose_listing(unsigned, reason="x", by=who(scene, "secretary"), at=TUESDAY)
    page = seen(scene, "district", "?status=all")
    assert numbers(page, theirs, ours) == [True, False] and unsigned.number not in page


def test_community_sees_its_own_and_another_none(scene):
    row, street = raised(scene, "community"), taken(scene)
    assert numbers(seen(scene, "luxi_secretary"), row, street) == [True, False]
    assert numbers(seen(scene, "xisheng"), row, street) == [False, False]


def test_neighbouring_street_sees_nothing(scene):
    row = taken(scene)
    stranger = person("stranger", Role.STREET_SECRETARY, scene.xisheng)
    assert row.case.number not in text_of(a_phone(stranger).get(PAGE))


def test_auditor_has_no_business_here(scene):
    assert a_phone(person("auditor", Role.AUDITOR, scene.street)).get(PAGE).status_code == 403


def test_cost_does_not_grow_with_the_register(scene, django_assert_num_queries):
    browser = a_phone(scene.who("dispatcher"))
    taken(scene)
    browser.get(PAGE)
    for _ in range(4):
        instructions.give(taken(scene).case, text="x", by=who(scene, "secretary"), at=NOW)
    with django_assert_num_queries(SIGNED_IN + 4):  # how many, the rows with their matters, papers, units to choose from
        browser.get(PAGE)
