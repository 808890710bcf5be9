"""Full coverage: every person of a resolved case is asked, once in each round."""

from datetime import timedelta

import pytest

from feedback import sweeps
from feedback.actions import callback as actions
from feedback.models import Callback
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Case, Complainant, Grievance, Notice
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_grievance
from tests.feedback.scene import RESOLVED_AT, UNHAPPY, a_resolved_case, answers, asked, finish, forget_the_phone


def survey_notices():
    return Notice.objects.filter(kind="survey")


def test_each_person_of_a_resolved_case_is_asked(scene):
    case = a_resolved_case(scene, reporters=5)
    assert sweeps.open_callbacks(RESOLVED_AT) == 5
    assert {row.grievance_id for row in case.callbacks.all()} == set(case.grievances.values_list("pk", flat=True))
    assert case.events.filter(kind="callback.open").count() == survey_notices().count() == 5


def test_second_sweep_asks_nobody_twice(scene):
    case = a_resolved_case(scene, reporters=2)
    sweeps.open_callbacks(RESOLVED_AT)
    assert sweeps.open_callbacks(RESOLVED_AT + timedelta(minutes=1)) == 0
    assert (case.callbacks.count(), survey_notices().count()) == (2, 2)


def test_sweep_finds_more_cases_than_it_looks_up_at_a_time(scene):
    for _ in range(3):
        a_resolved_case(scene)
    assert sweeps.open_callbacks(RESOLVED_AT, size=1) == 3


def test_asking_again_gives_the_same_callback(scene):
    grievance = a_resolved_case(scene).grievances.get()
    first = actions.open_callback(grievance, at=RESOLVED_AT)
    assert actions.open_callback(grievance, at=RESOLVED_AT + timedelta(days=1)) == first


def test_case_still_in_handling_is_not_asked_about(scene):
    case = a_case(scene)
    assert sweeps.open_callbacks(RESOLVED_AT) == 0
    with pytest.raises(Refused, match="还没有办结"):
        actions.open_callback(case.grievances.get(), at=RESOLVED_AT)


def test_who_took_the_grievance_back_is_left_alone(scene):
    case = a_resolved_case(scene, reporters=2)
    gone, stays = case.grievances.order_by("pk")
    Grievance.objects.filter(pk=gone.pk).update(withdrawn_at=TUESDAY)
    assert [callback.grievance for callback in asked(case)] == [stays]
    with pytest.raises(Refused) as no:
        actions.open_callback(gone, at=RESOLVED_AT)
    assert no.value.code == "withdrawn"


def test_link_holds_as_long_as_the_policy_says(scene):
    scene.policy.survey_days = 3
    scene.policy.save(update_fields=["survey_days"])
    assert asked(a_resolved_case(scene))[0].expires_at == RESOLVED_AT + timedelta(days=3)


def test_outbox_and_table_hold_neither_receipt_nor_survey_secret(scene):
    callback = asked(a_resolved_case(scene))[0]
    notice = survey_notices().get()
    assert "{follow}survey/" in notice.text
    assert callback.token not in notice.text and callback.grievance.receipt not in notice.text
    assert callback.token not in str(Callback.objects.filter(pk=callback.pk).values().get())


def test_who_left_no_phone_is_asked_without_a_message(scene):
    case = a_resolved_case(scene, reporters=3)
    silent, unknown, _ = case.grievances.order_by("pk")
    forget_the_phone(silent)
    Complainant.objects.filter(grievance=unknown).delete()
    assert len(asked(case)) == 3
    assert survey_notices().count() == 1


@pytest.mark.parametrize(
    ("resolved", "sent"),
    [
        ("2023-03-14 23:30", "2023-03-15 10:00"),
        ("2023-03-14 06:00", "2023-03-14 10:00"),
        ("2023-03-14 12:00", "2023-03-14 12:00"),
    ],
)
def test_nobody_is_asked_at_night(scene, resolved, sent):
    asked(a_resolved_case(scene), at=instant(resolved))
    assert survey_notices().get().not_before == instant(sent)


def test_merged_grievances_are_each_asked_about_the_case_they_lie_in(scene):
    older, newer = a_case(scene), a_case(scene, at=RESOLVED_AT)
    triage.merge(newer, into=older, by=scene.who("dispatcher"), at=RESOLVED_AT)
    Case.objects.filter(pk=older.pk).update(status=Case.Status.RESOLVED, resolved_at=RESOLVED_AT)
    older.refresh_from_db()
    assert len(asked(older)) == 2


def test_round_one_of_another_case_is_another_question(scene):
    case = a_resolved_case(scene, reporters=2)
    callback = asked(case)[0]
    answers(callback, UNHAPPY)
    new = triage.split(callback.grievance, by=scene.who("dispatcher"), at=RESOLVED_AT)
    Case.objects.filter(pk=new.pk).update(status=Case.Status.RESOLVED, resolved_at=RESOLVED_AT)
    assert asked(new)[0].round == callback.round == 1


def test_everyone_is_asked_again_after_the_work_was_redone(scene):
    case = a_resolved_case(scene, reporters=3)
    answers(asked(case)[0], UNHAPPY)
    again = finish(scene, case.orders.open().get(), at=RESOLVED_AT)
    assert again.round == 2
    assert len(asked(again, at=RESOLVED_AT + timedelta(hours=3))) == 3


def test_matter_that_nobody_raised_closes_without_a_question(scene):
    case = a_resolved_case(scene)
    case.grievances.update(withdrawn_at=TUESDAY)
    assert (sweeps.open_callbacks(RESOLVED_AT), sweeps.settle(RESOLVED_AT), sweeps.settle(RESOLVED_AT)) == (0, 1, 0)
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED


def test_case_that_cannot_be_asked_about_steps_aside_for_the_others(scene, monkeypatch):
    broken, sound = a_resolved_case(scene), a_resolved_case(scene)
    open_callback = actions.open_callback

    def breaks_for_one(grievance, *, at):
        if grievance.case_id == broken.pk:
            raise RuntimeError("planted")
        return open_callback(grievance, at=at)

    monkeypatch.setattr(actions, "open_callback", breaks_for_one)
    assert sweeps.open_callbacks(RESOLVED_AT) == 1
    assert sound.callbacks.exists() and not broken.callbacks.exists()
    monkeypatch.undo()
    assert sweeps.open_callbacks(RESOLVED_AT) == 1


def test_one_who_joins_before_the_work_is_done_is_asked_too(scene):
    case = a_resolved_case(scene)
    a_grievance(case)
    assert len(asked(case)) == 2
