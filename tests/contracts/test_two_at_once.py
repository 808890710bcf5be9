"""Two people act on the same row at the same moment: one of them succeeds, the other reads why not."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from dispatch import sweeps
from dispatch.actions import briefing, extensions, handling, instructions, ladder, receptions, returns, supervision
from dispatch.models import Brief, Instruction, Letter, OrderReturn, Reception, ReceptionSlot, Supervision, WorkOrder
from feedback.actions import callback as callbacks
from feedback.models import Callback
from grievance.actions import intake, triage
from grievance.casework import RESIDENT, Refused, lock
from grievance.models import Case, Event
from tests.dispatch.scene import a_case, a_street, later

pytestmark = pytest.mark.django_db(transaction=True)
NOON = later(hours=1, minutes=40)


@pytest.fixture
def scene(transactional_db):
    return a_street()


@pytest.fixture
def order(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=later(minutes=5))
    return handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=later(minutes=10))


@pytest.fixture
def accepted(order, scene):
    return handling.accept(order, by=scene.who("luxi"), at=later(minutes=20))


def at_once(*calls):
    """Start all calls together, each on a connection of its own; how many succeeded, and why the others did not."""
    start, done, refused, broken = Barrier(len(calls)), [], [], []

    def alone(call):
        connection.ensure_connection()
        start.wait(timeout=20)
        try:
            done.append(call())
        except Refused as no:
            refused.append(no.code)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [Thread(target=alone, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert broken == [] and not any(thread.is_alive() for thread in threads)
    return len(done), sorted(refused)


def happened(kind):
    """How often the history tells of it."""
    return Event.objects.filter(kind=kind).count()


def test_two_accept_the_same_order(order, scene):
    people = [scene.who("luxi"), scene.who("luxi_secretary")]
    outcome = at_once(*[lambda by=by: handling.accept(order, by=by, at=NOON) for by in people])
    assert outcome == (1, ["already_accepted"])
    assert happened("workorder.accept") == 1


def test_one_completes_what_the_other_transfers(accepted, scene):
    outcome = at_once(
        lambda: handling.complete(accepted, public_answer="已办好。", by=scene.who("luxi"), at=NOON),
        lambda: handling.transfer(accepted, to=scene.sifasuo, reason="须专业调解", by=scene.who("leader"), at=NOON),
    )
    assert outcome == (1, ["move_not_open"])
    assert WorkOrder.objects.open().count() == 1


def test_one_accepts_what_the_other_recalls(order, scene):
    outcome = at_once(
        lambda: handling.accept(order, by=scene.who("luxi"), at=NOON),
        lambda: handling.recall(order, reason="派错", by=scene.who("leader"), at=NOON),
    )
    assert outcome == (1, ["move_not_open"])
    assert happened("workorder.accept") + happened("workorder.recall") == 1


def test_two_dispatch_the_same_case(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=later(minutes=5))
    people = [scene.who("dispatcher"), scene.who("leader")]
    outcome = at_once(*[lambda by=by: handling.dispatch(case, to=scene.luxi, limit_class="U4", by=by, at=NOON) for by in people])
    assert outcome == (1, ["already_led"])
    assert WorkOrder.objects.count() == 1


def test_two_decide_the_same_return(accepted, scene):
    row = returns.ask_return(accepted, reason="duty", basis="不属本单位", by=scene.who("luxi"), at=later(minutes=30))
    outcome = at_once(
        lambda: returns.decide_return(row, agreed=True, opinion="同意", by=scene.who("leader"), at=NOON),
        lambda: returns.decide_return(row, agreed=False, opinion="不同意", by=scene.who("supervisor"), at=NOON),
    )
    assert outcome == (1, ["already_decided"])
    assert OrderReturn.objects.get().agreed is not None


def test_two_ask_for_the_same_extension(accepted, scene):
    people = [scene.who("luxi"), scene.who("luxi_secretary")]
    done, refused = at_once(
        *[lambda by=by: extensions.request(accepted, days=2, reason="等配件", by=by, at=NOON) for by in people]
    )
    assert (done, len(refused)) == (1, 1)
    assert accepted.extensions.count() == 1


def _caution(scene, case):
    return Letter.objects.create(
        kind=Letter.Kind.CAUTION, case=case, issuer=scene.street, to=scene.luxi, subject="提醒函", body="请抓紧", drafted_at=NOON
    )


def test_two_sign_the_same_letter(order, scene):
    letter, people = _caution(scene, order.case), [scene.who("leader"), scene.who("street_leader")]
    outcome = at_once(*[lambda by=by: supervision.sign(letter, by=by, at=NOON) for by in people])
    assert outcome == (1, ["move_not_open"])
    assert list(Letter.objects.values_list("number", flat=True)) == ["沙骑街提〔2023〕1号"]


def test_two_letters_signed_at_once_have_two_numbers(order, scene):
    letters = [_caution(scene, case) for case in (order.case, a_case(scene))]
    done, refused = at_once(*[lambda row=row: supervision.sign(row, by=scene.who("leader"), at=NOON) for row in letters])
    assert (done, refused) == (2, [])
    assert set(Letter.objects.values_list("number", flat=True)) == {"沙骑街提〔2023〕1号", "沙骑街提〔2023〕2号"}


def test_two_propose_the_same_case_for_the_list(order, scene):
    people = [scene.who("secretary"), scene.who("leader")]
    outcome = at_once(
        *[lambda by=by: supervision.propose_listing(order.case, reason="占道影响大", by=by, at=NOON) for by in people]
    )
    assert outcome == (1, ["already_raised"])
    assert Supervision.objects.count() == Letter.objects.count() == 1


def test_two_merge_the_same_cases_the_other_way_round(scene):
    first, second = a_case(scene), a_case(scene, at=later(minutes=1))
    outcome = at_once(
        lambda: triage.merge(second, into=first, by=scene.who("dispatcher"), at=NOON),
        lambda: triage.merge(first, into=second, by=scene.who("leader"), at=NOON),
    )
    assert outcome == (1, ["move_not_open"])
    assert first.grievances.count() == 2
    assert Case.objects.get(pk=second.pk).merged_into == first


def _merged_while_read(scene):
    """A grievance as somebody read it before its case was merged into an older one, and that one."""
    leading, second = a_case(scene), a_case(scene, at=later(minutes=1))
    read_before = second.grievances.get()
    triage.merge(second, into=leading, by=scene.who("leader"), at=later(minutes=30))
    return read_before, leading


def test_resident_who_urges_while_the_case_is_merged_urges_the_case_that_leads_on(scene):
    grievance, leading = _merged_while_read(scene)
    assert at_once(lambda: intake.urge(grievance, at=NOON)) == (1, [])
    assert leading.events.filter(kind="grievance.urge").count() == 1


@pytest.mark.on_postgres
def test_resident_does_not_wait_for_whoever_holds_the_case_that_leads_on(scene):
    grievance, leading = _merged_while_read(scene)
    with transaction.atomic():
        lock(leading)
        assert at_once(lambda: intake.urge(grievance, at=NOON)) == (0, ["case_moving"])


def _parent_and_child(scene):
    parent = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=later(minutes=5))
    child = triage.link(
        parent, title="补办证件", description="补办残疾证", category=scene.damages, by=scene.who("leader"), at=later(minutes=6)
    )
    return parent, triage.admit(child, by=scene.who("leader"), at=later(minutes=7))


def test_parent_and_child_done_at_the_same_moment_are_both_done(scene):
    orders = [_handed_in(scene, case) for case in _parent_and_child(scene)]
    done, refused = at_once(
        *[lambda row=row: handling.review(row, passed=True, by=scene.who("supervisor"), at=NOON) for row in orders]
    )
    assert (done, refused) == (2, [])
    sweeps.reconcile(at=later(hours=2))
    assert set(Case.objects.values_list("status", flat=True)) == {Case.Status.RESOLVED}


@pytest.mark.on_postgres
def test_child_that_is_done_does_not_wait_for_whoever_holds_its_parent(scene):
    parent, child = _parent_and_child(scene)
    order = _handed_in(scene, child)
    with transaction.atomic():
        lock(parent)
        assert at_once(lambda: handling.review(order, passed=True, by=scene.who("supervisor"), at=NOON)) == (1, [])


def _handed_in(scene, case):
    order = handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=later(minutes=10))
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=20))
    return handling.complete(order, public_answer="已办好。", by=scene.who("luxi"), at=later(minutes=30))


def test_resident_and_caller_give_the_same_answer_at_once(accepted, scene):
    order = handling.complete(accepted, public_answer="已办好。", by=scene.who("luxi"), at=later(minutes=30))
    handling.review(order, passed=True, by=scene.who("supervisor"), at=later(minutes=40))
    callback = callbacks.open_callback(order.case.grievances.get(), at=later(minutes=45))
    said = {"replied": True, "resolved": "yes", "satisfaction": "yes", "at": NOON}
    outcome = at_once(
        lambda: callbacks.record(callback, way=Callback.Way.SURVEY, by=RESIDENT, **said),
        lambda: callbacks.record(callback, way=Callback.Way.PHONE, by=scene.who("caller"), **said),
    )
    assert outcome == (1, ["already_answered"])
    assert happened("case.close") == 1


def a_day(scene):
    """An hour on which the street's secretary receives, tomorrow."""
    start, end = later(days=1), later(days=1, hours=1)
    facts = {"leader": scene.who("secretary"), "where": "街道", "arranged_by": scene.who("leader")}
    return Reception.objects.create(organisation=scene.street, starts_at=start, ends_at=end, **facts)


