"""The outbox: one row for each message, sent at least once, a failing one never in the way of others."""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from grievance import sweeps
from grievance.casework import notice_for, notify
from grievance.models import Notice
from street.models import Role
from tests.builders import a_grievance, a_person, an_organisation
from tests.clock import MONDAY_9AM, MONDAY_10AM

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
sent = []
broken = set()


def gateway(message):
    """Stands for the gateway of messages: remembers what came, fails on demand."""
    if message.key in broken:
        raise ConnectionError("gateway is down")
    sent.append(message)


def so_slow_that_another_takes_over(message):
    """While the first message is on its way, the lease of its batch ends and another worker comes by."""
    sent.append(message)
    if len(sent) == 1:
        sweeps.deliver(at=MONDAY_10AM + sweeps.LEASE)


@pytest.fixture(autouse=True)
def the_gateway(settings):
    sent.clear()
    broken.clear()
    settings.NOTICE_BACKEND = "tests.grievance.test_deliver.gateway"


def keys():
    return [message.key for message in sent]


def notices(*names, case=None, **to):
    case = case or a_grievance().case
    notify(*(notice_for(name, "test", case, f"消息 {name}", at=MONDAY_10AM, **to) for name in names))


def test_message_to_a_resident_has_the_number_and_the_link_and_nothing_said(settings):
    grievance = a_grievance(description="邻居半夜敲墙", name="刘先生", phone="13812345678")
    assert sweeps.deliver(at=MONDAY_10AM) == 1
    (message,) = sent
    assert (message.channel, message.to, message.phone) == ("sms", "138****5678", "13812345678")
    assert message.text.endswith(f"{settings.SITE_URL}/r/{grievance.receipt}/")
    assert grievance.number in message.text
    assert "刘" not in message.text and "敲墙" not in message.text


def test_resident_without_a_phone_reads_it_on_the_page():
    grievance = a_grievance()
    notices("news", case=grievance.case, grievance=grievance)
    sweeps.deliver(at=MONDAY_10AM)
    assert (sent[0].channel, sent[0].to, sent[0].phone) == ("page", grievance.number, "")


def test_staff_are_named_by_unit_role_or_person():
    case = a_grievance().case
    person = a_person(Role.DISPATCHER, case.street)
    notices("unit", case=case, organisation=an_organisation("heat", "供热企业", "utility"))
    notices("role", case=case, role=Role.SHIFT_LEADER)
    notices("user", case=case, user=person)
    sweeps.deliver(at=MONDAY_10AM)
    assert {message.key: (message.channel, message.to) for message in sent} == {
        "unit": ("desk", "供热企业"),
        "role": ("desk", "shift_leader"),
        "user": ("desk", str(person)),
    }


def test_a_notice_is_written_once_and_sent_once():
    notices("one")
    notices("one", case=Notice.objects.get().case)
    assert [sweeps.deliver(at=MONDAY_10AM), sweeps.deliver(at=MONDAY_10AM)] == [1, 0]
    assert keys() == ["one"]
    assert Notice.objects.get().sent_at == MONDAY_10AM


def test_a_notice_before_its_time_waits():
    notices("later")
    assert sweeps.deliver(at=MONDAY_9AM) == 0


def test_a_failing_notice_lets_the_others_pass_and_is_tried_again():
    notices("a", "b", "c")
    broken.add("b")
    assert sweeps.deliver(at=MONDAY_10AM) == 2
    assert keys() == ["a", "c"]
    failed = Notice.objects.get(key="b")
    assert (failed.attempts, failed.failure) == (1, "ConnectionError: gateway is down")
    assert sweeps.deliver(at=MONDAY_10AM + MINUTE - SECOND) == 0
    broken.clear()
    assert sweeps.deliver(at=MONDAY_10AM + MINUTE) == 1
    assert keys() == ["a", "c", "b"]
    assert Notice.objects.get(key="b").failure == ""


