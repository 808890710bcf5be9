"""The verdict belongs to the resident: content closes, one who is not sends the case back, silence is neither."""

from datetime import date, timedelta

import pytest

from dispatch.actions import handling
from dispatch.models import Checkpoint, Deadline
from feedback import sweeps
from feedback.actions import callback as actions
from feedback.models import CallAttempt, Callback
from grievance.casework import RESIDENT, Refused
from grievance.models import Case, Event
from street.models import Posting, Role
from tests.clock import instant
from tests.dispatch.scene import organisation, person
from tests.feedback.scene import CONTENT, RESOLVED_AT, UNHAPPY, a_resolved_case, answers, asked, finish

Status = Callback.Status


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as no:
        call(*args, **kwargs)
    return no.value.code


def says(scene, callback, verdict, *, by="caller", way=Callback.Way.PHONE, at=RESOLVED_AT, **more):
    who = scene.who(by) if isinstance(by, str) else by
    return actions.record(callback, **verdict, **more, way=way, by=who, at=at)


def test_case_closes_when_the_last_person_is_content(scene):
    case = a_resolved_case(scene, reporters=2)
    first, second = asked(case)
    answers(first, CONTENT)
    case.refresh_from_db()
    assert case.status == Case.Status.RESOLVED
    says(scene, second, {"replied": True, "resolved": "mostly", "satisfaction": "mostly"})
    case.refresh_from_db()
    assert (case.status, case.ended_at) == (Case.Status.CLOSED, RESOLVED_AT)


def test_what_was_said_is_kept_with_who_wrote_it_down(scene):
    callback = says(scene, asked(a_resolved_case(scene))[0], CONTENT, words=" 很快 ")
    assert (callback.way, callback.recorded_by, callback.words, callback.replied) == ("phone", scene.who("caller"), "很快", True)
    assert [one.result for one in callback.attempts.all()] == [CallAttempt.Result.ANSWERED]


def test_own_answer_names_no_member_of_staff(scene):
    callback = answers(asked(a_resolved_case(scene))[0], CONTENT)
    event = Event.objects.get(kind="callback.record")
    assert (callback.recorded_by, event.voice, event.grievance) == (None, "resident", callback.grievance)
    assert event.public == "已登记您的评价：已联系答复、解决、满意。"


def test_a_year_of_silence_satisfies_nobody(scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    for days in (8, 30, 365):
        sweeps.expire(RESOLVED_AT + timedelta(days=days))
        sweeps.settle(RESOLVED_AT + timedelta(days=days))
    case.refresh_from_db()
    callback.refresh_from_db()
    assert (case.status, callback.status, callback.satisfaction) == (Case.Status.RESOLVED, Status.OPEN, "")


def test_one_dissatisfied_person_sends_the_case_back_with_limits_of_its_own(scene):
    case = a_resolved_case(scene)
    answers(asked(case)[0], UNHAPPY)
    case.refresh_from_db()
    order = case.orders.open().get()
    assert (case.status, case.round, case.resolved_at) == (Case.Status.IN_HANDLING, 2, None)
    assert (order.handler, order.limit_class, order.round) == (scene.luxi, "R", 2)
    assert order.due_at == instant("2023-03-17 19:30")
    assert Deadline.objects.filter(order=order).count() == 3


def test_of_many_one_dissatisfied_reworks_and_no_answer_is_lost(scene):
    case = a_resolved_case(scene, reporters=4)
    first, second, third, fourth = asked(case)
    answers(first, CONTENT)
    answers(second, UNHAPPY)
    statuses = [Callback.objects.get(pk=row.pk).status for row in (first, second, third, fourth)]
    assert statuses == [Status.ANSWERED, Status.ANSWERED, Status.SUPERSEDED, Status.SUPERSEDED]
    assert Callback.objects.get(pk=first.pk).content
    assert case.orders.filter(round=2).count() == 1


def test_who_was_still_writing_when_another_sent_it_back_is_heard(scene):
    case = a_resolved_case(scene, reporters=2)
    first, second = asked(case)
    answers(first, UNHAPPY)
    late = answers(second, UNHAPPY, at=RESOLVED_AT + timedelta(minutes=1))
    case.refresh_from_db()
    assert (late.status, case.round, case.orders.filter(round=2).count()) == (Status.ANSWERED, 2, 1)


def test_unsolved_is_done_again_even_where_the_person_is_polite(scene):
    case = a_resolved_case(scene)
    callback = answers(asked(case)[0], {"replied": True, "resolved": "no", "satisfaction": "mostly"})
    case.refresh_from_db()
    assert (callback.reason, case.status) == (Callback.Reason.UNSOLVED, Case.Status.IN_HANDLING)


def test_content_person_need_give_no_reason_and_none_is_kept(scene):
    assert answers(asked(a_resolved_case(scene))[0], {**CONTENT, "reason": "attitude"}).reason == ""


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        ({**UNHAPPY, "reason": ""}, "reason_missing"),
        ({**UNHAPPY, "reason": "weather"}, "reason_missing"),
        ({**CONTENT, "resolved": ""}, "answer_incomplete"),
        ({**CONTENT, "satisfaction": "very"}, "answer_incomplete"),
        ({**CONTENT, "words": "很" * 2001}, "words_too_long"),
    ],
)
def test_answer_that_is_not_whole_is_not_written_down(scene, verdict, code):
    callback = asked(a_resolved_case(scene))[0]
    assert refused(answers, callback, verdict) == code
    callback.refresh_from_db()
    assert callback.status == Status.OPEN


