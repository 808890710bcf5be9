"""要求重办: after the end a resident says that it is not settled, within the days of the policy."""

from datetime import timedelta

import pytest
from django.test import Client

from dispatch.models import Checkpoint, WorkOrder
from feedback.actions import reopening
from grievance.casework import Refused
from grievance.models import Case, Event
from tests.builders import own
from tests.clock import travel
from tests.dispatch.scene import TUESDAY, later
from tests.feedback.scene import CONTENT, RESOLVED_AT, a_resolved_case, answers, asked, finish

SOON, LAST_DAY = RESOLVED_AT + timedelta(days=2), RESOLVED_AT + timedelta(days=15)


@pytest.fixture
def closed(scene):
    """A case that all who raised it were content with."""
    case = a_resolved_case(scene, reporters=2)
    for callback in asked(case):
        answers(callback, CONTENT)
    return Case.objects.get(pk=case.pk)


def follow(grievance):
    return f"/r/{grievance.receipt}/"


def test_within_the_time_it_is_done_again_by_the_same_unit_in_a_new_round(closed, scene):
    grievance = closed.grievances.first()
    phone = own(Client(), grievance)
    with travel(SOON):
        assert f"{follow(grievance)}reopen/" in phone.get(follow(grievance)).content.decode()
        sent = phone.post(f"{follow(grievance)}reopen/", {"text": "又掉冰了<script>"}, follow=True)
    page = sent.content.decode()
    assert "已退回重新办理" in page and "又掉冰了&lt;script&gt;" in page and "您说没有解决" in page
    closed.refresh_from_db()
    assert (closed.status, closed.round, closed.ended_at, closed.reopen_until) == ("in_handling", 2, None, None)
    order = closed.orders.open().get()
    assert (order.handler, order.round, order.limit_class) == (scene.luxi, 2, "R")
    assert closed.notices.filter(key=f"order:{order.pk}").exists()
    # What was written stands in a remark, never in the history
    assert not Event.objects.filter(sentence__contains="掉冰").exists()
    # Done once more, everybody is asked once more
    finish(scene, order, at=SOON)
    assert len(asked(Case.objects.get(pk=closed.pk), at=later(SOON, hours=2))) == 2


def test_the_ladder_hears_of_it_as_of_an_unhappy_answer(closed):
    grievance = closed.grievances.first()
    assert reopening.times_unhappy(closed) == 0
    reopening.reopen(grievance, at=SOON)
    assert reopening.times_unhappy(Case.objects.get(pk=closed.pk)) == 1
    WorkOrder.objects.filter(case=closed, round=2).update(status="done", ended_at=SOON)
    Case.objects.filter(pk=closed.pk).update(
        status="closed", ended_at=SOON, reopen_until=SOON + timedelta(days=15), resolved_at=SOON
    )
    reopening.reopen(grievance, at=SOON + timedelta(days=1))
    assert Checkpoint.objects.filter(case=closed, rung__trigger="dissatisfied").count() == 1


def test_the_policys_days_are_written_into_the_matter_when_it_ends(closed, scene):
    assert closed.reopen_until == RESOLVED_AT + timedelta(days=15)
    scene.policy.reopen_days = 1
    scene.policy.save(update_fields=["reopen_days"])
    assert reopening.reopenable(closed.grievances.first(), at=LAST_DAY)


def test_afterwards_it_is_refused_and_says_what_to_do(closed):
    grievance = closed.grievances.first()
    phone = own(Client(), grievance)
    with travel(LAST_DAY + timedelta(seconds=1)):
        late = phone.post(f"{follow(grievance)}reopen/", {"text": "没有解决"})
        assert late.status_code == 409 and "重新扫码" in late.content.decode()
        page = phone.get(follow(grievance)).content.decode()
    assert "reopen/" not in page and "时间已经过了" in page
    closed.refresh_from_db()
    assert (closed.status, closed.round) == ("closed", 1)


def test_a_forwarded_link_may_neither_reopen_nor_judge(closed, scene):
    grievance, stranger = closed.grievances.first(), Client()
    with travel(SOON):
        assert stranger.get(f"{follow(grievance)}reopen/").headers["Location"] == f"{follow(grievance)}verify/?for=reopen"
        assert stranger.post(f"{follow(grievance)}reopen/", {"text": "x"}).status_code == 403
    case = a_resolved_case(scene)
    grievance = asked(case)[0].grievance
    good = {"replied": "yes", "resolved": "yes", "satisfaction": "yes", "words": "写了很久"}
    with travel(SOON):
        assert stranger.get(f"{follow(grievance)}survey/").headers["Location"].endswith("verify/?for=survey")
        refused = stranger.post(f"{follow(grievance)}survey/", good)
    assert refused.status_code == 403 and "写了很久" in refused.content.decode()
    assert case.callbacks.get().status == "open"
    assert Case.objects.get(pk=closed.pk).round == 1


def test_what_was_taken_back_or_still_runs_is_not_reopened(scene, closed):
    running = a_resolved_case(scene)
    with pytest.raises(Refused) as no:
        reopening.reopen(running.grievances.get(), at=SOON)
    assert no.value.code == "not_closed"
    grievance = closed.grievances.first()
    grievance.withdrawn_at = TUESDAY
    grievance.save(update_fields=["withdrawn_at"])
    with pytest.raises(Refused):
        reopening.reopen(grievance, at=SOON)
