"""Against abuse: nobody is refused for want of a script, an estate behind one address gets through, a person looks at others."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from grievance import proof, throttle
from grievance.classify import suggest
from grievance.models import Case
from tests.builders import a_code, a_grievance
from tests.clock import MONDAY_10AM, travel

pytestmark = pytest.mark.django_db


def page_of(code):
    return reverse("grievance:report", args=[code.token])


def shown(response):
    return html.unescape(response.content.decode())


def solved(client, code):
    """What a phone sends with its report: the form's key, what was asked, and the answer it worked out."""
    page = client.get(page_of(code)).content.decode().split('id="report"', 1)[1]
    key, asked = (re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("key", "challenge"))
    answer = next(str(number) for number in range(10**6) if proof.holds(asked, str(number), key, MONDAY_10AM))
    return {"key": key, "challenge": asked, "proof": answer}


def sent(client, code, times=1, address="127.0.0.1", **more):
    told = {"description": "路灯不亮", **more}
    return [client.post(page_of(code), told, REMOTE_ADDR=address).status_code for _ in range(times)]


def test_beyond_the_limit_nothing_is_refused_and_a_person_looks_first(client, settings):
    settings.INTAKE_THROTTLE = "1/hour"
    code = a_code()
    with travel(MONDAY_10AM):
        assert sent(client, code, 2) == [302, 302]
    assert [bool(case.doubt) for case in Case.objects.order_by("pk")] == [False, True]
    assert [suggest(case).barred for case in Case.objects.order_by("pk")] == [False, True]


def test_estate_behind_one_address_passes_with_a_second_s_quiet_work(client, settings):
    settings.INTAKE_THROTTLE = "1/hour"
    code = a_code()
    with travel(MONDAY_10AM):
        for _ in range(3):
            assert sent(client, code, **solved(client, code)) == [302]
    assert not Case.objects.exclude(doubt="").exists()


def test_two_hundred_in_one_hour_from_one_carrier_s_address_all_go_through_as_shipped(client, settings):
    settings.INTAKE_THROTTLE = "60/hour"
    code, carrier = a_code(), "100.64.0.1"
    with travel(MONDAY_10AM):
        lanes = [throttle.lane(carrier, proven=True, at=MONDAY_10AM) for _ in range(199)]
        assert sent(client, code, address=carrier, **solved(client, code)) == [302]
        slower = [throttle.lane("100.64.0.2", proven=False, at=MONDAY_10AM) for _ in range(200)]
    assert set(lanes) == {""} and not Case.objects.exclude(doubt="").exists()
    assert [bool(reason) for reason in slower] == [False] * 60 + [True] * 140, "without a script they are looked at, none refused"


@pytest.mark.parametrize("fault", ["another key", "another answer", "old", "made up"])
def test_work_for_another_form_counts_for_nothing(client, settings, fault):
    settings.INTAKE_THROTTLE = "1/hour"
    code = a_code()
    with travel(MONDAY_10AM):
        right = solved(client, code)
    sends = {
        "another key": {**right, "key": "k" * 22}, "another answer": {**right, "proof": f"{right['proof']}0"},
        "old": right, "made up": {**right, "challenge": "1.2.3"},
    }[fault]  # fmt: skip
    with travel(MONDAY_10AM + timedelta(days=2) if fault == "old" else MONDAY_10AM):
        sent(client, code)
        sent(client, code, **sends)
    assert Case.objects.latest("pk").doubt


def test_flood_beyond_any_estate_is_asked_to_wait_and_keeps_the_text(client, settings):
    settings.INTAKE_THROTTLE = "1/hour"
    code = a_code()
    with travel(MONDAY_10AM):
        assert set(sent(client, code, 50)) == {302}
        response = client.post(page_of(code), {"description": "井盖坏了"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "3600")
    assert "井盖坏了" in shown(response)


def test_same_words_again_and_again_are_looked_at_and_never_refused():
    said = "三号楼门口的垃圾桶已经一个星期没有人来清理了，味道很大"
    grievances = [a_grievance(description=said, at=MONDAY_10AM + timedelta(minutes=n)) for n in range(6)]
    assert [suggest(grievance.case).barred for grievance in grievances] == [False] * 5 + [True]
    assert "文字完全相同" in " ".join(suggest(grievances[-1].case).reasons)
    assert not suggest(a_grievance(description=f"{said}，还有苍蝇").case).barred
    assert {a_grievance(description="停水了").words_mark for _ in range(2)} == {""}
