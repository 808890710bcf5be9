"""Waking the worker costs a request nothing, and a broker that is down costs nobody anything."""

from queue import Queue
from threading import Event

import pytest
from django.db import transaction

from grievance import wake
from grievance.wake import Waker

TIMEOUT = 10


def test_a_burst_leaves_as_one_message_of_each_name():
    sent = Queue()
    waker = Waker(sent.put)
    for _ in range(50):
        waker.put("route")
        waker.put("deliver")
    assert [sent.get(timeout=TIMEOUT), sent.get(timeout=TIMEOUT)] == ["deliver", "route"]
    waker.put("last")
    assert sent.get(timeout=TIMEOUT) == "last"


def test_a_broker_that_is_down_is_left_alone_for_half_a_minute(monkeypatch):
    now, tried, warned = [100.0], [], Event()

    def fail(name):
        tried.append(name)
        raise ConnectionError("no broker")

    monkeypatch.setattr(wake.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(wake.log, "warning", lambda *said: warned.set())
    waker = Waker(fail)
    waker.put("deliver")
    assert warned.wait(TIMEOUT)
    warned.clear()
    waker.put("deliver")
    assert waker._names.empty() and tried == ["deliver"]
    now[0] += wake.QUIET_SECONDS
    waker.put("deliver")
    assert warned.wait(TIMEOUT) and tried == ["deliver", "deliver"]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_before_the_commit_nor_after_a_rollback(monkeypatch):
    woken = []
    monkeypatch.setattr(wake._waker, "put", woken.append)
    with transaction.atomic():
        wake.wake("grievance.tasks.deliver")
        assert woken == []
    assert woken == ["grievance.tasks.deliver"]
    with pytest.raises(RuntimeError), transaction.atomic():
        wake.wake("grievance.tasks.deliver")
        raise RuntimeError
    assert woken == ["grievance.tasks.deliver"]
