"""回访名单: whom to ring, what was said, and what nobody else may see."""

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages

from feedback.models import CallAttempt, Callback
from grievance.models import Case, Event, OnBehalf
from street.models import Posting, Role
from tests.clock import travel
from tests.dispatch.scene import organisation, person
from tests.feedback.scene import CONTENT, RESOLVED_AT, TRIES, a_resolved_case, answers, asked, forget_the_phone, rings

NEXT_DAY = RESOLVED_AT + timedelta(days=1)
LIST = "/desk/callbacks/"
GOOD = {"way": "phone", "replied": "yes", "resolved": "yes", "satisfaction": "yes"}


@pytest.fixture
def at_the_desk(scene, client):
    """Signs a person in and stops the clock a day after the work was done."""

    def sign_in(who="caller"):
        client.force_login(scene.who(who) if isinstance(who, str) else who)
        return client

    with travel(NEXT_DAY):
        yield sign_in


def page_of(callback):
    return f"{LIST}{callback.pk}/"


def test_stranger_is_sent_to_the_sign_in(client, scene):
    callback = asked(a_resolved_case(scene))[0]
    for page in (LIST, page_of(callback)):
        assert client.get(page)["Location"].startswith("/admin/login/")
    for page in ("attempt/", "phone/"):
        assert client.post(page_of(callback) + page)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("who", ["leader", "luxi", "secretary", "district"])
def test_who_is_no_caller_is_turned_away(at_the_desk, scene, who):
    callback = asked(a_resolved_case(scene))[0]
    browser = at_the_desk(who)
    assert {browser.get(LIST).status_code, browser.get(page_of(callback)).status_code} == {403}
    assert {browser.post(page_of(callback) + page).status_code for page in ("", "attempt/", "phone/")} == {403}
    assert not Event.objects.filter(kind="phone.revealed").exists()


