"""无法回访: after the tries that the policy wants and a link that ran out; its own result, never satisfaction."""

from datetime import timedelta

import pytest

from feedback import sweeps
from feedback.actions import callback as actions
from feedback.models import Callback
from grievance.casework import Refused
from grievance.models import Case, Grievance, Notice
from tests.clock import instant
from tests.feedback.scene import (
    CONTENT,
    RESOLVED_AT,
    THURSDAY_MORNING,
    TRIES,
    UNHAPPY,
    a_resolved_case,
    answers,
    asked,
    forget_the_phone,
    rings,
)

Status = Callback.Status
WEEK = timedelta(days=7)
LONG_AFTER = RESOLVED_AT + timedelta(days=60)


def ends(case, at):
    """What the sweep makes of the case's callbacks and of the case by `at`."""
    sweeps.expire(at)
    case.refresh_from_db()
    return [callback.status for callback in case.callbacks.order_by("pk")], case.status


def test_three_tries_and_a_week_without_an_answer_make_one_unreachable(scene):
    case = a_resolved_case(scene)
    callback = rings(scene, asked(case)[0], *TRIES)
    assert callback.expires_at == THURSDAY_MORNING + WEEK
    assert ends(case, callback.expires_at - timedelta(seconds=1)) == ([Status.OPEN], Case.Status.RESOLVED)
    assert ends(case, callback.expires_at) == ([Status.UNREACHABLE], Case.Status.CLOSED)
    assert ends(case, callback.expires_at) == ([Status.UNREACHABLE], Case.Status.CLOSED)
    assert case.events.filter(kind="callback.give_up").count() == 1


def test_last_link_is_sent_when_the_tries_are_used_up_and_only_then(scene):
    callback = asked(a_resolved_case(scene))[0]
    rings(scene, callback, *TRIES[:2])
    assert Notice.objects.filter(kind="survey").count() == 1
    rings(scene, callback, TRIES[2], TRIES[2] + timedelta(hours=1))
    assert Notice.objects.filter(kind="survey").count() == 2
    callback.refresh_from_db()
    assert (callback.tried_at, callback.expires_at) == (THURSDAY_MORNING, THURSDAY_MORNING + WEEK)


@pytest.mark.parametrize(
    "moments",
    [
        ["2023-03-14 15:00", "2023-03-15 19:00"],
        ["2023-03-14 15:00", "2023-03-14 19:00", "2023-03-14 20:00"],
        ["2023-03-14 15:00", "2023-03-15 15:00", "2023-03-16 15:00"],
    ],
    ids=["too few", "all on one day", "all at one time of day"],
)
def test_tries_that_fall_short_of_the_policy_leave_it_open(scene, moments):
    case = a_resolved_case(scene)
    rings(scene, asked(case)[0], *map(instant, moments))
    assert ends(case, LONG_AFTER) == ([Status.OPEN], Case.Status.RESOLVED)


def test_policy_says_how_many_tries(scene):
    scene.policy.callback_tries = scene.policy.callback_days = scene.policy.callback_bands = 1
    scene.policy.save()
    case = a_resolved_case(scene)
    callback = rings(scene, asked(case)[0], TRIES[0])
    assert ends(case, callback.expires_at) == ([Status.UNREACHABLE], Case.Status.CLOSED)


def test_who_left_no_phone_is_given_up_when_the_link_runs_out(scene):
    case = a_resolved_case(scene)
    forget_the_phone(case.grievances.get())
    asked(case)
    assert ends(case, RESOLVED_AT + WEEK) == ([Status.UNREACHABLE], Case.Status.CLOSED)


def test_who_left_no_phone_cannot_be_rung(scene):
    case = a_resolved_case(scene)
    forget_the_phone(case.grievances.get())
    callback = asked(case)[0]
    for call in (
        lambda: rings(scene, callback, TRIES[0]),
        lambda: actions.reveal_phone(callback, by=scene.who("caller"), at=TRIES[0]),
    ):
        with pytest.raises(Refused) as no:
            call()
        assert no.value.code == "no_phone"


def test_try_needs_a_result(scene):
    with pytest.raises(Refused) as no:
        rings(scene, asked(a_resolved_case(scene))[0], TRIES[0], result="")
    assert no.value.code == "result_unknown"


def test_nobody_is_given_up_by_hand_before_the_rules_allow(scene):
    callback = asked(a_resolved_case(scene))[0]
    for at, code in ((RESOLVED_AT, "link_still_holds"), (LONG_AFTER, "not_tried_enough")):
        with pytest.raises(Refused) as no:
            actions.give_up(callback, at=at)
        assert no.value.code == code


def test_case_waits_until_the_last_of_many_has_answered_or_run_out(scene):
    case = a_resolved_case(scene, reporters=2)
    first, second = asked(case)
    answers(first, CONTENT)
    rings(scene, second, *TRIES)
    assert ends(case, THURSDAY_MORNING + WEEK) == ([Status.ANSWERED, Status.UNREACHABLE], Case.Status.CLOSED)


def test_who_turns_up_late_is_heard_while_the_case_still_stands(scene):
    case = a_resolved_case(scene, reporters=2)
    first, _ = asked(case)
    rings(scene, first, *TRIES)
    assert ends(case, THURSDAY_MORNING + WEEK)[0] == [Status.UNREACHABLE, Status.OPEN]
    answers(first, UNHAPPY, at=THURSDAY_MORNING + WEEK + timedelta(hours=1))
    case.refresh_from_db()
    assert (case.status, case.round) == (Case.Status.IN_HANDLING, 2)


def test_question_to_one_who_took_it_back_is_dropped_and_the_case_goes_on(scene):
    case = a_resolved_case(scene, reporters=2)
    first, second = asked(case)
    answers(second, CONTENT)
    Grievance.objects.filter(pk=first.grievance_id).update(withdrawn_at=RESOLVED_AT)
    assert ends(case, RESOLVED_AT) == ([Status.SUPERSEDED, Status.ANSWERED], Case.Status.CLOSED)


def test_sweep_that_fails_for_one_case_ends_the_others(scene, monkeypatch):
    broken, sound = a_resolved_case(scene), a_resolved_case(scene)
    for case in (broken, sound):
        forget_the_phone(case.grievances.get())
    sweeps.open_callbacks(RESOLVED_AT)
    give_up = actions.give_up

    def breaks_for_one(callback, *, at):
        if callback.case_id == broken.pk:
            raise RuntimeError("planted")
        return give_up(callback, at=at)

    monkeypatch.setattr(actions, "give_up", breaks_for_one)
    assert sweeps.expire(LONG_AFTER) == 1
    monkeypatch.undo()
    assert sweeps.expire(LONG_AFTER) == 1