def test_answer_stands_once_given(scene):
    case = a_resolved_case(scene, reporters=2)
    callback = asked(case)[0]
    answers(callback, CONTENT)
    assert refused(answers, callback, UNHAPPY) == "already_answered"
    assert refused(says, scene, callback, UNHAPPY) == "already_answered"


def test_closed_matter_asks_no_more(scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    Callback.objects.filter(pk=callback.pk).update(status=Status.UNREACHABLE)
    sweeps.settle(RESOLVED_AT)
    assert refused(answers, callback, CONTENT) == "callback_over"


def test_way_must_fit_who_answers(scene):
    callback = asked(a_resolved_case(scene))[0]
    assert refused(says, scene, callback, CONTENT, way=Callback.Way.SURVEY) == "way_not_open"
    assert refused(says, scene, callback, CONTENT, way="pigeon") == "way_not_open"


def test_resident_cannot_pass_for_a_telephone_call(scene):
    callback = asked(a_resolved_case(scene))[0]
    assert refused(actions.record, callback, **CONTENT, way="phone", by=RESIDENT, at=RESOLVED_AT) == "way_not_open"


@pytest.mark.parametrize("role", ["leader", "dispatcher", "secretary", "luxi"])
def test_only_a_caller_writes_down_what_was_said(scene, role):
    assert refused(says, scene, asked(a_resolved_case(scene))[0], CONTENT, by=role) == "role_missing"


def test_caller_of_another_street_is_refused(scene):
    elsewhere = person("elsewhere", Role.CALLER, organisation("street2", "street", scene.street.parent))
    assert refused(says, scene, asked(a_resolved_case(scene))[0], CONTENT, by=elsewhere) == "role_missing"


def test_unit_that_handled_never_calls_back(scene):
    caller = scene.who("caller")
    Posting.objects.create(user=caller, organisation=scene.luxi, role=Role.GRID_WORKER, starts_on=date(2023, 1, 1))
    callback = asked(a_resolved_case(scene))[0]
    assert refused(says, scene, callback, CONTENT) == "handled_it"
    assert refused(actions.attempt, callback, result="no_answer", by=scene.who("caller"), at=RESOLVED_AT) == "handled_it"
    assert refused(actions.reveal_phone, callback, by=scene.who("caller"), at=RESOLVED_AT) == "handled_it"
    assert not Callback.objects.get(pk=callback.pk).attempts.exists()


def test_unit_that_only_assisted_never_calls_back_either(scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    case.orders.create(
        number="ZTC-9", case=case, handler=scene.xisheng, lead=False, status="done", policy=scene.policy, limit_class="U4",
        dispatched_at=RESOLVED_AT, dispatched_by=scene.who("dispatcher"),
    )  # fmt: skip
    Posting.objects.create(user=scene.who("caller"), organisation=scene.xisheng, role=Role.HANDLER, starts_on=date(2023, 1, 1))
    assert refused(says, scene, callback, CONTENT) == "handled_it"


def test_who_did_the_work_in_an_earlier_post_never_calls_back(scene):
    case = a_resolved_case(scene)
    moved = scene.who("luxi")
    moved.postings.update(ends_on=date(2023, 3, 14))
    Posting.objects.create(user=moved, organisation=scene.street, role=Role.CALLER, starts_on=date(2023, 3, 15))
    at = RESOLVED_AT + timedelta(days=1)
    assert refused(says, scene, asked(case, at=at)[0], CONTENT, by=moved, at=at) == "handled_it"


def test_who_once_worked_for_a_unit_that_has_nothing_to_do_with_it_may_call(scene):
    Posting.objects.create(user=scene.who("caller"), organisation=scene.heat, role=Role.HANDLER, starts_on=date(2023, 1, 1))
    assert says(scene, asked(a_resolved_case(scene))[0], CONTENT, way=Callback.Way.VISIT).content


def test_second_dissatisfaction_climbs_the_ladder(scene):
    case = a_resolved_case(scene, reporters=3)
    answers(asked(case)[0], UNHAPPY)
    assert not Checkpoint.objects.filter(case=case, rung__code="unhappy").exists()
    again = finish(scene, case.orders.open().get(), at=RESOLVED_AT)
    at = RESOLVED_AT + timedelta(hours=3)
    answers(asked(again, at=at)[0], UNHAPPY, at=at)
    assert Checkpoint.objects.get(case=case, rung__code="unhappy").due_at == at


def test_answer_survives_a_rework_that_fails(scene, monkeypatch):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    monkeypatch.setattr(handling, "rework", lambda *args, **kwargs: 1 / 0)
    assert answers(callback, UNHAPPY).status == Status.ANSWERED
    assert sweeps.settle(RESOLVED_AT) == 0
    monkeypatch.undo()
    assert (sweeps.settle(RESOLVED_AT), sweeps.settle(RESOLVED_AT)) == (1, 0)
    case.refresh_from_db()
    assert (case.round, case.orders.open().count()) == (2, 1)


def test_close_lost_between_hops_is_made_up_for(scene, monkeypatch):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    monkeypatch.setattr(actions, "settle", lambda *args, **kwargs: 1 / 0)
    answers(callback, CONTENT)
    monkeypatch.undo()
    assert sweeps.settle(RESOLVED_AT) == 1
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED


def test_events_hold_nothing_about_the_person(scene):
    callback = asked(a_resolved_case(scene))[0]
    actions.reveal_phone(callback, by=scene.who("caller"), at=RESOLVED_AT)
    says(scene, callback, UNHAPPY, words="我家302还是漏水")
    told = " ".join(f"{event.sentence}{event.public}" for event in Event.objects.all())
    assert not [secret for secret in ("刘先生", "13800001000", "我家302") if secret in told]
    assert Event.objects.filter(kind="phone.revealed", actor=scene.who("caller")).count() == 1