def test_two_residents_take_the_same_time_of_a_reception(order, scene):
    day = a_day(scene)
    voices = [order.case.grievances.get(), a_case(scene).grievances.get()]
    outcome = at_once(*[lambda one=one: receptions.book(day, one, starts_at=later(days=1), at=NOON) for one in voices])
    assert outcome == (1, ["slot_taken"])
    assert ReceptionSlot.objects.count() == happened("receptionslot.book") == 1


def test_one_cancels_the_reception_that_another_books(order, scene):
    day = a_day(scene)
    voice, by = order.case.grievances.get(), scene.who("secretary")
    at_once(
        lambda: receptions.book(day, voice, starts_at=later(days=1), at=NOON),
        lambda: receptions.call_off(day, reason="外出", by=by, at=NOON),
    )
    assert not ReceptionSlot.objects.filter(status="booked").exists()


def test_secretary_confirms_the_same_handwriting_twice(order, scene):
    by = scene.who("secretary")
    row = Instruction.objects.create(
        case=order.case, status="draft", text="请办", by=by, at=later(minutes=30), typed_by=scene.who("dispatcher")
    )
    outcome = at_once(*[lambda: instructions.confirm(row, text="请办", by=by, at=NOON)] * 2)
    assert outcome == (1, ["move_not_open"])
    assert happened("instruction.confirm") == 1


def test_two_sweeps_write_one_brief(order, scene):
    ladder.climb_now(order.case, level="street", reason="调解未果", by=None, at=NOON)
    found = briefing.gather([scene.street.pk], NOON)["street_secretary", scene.street.pk]
    user = scene.who("secretary")
    at_once(*[lambda: briefing.write(user, found, on=NOON.date(), at=NOON)] * 2)
    assert Brief.objects.count() == 1
