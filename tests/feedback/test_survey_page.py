"""评价页: three questions on a phone, by receipt or by survey link, without an account."""

from datetime import timedelta

import pytest
from django.test import Client

from feedback.models import Callback
from grievance.models import Case, ConfidentialReport, Event
from tests.builders import an_alert, own
from tests.clock import travel
from tests.dispatch.inbox import opened, with_inbox
from tests.dispatch.scene import a_case
from tests.feedback.scene import CONTENT, RESOLVED_AT, UNHAPPY, a_resolved_case, answers, asked, forget_the_phone

NEXT_DAY = RESOLVED_AT + timedelta(days=1)
GOOD = {"replied": "yes", "resolved": "yes", "satisfaction": "yes"}
BAD = {"replied": "no", "resolved": "no", "satisfaction": "no", "reason": "result", "words": "<script>alert(1)</script>"}


@pytest.fixture
def phone():
    """The resident's browser, of which no page may ask for a cookie."""
    with travel(NEXT_DAY):
        yield Client(enforce_csrf_checks=True)


def submit(browser, page, answer):
    """Fill in the page as a person does: open it, then send it."""
    browser.get(page)
    return browser.post(page, answer)


def page_of(grievance, browser=None):
    """The survey behind a receipt; on `browser`, which is the phone that reported, where one is named."""
    if browser is not None:
        own(browser, grievance)
    return f"/r/{grievance.receipt}/survey/"


def test_holder_of_the_receipt_answers_and_the_case_closes(phone, scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    response = submit(phone, page_of(callback.grievance, phone), GOOD)
    callback.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, page_of(callback.grievance, phone))
    assert (callback.way, callback.ended_at, callback.content) == (Callback.Way.SURVEY, NEXT_DAY, True)
    assert "已收到您的评价" in phone.get(response["Location"]).content.decode()
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED


def test_survey_link_opens_the_survey_and_no_more(phone, scene):
    callback = asked(a_resolved_case(scene))[0]
    page = f"/s/{callback.token}/"
    response = submit(phone, page, BAD)
    assert response["Location"] == page
    thanks = phone.get(page).content.decode()
    assert "重新办理" in thanks and callback.grievance.receipt not in thanks


def test_words_that_report_on_officials_go_to_the_discipline_office_and_the_answer_counts(phone, scene):
    an_alert("misconduct", ["收礼"], quarantine=True)
    callback = asked(a_resolved_case(with_inbox(scene)))[0]
    sent = submit(phone, f"/s/{callback.token}/", {**BAD, "words": "社区主任收礼才给办"})
    report = ConfidentialReport.objects.get()
    assert sent["Location"] == f"/r/{report.receipt}/?new=1" and "已保密接收" in phone.get(sent["Location"]).content.decode()
    callback.refresh_from_db()
    assert (callback.words, callback.satisfaction, callback.case.status) == ("", "no", "in_handling")
    assert not Event.objects.filter(sentence__contains="收礼").exists()
    said_there, _ = opened(report)
    assert said_there["description"] == "社区主任收礼才给办"


def test_page_shows_the_unit_and_its_answer_and_nothing_of_the_person(phone, scene):
    callback = asked(a_resolved_case(scene))[0]
    page = phone.get(page_of(callback.grievance, phone))
    text = page.content.decode()
    assert "luxi" in text and "物业赔偿500元" in text and "刘先生" not in text and "13800001000" not in text
    assert "no-store" in page["Cache-Control"]


def test_resident_quicker_than_the_sweep_can_answer(phone, scene):
    case = a_resolved_case(scene)
    response = submit(phone, page_of(case.grievances.get(), phone), GOOD)
    assert response.status_code == 302
    assert case.callbacks.get().content


def test_looking_at_the_page_writes_nothing(phone, scene):
    case = a_resolved_case(scene)
    phone.get(page_of(case.grievances.get(), phone))
    assert not case.callbacks.exists()


