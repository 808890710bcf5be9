"""反馈时限、出路、没有工单的时限: until when a rung wants an answer, how it ends, and clocks that belong to no order."""

from datetime import timedelta

import pytest

from dispatch import sweeps
from dispatch.actions import handling, supervision
from dispatch.models import Deadline, Letter, Supervision, TimeLimit
from dispatch.papers.letters import letter_facts
from grievance.casework import beijing
from grievance.models import Case, Notice
from tests.clock import instant
from tests.dispatch.rungs import a_quiet_street, a_rung, an_order, fired
from tests.dispatch.scene import a_case, a_grievance, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return a_quiet_street()


class TestAnswerLimits:
    """反馈时限与出路."""

    def drafted(self, scene, **more):
        a_rung(scene, "late_accept", 1, measure="draft", to="unit_head", paper="caution", **more)
        return self.late(scene)

    def late(self, scene):
        order = an_order(scene)
        at = order.accept_due_at + timedelta(minutes=1)
        handling.accept(order, by=scene.who("luxi"), at=at)
        fired(at)
        return order

    @pytest.mark.parametrize(("days", "until"), [(2, "2023-03-17 19:30"), (3, "2023-03-20 19:30")])
    def test_a_paper_wants_its_answer_from_the_signature_on(self, scene, days, until):
        self.drafted(scene, answer_amount=days, answer_unit="working_day")
        draft = Letter.objects.get()
        assert draft.answer_due_at is None
        signed = supervision.sign(draft, by=scene.who("leader"), at=instant("2023-03-15 11:00"))
        assert signed.answer_due_at == instant(until)
        assert f"请于{beijing(instant(until))}前反馈。" in letter_facts(signed)["paragraphs"]

    def test_the_clock_of_the_answer_runs_against_the_addressee_and_ends_with_the_answer(self, scene):
        TimeLimit.objects.create(policy=scene.policy, limit_class="L", anchor="reply", amount=5, unit="working_day")
        a_rung(scene, "after", 0, anchor="reply", unit="working_hour", to="handler", code="reply")
        self.drafted(scene, answer_amount=2, answer_unit="working_day")
        signed = supervision.sign(Letter.objects.get(), by=scene.who("leader"), at=instant("2023-03-15 11:00"))
        clock = Deadline.objects.get(anchor="reply")
        assert (clock.unit, clock.due_at) == (scene.luxi, instant("2023-03-17 19:30"))
        supervision.answer(signed, text="已修好", by=scene.who("luxi"), at=instant("2023-03-16 11:00"))
        assert "reply" not in fired(instant("2023-03-20 11:00"))
        assert Deadline.objects.get(anchor="reply").met_at == instant("2023-03-16 11:00")

    def test_an_answer_that_does_not_come_is_chased_at_the_addressee(self, scene):
        TimeLimit.objects.create(policy=scene.policy, limit_class="L", anchor="reply", amount=1, unit="working_day")
        a_rung(scene, "after", 0, anchor="reply", unit="working_hour", to="handler", code="reply")
        self.drafted(scene)
        supervision.sign(Letter.objects.get(), by=scene.who("leader"), at=instant("2023-03-15 11:00"))
        fired(instant("2023-03-16 19:30"))
        notice = Notice.objects.get(kind="chase")
        assert notice.organisation == scene.luxi
        assert "公文反馈时限2023年3月16日 19:30" in notice.text

    def test_an_ended_case_wants_no_answer_any_more(self, scene):
        TimeLimit.objects.create(policy=scene.policy, limit_class="L", anchor="reply", amount=1, unit="working_day")
        a_rung(scene, "after", 0, anchor="reply", unit="working_hour", to="handler", code="reply")
        order = self.drafted(scene)
        supervision.sign(Letter.objects.get(), by=scene.who("leader"), at=instant("2023-03-15 11:00"))
        ended = instant("2023-03-15 12:00")
        order.case.orders.update(status="cancelled", ended_at=ended)
        Case.objects.filter(pk=order.case_id).update(status="withdrawn", ended_at=ended)
        sweeps.reconcile(at=ended)
        clock = Deadline.objects.get(anchor="reply")
        assert (clock.dropped_at, clock.met_at, clock.checkpoints.count()) == (ended, None, 0)
        assert sweeps.reconcile(at=ended) == 0

    def test_a_secretary_who_sets_no_time_is_given_the_rows(self, scene):
        a_rung(scene, "late_accept", 1, measure="escalate", to="community_secretary", answer_amount=2, answer_unit="working_day")
        self.late(scene)
        row = supervision.take(
            Supervision.objects.get(), demand="上门", by=scene.who("luxi_secretary"), at=instant("2023-03-15 11:00")
        )
        assert row.due_at == instant("2023-03-17 19:30")

    def test_a_time_set_by_the_secretary_holds(self, scene):
        a_rung(scene, "late_accept", 1, measure="escalate", to="community_secretary", answer_amount=2, answer_unit="working_day")
        self.late(scene)
        mine = instant("2023-03-15 18:00")
        row = supervision.take(
            Supervision.objects.get(), demand="上门", due_at=mine, by=scene.who("luxi_secretary"), at=instant("2023-03-15 11:00")
        )
        assert row.due_at == mine

    @pytest.mark.parametrize(("ends", "status"), [(True, "lifted"), (False, "active")])
    def test_what_the_row_says_shall_stand_outlives_the_case(self, scene, ends, status):
        a_rung(scene, "late_accept", 1, measure="escalate", to="community_secretary", ends_with_case=ends)
        order = self.late(scene)
        at = instant("2023-03-15 11:00")
        row = supervision.take(Supervision.objects.get(), demand="上门", by=scene.who("luxi_secretary"), at=at)
        Case.objects.filter(pk=order.case_id).update(status="withdrawn", ended_at=at)
        sweeps.reconcile(at=at)
        row.refresh_from_db()
        assert row.status == status

    def test_it_stands_until_a_person_lifts_it_and_reconciling_leaves_it_alone(self, scene):
        a_rung(scene, "late_accept", 1, measure="escalate", to="street_secretary", ends_with_case=False)
        order = self.late(scene)
        at = instant("2023-03-15 11:00")
        Case.objects.filter(pk=order.case_id).update(status="withdrawn", ended_at=at)
        sweeps.reconcile(at=at)
        assert sweeps.reconcile(at=at) == 0
        assert Letter.objects.get().status == "draft"
        row = supervision.lift(Supervision.objects.get(), outcome="已回访", by=scene.who("secretary"), at=at)
        assert (row.status, Letter.objects.get().status) == ("lifted", "discarded")


