"""A quarter of one street: 500 matters on a scripted clock, in time, late, returned, suspended, supervised, called back; what
must hold is checked every night. And each thing that must hold is broken once on purpose, to see that it would be noticed."""

from collections import Counter
from datetime import timedelta
from functools import reduce
from importlib import import_module
from operator import or_

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.test import override_settings

from config.replay import audit, district, playing
from config.replay.waiting import WAITS_VISIBLY
from dispatch.models import Checkpoint, Letter, WorkOrder
from grievance.casework import notice_for, notify
from grievance.models import Case, Event, Notice
from street.models import Organisation, Role, User
from tests.clock import instant
from tests.journeys import planner

# Without the mark no test database is made where these are run alone
pytestmark = pytest.mark.django_db
SINCE = instant("2023-03-01 09:00")
QUARTER, MONTH = SINCE + timedelta(days=91), SINCE + timedelta(days=24)


def lived(blocker, cases, until, *, streets=1):
    """A span lived through in a transaction that is given up when the tests of it are over."""
    backend = override_settings(NOTICE_BACKEND="config.replay.playing.handed_over")
    with blocker.unblock(), backend, transaction.atomic():
        call_command("load_calendar", verbosity=0)
        call_command("load_street", district.STREET, verbosity=0)
        call_command("load_policy", district.POLICY, verbosity=0)
        district.clone(streets - 1)
        played = playing.play(cases, seed=7, since=SINCE, until=until, hurried=True)
        planner.learns()
        yield played
        transaction.set_rollback(True)


@pytest.fixture(scope="class")
def quarter(django_db_setup, django_db_blocker):
    yield from lived(django_db_blocker, 500, QUARTER)


@pytest.fixture(scope="class")
def month(django_db_setup, django_db_blocker):
    yield from lived(django_db_blocker, 40, MONTH, streets=2)


@pytest.mark.on_sqlite
class TestQuarter:
    """五百件，一个季度."""

    def test_nothing_that_must_hold_was_broken_on_any_night(self, quarter):
        _, checked = quarter
        assert checked.nights == 92
        assert checked.found == []

    def test_it_was_a_quarter_worth_the_name(self, quarter):
        stage, _ = quarter
        assert Case.objects.count() >= 500
        assert min(stage.done[name] for name in MOVES) >= 1, stage.done
        statuses = Counter(Letter.objects.values_list("kind", "status"))
        assert {kind for kind, status in statuses if status == Letter.Status.ISSUED} >= {
            "caution",
            "supervise",
            "secretary_supervise",
        }
        assert {status for _, status in statuses} == set(Letter.Status.values)
        assert Checkpoint.objects.filter(fired_at__isnull=False).count() > 1000

    def test_people_were_refused_only_what_the_clock_or_another_had_taken_from_them(self, quarter):
        stage, _ = quarter
        assert {name.split(": ")[1] for name in stage.refused} <= REFUSED, stage.refused
        assert sum(stage.refused.values()) < 0.03 * sum(stage.done.values())


MOVES = [
    *("intake.submit", "intake.urge", "intake.withdraw", "intake.add_remark", "triage.hold", "triage.decline", "triage.merge"),
    *("triage.link", "handling.accept", "handling.respond", "handling.add_progress", "handling.complete", "handling.review"),
    *("handling.transfer", "returns.ask_return", "returns.decide_return", "extensions.request", "extensions.decide"),
    *("suspension.ask", "suspension.decide", "suspension.resume", "mediation.agree", "mediation.fail", "petitions.register"),
    *("petitions.admit", "petitions.notify_in_writing", "callback.record", "callback.attempt", "supervision.sign"),
    *("supervision.discard", "supervision.answer", "supervision.take", "supervision.instruct", "supervision.propose_listing"),
    *("supervision.list_case", "supervision.unlist", "supervision.decline_listing", "supervision.lift"),
]
REFUSED = {
    "nothing_to_urge",
    "too_late",
    "move_not_open",
    "case_ended",
    "already_raised",
    "urged_recently",
    "withdrawn",
    "not_handling",
    "admitted_before",
    "notified_before",
}


