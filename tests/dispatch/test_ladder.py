"""升级阶梯: what the clock does by itself, once; and what it never does."""

from datetime import timedelta

import pytest

from dispatch import sweeps
from dispatch.actions import extensions, facts, handling, ladder, mediation, supervision
from dispatch.models import Checkpoint, Letter, Supervision
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Event, Notice
from tests.clock import instant
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, a_street, later

pytestmark = pytest.mark.django_db
DUE = instant("2023-03-21 19:30")


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    return handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY)


def accepted(order, scene):
    handling.accept(order, by=scene.who("luxi"), at=later(minutes=20))
    handling.respond(order, note="", by=scene.who("luxi"), at=later(minutes=30))
    return order


def pressure(order):
    return list(order.case.notices.filter(key__startswith="checkpoint:").order_by("pk").values_list("kind", flat=True))


def test_order_due_in_24h_is_reminded_once(order, scene):
    accepted(order, scene)
    day_before = DUE - timedelta(hours=24)
    Checkpoint.objects.filter(rung__code="community").delete()
    sweeps.fire_batch(at=day_before - timedelta(seconds=1))
    assert pressure(order) == []
    sweeps.fire_batch(at=day_before)
    sweeps.fire_batch(at=day_before)
    assert pressure(order) == ["remind"]


def test_late_acceptance_is_chased(order):
    sweeps.fire_batch(at=order.accept_due_at)
    assert pressure(order) == ["chase"]


def test_accepted_order_is_not_chased_for_acceptance(order, scene):
    accepted(order, scene)
    sweeps.fire_batch(at=order.accept_due_at + timedelta(hours=1))
    assert pressure(order) == []


def test_overdue_order_gets_a_draft_that_nobody_has_signed(order, scene):
    accepted(order, scene)
    sweeps.fire_batch(at=instant("2023-03-22 19:30"))
    draft = Letter.objects.get(kind="caution")
    assert (draft.status, draft.number, draft.signed_by) == ("draft", "", None)
    assert draft.to == scene.luxi


def test_signing_gives_the_number_and_sends_the_paper(order, scene):
    sweeps.fire_batch(at=instant("2023-03-22 19:30"))
    draft = Letter.objects.get(kind="caution")
    signed = supervision.sign(draft, by=scene.who("leader"), at=instant("2023-03-23 10:00"))
    assert signed.number == "沙骑街提〔2023〕1号"
    assert Notice.objects.get(key=f"letter:{draft.pk}").organisation == scene.luxi
    with pytest.raises(Refused):
        supervision.sign(draft, by=scene.who("leader"), at=instant("2023-03-23 10:01"))


def test_paper_cannot_be_signed_by_one_who_has_not_the_office(order, scene):
    sweeps.fire_batch(at=instant("2023-03-22 19:30"))
    for name in ("luxi", "dispatcher", "caller", "district"):
        with pytest.raises(Refused):
            supervision.sign(Letter.objects.get(kind="caution"), by=scene.who(name), at=instant("2023-03-23 10:00"))
    assert Letter.objects.get(kind="caution").status == "draft"


def test_unsigned_draft_has_a_clock_of_its_own(order, scene):
    sweeps.fire_batch(at=instant("2023-03-22 19:30"))
    sweeps.fire_batch(at=instant("2023-03-23 19:29"))
    assert not Event.objects.filter(sentence__contains="unsigned").exists()
    sweeps.fire_batch(at=instant("2023-03-23 19:30"))
    assert Event.objects.filter(sentence__contains="unsigned").count() == 1


def test_community_secretary_hears_at_three_quarters_of_the_working_time(order, scene):
    point = Checkpoint.objects.get(rung__code="community")
    assert point.due_at == instant("2023-03-20 15:35")
    sweeps.fire_batch(at=point.due_at)
    row = Supervision.objects.get()
    assert (row.level, row.holder, row.status, row.taken_by) == ("community", scene.luxi, "raised", None)


def test_failed_mediation_climbs_to_the_street_secretary_once(order, scene):
    accepted(order, scene)
    row = mediation.open_mediation(order.case, unit=scene.luxi, parties="刘先生；物业", by=scene.who("luxi"), at=later(hours=1))
    mediation.fail(row, record_text="物业拒绝赔偿", by=scene.who("luxi"), at=later(hours=2))
    sweeps.fire_batch(at=later(hours=2))
    sweeps.fire_batch(at=later(hours=2))
    raised = Supervision.objects.get(level="street")
    paper = Letter.objects.get(kind="secretary_supervise")
    assert (raised.status, paper.status, paper.supervision) == ("raised", "draft", raised)
    supervision.sign(paper, by=scene.who("secretary"), at=later(hours=3))
    raised.refresh_from_db()
    assert (raised.status, raised.taken_by) == ("active", scene.who("secretary"))


