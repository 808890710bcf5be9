"""What the figures say, and what they leave out and show beside themselves."""

from datetime import timedelta
from decimal import Decimal

import pytest

from feedback import sweeps
from feedback.scores import figures
from tests.clock import instant
from tests.dispatch.scene import organisation
from tests.feedback.scene import CONTENT, RESOLVED_AT, TRIES, UNHAPPY, a_resolved_case, answers, asked, finish, rings

MARCH, APRIL = instant("2023-03-01 00:00"), instant("2023-04-01 00:00")
MOSTLY = {"replied": True, "resolved": "mostly", "satisfaction": "mostly"}


def in_march(scene, **options):
    return figures(scene.street, MARCH, APRIL, **options)


def test_nothing_asked_is_nothing_shown(scene):
    found = in_march(scene)
    assert (found.n, found.matters, found.persons, found.resolution_rate, found.satisfaction_rate) == (0, 0, 0, None, None)


@pytest.mark.parametrize(("reporters", "rate"), [(9, None), (10, Decimal(1))])
def test_rate_of_fewer_than_ten_answers_is_not_shown(scene, reporters, rate):
    for callback in asked(a_resolved_case(scene, reporters=reporters)):
        answers(callback, CONTENT)
    assert (in_march(scene).n, in_march(scene).satisfaction_rate) == (reporters, rate)


def test_matters_persons_and_answers_are_three_counts(scene):
    case = a_resolved_case(scene, reporters=2)
    answers(asked(case)[0], UNHAPPY)
    again = finish(scene, case.orders.open().get(), at=RESOLVED_AT)
    for callback in asked(again, at=RESOLVED_AT + timedelta(hours=3)):
        answers(callback, CONTENT, at=RESOLVED_AT + timedelta(hours=3))
    found = in_march(scene)
    assert (found.matters, found.persons, found.answered, found.superseded) == (1, 2, 3, 1)
    assert (found.content, found.dissatisfied) == (2, 1)


def test_unreachable_stands_beside_the_rate_and_not_in_it(scene):
    callbacks = asked(a_resolved_case(scene, reporters=12))
    for callback in callbacks[:10]:
        answers(callback, CONTENT)
    last = rings(scene, callbacks[10], *TRIES)
    sweeps.expire(last.expires_at)
    found = in_march(scene)
    assert (found.n, found.unreachable, found.waiting, found.satisfaction_rate) == (10, 1, 1, Decimal(1))


def test_mostly_counts_as_much_as_the_office_says(scene):
    callbacks = asked(a_resolved_case(scene, reporters=10))
    for number, callback in enumerate(callbacks):
        answers(callback, MOSTLY if number < 4 else CONTENT)
    assert in_march(scene).resolution_rate == Decimal(1)
    assert in_march(scene, mostly=Decimal("0.5")).resolution_rate == Decimal("0.8")


def test_dissatisfied_lowers_the_rate(scene):
    callbacks = asked(a_resolved_case(scene, reporters=10))
    for callback in callbacks[:9]:
        answers(callback, CONTENT)
    answers(callbacks[9], {**UNHAPPY, "resolved": "yes"})
    found = in_march(scene)
    assert (found.resolution_rate, found.satisfaction_rate, found.content, found.dissatisfied) == (
        Decimal(1),
        Decimal("0.9"),
        9,
        1,
    )


def test_period_and_street_are_kept_apart(scene):
    callback = asked(a_resolved_case(scene))[0]
    answers(callback, CONTENT, at=APRIL)
    assert (in_march(scene).answered, in_march(scene).waiting) == (0, 1)
    assert figures(scene.street, APRIL, APRIL + timedelta(days=1)).answered == 1
    elsewhere = organisation("street2", "street", scene.street.parent)
    assert figures(elsewhere, MARCH, APRIL + timedelta(days=1)).answered == 0


def test_figures_take_two_queries(scene, django_assert_num_queries):
    for callback in asked(a_resolved_case(scene, reporters=3)):
        answers(callback, CONTENT)
    with django_assert_num_queries(2):
        in_march(scene)
