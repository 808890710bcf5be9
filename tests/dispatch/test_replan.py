"""重排时限: a changed calendar or policy moves open orders only on purpose, after a preview, with an event on each."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dispatch.actions import extensions, handling, replan, suspension
from dispatch.models import Anchor, Checkpoint, Deadline, TimeLimit
from grievance.casework import Refused
from grievance.models import Notice
from tests.clock import instant, travel
from tests.desk.phone import SIGNED_IN, a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_street
from tests.dispatch.versions import another_version

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
DUE, MOVED = instant("2023-03-21 19:30"), instant("2023-03-22 19:30")


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    return handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)


def a_day_off(scene, date="2023-03-16"):
    """The government gives a day off after the order has gone out."""
    calendar = scene.street.calendar
    calendar.days.create(date=date, kind="off", name="临时")
    calendar.stamp()


def seen(scene, at=NOW):
    return {(row.order.handler.code, row.deadline.anchor): row for row in replan.preview(_street(scene), at=at)}


def _street(scene):
    return type(scene.street).objects.get(pk=scene.street.pk)


def moved(scene, at=NOW, by="leader", **more):
    return replan.apply(_street(scene), reason="自治区临时放假", by=scene.who(by), at=at, **more)


def test_nothing_changed_nothing_to_move(scene, order):
    assert replan.preview(_street(scene), at=NOW) == []


def test_preview_lists_what_would_move_and_moves_nothing(scene, order):
    a_day_off(scene)
    rows = seen(scene)
    assert rows["luxi", Anchor.COMPLETION].due_at == MOVED
    assert ("luxi", Anchor.FIRST_CONTACT) not in rows
    order.refresh_from_db()
    assert order.due_at == DUE


def test_moved_order_has_its_event_its_ladder_and_tells_both_sides(scene, order):
    a_day_off(scene)
    assert {row.handler.code for row in moved(scene)} == {"luxi", "pm"}
    order.refresh_from_db()
    order.case.refresh_from_db()
    assert (order.due_at, order.case.promised_at) == (MOVED, MOVED)
    event = order.case.events.get(kind="workorder.replan", subject=f"workorder:{order.pk}")
    assert "由2023年3月21日 19:30改为2023年3月22日 19:30" in event.sentence and "临时放假" in event.sentence
    assert event.actor == scene.who("leader")
    late = Checkpoint.objects.get(deadline__order=order, deadline__anchor="completion", rung__code="late", fired_at=None)
    assert late.due_at == MOVED
    assert Notice.objects.filter(kind="replanned", grievance__case=order.case).count() == 1
    assert Notice.objects.filter(kind="replan").count() == 2
    assert replan.preview(_street(scene), at=NOW) == []


def test_first_promise_is_left_alone(scene, order):
    a_day_off(scene)
    moved(scene)
    assert Deadline.objects.get(case=order.case, anchor=Anchor.MATTER).due_at == DUE


def test_what_has_run_out_stays_a_breach(scene, order):
    a_day_off(scene)
    late = DUE + timedelta(minutes=1)
    assert ("luxi", Anchor.COMPLETION) not in seen(scene, at=late)
    moved(scene, at=late)
    assert Deadline.objects.get(order=order, anchor=Anchor.COMPLETION).overdue(late)


def test_stricter_policy_makes_nothing_overdue_at_once(scene, order):
    draft = another_version(scene.policy, at=NOW)
    TimeLimit.objects.filter(policy=draft, limit_class="U4", anchor="completion").update(amount=1)
    at = instant("2023-03-17 12:00")
    assert "当场超期" in seen(scene, at=at)["luxi", Anchor.COMPLETION].held
    assert moved(scene, at=at) == []


def test_order_follows_the_new_policy_once_it_is_moved(scene, order):
    draft = another_version(scene.policy, at=NOW)
    TimeLimit.objects.filter(policy=draft, limit_class="U4", anchor="completion").update(amount=7)
    moved(scene)
    order.refresh_from_db()
    clock = Deadline.objects.get(order=order, anchor=Anchor.COMPLETION)
    assert (order.policy_id, clock.limit.policy_id, order.due_at) == (draft.pk, draft.pk, instant("2023-03-23 19:30"))


def test_pauses_and_extensions_are_kept_in_the_new_count(scene, order):
    ask = suspension.ask(
        order, reason="season", words="等晴天", review_at=instant("2023-03-16 10:00"), by=scene.who("luxi"), at=NOW
    )
    suspension.decide(ask, agreed=True, opinion="同意", by=scene.who("street_leader"), at=NOW)
    suspension.resume(order, by=scene.who("luxi"), at=NOW + timedelta(days=1))
    more = extensions.request(order, days=2, reason="等料", by=scene.who("luxi"), at=NOW + timedelta(days=1))
    extensions.decide(more, agreed=True, opinion="同意", by=scene.who("street_leader"), at=NOW + timedelta(days=1))
    order.refresh_from_db()
    assert order.due_at == instant("2023-03-24 19:30")
    assert seen(scene, at=NOW + timedelta(days=1)) == {}
    a_day_off(scene, "2023-03-20")
    assert seen(scene, at=NOW + timedelta(days=1))["luxi", Anchor.COMPLETION].due_at == instant("2023-03-27 19:30")


def test_only_those_who_answer_for_the_orders_move_them(scene, order):
    a_day_off(scene)
    for who, reason, code in (
        ("dispatcher", "放假", "role_missing"),
        ("luxi", "放假", "role_missing"),
        ("leader", " ", "reason_missing"),
    ):
        with pytest.raises(Refused) as refusal:
            replan.apply(_street(scene), reason=reason, by=scene.who(who), at=NOW)
        assert refusal.value.code == code


def test_stale_preview_is_refused(scene, order):
    a_day_off(scene)
    mark = replan.fingerprint(replan.preview(_street(scene), at=NOW))
    a_day_off(scene, "2023-03-20")
    with pytest.raises(Refused) as refusal:
        moved(scene, expected=mark)
    assert refusal.value.code == "preview_stale"


def test_page_shows_the_preview_and_moves_exactly_that(scene, order):
    a_day_off(scene)
    browser = a_phone(scene.who("leader"))
    with travel(NOW):
        page = text_of(browser.get("/desk/replan/"))
        assert order.number in page and "3月22日 19:30" in page
        mark = replan.fingerprint(replan.preview(_street(scene), at=NOW))
        refused = browser.post("/desk/replan/", {"street": "street", "seen": "other", "reason": "放假"})
        assert refused.status_code == 409 and "重新查看" in text_of(refused)
        browser.post("/desk/replan/", {"street": "street", "seen": mark, "reason": "放假"})
    order.refresh_from_db()
    assert order.due_at == MOVED


@pytest.mark.parametrize("who", ["dispatcher", "luxi", "secretary"])
def test_page_is_not_for_others(scene, who):
    with travel(NOW):
        assert a_phone(scene.who(who)).get("/desk/replan/").status_code == 403


def test_preview_costs_the_same_however_many_orders(scene, order, django_assert_num_queries):
    a_day_off(scene)
    browser = a_phone(scene.who("leader"))
    with travel(NOW):
        browser.get("/desk/replan/")  # the calendar is built
        with django_assert_num_queries(SIGNED_IN + 7) as first:
            browser.get("/desk/replan/")
        for _ in range(3):
            an_order(scene)
        with django_assert_num_queries(len(first)):
            browser.get("/desk/replan/")


def test_command_lists_and_moves_in_somebodys_name(scene, order):
    a_day_off(scene)
    out = StringIO()
    with travel(NOW):
        call_command("replan", "--street", "street", "--dry-run", stdout=out)
        assert f"{order.number} 办结 2023年3月21日 19:30 → 2023年3月22日 19:30" in out.getvalue()
        with pytest.raises(CommandError, match="--by"):
            call_command("replan", "--street", "street", stdout=out)
        order.refresh_from_db()
        assert order.due_at == DUE
        call_command("replan", "--street", "street", "--by", "leader", "--reason", "临时放假", stdout=out)
    order.refresh_from_db()
    assert order.due_at == MOVED