def test_who_left_no_phone_answers_on_the_receipt_page(phone, scene):
    case = a_resolved_case(scene)
    forget_the_phone(case.grievances.get())
    callback = asked(case)[0]
    submit(phone, page_of(callback.grievance, phone), GOOD)
    assert Callback.objects.get(pk=callback.pk).content


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({}, "事情解决了没有"),
        ({**GOOD, "satisfaction": ""}, "满意不满意"),
        ({**BAD, "reason": ""}, "请选一下不满意的原因"),
        ({**BAD, "reason": "weather"}, "请从中选一个原因"),
        ({**GOOD, "resolved": "1 OR 1=1"}, "事情解决了没有"),
        ({**GOOD, "words": "很" * 2001}, "2000 字以内"),
    ],
)
def test_page_says_what_is_missing_and_keeps_what_was_chosen(phone, scene, answer, sentence):
    callback = asked(a_resolved_case(scene))[0]
    response = submit(phone, page_of(callback.grievance, phone), answer)
    callback.refresh_from_db()
    assert (response.status_code, callback.status) == (400, Callback.Status.OPEN)
    assert sentence in response.content.decode()
    if answer.get("replied"):
        assert f'value="{answer["replied"]}" checked' in response.content.decode()


def test_script_in_the_words_comes_back_as_text(phone, scene):
    callback = asked(a_resolved_case(scene))[0]
    text = submit(phone, page_of(callback.grievance, phone), {**BAD, "reason": ""}).content.decode()
    assert "&lt;script&gt;alert(1)" in text and "<script>alert" not in text


def test_double_tap_is_one_answer(phone, scene):
    callback = asked(a_resolved_case(scene))[0]
    page = page_of(callback.grievance, phone)
    first, second = submit(phone, page, GOOD), submit(phone, page, BAD)
    callback.refresh_from_db()
    assert (first.status_code, second.status_code, callback.satisfaction) == (302, 302, "yes")


@pytest.mark.parametrize("page", ["/r/unknown-receipt/survey/", "/s/unknown-token/", "/s/%00/", "/r/🙂/survey/"])
def test_unknown_link_is_not_found(phone, db, page):
    assert phone.get(page).status_code == 404


def test_before_the_work_is_done_there_is_nothing_to_answer(phone, scene):
    response = phone.get(page_of(a_case(scene).grievances.get(), phone))
    assert response.status_code == 409
    assert "还在办理" in response.content.decode()


def test_while_it_is_done_again_the_others_are_told_so(phone, scene):
    first, second = asked(a_resolved_case(scene, reporters=2))
    answers(first, UNHAPPY)
    response = phone.get(page_of(second.grievance, phone))
    assert response.status_code == 409
    assert "正在重新办理" in response.content.decode()


def test_form_that_was_open_when_another_sent_it_back_is_still_taken(phone, scene):
    first, second = asked(a_resolved_case(scene, reporters=2))
    phone.get(page_of(second.grievance, phone))
    answers(first, UNHAPPY)
    assert phone.post(page_of(second.grievance, phone), GOOD).status_code == 302
    assert Callback.objects.get(pk=second.pk).status == Callback.Status.ANSWERED


def test_closed_matter_explains_where_to_turn(phone, scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    Callback.objects.filter(pk=callback.pk).update(status=Callback.Status.UNREACHABLE)
    Case.objects.filter(pk=case.pk).update(status=Case.Status.CLOSED, ended_at=RESOLVED_AT)
    response = phone.get(page_of(callback.grievance, phone))
    assert response.status_code == 409
    assert "重新扫码" in response.content.decode()


def test_survey_page_reads_the_same_few_rows_however_many_reported(phone, scene, django_assert_num_queries):
    callback = asked(a_resolved_case(scene, reporters=6))[0]
    page = page_of(callback.grievance, phone)
    # one more asks whether the matter may stand on a public board, another how the policy words the questions
    with django_assert_num_queries(3 + 1 + 1):
        phone.get(page)
    answers(callback, CONTENT)
    with django_assert_num_queries(2):
        phone.get(page)
