"""What happens when sweeps and people act on the same case at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from feedback import sweeps
from feedback.models import Callback
from grievance.casework import Refused
from grievance.models import Case, Event, Notice
from tests.dispatch.scene import a_street
from tests.feedback.scene import CONTENT, RESOLVED_AT, UNHAPPY, a_resolved_case, answers, asked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(transactional_db):
    return a_street()


def at_once(*calls):
    """Run every call in a thread of its own; what each returned, or the Refused it met."""

    def alone(call):
        try:
            return call()
        except Refused as no:
            return no.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(alone, calls))


def test_four_sweeps_beside_each_other_ask_each_person_once(scene):
    for _ in range(3):
        a_resolved_case(scene, reporters=3)
    at_once(*[lambda: sweeps.open_callbacks(RESOLVED_AT)] * 4)
    # A case that another sweep held was passed over: the next minute takes it
    sweeps.open_callbacks(RESOLVED_AT)
    assert Callback.objects.count() == Event.objects.filter(kind="callback.open").count() == 9
    assert Notice.objects.filter(kind="survey").count() == 9


def test_last_two_content_at_once_close_the_case_once(scene):
    case = a_resolved_case(scene, reporters=2)
    at_once(*[lambda callback=callback: answers(callback, CONTENT) for callback in asked(case)])
    case.refresh_from_db()
    assert (case.status, case.events.filter(kind="case.close").count()) == (Case.Status.CLOSED, 1)


def test_two_dissatisfied_at_once_send_the_case_back_once_and_are_both_heard(scene):
    case = a_resolved_case(scene, reporters=2)
    at_once(*[lambda callback=callback: answers(callback, UNHAPPY) for callback in asked(case)])
    case.refresh_from_db()
    assert (case.round, case.orders.filter(round=2).count()) == (2, 1)
    assert {callback.status for callback in case.callbacks.all()} == {Callback.Status.ANSWERED}


def test_same_person_answering_twice_at_once_is_one_answer(scene):
    case = a_resolved_case(scene, reporters=2)
    callback = asked(case)[0]
    outcome = at_once(lambda: answers(callback, CONTENT), lambda: answers(callback, UNHAPPY))
    assert "already_answered" in outcome
    assert Event.objects.filter(kind="callback.record").count() == 1