class TestClocksOfNoOrder:
    """批示、报到等的时限: every measure works without a work order."""

    def fire(self, scene, measure, to, **more):
        TimeLimit.objects.create(policy=scene.policy, limit_class="I", anchor="answer", amount=1, unit="working_day")
        a_rung(scene, "after", 0, anchor="answer", unit="working_hour", measure=measure, to=to, code="due", **more)
        order = an_order(scene)
        row = supervision.instruct(order.case, text="三日内解决", by=scene.who("secretary"), at=later(hours=1))
        fired(row.due_at)
        return row

    def test_the_unit_asked_is_chased(self, scene):
        self.fire(scene, "chase", "unit_head")
        assert Notice.objects.get(kind="chase").organisation == scene.luxi

    def test_the_desk_is_told_by_role(self, scene):
        self.fire(scene, "chase", "desk")
        assert Notice.objects.get(kind="chase").role == "supervisor"

    def test_a_paper_goes_to_the_unit_asked(self, scene):
        self.fire(scene, "draft", "unit_head", paper="caution")
        assert Letter.objects.get().to == scene.luxi

    def test_it_climbs_to_a_secretary(self, scene):
        self.fire(scene, "escalate", "street_secretary")
        assert (Supervision.objects.get().level, Letter.objects.get().kind) == ("street", "secretary_supervise")

    def test_a_row_for_another_kind_of_unit_stays_silent(self, scene):
        self.fire(scene, "chase", "handler", unit_kind="utility")
        assert not Notice.objects.filter(kind="chase").exists()

    def test_without_a_unit_the_desk_is_told_and_no_paper_is_drafted(self, scene):
        a_rung(scene, "reporters", 2, measure="draft", to="unit_head", paper="caution")
        a_rung(scene, "reporters", 2, measure="chase", to="handler", code="chase")
        case = a_case(scene)
        a_grievance(case)
        Case.objects.filter(pk=case.pk).update(recount=True)
        assert sorted(fired()) == ["chase", "reporters-2"]
        assert not Letter.objects.exists()
        assert set(Notice.objects.filter(case=case).values_list("role", flat=True)) == {"supervisor"}