def test_waits_grow_and_stay_below_a_night():
    notices("a")
    broken.add("a")
    at, waits = MONDAY_10AM, []
    for _ in range(11):
        sweeps.deliver(at=at)
        again_at = Notice.objects.get().not_before
        waits.append(again_at - at)
        at = again_at
    assert [wait // MINUTE for wait in waits] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


def test_a_worker_that_stood_still_past_its_lease_leaves_the_rest_to_the_one_that_took_over(settings):
    notices("a", "b", "c")
    settings.NOTICE_BACKEND = "tests.grievance.test_deliver.so_slow_that_another_takes_over"
    assert sweeps.deliver(at=MONDAY_10AM) == 1
    assert keys() == ["a", "a", "b", "c"]


def test_what_a_dead_worker_had_taken_is_sent_after_its_lease(monkeypatch):
    notices("a", "b")
    monkeypatch.setattr(sweeps, "_send", lambda *given: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        sweeps.deliver(at=MONDAY_10AM)
    monkeypatch.undo()
    assert sweeps.deliver(at=MONDAY_10AM + sweeps.LEASE - SECOND) == 0
    assert sweeps.deliver(at=MONDAY_10AM + sweeps.LEASE) == 2


def test_a_crash_between_sending_and_marking_sends_again_with_the_same_key(monkeypatch):
    def dies_after_sending(notice, send, at):
        send(sweeps.message_for(notice))
        raise SystemExit

    notices("a")
    monkeypatch.setattr(sweeps, "_send", dies_after_sending)
    with pytest.raises(SystemExit):
        sweeps.deliver(at=MONDAY_10AM)
    monkeypatch.undo()
    sweeps.deliver(at=MONDAY_10AM + sweeps.LEASE)
    assert keys() == ["a", "a"]


def test_a_slow_gateway_hands_back_what_would_outlast_the_lease(monkeypatch):
    notices("a", "b", "c")
    ticks = iter([0, 1, sweeps.STOP_AFTER_SECONDS + 1])
    monkeypatch.setattr(sweeps.time, "monotonic", lambda: next(ticks))
    assert sweeps.deliver(at=MONDAY_10AM) == 1
    monkeypatch.undo()
    assert list(Notice.objects.due(MONDAY_10AM).values_list("key", "attempts")) == [("b", 0), ("c", 0)]


def test_a_batch_is_as_large_as_asked_for():
    notices(*"abcde")
    assert [sweeps.deliver(at=MONDAY_10AM, size=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_complainant_that_no_key_opens_holds_up_nobody(settings):
    a_grievance(phone="13812345678")
    settings.SECRET_KEY = "another key than the one that sealed"
    notices("other", case=Notice.objects.get().case, role=Role.DISPATCHER)
    assert sweeps.deliver(at=MONDAY_10AM) == 1
    assert keys() == ["other"]


def test_claim_and_marks_cost_so_many_queries(django_assert_num_queries):
    notices("a", "b", "c")
    # A savepoint, the claim in three, its release; then for each a look whether it is still ours, and its mark
    with django_assert_num_queries(5 + 2 * 3):
        sweeps.deliver(at=MONDAY_10AM)


def test_default_way_out_is_a_line_on_the_disk_without_the_phone(settings, own_files):
    settings.NOTICE_BACKEND = "grievance.delivery.append_to_file"
    a_grievance(phone="13812345678")
    sweeps.deliver(at=MONDAY_10AM)
    log = own_files / "outbox.log"
    line = json.loads(log.read_text())
    assert line["to"] == "138****5678" and line["key"] == Notice.objects.get().key
    assert "13812345678" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_send_each_notice_once():
    notices(*(f"n{number}" for number in range(40)))
    start = Barrier(4)

    def work():
        start.wait()
        try:
            while sweeps.deliver(at=MONDAY_10AM, size=5):
                pass
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(keys()) == sorted(f"n{number}" for number in range(40))