def test_many_reporters_draft_a_proposal_that_the_district_decides(order, scene):
    for _ in range(2):
        a_grievance(order.case)
    facts.recount(order.case, at=later(hours=1))
    facts.recount(order.case, at=later(hours=1))
    sweeps.fire_batch(at=later(hours=1))
    row, paper = Supervision.objects.get(), Letter.objects.get()
    assert (row.level, row.status, paper.kind, paper.status) == ("district", "raised", "listing_proposal", "draft")
    with pytest.raises(Refused):
        supervision.list_case(row, demand="拆除", due_at=None, by=scene.who("district"), at=later(hours=2))
    supervision.sign(paper, by=scene.who("secretary"), at=later(hours=2))
    row.refresh_from_db()
    assert (row.status, row.holder.code) == ("proposed", "district")
    supervision.list_case(row, demand="拆除", due_at=None, by=scene.who("district"), at=later(hours=3))
    with pytest.raises(Refused):
        supervision.unlist(row, outcome="已拆除", by=scene.who("secretary"), at=later(hours=4))
    supervision.unlist(row, outcome="已拆除", confirmed=[0], by=scene.who("district"), at=later(hours=4))


def test_planted_failure_steps_aside_and_the_rest_go_on(order, scene, monkeypatch):
    other = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=TUESDAY)
    other = handling.dispatch(other, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=TUESDAY)
    bad = Checkpoint.objects.get(rung__code="accept-late", order=order)
    chase = ladder.MEASURES["chase"]

    def broken(checkpoint, outcome):
        if checkpoint.pk == bad.pk:
            raise ValueError("坏行")
        chase(checkpoint, outcome)

    monkeypatch.setitem(ladder.MEASURES, "chase", broken)
    sweeps.fire_batch(at=order.accept_due_at)
    assert (pressure(order), pressure(other)) == ([], ["chase"])
    bad.refresh_from_db()
    assert (bad.fired_at, bad.failures, bad.due_at) == (None, 1, order.accept_due_at + timedelta(minutes=1))
    monkeypatch.setitem(ladder.MEASURES, "chase", chase)
    sweeps.fire_batch(at=bad.due_at)
    assert pressure(order) == ["chase"]


def test_extension_moves_the_ladder_and_tells_the_resident(order, scene):
    accepted(order, scene)
    asked = extensions.request(order, days=5, reason="等待鉴定", by=scene.who("luxi"), at=later(days=2))
    extensions.decide(asked, agreed=True, opinion="同意", by=scene.who("street_leader"), at=later(days=2, hours=1))
    order.refresh_from_db()
    assert order.due_at == instant("2023-03-28 19:30")
    sweeps.fire_batch(at=DUE + timedelta(minutes=1))
    assert "chase" not in pressure(order)
    assert Notice.objects.filter(kind="extended", grievance__case=order.case).count() == 1
    assert order.case.events.filter(public__contains="2023年3月28日 19:30").exists()


def test_extension_is_refused_after_the_due_time(order, scene):
    accepted(order, scene)
    with pytest.raises(Refused) as refusal:
        extensions.request(order, days=5, reason="等待鉴定", by=scene.who("luxi"), at=DUE + timedelta(minutes=1))
    assert refusal.value.code == "too_late"


def test_clock_signs_nothing(order):
    for day in range(1, 40):
        while sweeps.fire_batch(at=later(days=day)):
            pass
    assert Letter.objects.exists()
    assert not Letter.objects.exclude(status="draft").exists()
    assert not Supervision.objects.exclude(status="raised").exists()
    assert not Event.objects.filter(kind__startswith="checkpoint.", actor__isnull=False).exists()


def test_merged_voices_reach_the_ladder_though_no_order_was_out(order, scene):
    for hour in (1, 2):
        triage.merge(a_case(scene, at=later(hours=hour)), into=order.case, by=scene.who("dispatcher"), at=later(hours=3))
    sweeps.reconcile(at=later(hours=3))
    sweeps.reconcile(at=later(hours=3))
    sweeps.fire_batch(at=later(hours=3))
    assert Supervision.objects.filter(level="district").count() == 1


def test_refusing_to_sign_ends_what_was_raised(order, scene):
    supervision.propose_listing(order.case, reason="超出街道权限", by=scene.who("leader"), at=later(hours=1))
    with pytest.raises(Refused) as refusal:
        supervision.take(Supervision.objects.get(), demand="x", by=scene.who("secretary"), at=later(hours=2))
    assert refusal.value.code == "district_decides"
    supervision.discard(Letter.objects.get(), reason="街道可以解决", by=scene.who("secretary"), at=later(hours=2))
    assert (Letter.objects.get().status, Supervision.objects.get().status) == ("discarded", "lifted")


def test_lifting_sets_the_unsigned_draft_aside(order, scene):
    supervision.propose_listing(order.case, reason="超出街道权限", by=scene.who("leader"), at=later(hours=1))
    supervision.lift(Supervision.objects.get(), outcome="已协调", by=scene.who("secretary"), at=later(hours=2))
    assert (Letter.objects.get().status, Letter.objects.get().number) == ("discarded", "")


def test_listing_outlives_its_case_until_the_district_ends_it(order, scene):
    row = supervision.propose_listing(order.case, reason="超出街道权限", by=scene.who("leader"), at=later(hours=1))
    supervision.sign(Letter.objects.get(), by=scene.who("secretary"), at=later(hours=2))
    supervision.list_case(row, demand="拆除", due_at=None, by=scene.who("district"), at=later(hours=3))
    type(order.case).objects.filter(pk=order.case_id).update(status="withdrawn", ended_at=later(hours=4))
    sweeps.reconcile(at=later(hours=4))
    row.refresh_from_db()
    assert row.status == "listed"