class TestPlantedFaults:
    """二十四天，然后逐一弄坏."""

    @pytest.fixture
    def broken(self, month):
        with transaction.atomic():
            # Within a transaction that is given up: the history is guarded again when it is over
            import_module("grievance.migrations.0002_append_only").run(connection, "lift")
            yield month
            transaction.set_rollback(True)

    def test_nothing_is_wrong_before(self, month):
        assert audit.everything(MONTH) == []

    def test_case_without_a_next_checkpoint_is_noticed(self, broken):
        seen = reduce(or_, (condition(MONTH) for condition in WAITS_VISIBLY.values()))
        ticking = Checkpoint.objects.waiting().filter(case=OuterRef("pk"))
        row = Case.objects.filter(~seen, Exists(ticking), status=Case.Status.IN_HANDLING).first()
        Checkpoint.objects.waiting().filter(case=row).delete()
        assert noticed(f"事项 {row.number}（办理中）没有下一个节点")

    def test_checkpoint_lost_before_its_time_is_noticed_once_that_has_come(self, broken):
        row = Checkpoint.objects.waiting().filter(order__isnull=False, deadline__isnull=False).order_by("due_at").last()
        row.delete()
        assert any(f"已到“{row.rung.code}”，却没有触发" in one for one in audit.everything(row.due_at + timedelta(days=2)))

    def test_breach_without_its_draft_is_noticed(self, broken):
        row = Letter.objects.filter(checkpoint__rung__measure="draft").first()
        Letter.objects.filter(pk=row.pk).update(checkpoint=None)
        assert noticed(f"节点 {row.checkpoint_id}（{row.checkpoint.rung.code}）触发后没有文稿")

    def test_reminder_that_told_nobody_is_noticed(self, broken):
        row = Checkpoint.objects.filter(fired_at__isnull=False, rung__measure="chase", case__ended_at=None).first()
        Notice.objects.filter(key__startswith=f"checkpoint:{row.pk}").delete()
        assert noticed("触发后无人得知")

    def test_checkpoint_that_spoke_twice_is_noticed(self, broken):
        row = Event.objects.filter(kind__startswith="checkpoint.").first()
        row.pk = None
        row.save(force_insert=True)
        assert noticed("触发后有 2 条记录")

    def test_checkpoint_ahead_of_its_time_is_noticed(self, broken):
        row = Checkpoint.objects.filter(fired_at__isnull=False).first()
        Checkpoint.objects.filter(pk=row.pk).update(due_at=row.fired_at + timedelta(minutes=1))
        assert noticed("早于到期触发")

    def test_paper_without_a_cause_is_noticed(self, broken):
        # What somebody did to the matter at that very instant could be the cause
        done = Event.objects.filter(case=OuterRef("case"), at=OuterRef("drafted_at"), voice=Event.Voice.STAFF)
        row = Letter.objects.filter(~Exists(done), checkpoint__isnull=False).first()
        Letter.objects.filter(pk=row.pk).update(checkpoint=None)
        assert noticed(f"公文 {row.pk}（{row.get_kind_display()}）无因")

    def test_signature_of_somebody_who_may_not_sign_is_noticed(self, broken):
        row = Letter.objects.filter(status="issued").first()
        clerk = User.objects.filter(postings__role=Role.HANDLER, postings__organisation=row.to_id).first()
        Letter.objects.filter(pk=row.pk).update(signed_by=clerk)
        assert noticed("签发人没有这项权限")

    def test_signature_that_nobody_recorded_is_noticed(self, broken):
        row = Letter.objects.filter(status="issued").first()
        Event.objects.filter(subject=f"letter:{row.pk}", became="issued").delete()
        assert noticed(f"公文 {row.number}的签发没有记录")

    def test_skipped_number_of_a_paper_is_noticed(self, broken):
        row = Letter.objects.filter(status="issued").order_by("signed_at").last()
        mark, _, serial = row.number.removesuffix("号").rpartition("〕")
        Letter.objects.filter(pk=row.pk).update(number=f"{mark}〕{int(serial) + 1000}号")
        assert noticed("编号有重有漏")

    def test_skipped_number_of_an_order_is_noticed(self, broken):
        row = WorkOrder.objects.order_by("pk").first()
        WorkOrder.objects.filter(pk=row.pk).update(number=f"{row.number[:-4]}0999")
        assert noticed("编号有重有漏")

    def test_notice_to_a_unit_that_has_no_part_in_it_is_noticed(self, broken):
        case = Case.objects.filter(street__code="qms", status=Case.Status.IN_HANDLING).first()
        stranger = Organisation.objects.get(code="sy-jiaoyu")
        notify(notice_for("planted", "order", case, "给邻居", at=MONTH - timedelta(days=1), organisation=stranger))
        Notice.objects.filter(key="planted").update(sent_at=MONTH - timedelta(days=1))
        assert noticed("通知 planted 发给了不知情的")

    def test_notice_to_another_street_is_noticed_even_where_it_was_told_of_the_case(self, broken):
        case = Case.objects.filter(street__code="qms").first()
        neighbour = Organisation.objects.get(code="s02-qms-chengguan")
        case.units.create(organisation=neighbour, at=case.submitted_at)
        notify(notice_for("planted", "order", case, "给邻居", at=MONTH - timedelta(days=1), organisation=neighbour))
        assert noticed("通知 planted 发给了另一街道的")

    def test_message_ahead_of_its_time_is_noticed(self, broken):
        row = Notice.objects.filter(sent_at__isnull=False).first()
        Notice.objects.filter(pk=row.pk).update(not_before=row.sent_at + timedelta(hours=1))
        assert noticed("早于最早发送时间")

    def test_act_in_a_post_that_was_not_held_is_noticed(self, broken):
        row = Event.objects.filter(voice="staff").first()
        Event.objects.filter(pk=row.pk).update(posting="路西社区书记（冒名）")
        assert noticed("没有任职，或当日不在任")

    def test_matter_that_nobody_studied_is_noticed(self, broken):
        Case.objects.filter(status="submitted").update(studied_at=None)
        assert not Case.objects.filter(status="submitted").exists() or noticed("未研判")


def test_a_further_street_shares_nothing_but_the_district_with_the_first():
    call_command("load_calendar", verbosity=0)
    call_command("load_street", district.STREET, verbosity=0)
    first = Organisation.objects.streets().get()
    district.clone(1)
    other = Organisation.objects.streets().exclude(pk=first.pk).get()
    inside = Organisation.objects.within(other)
    assert inside.count() == Organisation.objects.within(first).count() > 20
    held = User.objects.filter(postings__organisation__in=inside)
    assert held.exists() and not held.filter(postings__organisation__in=Organisation.objects.within(first)).exists()


def noticed(words):
    """Whether the audit of everything says so."""
    found = audit.everything(MONTH)
    assert found, "nothing was noticed"
    return any(words in one for one in found)
