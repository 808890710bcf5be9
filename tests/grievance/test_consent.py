"""同意告知: who takes part as a firm learns name and number only where the resident has ticked it, and no longer than that."""

import pytest

from grievance import casework
from grievance.actions import consent, intake
from grievance.casework import Refused
from grievance.models import Case, Complainant, Event
from tests.builders import a_grievance, an_organisation
from tests.clock import MONDAY_10AM, MONDAY_NOON, TUESDAY_10AM, travel

pytestmark = pytest.mark.django_db


@pytest.fixture
def grievance():
    return a_grievance(name="刘先生", phone="13800001111")


@pytest.fixture
def firm(grievance):
    company = an_organisation("pm", "安佳物业公司", "company", relation="outside")
    casework.involve(grievance.case, company)
    return company


def page_of(grievance):
    return f"/r/{grievance.receipt}/"


def does(client, grievance, action, at=MONDAY_NOON):
    with travel(at):
        return client.post(page_of(grievance), {"action": action, "agreed": "on"})


def shared_at():
    return Complainant.objects.get().shared_at


def test_consent_is_asked_with_the_firm_named_and_is_not_given_beforehand(client, grievance, firm):
    page = client.get(page_of(grievance)).content.decode()
    assert "安佳物业公司" in page and 'value="share"' in page and "checked" not in page
    assert shared_at() is None


def test_tick_is_kept_with_its_time_and_as_an_event_that_names_no_person(client, grievance, firm):
    assert does(client, grievance, "share").status_code == 302
    assert shared_at() == MONDAY_NOON
    event = Event.objects.get(kind="consent.share")
    assert (event.voice, event.grievance) == ("resident", grievance) and "安佳物业公司" in event.public
    assert not [word for word in ("刘", "1380000") if word in event.sentence + event.public]
    page = client.get(page_of(grievance)).content.decode()
    assert 'value="unshare"' in page and 'value="share"' not in page


def test_consent_is_taken_back_at_any_time_also_after_the_end(client, grievance, firm):
    does(client, grievance, "share")
    Case.objects.update(status="closed", ended_at=MONDAY_NOON)
    assert 'value="unshare"' in client.get(page_of(grievance)).content.decode()
    does(client, grievance, "unshare", TUESDAY_10AM)
    assert shared_at() is None and Event.objects.filter(kind="consent.unshare").count() == 1


def test_taking_back_what_was_not_given_changes_nothing(client, grievance, firm):
    assert does(client, grievance, "unshare").status_code == 302
    assert not Event.objects.filter(kind="consent.unshare").exists()


def test_one_who_asked_for_confidence_is_not_asked_and_not_shared(client, grievance, firm):
    Complainant.objects.update(confidential=True)
    assert 'value="share"' not in client.get(page_of(grievance)).content.decode()
    assert does(client, grievance, "share").status_code == 409 and shared_at() is None


def test_without_a_firm_there_is_nobody_to_agree_to(client, grievance):
    assert 'value="share"' not in client.get(page_of(grievance)).content.decode()
    with pytest.raises(Refused, match="没有社会单位"):
        consent.share(grievance, at=MONDAY_NOON)


def test_one_without_a_number_or_who_withdrew_is_not_asked(client, firm, grievance):
    intake.withdraw(grievance, at=MONDAY_10AM)
    with pytest.raises(Refused, match="没有可以告知"):
        consent.share(grievance, at=MONDAY_NOON)
    nameless = a_grievance()
    casework.involve(nameless.case, firm)
    with pytest.raises(Refused, match="没有可以告知"):
        consent.share(nameless, at=MONDAY_NOON)


def test_consent_of_one_is_not_the_consent_of_another(client, grievance, firm):
    other = a_grievance(phone="13800002222", at=MONDAY_NOON)
    does(client, grievance, "share")
    assert Complainant.objects.get(grievance=other).shared_at is None


def test_resident_is_not_told_that_a_utility_which_rings_as_the_unit_in_charge_sees_no_number(client, grievance):
    casework.involve(grievance.case, an_organisation("heat", "暖城供热公司", "utility", relation="outside"))
    assert "看不到您的姓名和电话" not in client.get(page_of(grievance)).content.decode()
    assert does(client, grievance, "share").status_code == 409
    assert shared_at() is None
