"""批示: a task with a unit, a time, an answer and a judgement; one written by hand counts only when its secretary says so."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dispatch import sweeps
from dispatch.actions import handling, instructions, supervision
from dispatch.models import Checkpoint, Deadline, EscalationRung, Instruction, TimeLimit
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Attachment, Case, CaseUnit, Event, Notice
from street.models import Posting, Role
from street.scope import stand
from tests.builders import a_photo
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_street, later, person

pytestmark = pytest.mark.django_db
RUNGS = [
    ("answer-remind", "before", 24, "clock_hour", "remind", "handler"),
    ("answer-chase", "after", 0, "clock_hour", "chase", "handler"),
    ("answer-secretary", "after", 2, "working_day", "escalate", "street_secretary"),
]


@pytest.fixture
def scene():
    scene = a_street()
    TimeLimit.objects.create(policy=scene.policy, limit_class="I", anchor="answer", amount=3, unit="working_day")
    for code, trigger, amount, unit, measure, to in RUNGS:
        EscalationRung.objects.create(
            policy=scene.policy, code=code, trigger=trigger, anchor="answer", amount=amount, unit=unit, measure=measure, to=to,
            paper="secretary_supervise" if measure == "escalate" else "", sentence=f"{code}。",
        )  # fmt: skip
    scene.people["liaison"] = person("liaison", Role.LIAISON, scene.street)
    return scene


@pytest.fixture
def case(scene):
    case = triage.admit(a_case(scene), by=who(scene, "dispatcher"), at=TUESDAY)
    handling.dispatch(case, to=scene.luxi, limit_class="U4", by=who(scene, "dispatcher"), at=TUESDAY)
    return Case.objects.get(pk=case.pk)


def who(scene, name):
    """A person as an edge would hand them over: standing in the posts held."""
    user = scene.who(name)
    stand(user, TUESDAY)
    return user


def given(scene, case, text="请三日内解决", **more):
    return instructions.give(case, text=text, by=who(scene, "secretary"), at=TUESDAY, **more)


def answered(scene, case, at=None):
    return instructions.answer(given(scene, case), text="已上门", by=who(scene, "luxi"), at=at or later(hours=2))


def typed_in(scene, case, secretary="secretary", **more):
    facts = {"text": "请司法所介入", "photo": a_photo(), "secretary": who(scene, secretary), **more}
    return instructions.type_in(case, **facts, by=who(scene, "liaison"), at=TUESDAY)


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def told(scene, unit):
    return Notice.objects.filter(organisation=unit, kind="instruction")


# --- given ---------------------------------------------------------------------------------------


def test_instruction_goes_to_the_unit_in_charge_with_the_time_of_the_policy(scene, case):
    row = given(scene, case)
    assert (row.status, row.to, row.due_at) == ("given", scene.luxi, instant("2023-03-17 19:30"))
    clock = Deadline.objects.get(subject=f"instruction:{row.pk}")
    assert (clock.anchor, clock.unit, clock.met_at) == ("answer", scene.luxi, None)
    assert told(scene, scene.luxi).count() == 1


def test_time_that_the_secretary_sets_counts_instead(scene, case):
    due = instant("2023-03-15 12:00")
    assert given(scene, case, due_at=due).due_at == Deadline.objects.get(anchor="answer").due_at == due


def test_unit_that_is_named_may_from_now_on_read_the_matter(scene, case):
    assert not CaseUnit.objects.filter(case=case, organisation=scene.sifasuo).exists()
    assert given(scene, case, to=scene.sifasuo).to == scene.sifasuo
    assert CaseUnit.objects.filter(case=case, organisation=scene.sifasuo).exists()


def test_where_nobody_is_in_charge_the_desk_is_asked_and_answers(scene):
    row = given(scene, a_case(scene))
    assert row.to == scene.street and Notice.objects.filter(kind="instruction", role="shift_leader").exists()
    assert instructions.answer(row, text="已派单", by=who(scene, "leader"), at=later(hours=1)).status == "answered"


def test_desk_does_not_answer_for_a_unit(scene, case):
    row = given(scene, case)
    assert refused(instructions.answer, row, text="办了", by=who(scene, "leader"), at=later(hours=1)) == "role_missing"


def test_words_of_an_instruction_stand_in_no_event_and_no_message(scene, case):
    given(scene, case, text="找刘先生谈，电话13800001111")
    assert not Event.objects.filter(sentence__contains="刘先生").exists()
    assert not Notice.objects.filter(text__contains="刘先生").exists()


@pytest.mark.parametrize("status", ["closed", "withdrawn", "declined"])
def test_ended_matter_is_neither_instructed_nor_proposed(scene, case, status):
    Case.objects.filter(pk=case.pk).update(status=status, ended_at=TUESDAY)
    by = who(scene, "secretary")
    assert refused(instructions.give, case, text="x", by=by, at=later(hours=1)) == "case_ended"
    assert refused(supervision.instruct, case, text="x", by=by, at=later(hours=1)) == "case_ended"
    assert refused(supervision.propose_listing, case, reason="x", by=by, at=later(hours=1)) == "case_ended"
    assert not Instruction.objects.exists()


def test_time_that_is_over_is_refused(scene, case):
    assert refused(given, scene, case, due_at=TUESDAY - timedelta(hours=1)) == "due_passed"


def test_handler_gives_no_instruction(scene, case):
    assert refused(instructions.give, case, text="x", by=who(scene, "luxi"), at=TUESDAY) == "role_missing"


def test_communitys_secretary_asks_those_who_work_on_it_and_nobody_far(scene, case):
    by = who(scene, "luxi_secretary")
    assert instructions.give(case, text="x", by=by, at=TUESDAY).to == scene.luxi
    assert refused(instructions.give, case, text="x", to=scene.sifasuo, by=by, at=TUESDAY) == "beyond_seat"


def test_instruction_goes_with_the_work_to_the_next_lead_by_the_same_time(scene, case):
    row, other = given(scene, case), given(scene, case, to=scene.heat)
    due = row.due_at
    lead = case.orders.get(lead=True)
    handling.transfer(lead, to=scene.sifasuo, reason="调解未果", by=who(scene, "leader"), at=later(hours=1))
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.to, row.due_at, other.to) == (scene.sifasuo, due, scene.heat)
    assert Deadline.objects.get(subject=f"instruction:{row.pk}").unit == scene.sifasuo
    assert told(scene, scene.sifasuo).count() == 1
    assert refused(instructions.answer, row, text="x", by=who(scene, "luxi"), at=later(hours=2)) == "role_missing"
    assert instructions.answer(row, text="已约双方", by=who(scene, "sifasuo"), at=later(hours=2)).status == "answered"


# --- its clock -----------------------------------------------------------------------------------


def fire(until):
    while due := Checkpoint.objects.waiting().filter(due_at__lte=until, deadline__anchor="answer").order_by("due_at").first():
        sweeps.fire_batch(at=due.due_at)


def test_unit_is_reminded_and_chased_and_it_climbs_by_itself(scene, case):
    given(scene, case)
    fire(instant("2023-03-21 19:30"))
    sentences = [event.sentence for event in case.events.filter(kind__startswith="checkpoint")]
    assert {"临期提醒：luxi。answer-remind。", "催办：luxi。answer-chase。"} <= set(sentences)
    row = case.supervisions.get(level="street")
    assert (row.status, row.letters.get().kind, row.letters.get().to) == ("raised", "secretary_supervise", scene.luxi)


def test_answer_stops_the_clock(scene, case):
    answered(scene, case)
    assert Deadline.objects.get(anchor="answer").met_at == later(hours=2)
    assert not Checkpoint.objects.waiting().filter(deadline__anchor="answer").exists()


# --- answered and judged -------------------------------------------------------------------------


def test_answer_is_told_to_the_one_who_asked_and_settled(scene, case):
    row = answered(scene, case)
    assert (row.status, row.answer, row.answered_by.username) == ("answered", "已上门", "luxi")
    assert Notice.objects.filter(user=scene.who("secretary"), kind="instruction").exists()
    row = instructions.settle(row, by=who(scene, "secretary"), at=later(hours=3))
    assert (row.status, row.settled_at) == ("settled", later(hours=3))


def test_answer_that_is_not_enough_goes_back_with_a_new_clock(scene, case):
    row = answered(scene, case)
    assert refused(instructions.send_back, row, opinion=" ", by=who(scene, "secretary"), at=later(hours=3)) == "text_missing"
    row = instructions.send_back(row, opinion="没有见到人", by=who(scene, "secretary"), at=later(hours=3))
    running = Deadline.objects.get(anchor="answer", met_at__isnull=True)
    assert (row.status, running.starts_at, row.due_at) == ("back", later(hours=3), running.due_at)
    assert instructions.answer(row, text="见到了", by=who(scene, "luxi"), at=later(hours=4)).status == "answered"


def test_another_unit_does_not_answer(scene, case):
    row = given(scene, case)
    assert refused(instructions.answer, row, text="x", by=who(scene, "xisheng"), at=later(hours=1)) == "role_missing"


def test_another_secretary_does_not_judge_it(scene, case):
    row = answered(scene, case)
    second = person("second", Role.STREET_SECRETARY, scene.street)
    stand(second, TUESDAY)
    for by in (second, who(scene, "luxi_secretary")):
        assert refused(instructions.settle, row, by=by, at=later(hours=3)) in ("not_yours", "role_missing")
    row.refresh_from_db()
    assert row.status == "answered"


def test_deputy_judges_for_the_one_acted_for(scene, case):
    row, deputy = answered(scene, case), person("deputy", Role.STREET_LEADER, scene.street)
    post = Posting.objects.get(user=scene.who("secretary"))
    deputy.postings.create(organisation=scene.street, role=Role.STREET_SECRETARY, acting_for=post, starts_on=date(2023, 1, 1))
    stand(deputy, TUESDAY)
    assert instructions.settle(row, by=deputy, at=later(hours=3)).status == "settled"


def test_successor_in_the_post_judges_what_the_predecessor_asked(scene, case):
    row = answered(scene, case)
    Posting.objects.filter(user=scene.who("secretary")).update(ends_on=date(2023, 3, 13))
    successor = person("successor", Role.STREET_SECRETARY, scene.street)
    stand(successor, TUESDAY)
    assert instructions.settle(row, by=successor, at=later(hours=3)).status == "settled"


def test_what_is_still_asked_ends_with_the_matter(scene, case):
    row = given(scene, case)
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=later(hours=5))
    sweeps.reconcile(at=later(hours=6))
    row.refresh_from_db()
    assert row.status == "lapsed"
    assert Deadline.objects.get(anchor="answer").dropped_at == later(hours=6)


# --- written by hand -----------------------------------------------------------------------------


def test_photographed_instruction_is_nothing_before_its_secretary_confirms_it(scene, case):
    row = typed_in(scene, case)
    assert (row.status, row.by, row.typed_by.username) == ("draft", scene.who("secretary"), "liaison")
    assert row.photo.kind == Attachment.Kind.PHOTO
    assert not Deadline.objects.filter(anchor="answer").exists()
    assert not told(scene, scene.luxi).exists()
    assert not Instruction.objects.unanswered().exists()
    assert not Event.objects.filter(sentence__contains="司法所介入").exists()
    for name in ("luxi", "luxi_secretary"):
        assert not Instruction.objects.visible_to(who(scene, name)).exists()
    assert refused(instructions.answer, row, text="x", by=who(scene, "luxi"), at=later(hours=1)) == "move_not_open"


def test_confirmed_it_counts_from_that_instant_by_the_secretarys_own_act(scene, case):
    row = typed_in(scene, case)
    row = instructions.confirm(row, text="请司法所三日内介入", to=scene.sifasuo, by=who(scene, "secretary"), at=later(hours=5))
    row.refresh_from_db()
    assert (row.status, row.at, row.text, row.to) == ("given", later(hours=5), "请司法所三日内介入", scene.sifasuo)
    assert Deadline.objects.get(anchor="answer").starts_at == later(hours=5)
    assert told(scene, scene.sifasuo).count() == 1
    assert case.events.get(kind="instruction.confirm").actor == scene.who("secretary")


def test_nobody_else_confirms_it_be_it_another_secretary_a_deputy_or_the_typist(scene, case):
    row = typed_in(scene, case)
    deputy = person("deputy", Role.STREET_LEADER, scene.street)
    post = Posting.objects.get(user=scene.who("secretary"))
    deputy.postings.create(organisation=scene.street, role=Role.STREET_SECRETARY, acting_for=post, starts_on=date(2023, 1, 1))
    second = person("second", Role.STREET_SECRETARY, scene.street)
    others = [who(scene, "liaison"), who(scene, "luxi_secretary"), who(scene, "district"), second, deputy]
    for by in others:
        stand(by, TUESDAY)
        code = refused(instructions.confirm, row, text="x", by=by, at=later(hours=1))
        assert code in ("not_yours", "role_missing"), by
        assert refused(instructions.discard, row, reason="x", by=by, at=later(hours=1)) == code
    row.refresh_from_db()
    assert row.status == "draft"


def test_what_was_not_meant_so_is_discarded_and_the_liaison_hears_it(scene, case):
    row = instructions.discard(typed_in(scene, case), reason="录错了", by=who(scene, "secretary"), at=later(hours=1))
    assert (row.status, row.opinion) == ("discarded", "录错了")
    assert Notice.objects.filter(user=scene.who("liaison")).exists()
    assert not told(scene, scene.luxi).exists() and not Deadline.objects.filter(anchor="answer").exists()


def test_draft_needs_a_picture_and_a_secretary_in_office(scene, case):
    assert refused(typed_in, scene, case, photo=None) == "photo_missing"
    assert refused(typed_in, scene, case, secretary="district") == "no_secretary"
    assert refused(typed_in, scene, case, secretary="leader") == "no_secretary"
    assert refused(typed_in, scene, case, photo=SimpleUploadedFile("x.jpg", b"no picture")) == "not_a_photo"
    assert not Instruction.objects.exists()


def test_only_the_liaison_types_in(scene, case):
    facts = {"text": "x", "photo": a_photo(), "secretary": scene.who("secretary"), "at": TUESDAY}
    assert refused(instructions.type_in, case, **facts, by=who(scene, "dispatcher")) == "role_missing"
