"""How an answer came in may suggest that somebody stood beside: facts on matters, for the supervisor, and for 30 days."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.test import Client

from feedback.actions import doubts
from feedback.figures import keeping
from feedback.models import AnswerTrace, Callback, DayKey, Doubt, Tally, UnitNetwork
from street.scope import stand
from tests.clock import travel
from tests.dispatch.scene import later
from tests.feedback.scene import CONTENT, RESOLVED_AT, a_resolved_case, answers, asked

HERE, PHONE = "203.0.113.7", "Mozilla/5.0 (one phone)"
SOON, LATER = later(RESOLVED_AT, minutes=1), later(RESOLVED_AT, hours=5)


def answered(callback, *, at=LATER, address=HERE, agent=PHONE, user=None):
    answers(callback, CONTENT, at=at)
    came = {"address": address, "agent": agent, "user": user or AnonymousUser()}
    doubts.witness(callback, **came, resolved_at=RESOLVED_AT, at=at)


def kinds():
    return sorted(Doubt.objects.values_list("kind", flat=True))


def test_hasty_answers_and_those_from_the_office_that_handled_are_told(scene):
    slow, hasty, office, staff = asked(a_resolved_case(scene, reporters=4))
    UnitNetwork.objects.create(unit=scene.luxi, network="198.51.100.0/24")
    UnitNetwork.objects.create(unit=scene.xisheng, network="203.0.113.0/24")
    answered(slow)
    assert kinds() == [], "another office's network says nothing"
    answered(hasty, at=SOON)
    answered(office, address="198.51.100.9")
    handler = scene.who("luxi")
    stand(handler, LATER)
    answered(staff, user=handler)
    assert kinds() == ["hasty", "office", "staff"]
    assert Doubt.objects.get(kind="hasty").seconds == 60


def test_one_device_for_three_persons_is_shown_as_matters_and_changes_no_figure(scene, client):
    first, second, third, elsewhere = asked(a_resolved_case(scene, reporters=4))
    for callback in (first, second):
        answered(callback)
    answered(elsewhere, agent="another phone")
    assert doubts.find(at=LATER) == 0, "two are a household"
    answered(third)
    keeping.keep_up()
    was = list(Tally.objects.order_by("pk").values_list("measure", "number"))
    assert (doubts.find(at=LATER), doubts.find(at=LATER)) == (3, 0)
    keeping.recount()
    assert list(Tally.objects.order_by("pk").values_list("measure", "number")) == was
    assert {row.callback for row in Doubt.objects.all()} == {first, second, third}
    client.force_login(scene.who("supervisor"))
    with travel(later(LATER, hours=1)):
        page = client.get("/desk/rechecks/").content.decode()
    assert "同一天同一台设备" in page and "3 次评价" in page and f"/desk/cases/{first.case.number}/" in page
    assert "1380000" not in page and HERE not in page and "138****" not in page


def test_one_person_on_one_phone_is_no_doubt(scene):
    for number in range(3):
        at = later(LATER, hours=number)
        answered(asked(a_resolved_case(scene))[0], at=at)
    assert doubts.find(at=LATER) == 0


def test_the_survey_page_keeps_a_mark_and_no_address_and_both_keys_and_marks_go_after_30_days(scene):
    callback = asked(a_resolved_case(scene))[0]
    with travel(LATER):
        said = {"replied": "yes", "resolved": "yes", "satisfaction": "yes"}
        browser = Client(REMOTE_ADDR=HERE, HTTP_USER_AGENT=PHONE)
        assert browser.post(f"/s/{callback.token}/", said).status_code == 302
    trace = AnswerTrace.objects.get(callback=callback)
    assert HERE not in str(vars(trace)) and len(trace.device_hash) == 64 != trace.network_hash
    assert Callback.objects.get().content
    assert (doubts.forget(at=LATER + timedelta(days=30)), DayKey.objects.count()) == (0, 1)
    assert (doubts.forget(at=LATER + timedelta(days=31)), DayKey.objects.count()) == (1, 0)


def test_what_goes_wrong_with_a_mark_costs_nobody_the_answer(scene):
    callback = asked(a_resolved_case(scene))[0]
    UnitNetwork.objects.create(unit=scene.luxi, network="198.51.100.0/24")
    answered(callback, address="no address")
    assert Callback.objects.get().content and not AnswerTrace.objects.exists()