def test_caller_of_a_neighbouring_street_finds_nothing(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    browser = at_the_desk(person("neighbour", Role.CALLER, organisation("street2", "street", scene.street.parent)))
    assert callback.grievance.number not in browser.get(LIST).content.decode()
    assert browser.get(page_of(callback)).status_code == 404
    assert {browser.post(page_of(callback) + page, GOOD).status_code for page in ("", "attempt/", "phone/")} == {404}


def test_caller_whose_unit_handled_it_finds_nothing(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    Posting.objects.create(user=scene.who("caller"), organisation=scene.luxi, role=Role.HANDLER, starts_on=date(2023, 1, 1))
    browser = at_the_desk()
    assert callback.grievance.number not in browser.get(LIST).content.decode()
    assert browser.get(page_of(callback)).status_code == 404


def test_list_shows_whom_to_ring_with_the_number_masked(at_the_desk, scene):
    callback = rings(scene, asked(a_resolved_case(scene))[0], TRIES[0])
    text = at_the_desk().get(LIST).content.decode()
    assert callback.grievance.number in text
    assert "138****1000" in text and "13800001000" not in text
    assert "已拨 1 次" in text and "3月14日 15:00" in text


def test_list_leaves_out_who_answered_who_took_it_back_and_who_left_no_phone(at_the_desk, scene):
    answered, withdrawn, silent, waiting = asked(a_resolved_case(scene, reporters=4))
    answers(answered, CONTENT)
    withdrawn.grievance.withdrawn_at = NEXT_DAY
    withdrawn.grievance.save(update_fields=["withdrawn_at"])
    forget_the_phone(silent.grievance)
    listed = at_the_desk().get(LIST).context["page"].object_list
    assert list(listed) == [waiting]


def test_list_says_when_there_is_nobody_to_ring(at_the_desk):
    assert "现在没有要拨打的回访" in at_the_desk().get(LIST).content.decode()


def test_long_list_comes_in_pages(at_the_desk, scene, monkeypatch):
    monkeypatch.setattr("feedback.views.ON_A_PAGE", 2)
    asked(a_resolved_case(scene, reporters=3))
    browser = at_the_desk()
    assert len(browser.get(LIST).context["page"]) == 2
    assert len(browser.get(LIST, {"page": "2"}).context["page"]) == 1
    assert browser.get(LIST, {"page": "x"}).status_code == 200


def test_full_number_is_shown_on_request_and_that_is_written_down(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    callback.grievance.complainant.language = "维吾尔语"
    callback.grievance.complainant.save()
    OnBehalf.objects.create(
        grievance=callback.grievance,
        channel="phone",
        consented=True,
        asked_at=NEXT_DAY,
        language="维吾尔语",
        interpreter="古丽娜",
    )
    browser = at_the_desk()
    page = browser.get(page_of(callback)).content.decode()
    assert "13800001000" not in page and "古丽娜" not in page and "代译：古**" in page
    shown = browser.post(page_of(callback) + "phone/")
    assert "代译：古丽娜" in shown.content.decode()
    assert "13800001000" in shown.content.decode() and "no-store" in shown["Cache-Control"]
    event = Event.objects.get(kind="phone.revealed")
    assert (event.actor, event.at, event.subject) == (scene.who("caller"), NEXT_DAY, f"callback:{callback.pk}")


def test_caller_writes_down_what_was_said(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    response = at_the_desk().post(page_of(callback), GOOD)
    callback.refresh_from_db()
    assert response["Location"] == LIST
    assert [str(message) for message in get_messages(response.wsgi_request)] == [f"诉求 {callback.grievance} 的回访已登记。"]
    assert (callback.content, callback.recorded_by, callback.case.status) == (True, scene.who("caller"), Case.Status.CLOSED)


def test_caller_reads_what_was_agreed_and_by_when_so_as_to_ask_whether_it_was_kept(at_the_desk, scene):
    case = a_resolved_case(scene)
    agreed = {"status": "agreed", "agreement": "物业赔偿车主500元。", "perform_by": date(2023, 3, 18), "ended_at": RESOLVED_AT}
    case.mediations.create(unit=scene.luxi, mediator=scene.who("luxi"), parties="双方", opened_at=RESOLVED_AT, **agreed)
    page = at_the_desk().get(page_of(asked(case)[0])).content.decode()
    assert "物业赔偿车主500元。" in page
    assert "约定2023年3月18日前履行，请问清是否已经履行" in page


@pytest.mark.parametrize("way", ["", "survey"])
def test_caller_must_say_how_the_person_was_reached(at_the_desk, scene, way):
    callback = asked(a_resolved_case(scene))[0]
    response = at_the_desk().post(page_of(callback), {**GOOD, "way": way})
    assert response.status_code == 400
    assert "请选一下联系方式" in response.content.decode()


def test_two_callers_at_once_leave_one_answer(at_the_desk, scene):
    case = a_resolved_case(scene, reporters=2)
    callback = asked(case)[0]
    answers(callback, CONTENT)
    response = at_the_desk().post(page_of(callback), {**GOOD, "resolved": "no"})
    callback.refresh_from_db()
    assert (response.status_code, callback.resolved) == (409, "yes")
    assert "不能再次登记" in response.content.decode()


def test_try_that_reached_nobody_is_written_down(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    response = at_the_desk().post(page_of(callback) + "attempt/", {"result": "no_answer"})
    assert response["Location"] == LIST
    assert [(one.result, one.at) for one in callback.attempts.all()] == [(CallAttempt.Result.NO_ANSWER, NEXT_DAY)]


@pytest.mark.parametrize("result", ["", "nonsense"])
def test_try_without_a_result_is_refused_with_a_sentence(at_the_desk, scene, result):
    callback = asked(a_resolved_case(scene))[0]
    response = at_the_desk().post(page_of(callback) + "attempt/", {"result": result})
    assert response.status_code == 400
    assert "请选择这次拨打的结果" in response.content.decode()


def test_number_of_one_who_left_none_cannot_be_shown(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    forget_the_phone(callback.grievance)
    assert at_the_desk().post(page_of(callback) + "phone/").status_code == 409


def test_answered_callback_shows_the_answer_and_no_buttons(at_the_desk, scene):
    first, _ = asked(a_resolved_case(scene, reporters=2))
    answers(first, {**CONTENT, "words": "谢谢<b>"})
    text = at_the_desk().get(page_of(first)).content.decode()
    assert "谢谢&lt;b&gt;" in text and "本人评价" in text
    assert "attempt/" not in text and 'name="resolved"' not in text


def test_superseded_callback_says_so(at_the_desk, scene):
    callback = asked(a_resolved_case(scene))[0]
    Callback.objects.filter(pk=callback.pk).update(status=Callback.Status.SUPERSEDED)
    assert "已作废" in at_the_desk().get(page_of(callback)).content.decode()


def test_lapsed_posting_closes_the_desk_with_the_next_request(at_the_desk, scene):
    browser = at_the_desk()
    assert browser.get(LIST).status_code == 200
    scene.who("caller").postings.update(ends_on=date(2023, 3, 14))
    assert browser.get(LIST).status_code == 403


def test_pages_read_the_same_few_rows_however_many_wait(at_the_desk, scene, django_assert_num_queries):
    browser = at_the_desk()
    callback = asked(a_resolved_case(scene, reporters=12))[0]
    rings(scene, callback, *TRIES)
    # Three of them read the session, the person and the postings
    with django_assert_num_queries(5):
        browser.get(LIST)
    # The policy that words the questions, and the units that may be asked to go there instead: who had a part, and the others
    with django_assert_num_queries(7 + 3):
        browser.get(page_of(callback))
